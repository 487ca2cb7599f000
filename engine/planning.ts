/**
 * Plans of a revision: change set, rendering before and after, live state, and a verdict per workload. Reads Git, AWS
 * and the store; changes nothing.
 */
import type { PlanContext, PlanReport, PlanRequest } from './api.ts';
import type { Aws } from './aws/index.ts';
import { type CheckedWorkload, hasErrors } from './check/checked.ts';
import type { Clock } from './clock.ts';
import { type Affected, type FileChange, groupWorkloads, type WorkloadPaths, workloadKey } from './config/index.ts';
import { affectedWorkloads } from './git/index.ts';
import { codeHash } from './hash.ts';
import {
  desiredOf,
  type Live,
  type LiveFailure,
  planWorkload,
  type Surroundings,
  type Target,
  targetKey,
  targetOf,
  type UnderWay,
  type WorkloadPlan,
  wantedFor,
} from './plan/index.ts';
import { type Facts, type Subject, thingsOf } from './preflight/index.ts';
import { type Planned, UNKNOWN_PAST, withPreflight } from './preflighting.ts';
import {
  bakesMs,
  expectedFrom,
  goesBack,
  type RolloutRecord,
  type StoredRollout,
  type Trigger,
} from './rollout/index.ts';
import { inSlices } from './slices.ts';
import { type Hold, holdOf, type Store } from './store/index.ts';
import { checkEach, type Opened, pick, withRevision } from './workspace.ts';

export interface PlanPorts {
  /** Loaded when AWS is asked: offline plans start faster without the SDK. */
  readonly aws: () => Promise<Aws>;
  readonly store: () => Promise<Store>;
  /** The rollouts' clock. */
  readonly clock: Clock;
  readonly region: string | undefined;
  /** Those that there are credentials for, besides the caller's own. */
  readonly accounts: ReadonlySet<string>;
}

type Checked = ReadonlyMap<string, CheckedWorkload>;

/** What the plan starts from. */
interface Base {
  /** The revision that counts as deployed, for people; null for none. */
  readonly since: string | null;
  /** The commit to compare with; undefined compares with nothing: everything counts as added. */
  readonly commit: string | undefined;
  /** Was the very revision processed already? Then all of it is compared with what runs. */
  readonly again: boolean;
  /** When the plan of the commit was made, ms on the rollouts' clock; undefined where the store does not say it. */
  readonly plannedAt?: number | undefined;
}

async function baseOf(opened: Opened, request: PlanRequest, branch: string | undefined, store: Store): Promise<Base> {
  const { repository, commit } = opened;
  if (request.since !== undefined) {
    const { id } = await repository.resolve(request.since);
    return { since: id, commit: id, again: false };
  }
  if (request.all) return { since: null, commit: undefined, again: true };
  const last = await store.lastProcessed(repository.identity, branch ?? 'HEAD');
  if (last === undefined) return { since: null, commit: undefined, again: false };
  if (last.commit === commit?.id) return { since: last.commit, commit: undefined, again: true };
  const known = await repository.resolve(last.commit).catch(() => undefined);
  // A force push or a shallow clone may have lost the commit: everything is compared with what runs, then.
  return known === undefined
    ? { since: null, commit: undefined, again: false }
    : { since: last.commit, commit: last.commit, again: false, plannedAt: last.plannedAt };
}

/** Every workload of the revision, as when nothing was processed before. */
function everything(opened: Opened, again: boolean): Affected[] {
  const asAdded = (path: string) => ({ path, change: 'added' as const, via: 'own' as const });
  return opened.workloads.map((workload) => ({
    workload,
    relevance: 'deploy',
    changedFiles: again ? [] : workload.files.map((file) => asAdded(file.path)),
  }));
}

async function affectedSince(opened: Opened, base: Base): Promise<readonly Affected[]> {
  if (base.commit === undefined) return everything(opened, base.again);
  const changes = await opened.repository.changes(base.commit, opened.tree.revision);
  return affectedWorkloads(opened.tree, changes);
}

const keyed = async (opened: Opened['tree'], workloads: readonly WorkloadPaths[]): Promise<Checked> =>
  new Map(await checkEach(opened, workloads, (checked): [string, CheckedWorkload] => [workloadKey(checked), checked]));

/** The workloads as they were at the base, for those that were there. */
async function checkedBefore(opened: Opened, base: Base, affected: readonly Affected[]): Promise<Checked> {
  if (base.commit === undefined) return new Map();
  const tree = await opened.repository.tree({ commit: base.commit });
  const wanted = new Set(affected.map(({ workload }) => workloadKey(workload)));
  return keyed(
    tree,
    groupWorkloads(tree.paths).filter((workload) => wanted.has(workloadKey(workload))),
  );
}

