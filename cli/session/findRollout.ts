/** Rollouts by what a person types: an id, or the beginning of one. */
import { type Engine, EngineError, type StatusEntry } from '../../engine/index.ts';

/** Rollouts that are looked through for the beginning of an id, newest first. */
const LOOKED_THROUGH = 1000;

/** @throws EngineError `cli.ambiguous-rollout`, `store.no-such-rollout` (usage) */
export async function findRollout(engine: Engine, text: string): Promise<StatusEntry> {
  const recent = await engine.history({ limit: LOOKED_THROUGH });
  const ids = recent.map(({ id }) => id).filter((id) => id.startsWith(text));
  const [first] = ids;
  if (first === undefined || ids.includes(text)) return engine.rollout(text);
  if (ids.length === 1) return engine.rollout(first);
  throw new EngineError('cli.ambiguous-rollout', `${ids.length} rollouts begin with ${text}`, {
    kind: 'usage',
    hint: `give more of the id, for example ${first}`,
  });
}
