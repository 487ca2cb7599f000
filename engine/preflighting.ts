/**
 * Preflight of planned workloads and of rollouts that are about to begin: looks at what would protect them, at what
 * their files name and at who else is at their targets, and says what stands in the way. An error blocks the workload:
 * nothing is begun that cannot be protected.
 */
import type { Aws } from './aws/index.ts';
import type { CheckedWorkload } from './check/index.ts';
import { EngineError } from './errors.ts';
import type { Problem } from './finding.ts';
import { type Desired, type EcsDesired, type Live, problemAt, type WorkloadPlan } from './plan/index.ts';
import {
  alarmObstacles,
  type Facts,
  judge,
  letThrough,
  named,
  type Obstacle,
  type Past,
  refusing,
  type Subject,
  type Thing,
  thingKey,
  thingsOf,
} from './preflight/index.ts';
import { redactor } from './redact.ts';
import {
  type ForwardReference,
  type Observation,
  productionObstacles,
  type RolloutRecord,
  skipsOf,
  surveyTraffic,
  type Wish,
} from './rollout/index.ts';
import type { Store } from './store/index.ts';

/** Past rollouts of a target that may have begun what is under way there. */
const REMEMBERED = 5;

const SETTLED: ReadonlySet<RolloutRecord['phase']> = new Set(['succeeded', 'rolled back']);

/** Members of the strategies' states that tell of a change. A rollout that was refused has none. */
const CHANGED = ['touched', 'created', 'launched', 'shifted', 'configured', 'coded', 'published'] as const;

const hasChanged = ({ state }: RolloutRecord): boolean => CHANGED.some((member) => state?.[member] === true);

/** What earlier rollouts of a target tell about what is live. @param records the newest first */
function pastOf(records: readonly RolloutRecord[]): Past {
  const last = records.find((record) => SETTLED.has(record.phase) || hasChanged(record));
  const told = records.map(({ id, state }) => `"${id}" ${JSON.stringify(state)}`).join();
  return { leftHalfway: last !== undefined && !SETTLED.has(last.phase), knows: (id) => told.includes(`"${id}"`) };
}

/** Nothing is known of earlier rollouts. */
export const UNKNOWN_PAST: Past = { leftHalfway: false, knows: () => false };

/** A rollout of this store is at it: what is under way is its own. */
const OWN: Past = { leftHalfway: true, knows: () => true };

async function readPast(store: Store, target: RolloutRecord['target'], except?: string): Promise<Past> {
  const stored = await store.list({ target, limit: REMEMBERED });
  return pastOf(stored.map(({ record }) => record).filter(({ id }) => id !== except));
}

/** Texts of every load balancer of a service. */
const balancers = ({ service }: EcsDesired, ...path: readonly string[]): string[] =>
  named('service', service, 'loadBalancers', '*', ...path).map(({ name }) => name);

const targetGroupsOf = (desired: EcsDesired): string[] => balancers(desired, 'targetGroupArn');

interface Production {
  readonly forwards: readonly ForwardReference[];
  /** Both halves. */
  readonly targetGroups: readonly string[];
}

/** What ECS itself would shift; nothing where the rollout creates the service. */
function productionOf(desired: EcsDesired, { strategy, action }: WorkloadPlan): Production {
  if (strategy !== 'ecs-native' || action !== 'update') return { forwards: [], targetGroups: [] };
  const advanced = (member: string) => balancers(desired, 'advancedConfiguration', member);
  const forwards = advanced('productionListenerRule').map((arn): ForwardReference => {
    return { arn, kind: arn.includes(':listener-rule/') ? 'rule' : 'listener' };
  });
  const targetGroups =
    forwards.length === 0 ? [] : [...targetGroupsOf(desired), ...advanced('alternateTargetGroupArn')];
  return { forwards, targetGroups };
}

/** Does the rollout shift traffic between target groups itself? */
const shifts = (desired: EcsDesired, { strategy }: WorkloadPlan): boolean =>
  strategy === 'ecs-blue-green' && desired.settings.trafficShifting !== undefined && targetGroupsOf(desired).length > 0;

function wishOf(desired: Desired, plan: WorkloadPlan): Wish | undefined {
  const alarms = desired.settings.alarmNames;
  if (desired.kind === 'lambda') {
    const { target, settings } = desired;
    return alarms.length === 0
      ? undefined
      : { kind: 'lambda', target, alias: settings.alias, version: undefined, alarms };
  }
  const findForwardsTo = shifts(desired, plan) ? desired.settings.targetGroupArnPairs.flat() : [];
  const { forwards, targetGroups } = productionOf(desired, plan);
  if (alarms.length + findForwardsTo.length + forwards.length === 0) return undefined;
  const traffic = forwards.length > 0 ? { forwards, healthOf: targetGroups } : { findForwardsTo };
  return { kind: 'ecs', target: desired.target, stoppedTasksOf: [], alarms, ...traffic };
}

