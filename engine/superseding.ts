/**
 * What a deployment does when its target has an unfinished rollout of another commit: wait for it, have it go back
 * first, or take its place, as the deployment definition's `supersede` says.
 */
import type { PlanReport } from './api.ts';
import type { Clock } from './clock.ts';
import { codeHash } from './hash.ts';
import { digestOf, type Supersede, type WorkloadPlan } from './plan/index.ts';
import { isFinal, type RolloutRecord, type StoredRollout } from './rollout/index.ts';
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

/** Rollouts of a target that may have come since a plan of it was made. */
const LATELY = 20;

/** What makes a plan void, in words, or what has become of it without it. */
export type Overtaking =
  | { readonly same: RolloutRecord }
  | { readonly commit: string; readonly rollout?: RolloutRecord };

/** Was a commit of the branch processed that was planned later, and for which nothing of this target was to be done? */
async function processedLater(store: Store, { context }: PlanReport): Promise<Overtaking | undefined> {
  const { repository, branch, commit, plannedAt, trigger } = context;
  if (trigger === 'rollback') return undefined;
  const last = await store.lastProcessed(repository.identity, branch ?? 'HEAD');
  const isLater = last?.plannedAt !== undefined && last.plannedAt > plannedAt && last.commit !== commit?.id;
  return commit !== undefined && isLater ? { commit: last.commit } : undefined;
}

/**
 * A rollout that makes a plan void: of a commit that was planned later, whatever has become of it since, or of the same
 * commit, brought by another process meanwhile. The later plan counts, in whichever order they get their turn; a
 * rollback is somebody's decision, and comes before any plan.
 */
export async function overtaking(
  store: Store,
  record: RolloutRecord,
  report: PlanReport,
): Promise<Overtaking | undefined> {
  const { target, trigger, plannedAt, revision } = record;
  if (trigger === 'rollback' || revision.commit === undefined || plannedAt === undefined) return undefined;
  const others = (await store.list({ target, limit: LATELY })).map((stored) => stored.record);
  const found = others.find((other) => {
    if (other.revision.commit === undefined || other.plannedAt === undefined) return false;
    const isSame = other.revision.commit === revision.commit;
    return isSame ? isFinal(other.phase) && other.startedAt > plannedAt : other.plannedAt > plannedAt;
  });
  if (found === undefined) return processedLater(store, report);
  const { commit } = found.revision;
  return commit === revision.commit ? { same: found } : { commit: commit!, rollout: found };
}

/**
 * The rollout whose place a new one takes: the last one, where it ended for that before its time. What it would have
 * gone back to, the new one goes back to.
 */
export async function replacedBy(store: Store, plan: WorkloadPlan): Promise<RolloutRecord['replaced']> {
  const [last] = await store.list({ target: plan.target!, limit: 1 });
  if (last === undefined || last.record.phase !== 'superseded') return null;
  const { id, strategy, state, replaced } = last.record;
  if (state === null) return replaced ?? null;
  return strategy === plan.strategy && state['replaced'] === true ? { rollout: id, state } : null;
}

/** May a rollout wait for this one? The same commit is on its way already, and a rollback is not for waiting. */
export function waitsFor(record: RolloutRecord, present: RolloutRecord): boolean {
  const [mine, theirs] = [record.revision.commit, present.revision.commit];
  return record.trigger !== 'rollback' && mine !== undefined && theirs !== undefined && mine !== theirs;
}

/** Only ECS itself can have one rolling update take another's place; elsewhere what was begun goes back first. */
function wayOf(plan: WorkloadPlan, present: RolloutRecord): Supersede {
  // What both ask for is on its way already.
  if (present.digest === digestOf(plan.desired, codeHash)) return 'wait';
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
 * @throws the signal's reason when it is aborted first
 */
export async function makeWay(
  ports: SupersedingPorts,
  plan: WorkloadPlan,
  commit: string,
  present: StoredRollout,
  signal: AbortSignal,
): Promise<void> {
  const { store, clock } = ports;
  const { id, phase } = present.record;
  const way = wayOf(plan, present.record);
  if (way !== 'wait') await store.ask(id, way, `commit ${commit.slice(0, 7)}`);
  ports.told(`${id} is under way for this target (${phase}): ${WAITING[way]}`);
  for (;;) {
    const stored = (await store.load(id))!;
    if (stored.record.endedAt !== null) return;
    if (stored.owner === undefined) await ports.takeUp(stored);
    else await clock.sleepUntil(clock.now() + LOOK_MS, signal);
    signal.throwIfAborted();
  }
}
