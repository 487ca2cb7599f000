/** The sentences of rules, with what their patterns found. Pure. */

/** Named groups of a pattern; those that took no part are undefined. */
export type Found = Readonly<Record<string, string | undefined>>;

/** As people call it: `arn:aws:sts::…:assumed-role/deploy/ci` is the role deploy. */
function spoken(value: string): string {
  const identity = /^arn:[^:]*:(?:iam|sts)::(?<account>\d*):(?<kind>assumed-role|role|user)\/(?<name>.+)$/.exec(value);
  const { kind, name = '' } = identity?.groups ?? {};
  if (kind === 'assumed-role') return `the role ${name.split('/')[0]}`;
  if (kind !== undefined) return `the ${kind} ${name.split('/').at(-1)}`;
  return value.replace(/[.,;:]+$/, '');
}

/** Fills `{image|the image}`: the first of the named groups that found something, else the words after the last bar; nothing where there is no bar. */
export function fill(sentence: string, found: Found): string {
  const filled = sentence.replace(/\{([^{}]*)\}/g, (_whole, inside: string) => {
    const names = inside.split('|');
    const otherwise = names.length > 1 ? names.pop()! : '';
    const value = names.map((name) => (Object.hasOwn(found, name) ? found[name] : undefined)).find(Boolean);
    return value === undefined ? otherwise : spoken(value);
  });
  return filled
    .replace(/ {2,}/g, ' ')
    .replace(/ (?=[,.;:)])/g, '')
    .trim();
}
