/**
 * How every workload stands: its latest rollout, who runs it and what it waits for in line, what holds the workload,
 * whether its service is on its fallback, and whether what runs has drifted. Reads the store, and AWS for drift alone.
 */
import type { StatusEntry, Where } from './api.ts';
import type { Aws } from './aws/index.ts';
import { selectWorkloads } from './config/index.ts';
import { openRepository } from './git/index.ts';
import { isOurs, servingOf, targetKey } from './plan/index.ts';
import {
  aheadOf,
  type FallbackState,
  fallbackOf,
  isSurelyOnOwn,
  RECORDS_FOR_RETURN,
  type RolloutRecord,
  type StoredRollout,
} from './rollout/index.ts';
import { holdOf, type Store } from './store/index.ts';

export const statusEntry = ({ record, owner }: StoredRollout): StatusEntry => ({
  workload: record.workload,
  kind: record.kind,
  target: record.target,
  rollout: record,
  owner: record.endedAt === null ? owner : undefined,
});

const byWorkload = (stored: readonly StoredRollout[]): StatusEntry[] =>
  stored.map(statusEntry).sort((a, b) => (a.workload < b.workload ? -1 : 1));

/**
 * The latest rollout of every target, of all of the store or of what a person named. A workload that is gone from the
 * files has no path to match but its own.
 */
export async function entriesOf(store: Store, where: Where | undefined): Promise<StatusEntry[]> {
  if (where === undefined) return byWorkload(await store.latest());
  await using repository = await openRepository(where.repo);
  const entries = byWorkload(await store.latest(repository.identity));
  const selectable = entries.map((one) => ({ ...one, path: one.workload, files: [] }));
  const { selected } = selectWorkloads(selectable, where.selectors ?? [], repository.folder);
  return selected.map(({ path: _path, files: _files, ...one }) => one);
}

/** Compares what finished rollouts put in force with what serves now. Of a target that cannot be read it is said why. */
export async function withDrift(aws: Aws, entries: readonly StatusEntry[]): Promise<StatusEntry[]> {
  const settled = entries.filter(({ rollout }) => rollout.phase === 'succeeded' && rollout.serving !== null);
  const wanted = settled.map(({ target, rollout }) => ({ target, ...aliasOf(rollout) }));
  const found = await aws.read(wanted);
  return entries.map((one) => {
    const live = settled.includes(one) ? found.get(targetKey(one.target)) : undefined;
    if (live === undefined) return one;
    if (live.kind === 'failure') {
      const { code, message, hint } = live;
      return { ...one, unread: { message: isOurs(code) ? message : `AWS said ${code}: ${message}`, hint } };
    }
    const serving = servingOf(live);
    const named = (it: string) => (one.kind === 'ecs' ? it.replace(/^.*task-definition\//, '') : `version ${it}`);
    if (serving === one.rollout.serving) return { ...one, drift: null };
    return {
      ...one,
      drift: serving === null ? 'it is gone' : `${named(serving)} serves instead of ${named(one.rollout.serving!)}`,
    };
  });
}

/** The alias is part of a Lambda rollout's state. */
function aliasOf(rollout: RolloutRecord): { alias?: string } {
  const alias = rollout.state?.['alias'];
  return typeof alias === 'string' ? { alias } : {};
}

/** Where the service of an entry runs, if that is its fallback; its history is looked at only where that may be so. */
async function fallbackFor(store: Store, { rollout, target, kind }: StatusEntry): Promise<FallbackState | undefined> {
  if (kind !== 'ecs' || isSurelyOnOwn(rollout)) return undefined;
  const records = (await store.list({ target, limit: RECORDS_FOR_RETURN })).map(({ record }) => record);
  return fallbackOf(records);
}

/** What holds each workload, which fallback its service is on, and how many come before it in its process's line. */
export async function withSurroundings(store: Store, entries: readonly StatusEntry[]): Promise<StatusEntry[]> {
  const identities = [...new Set(entries.map(({ rollout }) => rollout.repository.identity))];
  const holds = new Map(await Promise.all(identities.map(async (one) => [one, await store.holds(one)] as const)));
  const isInLine = entries.some(({ rollout }) => rollout.waiting?.for === 'turn');
  const unfinished = isInLine ? await store.list({ unfinished: true }) : [];
  return Promise.all(
    entries.map(async (one) => {
      const held = holdOf(holds.get(one.rollout.repository.identity)!, one.kind, one.workload);
      const fallback = await fallbackFor(store, one);
      const line = unfinished.filter(({ owner }) => owner?.id === one.owner?.id).map(({ record }) => record);
      return {
        ...one,
        ...(held === undefined ? {} : { held: { reason: held.reason, commit: held.commit ?? null, since: held.at } }),
        ...(fallback === undefined ? {} : { fallback }),
        ...(one.rollout.waiting?.for === 'turn' ? { ahead: aheadOf(one.rollout, line) } : {}),
      };
    }),
  );
}