/** One workload on its way to a plan. */
interface Candidate {
  readonly affected: Affected;
  readonly head: CheckedWorkload | undefined;
  readonly base: CheckedWorkload | undefined;
  readonly target: Target | undefined;
}

function candidates(
  affected: readonly Affected[],
  head: Checked,
  base: Checked,
  surroundings: Surroundings,
): Candidate[] {
  return affected.map((one) => {
    const key = workloadKey(one.workload);
    const deleted = one.relevance === 'delete';
    const known = deleted ? base.get(key) : head.get(key);
    return {
      affected: one,
      head: deleted ? undefined : head.get(key),
      base: base.get(key),
      target: known && targetOf(known, surroundings),
    };
  });
}

/**
 * Which account the caller's credentials belong to, checked against every target that names another one. AWS is not
 * asked where all of them have credentials of their own.
 *
 * @throws EngineError `aws.wrong-account`: nothing is deployed anywhere while one target is of an account that there are
 *   no credentials for
 */
async function surroundingsOf(ports: PlanPorts, wanted: readonly Candidate[]): Promise<Surroundings> {
  const { region } = ports;
  const own = wanted.filter(({ target }) => target?.account === undefined || !ports.accounts.has(target.account));
  const regions = [region, ...own.map(({ target }) => target?.region)].filter((name) => name !== undefined);
  if (regions.length === 0) return {};
  const here = region === undefined ? {} : { region };
  if (own.length === 0) return here;
  const aws = await ports.aws();
  const account = await aws.account([...new Set(regions)]);
  for (const { target } of own) if (target) await aws.reach({ ...target, region: target.region ?? regions[0] });
  return { account, ...here };
}

type Lives = ReadonlyMap<string, Live | LiveFailure>;

function readable(candidate: Candidate): boolean {
  const { head, target, affected } = candidate;
  if (target?.region === undefined) return false;
  return affected.relevance === 'delete' || (head !== undefined && !hasErrors(head));
}

async function readAll(aws: Aws, wanted: readonly Candidate[], surroundings: Surroundings): Promise<Lives> {
  return aws.read(
    wanted.filter(readable).map(({ head, target }) => {
      const desired = head && desiredOf(head, surroundings, undefined);
      return { target: target!, ...wantedFor(desired) };
    }),
  );
}

/** Why a workload of a revision is not deployed by itself; undefined where nobody holds it. */
export function heldReason(
  holds: readonly Hold[],
  { kind, path }: WorkloadPaths,
  commit: string | undefined,
): string | undefined {
  const hold = holdOf(holds, kind, path);
  if (hold === undefined || (hold.commit !== undefined && hold.commit !== commit)) return undefined;
  return hold.commit === undefined ? hold.reason : `${hold.reason}; a newer commit, or --force, deploys it again`;
}

/** What a plan has to know of the rollout that is bringing something to its target. */
export function inFlight({ record, owner }: StoredRollout): { underWay: UnderWay; bringing: string } {
  const who = owner === undefined ? {} : { owner: { host: owner.host, pid: owner.pid } };
  return { underWay: { rollout: record.id, phase: record.phase, ...who }, bringing: record.digest };
}

const keyOf = ({ kind, workload }: RolloutRecord): string => workloadKey({ kind, path: workload });

/**
 * Workloads that another commit came to, or is coming to, since a commit was processed last: somebody else's process
 * finished its rollout, or it is still under way. What was processed last says nothing about what they run.
 */
async function broughtSince(
  opened: Opened,
  { plannedAt: processedAt, commit }: Base,
  unfinished: readonly StoredRollout[],
  store: Store,
): Promise<ReadonlySet<string>> {
  if (opened.commit === undefined) return new Set();
  const { identity } = opened.repository;
  const others = unfinished.filter(
    ({ record }) => record.repository.identity === identity && record.revision.commit !== opened.commit?.id,
  );
  const ended = processedAt === undefined ? [] : await store.latest(identity);
  const arrived = ended.filter(
    ({ record: { phase, trigger, plannedAt, revision } }) =>
      // What was put back is not to be undone by a commit.
      phase === 'succeeded' && (plannedAt ?? 0) > processedAt! && revision.commit !== commit && !goesBack(trigger),
  );
  return new Set([...others, ...arrived].map(({ record }) => keyOf(record)));
}

/** Those of them that differ from what was processed last in nothing: the commit takes back what the other one brought. */
function takenBack(opened: Opened, affected: readonly Affected[], brought: ReadonlySet<string>): Affected[] {
  const listed = new Set(affected.map(({ workload }) => workloadKey(workload)));
  return opened.workloads
    .filter((workload) => brought.has(workloadKey(workload)) && !listed.has(workloadKey(workload)))
    .map((workload) => ({ workload, relevance: 'deploy', changedFiles: [] }));
}

const CHANGES = new Set<WorkloadPlan['action']>(['create', 'update', 'delete']);

