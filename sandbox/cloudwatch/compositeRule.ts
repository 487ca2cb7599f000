/**
 * Composite alarm rules: `ALARM("a") AND (OK(b) OR NOT INSUFFICIENT_DATA("c"))`, `TRUE`, `FALSE`. Pure.
 * Source: CloudWatch API, PutCompositeAlarm, AlarmRule.
 */
import type { AlarmState } from '../scenario/index.ts';

export type Rule = (stateOf: (alarm: string) => AlarmState | undefined) => boolean;

/** API limit on a rule's length, characters. */
const MAX_LENGTH = 10_240;

/** Brackets and negations within each other: more than any rule that people write. */
const MAX_DEPTH = 100;

/** @returns undefined where the text is not a rule */
export function parseRule(text: string): Rule | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const tokens = [...text.matchAll(/\s*(?:("(?:[^"\\]|\\.)*")|([()])|([^\s()"]+))/gy)].map((match) => match[0].trim());
  if (tokens.join('').replaceAll(/\s/g, '') !== text.replaceAll(/\s/g, '')) return undefined;
  const parser = new RuleParser(tokens);
  const rule = parser.either();
  return parser.isAtEnd ? rule : undefined;
}

const STATES: ReadonlySet<string> = new Set<AlarmState>(['OK', 'ALARM', 'INSUFFICIENT_DATA']);

class RuleParser {
  readonly #tokens: readonly string[];
  #next = 0;
  #depth = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  get isAtEnd(): boolean {
    return this.#next === this.#tokens.length;
  }

  either(): Rule | undefined {
    return this.#chain(
      'OR',
      () => this.#both(),
      (rules) => (states) => rules.some((rule) => rule(states)),
    );
  }

  #both(): Rule | undefined {
    return this.#chain(
      'AND',
      () => this.#single(),
      (rules) => (states) => rules.every((rule) => rule(states)),
    );
  }

  #chain(word: string, part: () => Rule | undefined, join: (rules: readonly Rule[]) => Rule): Rule | undefined {
    const rules: Rule[] = [];
    do {
      const rule = part();
      if (rule === undefined) return undefined;
      rules.push(rule);
    } while (this.#take(word));
    return rules.length === 1 ? rules[0] : join(rules);
  }

  #single(): Rule | undefined {
    if (++this.#depth > MAX_DEPTH) return undefined;
    const rule = this.#term();
    this.#depth--;
    return rule;
  }

  #term(): Rule | undefined {
    if (this.#take('NOT')) {
      const rule = this.#single();
      return rule && ((states) => !rule(states));
    }
    if (this.#take('TRUE')) return () => true;
    if (this.#take('FALSE')) return () => false;
    if (this.#take('(')) {
      const rule = this.either();
      return rule && this.#take(')') ? rule : undefined;
    }
    const state = this.#tokens[this.#next++];
    if (state === undefined || !STATES.has(state) || !this.#take('(')) return undefined;
    const name = this.#tokens[this.#next++];
    if (name === undefined || name === ')' || !this.#take(')')) return undefined;
    const alarm = unquoted(name);
    return (states) => states(alarm) === state;
  }

  #take(token: string): boolean {
    if (this.#tokens[this.#next] !== token) return false;
    this.#next++;
    return true;
  }
}

/** A name may be quoted, and may be an ARN. */
function unquoted(name: string): string {
  const plain = name.startsWith('"') ? name.slice(1, -1).replaceAll(/\\(.)/g, '$1') : name;
  return /^arn:[\w-]+:cloudwatch:[\w-]*:\d*:alarm:(.+)$/.exec(plain)?.[1] ?? plain;
}
