/**
 * What a deployment does when its target has an unfinished rollout of another commit: wait for it, have it go back
 * first, or take its place, as the deployment definition's `supersede` says.
 */
import type { Clock } from './clock.ts';
import type { Supersede, WorkloadPlan } from './plan/index.ts';
import type { RolloutRecord, StoredRollout } from './rollout/index.ts';
import type { Store } from './store/index.ts';

export interface SupersedingPorts {
  readonly store: Store;
  readonly clock: Clock;
  /** Carries on a rollout that nobody runs. */
  readonly takeUp: (stored: StoredRollout) => Promise<unknown>;
  /** Told once, for people: what is waited for. */
  readonly told: (message: string) => void;
}

/** Between looks at the rollout that is in the way, ms of the rollouts' clock. */
const LOOK_MS = 2_000;

/** May a rollout wait for this one? The same commit is on its way already, and a rollback is not for waiting. */
export function waitsFor(record: RolloutRecord, present: RolloutRecord): boolean {
  const [mine, theirs] = [record.revision.commit, present.revision.commit];
  return record.trigger !== 'rollback' && mine !== undefined && theirs !== undefined && mine !== theirs;
}

/** Only ECS itself can have one rolling update take another's place; elsewhere what was begun goes back first. */
function wayOf(plan: WorkloadPlan, present: RolloutRecord): Supersede {
  const asked = plan.desired?.settings.supersede ?? 'wait';
  const canReplace = plan.strategy === 'ecs-rolling' && present.strategy === 'ecs-rolling';
  return asked === 'replace' && !canReplace ? 'abort' : asked;
}

const WAITING: Readonly<Record<Supersede, string>> = {
  wait: 'waiting until it is over',
  abort: 'asked it to go back, and waiting until it has',
  replace: 'taking its place',
};

/**
 * Waits until the rollout that is in the way is over.
 *
 * @returns it as it ended
 * @throws the signal's reason when it is aborted first
 */
export async function makeWay(
  ports: SupersedingPorts,
  plan: WorkloadPlan,
  commit: string,
  present: StoredRollout,
  signal: AbortSignal,
): Promise<RolloutRecord> {
  const { store, clock } = ports;
  const { id, phase } = present.record;
  const way = wayOf(plan, present.record);
  if (way !== 'wait') await store.ask(id, way, `commit ${commit.slice(0, 7)}`);
  ports.told(`${id} is under way for this target (${phase}): ${WAITING[way]}`);
  for (;;) {
    const stored = (await store.load(id))!;
    if (stored.record.endedAt !== null) return stored.record;
    if (stored.owner === undefined) await ports.takeUp(stored);
    else await clock.sleepUntil(clock.now() + LOOK_MS, signal);
    signal.throwIfAborted();
  }
}