/** The workloads that have each target, by `targetKey`. */
type Claims = ReadonlyMap<string, readonly string[]>;

/**
 * All workloads of the revision count wherever AWS is about to be changed, since one that did not change may own the
 * target. Offline nothing is; then only a deletion needs to know all of them, and else the planned ones will do.
 */
async function claimsOf(
  opened: Opened,
  plans: readonly WorkloadPlan[],
  surroundings: Surroundings,
  offline: boolean,
): Promise<Claims> {
  const isPlanned = (plan: WorkloadPlan) => plan.strategy !== 'ecs-delete' && plan.strategy !== 'lambda-delete';
  const claim = ({ target, workload }: { target: Target | undefined; workload: string }) =>
    target === undefined ? [] : [{ key: targetKey(target), workload }];
  const needsAll = plans.some(({ action }) => action === 'delete' || (!offline && CHANGES.has(action)));
  const claims = needsAll
    ? await checkEach(opened.tree, opened.workloads.map(withoutTask), (checked) =>
        claim({ target: targetOf(checked, surroundings), workload: checked.path }),
      )
    : plans.filter(isPlanned).map(claim);
  const grouped = Map.groupBy(claims.flat(), ({ key }) => key);
  return new Map([...grouped].map(([key, all]) => [key, all.map(({ workload }) => workload)]));
}

/** What a target depends on: rendering the rest of a thousand workloads takes time. */
const withoutTask = (workload: WorkloadPaths): WorkloadPaths => ({
  ...workload,
  files: workload.files.filter(({ role }) => role !== 'task' && role !== 'eventSource'),
});

/** Plans that would fight over one target: a moved workload is not deleted, and two workloads for one target block. */
function withoutConflict(plan: WorkloadPlan, claims: Claims): WorkloadPlan {
  if (plan.target === undefined) return plan;
  const rivals = (claims.get(targetKey(plan.target)) ?? []).filter((workload) => workload !== plan.workload);
  if (rivals.length === 0) return plan;
  if (plan.action === 'delete') {
    return { ...plan, action: 'unchanged', reason: `its files moved: ${rivals[0]} has the same target now` };
  }
  if (plan.strategy === 'ecs-delete' || plan.strategy === 'lambda-delete') return plan;
  const reason = `${rivals.join(', ')} has the same target: two workloads cannot own one service or function`;
  return { ...plan, action: 'blocked', reason, desired: undefined };
}

/**
 * What the files name, looked at while AWS is asked what runs. Of the caller's own account only, which STS has told:
 * others are reached when they are read.
 */
async function lookedAhead(ports: PlanPorts, wanted: readonly Candidate[], surroundings: Surroundings): Promise<Facts> {
  const subjects = wanted.filter(readable).flatMap(({ head, target }): Subject[] => {
    if (head === undefined || target?.account !== surroundings.account) return [];
    const desired = desiredOf(head, surroundings, undefined);
    return desired === undefined ? [] : [{ desired, live: undefined, past: UNKNOWN_PAST, skips: [] }];
  });
  return (await ports.aws()).facts(subjects.flatMap(thingsOf));
}

/**
 * What is to be carried out is looked at once more. What stays as it is, only where somebody asks for preflight: it
 * then tells what would be in the way.
 */
async function preflighted(
  ports: PlanPorts,
  plans: readonly WorkloadPlan[],
  wanted: readonly Candidate[],
  known: { readonly live: Lives; readonly surroundings: Surroundings; readonly facts: Promise<Facts> },
  { preflight, skips = [] }: PlanRequest,
  trigger: Trigger,
): Promise<readonly WorkloadPlan[]> {
  const concerned = plans.flatMap((plan, i): (Planned & { readonly i: number })[] => {
    const { head, target } = wanted[i]!;
    if (head === undefined) return [];
    const read = target && known.live.get(targetKey(target));
    const live = read?.kind === 'failure' ? undefined : read;
    const isStaying = preflight === 'all' && plan.action === 'unchanged' && live !== undefined && !hasErrors(head);
    const desired = plan.desired ?? (isStaying ? desiredOf(head, known.surroundings, live) : undefined);
    return desired === undefined ? [] : [{ i, plan, head, desired, live }];
  });
  if (concerned.length === 0) return plans;
  const found = await withPreflight({ aws: await ports.aws(), store: await ports.store() }, concerned, {
    surroundings: preflight !== undefined,
    skips,
    trigger,
    known: await known.facts,
  });
  const byIndex = new Map(concerned.map(({ i }, at) => [i, found[at]!]));
  return plans.map((plan, i) => byIndex.get(i) ?? plan);
}

/** Earlier rollouts that are looked through for how long one takes. */
const LOOKED_BACK = 20;

