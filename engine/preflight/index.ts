/**
 * The door of engine/preflight: what keeps a rollout from being protected, or from getting anywhere, known before
 * anything is changed. Pure: what is outside comes in as facts. The same function says what to look for and what
 * follows from it.
 */
import type { Desired, Live } from '../plan/index.ts';
import { ecsObstacles } from './ecs.ts';
import { type Facts, type Look, type Looked, type Past, PERMISSIONS, type Thing, thingKey, UNASKED } from './facts.ts';
import { lambdaObstacles } from './lambda.ts';
import { type At, letThrough, type Obstacle, obstacle } from './obstacle.ts';

export { CHECK_NAMES, CHECKS, type Check, type CheckName, SKIPPABLE } from './catalogue.ts';
export {
  type FactOf,
  type Facts,
  type Looked,
  type Past,
  PERMISSIONS,
  type Thing,
  type ThingKind,
  thingKey,
} from './facts.ts';
export { type At, alarmObstacles, letThrough, type Obstacle, obstacle, refusing } from './obstacle.ts';
export { named } from './picking.ts';
export { type EcrImage, ecrImage } from './surroundings.ts';

/** A workload that is about to be rolled out. */
export interface Subject {
  readonly desired: Desired;
  /** Undefined where it could not be read. */
  readonly live: Live | undefined;
  readonly past: Past;
  /** Names of checks that are let through. */
  readonly skips: readonly string[];
}

function obstaclesOf({ desired, live, past }: Subject, look: Look): Obstacle[] {
  return desired.kind === 'ecs'
    ? ecsObstacles(desired, live?.kind === 'ecs' ? live : undefined, past, look)
    : lambdaObstacles(desired, live?.kind === 'lambda' ? live : undefined, past, look);
}

/** What has to be looked at before anything can be said. */
export function thingsOf(subject: Subject): Thing[] {
  const asked = new Map<string, Thing>();
  const { account } = subject.desired.target;
  obstaclesOf(subject, (kind, region, id) => {
    const thing = { kind, account, region, id };
    asked.set(thingKey(thing), thing);
    return UNASKED;
  });
  return [...asked.values()];
}

/** What could not be looked at, one for each kind of thing and reason. */
function notChecked(
  at: At,
  unknown: readonly { readonly thing: Thing; readonly code: string; readonly why: string }[],
) {
  const alike = Map.groupBy(unknown, ({ thing, code }) => `${thing.kind} ${code}`);
  return [...alike.values()].map((all): Obstacle => {
    const { thing, why } = all[0]!;
    const rest = all.length > 1 ? `, and ${all.length - 1} more,` : '';
    const message = `${thing.kind.replace('-', ' ')} ${thing.id}${rest} could not be looked at: ${why}`;
    const hint = `to have it checked, allow ${PERMISSIONS[thing.kind]}; nothing is refused for it`;
    return obstacle('not-checked', at, message, hint);
  });
}

/** What the facts say against the rollout; what could not be looked at is said, and keeps nothing from beginning. */
export function judge(subject: Subject, facts: Facts): Obstacle[] {
  const unknown = new Map<string, { readonly thing: Thing; readonly code: string; readonly why: string }>();
  const { account } = subject.desired.target;
  const look: Look = (kind, region, id) => {
    const thing = { kind, account, region, id };
    const key = thingKey(thing);
    const looked = (facts.get(key) ?? UNASKED) as Looked<never>;
    if (looked.state === 'unknown') unknown.set(key, { thing, code: looked.code, why: looked.why });
    return looked;
  };
  const found = letThrough(obstaclesOf(subject, look), subject.skips);
  const at: At = { file: subject.desired.kind === 'ecs' ? 'service' : 'function', path: [] };
  return [...found, ...notChecked(at, [...unknown.values()])];
}
