/** Texts of AWS made alike for the rules: only they see them like this, people see what AWS said. Pure. */

const EXIT_CODE = /exit(?:ed with)? ?code:? (\d+)(?! \()/gi;

/**
 * How much an exit status without a reason tells where several containers of a task ended: one of the program's own
 * first. When an essential container ends, ECS tells the others to (143), kills those that do not (137), and 0 is
 * either the essential one that was done or one that did as it was told. Source: Amazon ECS Developer Guide, task
 * lifecycle; StopTask.
 */
const TELLS_LITTLE: readonly string[] = ['0', '137', '143'];

/** Leaves of several exit statuses those that say why the task ended. */
function withTellingCodes(text: string): string {
  const codes = new Set([...text.matchAll(EXIT_CODE)].map(([, code]) => code!));
  const isOwn = (code: string) => !TELLS_LITTLE.includes(code);
  const tells = [...codes].some(isOwn) ? isOwn : (code: string) => code === TELLS_LITTLE.find((one) => codes.has(one));
  return codes.size < 2 ? text : text.replace(EXIT_CODE, (whole, code: string) => (tells(code) ? whole : 'ended'));
}

/** One line, plain quotes, and of the containers of a task the one that ended first. */
export const readable = (text: string): string =>
  withTellingCodes(
    text
      .replaceAll(/\s+/g, ' ')
      .replaceAll(/[\u2018\u2019]/g, "'")
      .trim(),
  );
