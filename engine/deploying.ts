/**
 * Carrying plans out: one rollout per workload, all at once, each with its lease kept alive, and taking up what another
 * process left. Owns the running rollouts of this process; all else is in the store.
 */
import type { DeployReport, PlanReport, RolloutSummary, RunOptions } from './api.ts';
import type { Aws } from './aws/index.ts';
import { type Clock, systemClock } from './clock.ts';
import { EngineError } from './errors.ts';
import { codeHash } from './hash.ts';
import { movingRecord, newRecord } from './newRollout.ts';
import { type Desired, desiredOf, digestOf, isOurs, targetKey, type WorkloadPlan } from './plan/index.ts';
import { obstaclesTo, skipsFor } from './preflighting.ts';
import {
  type Claim,
  isFinal,
  type Owner,
  type RolloutRecord,
  type RunnerPorts,
  runRollout,
  type StoredRollout,
  strategies,
  type Waiting,
} from './rollout/index.ts';
import { LEASE_MS, type Store } from './store/index.ts';
import { makeWay, type Overtaking, overtaking, replacedBy, waitsFor } from './superseding.ts';
import type { Turns } from './turns.ts';
import { checkEach, withRevision } from './workspace.ts';

export interface DeployPorts {
  readonly aws: Aws;
  readonly store: Store;
  readonly clock: Clock;
  readonly owner: Owner;
  /** How many rollouts run at a time, for each account and region. @default all at once */
  readonly turns?: Turns;
  /** Does a rollout look at what its files name before it begins? @default true */
  readonly preflight?: boolean;
  /** Makes the desired state of an unfinished rollout again; undefined when it cannot. @default from its repository */
  readonly renderAgain?: (record: RolloutRecord) => Promise<Desired | undefined>;
}

const TABLE = strategies(codeHash);

export function summaryOf(record: RolloutRecord): RolloutSummary {
  return {
    rollout: record.id,
    workload: record.workload,
    target: record.target,
    phase: record.phase,
    startedAt: record.startedAt,
    endedAt: record.endedAt,
    reason: record.message,
    next: record.phase === 'succeeded' ? undefined : record.failure?.next,
  };
}

const ownerName = (owner: Owner): string => `process ${owner.pid} on ${owner.host}`;