function protectionOf(desired: Desired, plan: WorkloadPlan, seen: Observation): readonly Obstacle[] {
  const alarms = alarmObstacles(seen.alarms, desired.settings.alarmNames);
  if (desired.kind !== 'ecs' || seen.kind !== 'ecs') return alarms;
  if (plan.strategy === 'ecs-native') return [...alarms, ...productionObstacles(seen.forwards, seen.targets)];
  if (!shifts(desired, plan)) return alarms;
  return [...alarms, ...surveyTraffic(seen, targetGroupsOf(desired), desired.settings.targetGroupArnPairs).obstacles];
}

/** AWS did not let it be read: said, and left to the rollout, which looks again. */
function unread(head: CheckedWorkload, error: unknown): Problem {
  if (!(error instanceof EngineError)) throw error;
  return problemAt(head, 'deployment', [], {
    severity: 'warning',
    code: 'preflight.not-checked',
    message: `whether the rollout is protected could not be seen: ${error.message}`,
    hint: error.hint ?? 'see the message, then plan again',
  });
}

/** A plan, and what it is made from. */
export interface Planned {
  readonly plan: WorkloadPlan;
  readonly head: CheckedWorkload;
  /** What the files ask for, also where nothing differs. */
  readonly desired: Desired;
  readonly live: Live | undefined;
}

export interface PreflightRequest {
  /** Look at everything that the files name too, and not only at what would protect the rollout. */
  readonly surroundings: boolean;
  /** Checks that somebody lets through, by name. */
  readonly skips: readonly string[];
  readonly trigger: RolloutRecord['trigger'];
  /** What was looked at already. @default nothing */
  readonly known?: Facts;
}

/** What the look at alarms and weights says, or why there was none. */
async function protection(aws: Aws, { plan, desired }: Planned): Promise<readonly Obstacle[]> {
  const wish = wishOf(desired, plan);
  if (wish === undefined) return [];
  return protectionOf(desired, plan, await aws.observe(wish, new AbortController().signal));
}

/** The plan with what was found; one that would be carried out is blocked by an error. */
function withObstacles(planned: Planned, found: readonly Obstacle[], unseen: readonly Problem[]): WorkloadPlan {
  const { plan, head, desired } = planned;
  const redact = redactor(desired.secrets);
  const shown = found.map(({ file, path, severity, code, message, hint }) =>
    problemAt(head, file, path, { severity, code, message: redact(message), hint: redact(hint) }),
  );
  // The same in other words, and as a warning only.
  const isSaid = found.some(({ name }) => name === 'deployment-in-progress');
  const before = plan.problems.filter(({ code }) => !isSaid || code !== 'plan.deployment-in-progress');
  const problems = [...before, ...shown, ...unseen];
  const worst = refusing(found);
  if (worst === undefined || plan.desired === undefined) return { ...plan, problems };
  return { ...plan, problems, action: 'blocked', reason: redact(worst.message), desired: undefined };
}

async function allFacts(aws: Aws, things: readonly Thing[], known: Facts): Promise<Facts> {
  const rest = await aws.facts(things.filter((thing) => !known.has(thingKey(thing))));
  return new Map([...known, ...rest]);
}

/**
 * Plans with what their preflight found; things that several name are looked at once.
 *
 * @throws EngineError of the store
 */
export async function withPreflight(
  ports: { readonly aws: Aws; readonly store: Store },
  all: readonly Planned[],
  { surroundings, skips, trigger, known = new Map() }: PreflightRequest,
): Promise<WorkloadPlan[]> {
  const { aws, store } = ports;
  const subjects = await Promise.all(
    all.map(async ({ plan, desired, live }): Promise<Subject> => {
      const past = plan.underWay !== undefined ? OWN : await readPast(store, desired.target);
      return { desired, live, past, skips: skipsOf(desired, { skips, trigger }) };
    }),
  );
  const facts = surroundings ? allFacts(aws, subjects.flatMap(thingsOf), known) : undefined;
  return Promise.all(
    all.map(async (planned, i) => {
      const subject = subjects[i]!;
      const unseen: Problem[] = [];
      const found = await protection(aws, planned).catch((error) => {
        unseen.push(unread(planned.head, error));
        return [];
      });
      // Weights that a rollout left half shifted are not somebody else's.
      const skipped = subject.past.leftHalfway ? [...subject.skips, 'weights-moved'] : subject.skips;
      const judged = facts === undefined ? [] : judge(subject, await facts);
      return withObstacles(planned, [...letThrough(found, skipped), ...judged], unseen);
    }),
  );
}

/** What stands in the way of a rollout that is about to begin, besides what its strategy vets itself. */
export async function obstaclesTo(
  { aws, store }: { readonly aws: Aws; readonly store: Store },
  record: RolloutRecord,
  desired: Desired,
  live: Live,
  skips: readonly string[],
): Promise<Obstacle[]> {
  const past = record.replaced == null ? await readPast(store, record.target, record.id) : OWN;
  const subject = { desired, live, past, skips };
  return judge(subject, await aws.facts(thingsOf(subject)));
}

/** The checks let through for a new rollout: as asked, and weights that the one before left half shifted. */
export async function skipsFor(
  store: Store,
  target: RolloutRecord['target'],
  asked: readonly string[],
): Promise<string[]> {
  const { leftHalfway } = await readPast(store, target);
  return leftHalfway ? [...asked, 'weights-moved'] : [...asked];
}
