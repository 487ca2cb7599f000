/**
 * Filter patterns on unstructured text: terms that must all occur, `?any` of which one must, `-term` that must not,
 * and `"phrases"`. Source: user guide, "filter pattern syntax". Pure.
 */

/** What a pattern says of a message; undefined where it is no pattern of this kind. */
export function parseFilterPattern(pattern: string): ((message: string) => boolean) | undefined {
  const trimmed = pattern.trim();
  if (/^[{[%]/.test(trimmed)) return undefined;
  const terms = [...trimmed.matchAll(/([?-]?)(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))/g)].map(
    ([, sign = '', phrase, word]) => ({
      sign,
      text: (phrase ?? word ?? '').replace(/\\(.)/g, '$1'),
    }),
  );
  const signed = (sign: string) => terms.filter((term) => term.sign === sign);
  const any = signed('?');
  return (message) => {
    const occurs = ({ text }: { readonly text: string }) => message.includes(text);
    return (any.length === 0 || any.some(occurs)) && signed('').every(occurs) && !signed('-').some(occurs);
  };
}