/** Says how long what is to be carried out takes. */
const withExpected = (store: Store, repository: string, plans: readonly WorkloadPlan[]): Promise<WorkloadPlan[]> =>
  inSlices(plans, async (plan) => {
    if (!CHANGES.has(plan.action) && plan.action !== 'deploy') return plan;
    const { workload, strategy, desired, action } = plan;
    const earlier = await store.list({ repository, workload, limit: LOOKED_BACK });
    const records = earlier.map(({ record }) => record);
    const expected = expectedFrom(records, plan, bakesMs(strategy, desired, action === 'create'));
    return expected === null ? plan : { ...plan, expected };
  });

const changesOf = (affected: Affected): FileChange[] =>
  affected.changedFiles.map(({ path, change }) => ({ path, change }));

async function planOpened(
  ports: PlanPorts,
  opened: Opened,
  request: PlanRequest,
  trigger: Trigger,
): Promise<PlanReport> {
  const plannedAt = ports.clock.now();
  const store = await ports.store();
  const branch = await opened.repository.branch();
  const base =
    trigger === 'rollback'
      ? { since: null, commit: undefined, again: true }
      : await baseOf(opened, request, branch, store);
  const unfinished = await store.list({ unfinished: true });
  const changed = await affectedSince(opened, base);
  const brought = request.offline ? new Set<string>() : await broughtSince(opened, base, unfinished, store);
  const back = takenBack(opened, changed, brought);
  const all = [...changed, ...back];
  const picked = pick(
    opened,
    request,
    all.map((one) => one.workload),
    opened.workloads,
  );
  const affected = all.filter((one) => picked.includes(one.workload));
  const head = await keyed(
    opened.tree,
    affected.filter((one) => one.relevance !== 'delete').map((one) => one.workload),
  );
  const before = await checkedBefore(
    opened,
    base,
    affected.filter(({ workload, relevance }) => relevance === 'delete' || !brought.has(workloadKey(workload))),
  );
  const known: Surroundings = ports.region === undefined ? {} : { region: ports.region };
  const first = candidates(affected, head, before, known);
  const surroundings = request.offline ? known : await surroundingsOf(ports, first);
  const wanted = candidates(affected, head, before, surroundings);
  // For all of them: where only changes are looked at, it is not known yet which these are.
  const ahead = !request.offline && request.preflight === 'all';
  const facts: Promise<Facts> = ahead
    ? lookedAhead(ports, wanted, surroundings).catch(() => new Map())
    : Promise.resolve(new Map());
  const live = request.offline ? undefined : await readAll(await ports.aws(), wanted, surroundings);
  const holds = await store.holds(opened.repository.identity);
  const underWay = new Map(unfinished.map((stored) => [targetKey(stored.record.target), inFlight(stored)]));
  const planned = await inSlices(wanted, (candidate) => {
    const ours = candidate.target && underWay.get(targetKey(candidate.target));
    return planWorkload({
      path: candidate.affected.workload.path,
      kind: candidate.affected.workload.kind,
      base: candidate.base,
      head: candidate.head,
      deleted: candidate.affected.relevance === 'delete',
      changedFiles: changesOf(candidate.affected),
      live: live === undefined ? 'offline' : candidate.target && live.get(targetKey(candidate.target)),
      surroundings,
      ...ours,
      held: request.force ? undefined : heldReason(holds, candidate.affected.workload, opened.commit?.id),
      force: request.force ?? false,
      hash: codeHash,
    });
  });
  const counts = (plan: WorkloadPlan, candidate: Candidate) =>
    plan.action !== 'unchanged' || !back.includes(candidate.affected);
  const plans = planned.filter((plan, i) => counts(plan, wanted[i]!));
  const kept = wanted.filter((candidate, i) => counts(planned[i]!, candidate));
  const context: PlanContext = {
    repository: { identity: opened.repository.identity, root: opened.repository.root },
    branch,
    commit: opened.commit && { id: opened.commit.id, subject: opened.commit.subject, author: opened.commit.author },
    trigger,
    plannedAt,
    force: request.force ?? false,
    ...(request.skips === undefined ? {} : { skips: request.skips }),
    whole: (request.selectors ?? []).length === 0,
  };
  const claims = await claimsOf(opened, plans, surroundings, request.offline ?? false);
  const free = plans.map((plan) => withoutConflict(plan, claims));
  const looked =
    live === undefined ? free : await preflighted(ports, free, kept, { live, surroundings, facts }, request, trigger);
  const workloads = await withExpected(store, opened.repository.identity, looked);
  return { revision: opened.revision, since: base.since, workloads, context };
}

/** Plans a revision. @throws EngineError for what concerns the plan as a whole */
export function planRevision(ports: PlanPorts, request: PlanRequest, trigger: Trigger = 'manual'): Promise<PlanReport> {
  return withRevision(request, (opened) => planOpened(ports, opened, request, trigger));
}
