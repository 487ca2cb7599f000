/** What a deployment of a workload would do, for who asks as they type. */
import { type PlanView, planWorkload } from '../protocol.ts';
import { answerAboutFile } from '../requests.ts';
import { placeKey } from '../workspace.ts';
import type { Feature } from './feature.ts';

/** A live plan of one workload is asked for at most this often, ms: it costs several calls to AWS. */
const LIVE_EVERY_MS = 10_000;

export const plan: Feature = {
  register(surroundings) {
    const { plans, clock, workloads } = surroundings;
    const kept = new Map<string, { readonly at: number; readonly plan: Promise<PlanView> }>();

    answerAboutFile(surroundings, planWorkload, async (place, { live = false }) => {
      if (plans === undefined) return null;
      const key = `${placeKey(place)}\0${live}`;
      const known = kept.get(key);
      if (known && (!live || clock.now() - known.at < LIVE_EVERY_MS)) return known.plan;
      const made = plans.plan(place, live);
      kept.set(key, { at: clock.now(), plan: made });
      // A failure is not kept: whatever it was may be mended.
      made.catch(() => kept.delete(key));
      return made;
    });

    // An offline plan follows from the files alone.
    workloads.listen({
      checked: ({ key }) => kept.delete(`${key}\0false`),
      gone: (key) => kept.delete(`${key}\0false`),
    });
  },
};
