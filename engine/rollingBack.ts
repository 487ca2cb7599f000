/**
 * Going back to an earlier good rollout: which one, and the plan that brings its revision about again. Owns nothing.
 */
import type { PlanReport, Where } from './api.ts';
import { type WorkloadPaths, workloadKey } from './config/index.ts';
import { EngineError } from './errors.ts';
import { type PlanPorts, planRevision } from './planning.ts';
import type { RolloutRecord } from './rollout/index.ts';
import { holdOf, type Store } from './store/index.ts';
import { oneWorkload } from './workspace.ts';

/**
 * Commits that are no good to go back to: a rollback left them, and nobody has rolled them out successfully since.
 *
 * @param good successful rollouts of commits, newest first
 */
function leftBehind(good: readonly RolloutRecord[]): Set<string> {
  const left = new Set<string>();
  let before: string | undefined;
  for (const { trigger, revision } of good.toReversed()) {
    if (trigger === 'rollback' && before !== undefined) left.add(before);
    left.delete(revision.commit!);
    before = revision.commit;
  }
  return left;
}

const isDeletion = ({ strategy }: RolloutRecord): boolean => strategy === 'ecs-delete' || strategy === 'lambda-delete';

/** The rollout to go back to. */
async function rollbackTo(
  store: Store,
  identity: string,
  { kind, path: workload }: WorkloadPaths,
  records: readonly RolloutRecord[],
  to: string | undefined,
): Promise<RolloutRecord> {
  const good = records.filter(({ phase, revision }) => phase === 'succeeded' && revision.commit !== undefined);
  if (to !== undefined) return chosenFrom(good, workload, to);
  const avoided = leftBehind(good);
  const hold = holdOf(await store.holds(identity), kind, workload);
  if (hold?.commit !== undefined) avoided.add(hold.commit);
  const present = good[0]?.revision.commit;
  const before = good.find(
    (record) => !isDeletion(record) && record.revision.commit !== present && !avoided.has(record.revision.commit!),
  );
  if (before !== undefined) return before;
  throw new EngineError(
    'rollback.nothing-to-go-back-to',
    `${workload} has no earlier successful rollout in this store that was not rolled back`,
    {
      hint: 'choose one with --to, deploy the commit you want with --revision, or choose another --store',
    },
  );
}

function chosenFrom(good: readonly RolloutRecord[], workload: string, to: string): RolloutRecord {
  const chosen = good.find(({ id }) => id === to);
  if (chosen === undefined) {
    throw new EngineError(
      'rollback.not-a-good-rollout',
      `${to} is not a successful rollout of a commit of ${workload}`,
      {
        kind: 'usage',
        hint: `choose one from \`gitmoxi history ${workload} --status succeeded\``,
      },
    );
  }
  if (!isDeletion(chosen)) return chosen;
  throw new EngineError('rollback.to-a-deletion', `${to} deleted ${workload}: there is nothing to go back to`, {
    kind: 'usage',
    hint: 'choose a rollout before it; to have the workload deleted again, commit the deletion of its files and deploy',
  });
}

/** What is under way is aborted instead, which goes back by itself. */
function refuseUnderWay(workload: string, open: readonly RolloutRecord[]): void {
  const [present] = open;
  if (present === undefined) return;
  const { id, phase } = present;
  const hint =
    phase === 'rolling back'
      ? 'it goes back by itself: watch it with `gitmoxi status --watch`'
      : `abort it with \`gitmoxi abort ${id}\`, which brings back what served before`;
  throw new EngineError('rollback.under-way', `${id} is under way for ${workload} (${phase})`, {
    kind: 'surroundings',
    hint,
  });
}

/**
 * Plans a deployment of the revision of an earlier good rollout.
 *
 * @param to the rollout; by default the last good one before the present
 * @param skips names of preflight checks that are left out
 */
export async function planRollback(
  ports: PlanPorts,
  where: Where,
  to?: string,
  skips: readonly string[] = [],
): Promise<PlanReport> {
  const store = await ports.store();
  const at = await oneWorkload(where, (identity) => goneFrom(store, identity));
  const stored = await store.list({ repository: at.identity, workload: at.workload.path });
  const records = stored.map(({ record }) => record).filter(({ kind }) => kind === at.workload.kind);
  refuseUnderWay(
    at.workload.path,
    records.filter(({ endedAt }) => endedAt === null),
  );
  const target = await rollbackTo(store, at.identity, at.workload, records, to);
  const commit = target.revision.commit!;
  const selectors = [at.workload.path];
  const request = { repo: where.repo, revision: commit, selectors, force: true, preflight: 'changes', skips } as const;
  const report = await planRevision(ports, request, 'rollback');
  const workloads = report.workloads.filter(
    (plan) => workloadKey({ kind: plan.kind, path: plan.workload }) === workloadKey(at.workload),
  );
  const reason = `rolled back to ${commit.slice(0, 7)} (${target.id})`;
  return { ...report, workloads, context: { ...report.context, hold: { commit: at.head?.id, reason } } };
}

/** Workloads that were rolled out once: those whose files are gone can be brought back. */
const goneFrom = async (store: Store, identity: string): Promise<WorkloadPaths[]> =>
  (await store.latest(identity)).map(({ record: { kind, workload } }) => ({ kind, path: workload, files: [] }));
