/** Desired states by what they ask AWS for. Pure. */
import type { CodeHash } from '../hash.ts';
import type { Desired } from './desired.ts';
import { canonical } from './differences.ts';

/** The AWS request bodies, in one digest; empty for a deletion. Whoever takes a rollout over must come to the same. */
export function digestOf(desired: Desired | undefined, hash: CodeHash): string {
  if (desired === undefined) return '';
  const bodies =
    desired.kind === 'ecs'
      ? [desired.service, desired.taskDefinition ?? null]
      : [desired.function, desired.eventSources ?? null];
  return hash.text(canonical(bodies));
}
