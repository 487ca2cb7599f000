/** What a program's last lines say of why it failed. Pure. */
import { LOG_RULES } from './rules/programs.ts';
import { fill } from './sentence.ts';

/** The longest line that rules are tried on, characters. */
const LONGEST = 2_000;

export interface LogHint {
  readonly rule: string;
  readonly cause: string;
  readonly next: string;
}

/**
 * The newest line that a rule knows says it.
 *
 * @param lines oldest first
 */
export function logHint(lines: readonly string[]): LogHint | undefined {
  for (const line of lines.toReversed()) {
    for (const { id, pattern, cause, next } of LOG_RULES) {
      const match = pattern.exec(line.slice(0, LONGEST));
      if (match) return { rule: id, cause: fill(cause, { ...match.groups }), next: fill(next, { ...match.groups }) };
    }
  }
  return undefined;
}