/** Somebody else has an unfinished rollout for the target. */
function busy(stored: StoredRollout): RolloutSummary {
  const { record, owner } = stored;
  const who =
    owner === undefined
      ? `its rollout ${record.id} was left unfinished by a process that is gone`
      : `${ownerName(owner)} is rolling it out (${record.id}, ${record.phase}: ${record.message})`;
  return {
    ...summaryOf(record),
    phase: 'busy',
    endedAt: null,
    reason: who,
    next:
      owner === undefined
        ? 'take it up with `gitmoxi resume`, then deploy again'
        : 'watch it with `gitmoxi status --watch`',
  };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** How far a rollout came that AWS does not let go on. */
const soFar = ({ state, phase, message }: RolloutRecord): string =>
  state === null ? 'nothing was changed yet' : `it stands at ${phase}: ${message}`;

/** This process let go of a rollout; it stays as it is in the store. */
function unfinished(record: RolloutRecord, error: unknown, letGo: boolean): RolloutSummary {
  const isAws = error instanceof EngineError && isOurs(error.code);
  const why = isAws ? `${error.message}; ${soFar(record)}` : messageOf(error);
  const reason = letGo ? 'this process stopped watching it' : why;
  return {
    ...summaryOf(record),
    phase: 'unfinished',
    reason,
    next:
      error instanceof EngineError && error.hint !== undefined
        ? `${error.hint}; then \`gitmoxi resume\``
        : 'take it up with `gitmoxi resume`',
  };
}

/** Renews a lease in real time until told to stop. A lost lease aborts the run; a store that is busy is asked again. */
function keepLease(store: Store, claim: Claim, lost: (error: EngineError) => void): () => void {
  const heard = (error: unknown) => {
    if (error instanceof EngineError && error.code === 'store.fenced') lost(error);
  };
  const timer = setInterval(() => store.renew(claim).catch(heard), LEASE_MS / 3);
  timer.unref();
  return () => clearInterval(timer);
}

interface Held {
  readonly claim: Claim;
  readonly seq: number;
  readonly record: RolloutRecord;
  readonly desired: Desired | undefined;
}

interface Turn {
  readonly leave: () => void;
  readonly seq: number;
  readonly record: RolloutRecord;
}

/** Waits for one's turn among the rollouts of the same account and region; says so where it has to. */
async function turn(
  { turns, store, clock }: DeployPorts,
  { claim, seq, record }: Held,
  { signal }: RunOptions,
  lost: AbortSignal,
  onRecord: (record: RolloutRecord) => void,
): Promise<Turn> {
  const { account = '', region = '' } = record.target;
  const key = `${account}/${region}`;
  if (turns === undefined) return { leave: () => {}, seq, record };
  const ended = AbortSignal.any([signal, lost]);
  if (!turns.isFull(key)) return { leave: await turns.take(key, ended), seq, record };
  const now = clock.now();
  const waiting: RolloutRecord = { ...record, updatedAt: now, waiting: waitForTurn(region, now) };
  const appended = await store.append(claim, seq, waiting, []);
  onRecord(waiting);
  return { leave: await turns.take(key, ended), seq: appended.seq, record: waiting };
}

function waitForTurn(region: string, since: number): Waiting {
  const text = `waiting for its turn in ${region}`;
  const nobodysHand = { limit: null, command: null, lookEveryMs: 0, nextLookAt: since } as const;
  return { for: 'turn', text, since, ...nobodysHand };
}

/** What a plan read so lately, ms, its rollout need not read again. */
const FRESH_MS = 5_000;

/** Unless another rollout of the target ended lately, ms: the plan may have been made before. Clocks of machines differ. */
const QUIET_MS = 60_000;

/** From when on a reading of the target shows it as the rollout is to find it, ms since the epoch; infinite for none. */
async function freshSince({ store, clock }: DeployPorts, { id, target }: RolloutRecord): Promise<number> {
  const now = clock.now();
  const [before] = (await store.list({ target, limit: 2 })).filter(({ record }) => record.id !== id);
  const isQuiet = before === undefined || now - before.record.updatedAt >= QUIET_MS;
  return isQuiet ? now - FRESH_MS : Number.POSITIVE_INFINITY;
}

/** Runs one claimed rollout; never rejects. */
async function run(ports: DeployPorts, held: Held, options: RunOptions): Promise<RolloutSummary> {
  const { store, aws, clock } = ports;
  const ending = new AbortController();
  const stop = keepLease(store, held.claim, (error) => ending.abort(error));
  let latest = held.record;
  const onRecord = (record: RolloutRecord) => {
    latest = record;
    options.onRecord?.(record);
  };
  let leave = () => {};
  try {
    const { seq, record: begun, ...mine } = await turn(ports, held, options, ending.signal, onRecord);
    leave = mine.leave;
    const strategy = TABLE[held.record.strategy];
    if (strategy === undefined) {
      throw new EngineError('rollout.unknown-strategy', `this version does not carry out ${held.record.strategy}`, {
        hint: 'update gitmoxi',
      });
    }
    const live = async (record: RolloutRecord, desired: Desired | undefined) =>
      aws.liveOf(record.target, desired, await freshSince(ports, record));
    const preflight: RunnerPorts['preflight'] = (...about) => obstaclesTo(ports, ...about);
    const looks = ports.preflight === false ? {} : { preflight };
    const record = await runRollout(
      { store, aws, clock, live, ...looks, hash: codeHash, emit: options.onEvent, onRecord },
      {
        ...held,
        seq,
        record: begun,
        strategy,
        force: begun.force,
        signal: AbortSignal.any([options.signal, ending.signal]),
      },
    );
    return summaryOf(record);
  } catch (error) {
    return unfinished(latest, ending.signal.aborted ? ending.signal.reason : error, options.signal.aborted);
  } finally {
    stop();
    leave();
    await store.release(held.claim).catch(() => {});
  }
}

/** Something that was asked for later is there first. */
function overtaken(record: RolloutRecord, by: Overtaking): RolloutSummary {
  if ('same' in by) return summaryOf(by.same);
  const { commit, rollout } = by;
  const how =
    rollout === undefined ? 'asked for no change here' : `its rollout ${rollout.id} came first (${rollout.phase})`;
  return {
    ...summaryOf(record),
    rollout: null,
    phase: 'superseded',
    startedAt: null,
    reason: `it was not started: commit ${commit.slice(0, 7)} was planned later, and ${how}`,
    next: undefined,
  };
}

/** Starts a rollout once the one that is in its way is over. */
async function startAfter(
  ports: DeployPorts,
  plan: WorkloadPlan,
  report: PlanReport,
  options: RunOptions,
  present: StoredRollout,
): Promise<RolloutSummary> {
  const waiting = {
    store: ports.store,
    clock: ports.clock,
    takeUp: (stored: StoredRollout) => takeUp(ports, stored, options),
    told: (message: string) => options.onWaiting?.(plan.workload, message),
  };
  try {
    await makeWay(waiting, plan, report.context.commit!.id, present, options.signal);
    return await start(ports, plan, report, options);
  } catch (error) {
    if (options.signal.aborted) return busy(present);
    throw error;
  }
}

async function start(
  ports: DeployPorts,
  plan: WorkloadPlan,
  report: PlanReport,
  options: RunOptions,
): Promise<RolloutSummary> {
  const now = ports.clock.now();
  const replaced = await replacedBy(ports.store, plan);
  const skips = await skipsFor(ports.store, plan.target!, report.context.skips ?? []);
  const record = { ...newRecord(plan, plan.target!, report, now), ...(skips.length === 0 ? {} : { skips }), replaced };
  const other = await overtaking(ports.store, record, report);
  if (other !== undefined) return overtaken(record, other);
  const by = record.revision.commit === undefined ? 'the working tree' : `commit ${record.revision.commit.slice(0, 7)}`;
  const created = await ports.store.create(record, ports.owner, {
    code: 'rollout.started',
    message: `${plan.action} from ${by}: ${plan.reason}`,
    data: { strategy: record.strategy, trigger: record.trigger, commit: record.revision.commit ?? null },
  });
  if ('conflict' in created) {
    if (!waitsFor(record, created.conflict.record)) return busy(created.conflict);
    return startAfter(ports, plan, report, options, created.conflict);
  }
  options.onRecord?.(record);
  for (const event of created.events) options.onEvent(event, record);
  return run(ports, { claim: created.claim, seq: created.seq, record, desired: plan.desired }, options);
}

/** What a rollout brought about, brought about again elsewhere: nothing but the capacity changes. Never rejects. */
export async function startMove(
  ports: DeployPorts,
  base: RolloutRecord,
  trigger: 'fallback' | 'return',
  message: string,
  options: RunOptions,
): Promise<RolloutSummary> {
  const record = movingRecord(base, trigger, message, ports.clock.now());
  const failed = (reason: string, next: string): RolloutSummary => ({
    ...summaryOf(record),
    rollout: null,
    phase: 'failed',
    startedAt: null,
    reason: `it was not started: ${reason}`,
    next,
  });
  try {
    await ports.aws.reach(base.target);
    const desired = await desiredAgain(ports, base);
    if (desired === undefined)
      return failed('its files do not render as they did', 'deploy the workload, which moves it as needed');
    const data = { strategy: record.strategy, trigger, commit: record.revision.commit ?? null };
    const created = await ports.store.create(record, ports.owner, { code: 'rollout.started', message, data });
    if ('conflict' in created) return busy(created.conflict);
    options.onRecord?.(record);
    for (const event of created.events) options.onEvent(event, record);
    return await run(ports, { claim: created.claim, seq: created.seq, record, desired }, options);
  } catch (error) {
    return failed(messageOf(error), (error instanceof EngineError && error.hint) || 'try again');
  }
}

/** A rollout that could not even be written down. */
function notStarted(plan: WorkloadPlan, error: unknown): RolloutSummary {
  return {
    rollout: null,
    workload: plan.workload,
    target: plan.target!,
    phase: 'failed',
    startedAt: null,
    endedAt: null,
    reason: `it was not started: ${messageOf(error)}`,
    next: error instanceof EngineError && error.hint !== undefined ? error.hint : 'deploy again',
  };
}

const CARRIED_OUT = new Set(['create', 'update', 'delete']);

/** Is it a deletion that is still to be done? Later plans start after the commit, and would never list it again. */
function isLeftToDelete({ strategy, action, target }: WorkloadPlan, succeeded: ReadonlySet<string>): boolean {
  if ((strategy !== 'ecs-delete' && strategy !== 'lambda-delete') || target === undefined) return false;
  return action === 'blocked' || (action === 'delete' && !succeeded.has(targetKey(target)));
}

/** Did this deployment bring the commit to an end, so that the next one starts after it? */
async function isProcessed(store: Store, report: PlanReport, rollouts: readonly RolloutSummary[]): Promise<boolean> {
  const { whole, commit } = report.context;
  const succeeded = new Set(
    rollouts.filter(({ phase }) => phase === 'succeeded').map(({ target }) => targetKey(target)),
  );
  const isOpen = (plan: WorkloadPlan) =>
    plan.action === 'deploy' ||
    // Unreadable, without a region, wrong in its files: it was not deployed, and must be seen again.
    (plan.action === 'blocked' && plan.problems.some(({ severity }) => severity === 'error')) ||
    isLeftToDelete(plan, succeeded);
  if (!whole || commit === undefined || report.workloads.some(isOpen)) return false;
  if (rollouts.some(({ rollout }) => rollout === null)) return false;
  // Whatever another commit is still bringing may be what this one takes back: nothing of it may be in the plan.
  const open = await store.list({ repository: report.context.repository.identity, unfinished: true });
  return open.length === 0;
}

/** Rollouts that are under way where nothing is left to change: what they brought may still go back. */
async function othersUnderWay(store: Store, report: PlanReport): Promise<RolloutSummary[]> {
  const ids = report.workloads.flatMap(({ action, underWay }) =>
    action === 'unchanged' && underWay !== undefined ? [underWay.rollout] : [],
  );
  const stored = await Promise.all(ids.map((id) => store.load(id)));
  return stored.flatMap((one) => (one !== undefined && one.record.endedAt === null ? [busy(one)] : []));
}

export async function deployPlan(ports: DeployPorts, report: PlanReport, options: RunOptions): Promise<DeployReport> {
  const todo = report.workloads.filter((plan) => CARRIED_OUT.has(plan.action));
  const started = todo.map((plan) => start(ports, plan, report, options).catch((error) => notStarted(plan, error)));
  const own = await Promise.all(started);
  const { repository, branch, commit } = report.context;
  if (await isProcessed(ports.store, report, own))
    await ports.store.markProcessed(repository.identity, branch ?? 'HEAD', commit!.id, report.context.plannedAt);
  return {
    revision: report.revision,
    rollouts: [...own, ...(await othersUnderWay(ports.store, report))],
    blocked: report.workloads.filter(({ action }) => action === 'blocked'),
  };
}

/** Renders a rollout's revision again. */
async function fromRepository(record: RolloutRecord): Promise<Desired | undefined> {
  const where = { repo: record.repository.root, revision: record.revision.commit ?? ({ worktree: true } as const) };
  const { account, region } = record.target;
  const surroundings = { ...(account === undefined ? {} : { account }), ...(region === undefined ? {} : { region }) };
  return withRevision(where, async ({ tree, workloads }) => {
    const same = workloads.filter((one) => one.path === record.workload && one.kind === record.kind);
    const [desired] = await checkEach(tree, same, (checked) => desiredOf(checked, surroundings, undefined));
    return desired;
  });
}

/** Undefined when the files cannot be read, or do not give what the rollout was begun with. */
async function desiredAgain(ports: DeployPorts, record: RolloutRecord): Promise<Desired | undefined> {
  const render = ports.renderAgain ?? fromRepository;
  const desired = await render(record).catch(() => undefined);
  return digestOf(desired, codeHash) === record.digest ? desired : undefined;
}

const deletes = (record: RolloutRecord): boolean =>
  record.strategy === 'ecs-delete' || record.strategy === 'lambda-delete';

/** Never rejects: what befalls one rollout does not keep others from being taken up. */
async function takeUp(ports: DeployPorts, stored: StoredRollout, options: RunOptions): Promise<RolloutSummary> {
  try {
    // Who has no credentials for its account leaves it to others, and leaves no trace in it.
    await ports.aws.reach(stored.record.target);
    const claimed = await ports.store.claim(stored.record.id, ports.owner);
    if ('heldBy' in claimed) return busy({ ...stored, owner: claimed.heldBy });
    const { record } = claimed.stored;
    if (isFinal(record.phase)) return summaryOf(record);
    return await goOn(ports, claimed.claim, claimed.stored, options);
  } catch (error) {
    return unfinished(stored.record, error, options.signal.aborted);
  }
}

/** Runs a rollout on from where another process left it. */
async function goOn(
  ports: DeployPorts,
  claim: Claim,
  { record, seq }: StoredRollout,
  options: RunOptions,
): Promise<RolloutSummary> {
  const desired = deletes(record) ? undefined : await desiredAgain(ports, record);
  const lost = desired === undefined && !deletes(record);
  const message = lost
    ? 'its files do not render as they did: it goes back as soon as it would need them'
    : `taken up by ${ownerName(ports.owner)}`;
  try {
    const resumed = { code: 'rollout.resumed', level: lost ? 'warning' : 'info', message } as const;
    const appended = await ports.store.append(claim, seq, record, [resumed]);
    for (const event of appended.events) options.onEvent(event, record);
    options.onRecord?.(record);
    return await run(ports, { claim, seq: appended.seq, record, desired }, options);
  } finally {
    await ports.store.release(claim).catch(() => {});
  }
}

/** A killed process takes a moment to be gone, ms of real time. */
const DYING_MS = 3_000;
const DYING_LOOK_MS = 250;

/** The unfinished rollouts; where all seem held on this machine, after a moment's wait for a holder that is dying. */
async function unfinishedOnes({ store, owner }: DeployPorts): Promise<StoredRollout[]> {
  const real = systemClock();
  const isHeldHere = (one: StoredRollout) => one.owner?.host === owner.host && one.owner.pid !== owner.pid;
  for (const until = real.now() + DYING_MS; ; await real.sleepUntil(real.now() + DYING_LOOK_MS)) {
    const open = await store.list({ unfinished: true });
    if (open.length === 0 || !open.every(isHeldHere) || real.now() >= until) return open;
  }
}

/** Takes up every unfinished rollout of the store that no live process holds. */
export async function resumeAll(
  ports: DeployPorts,
  options: RunOptions,
  only?: readonly string[],
): Promise<DeployReport> {
  const open = await (only === undefined ? unfinishedOnes(ports) : ports.store.list({ unfinished: true }));
  const mine = open.filter(({ record, owner }) =>
    only === undefined ? owner === undefined : only.includes(record.id),
  );
  const rollouts = await Promise.all(mine.map((stored) => takeUp(ports, stored, options)));
  const commits = new Set(mine.map(({ record }) => record.revision.commit ?? 'worktree'));
  return { revision: commits.size === 1 ? [...commits][0]! : null, rollouts };
}
