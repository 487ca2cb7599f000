/** Rollouts by what a person types: an id, the beginning of one, or a workload, of which the latest is meant. */
import { type Engine, EngineError, type RolloutRecord, type StatusEntry } from '../../engine/index.ts';

/** Rollouts that are looked through, newest first. */
const LOOKED_THROUGH = 1000;

/** Most ids that a complaint names. */
const MOST_NAMED = 5;

/** @throws EngineError `cli.ambiguous-rollout`, `store.no-such-rollout` (usage) */
export async function findRollout(engine: Engine, text: string): Promise<StatusEntry> {
  const recent = text === '' ? [] : await engine.history({ limit: LOOKED_THROUGH });
  const begun = recent.filter(({ id }) => id.startsWith(text));
  const found = begun.length > 0 ? begun : latestOf(recent, text.replace(/\/$/, ''));
  const [first] = found;
  if (first === undefined || found.some(({ id }) => id === text)) return engine.rollout(text);
  if (found.length === 1) return engine.rollout(first.id);
  const named = found.slice(0, MOST_NAMED).map(({ id, workload }) => `${id} (${workload})`);
  const more = found.length > named.length ? ', …' : '';
  throw new EngineError('cli.ambiguous-rollout', `${found.length} rollouts are meant by ${text}`, {
    kind: 'usage',
    hint: `give more of the id: ${named.join(', ')}${more}`,
  });
}

/** Of a workload of this path, or of this last part of a path: what is under way, or else the latest rollout of each. */
function latestOf(recent: readonly RolloutRecord[], text: string): RolloutRecord[] {
  const matching = recent.filter(({ workload }) => workload === text || workload.endsWith(`/${text}`));
  const underWay = matching.filter(({ endedAt }) => endedAt === null);
  if (underWay.length > 0) return underWay;
  const key = ({ repository, kind, workload }: RolloutRecord) => `${repository.identity} ${kind} ${workload}`;
  return [...Map.groupBy(matching, key).values()].map((all) => all[0]!);
}
