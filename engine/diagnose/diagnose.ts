/**
 * From what AWS says to what went wrong, why, and what to do. Pure: the table in rules/ is tried in order on each text,
 * the text that decides most counts, and what no rule knows is shown whole and classed `unknown`.
 */
import type { FailureClass } from './failureClass.ts';
import type { FixName } from './fixes.ts';
import { isOrdinary } from './ordinary.ts';
import { readable } from './readable.ts';
import { BY_WEIGHT, RULES, type Rule } from './rules/index.ts';
import { type Found, fill } from './sentence.ts';

export interface Diagnosis {
  readonly class: FailureClass;
  /** The rule that knew the text; undefined where none did. */
  readonly rule: string | undefined;
  /** Why, most likely: one sentence; undefined where nobody knows. */
  readonly cause: string | undefined;
  /** What to do next, as an instruction. */
  readonly next: string;
  /** The mechanical edit that would mend it, to be worked out with the definitions at hand. */
  readonly fix: FixName | undefined;
  /** May the program's own log lines say why? */
  readonly inLogs: boolean;
  /** What the text named: an image, an action, a container. */
  readonly found: Found;
  /** Where the rule comes from. */
  readonly source: string | undefined;
}

/** The longest text that rules are tried on, characters: AWS's own are at most a few thousand. */
const LONGEST = 8_000;

const UNKNOWN: Diagnosis = {
  class: 'unknown',
  rule: undefined,
  cause: undefined,
  next: 'read what AWS says above; `gitmoxi logs` shows all events of the rollout',
  fix: undefined,
  inLogs: false,
  found: {},
  source: undefined,
};

/** What to do where nothing but the class is known. */
const NEXT_OF: Partial<Record<FailureClass, string>> = {
  timeout:
    'see in the service events what it waited for; where tasks only need longer, raise the time-out in the deployment definition',
  'health check': 'look at the container logs and at what the health check asks',
  crash: 'look at the stopped tasks of the service, and at the logs of their containers',
};

/** The diagnosis where AWS said nothing, and only the class of the failure is known. */
export const diagnosisOf = (kind: FailureClass): Diagnosis => ({
  ...UNKNOWN,
  class: kind,
  next: NEXT_OF[kind] ?? UNKNOWN.next,
});

/** The first rule that knows a text. */
function ruleFor(text: string): { readonly rule: Rule; readonly found: Found } | undefined {
  for (const rule of RULES) {
    const match = rule.pattern.exec(text);
    if (match) return { rule, found: { ...match.groups } };
  }
  return undefined;
}

/**
 * Diagnoses one failure by all that is said about it: stop codes, reasons, error codes and messages, service events.
 *
 * Texts that tell of no trouble are passed over. Where rules know several texts, the one that decides most counts: why
 * something went wrong before what followed, and what stays before what passes.
 */
export function diagnose(...texts: readonly (string | undefined)[]): Diagnosis {
  const said = texts
    .flatMap((text) => (text === undefined || text === '' ? [] : [text.slice(0, LONGEST)]))
    .map(readable)
    .filter((text) => !isOrdinary(text));
  const known = said.flatMap((text) => ruleFor(text) ?? []);
  const [first] = known.sort((a, b) => BY_WEIGHT.indexOf(a.rule) - BY_WEIGHT.indexOf(b.rule));
  if (first === undefined) return UNKNOWN;
  const { rule, found } = first;
  return {
    class: rule.class,
    rule: rule.id,
    cause: fill(rule.cause, found),
    next: fill(rule.next, found),
    fix: rule.fix,
    inLogs: rule.inLogs === true,
    found,
    source: rule.source,
  };
}
