/** The last rollout of a workload, for the language server, which has no business with stores. */
import type { Engine } from '../engine/index.ts';
import type { RolloutProvider } from '../server/index.ts';

export function lastRolloutsOf(open: () => Promise<Pick<Engine, 'status'>>): RolloutProvider {
  return {
    async last({ root, path, kind }) {
      const engine = await open();
      const entries = await engine.status({ repo: root, revision: { worktree: true }, selectors: [path] });
      const record = entries.find((one) => one.workload === path && one.kind === kind)?.rollout;
      if (record === undefined) return undefined;
      const { id, phase, startedAt, endedAt, revision } = record;
      return { rollout: id, phase, startedAt, endedAt, commit: revision.commit ?? null };
    },
  };
}
