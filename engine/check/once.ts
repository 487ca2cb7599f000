/** Says each mistake once: a value that its schema refuses is often one that a rule has something to say of too. Pure. */
import type { Finding } from '../finding.ts';

const placeOf = ({ path, start, end }: Finding): string => `${path}:${start}:${end}`;

/** A list or object inside a text, as Python prints it: what else is wrong with that text follows from it. */
export const PRINTED_VALUE = 'json.printed-value';

/** As bad as what follows from it; where the text as such is wrong, that is said. */
function printedFirst(findings: readonly Finding[]): readonly Finding[] {
  if (!findings.some(({ code }) => code === PRINTED_VALUE)) return findings;
  const byPlace = Map.groupBy(findings, placeOf);
  return [...byPlace.values()].flatMap((there) => {
    const printed = there.find(({ code }) => code === PRINTED_VALUE);
    if (printed === undefined) return there;
    const others = there.filter((one) => one !== printed);
    if (others.some(({ code }) => code === 'schema.wrong-type')) return others;
    return others.some(({ severity }) => severity === 'error') ? [{ ...printed, severity: 'error' }] : [printed];
  });
}

/**
 * Whether what a schema says gives way to a rule, which knows the range that holds in this workload, or what is meant by
 * a value that may be right. An error gives way to nothing less.
 */
const givesWay = ({ code, severity }: Finding, rule: Finding | undefined): boolean =>
  rule !== undefined &&
  code.startsWith('schema.') &&
  (severity !== 'error' || (code === 'schema.out-of-range' && rule.severity === 'error'));

/**
 * What was found in the files and by the rules, without what is said twice of one place: of a schema and a rule the one
 * that knows more speaks, and what a loop repeats in the rendered text stands once in the template.
 */
export function once(inFiles: readonly Finding[], byRules: readonly Finding[]): readonly Finding[] {
  const ruled = new Map(byRules.map((finding) => [placeOf(finding), finding]));
  const kept = inFiles.filter((finding) => !givesWay(finding, ruled.get(placeOf(finding))));
  const refused = new Set(kept.filter(({ code }) => code.startsWith('schema.')).map(placeOf));
  const seen = new Set<string>();
  const all = [...kept, ...byRules.filter((finding) => !refused.has(placeOf(finding)))];
  return printedFirst(all).filter((finding) => {
    const identity = `${placeOf(finding)} ${finding.code} ${finding.message}`;
    return !seen.has(identity) && seen.add(identity);
  });
}
