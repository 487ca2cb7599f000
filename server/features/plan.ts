/**
 * What a deployment of a workload would do, for who asks as they type: of the texts as they are in the editor.
 *
 * Owns: the last plan of each workload, and the one that is being made. One is made at a time of each, so that AWS is
 * not asked with every key that is pressed; what it answered lately is the planner's to remember.
 */
import { join, relative, sep } from 'node:path';
import type { CheckedWorkload } from '../../engine/check/index.ts';
import { EngineError } from '../../engine/errors.ts';
import type { Documents } from '../documents.ts';
import { type PlanView, planWorkload } from '../protocol.ts';
import { answerAboutFile } from '../requests.ts';
import { placeKey, type WorkloadPlace } from '../workspace.ts';
import type { Feature, Surroundings } from './feature.ts';

/** A plan depends on more than its files: on commits, on the store, and on what runs. This long it is good, ms. */
const KEPT_MS = 10_000;
/** Who asks for a live plan gets the offline one when AWS has not answered by then, ms. */
const LIVE_WITHIN_MS = 8_000;

interface Made {
  /** Of what it is the plan. */
  readonly checked: CheckedWorkload;
  readonly plan: Promise<PlanView>;
  /** Undefined as long as it is being made. */
  madeAt: number | undefined;
}

export const plan: Feature = {
  register(surroundings) {
    const { plans, clock, workloads, settings } = surroundings;
    if (plans === undefined) {
      answerAboutFile(surroundings, planWorkload, async () => null);
      return;
    }
    const made = new Map<string, Made>();

    /** Undefined where the workload has no files. */
    async function planned(place: WorkloadPlace, live: boolean): Promise<PlanView | undefined> {
      const key = keyOf(placeKey(place), live);
      for (;;) {
        const current = await workloads.current(place, true);
        if (current === undefined) return undefined;
        const { checked } = current;
        const last = made.get(key);
        if (last?.checked === checked && (last.madeAt === undefined || clock.now() - last.madeAt < KEPT_MS))
          return last.plan;
        if (last !== undefined && last.madeAt === undefined) {
          // Of texts that are no more. What follows is a plan of those that there are when it is done.
          await last.plan.catch(() => {});
          continue;
        }
        const next: Made = {
          checked,
          plan: plans!.plan(place, live, textsBelow(place.root, surroundings.documents)),
          madeAt: undefined,
        };
        made.set(key, next);
        next.plan.then(
          () => {
            next.madeAt = clock.now();
          },
          // A failure is not kept: whatever it was may be mended.
          () => made.delete(key),
        );
        return next.plan;
      }
    }

    answerAboutFile(surroundings, planWorkload, async (place, { live = false }) => {
      if (!live || !settings().aws.live) return (await planned(place, false)) ?? null;
      const answer = await within(surroundings, planned(place, true));
      if (!('problem' in answer)) return answer.plan ?? null;
      const offline = await planned(place, false);
      return offline === undefined ? null : { ...offline, problems: [...offline.problems, answer.problem] };
    });

    workloads.listen({
      checked() {},
      gone(key) {
        made.delete(keyOf(key, false));
        made.delete(keyOf(key, true));
      },
    });
  },
};

const keyOf = (key: string, live: boolean): string => `${key}\0${live}`;

type LivePlan =
  | { readonly plan: PlanView | undefined }
  /** Why there is none, for people. */
  | { readonly problem: PlanView['problems'][number] };

/** A live plan, or why there is none: who types does not wait for an AWS that does not answer. */
async function within({ clock }: Surroundings, planned: Promise<PlanView | undefined>): Promise<LivePlan> {
  const answered = new AbortController();
  const late = clock.sleepUntil(clock.now() + LIVE_WITHIN_MS, answered.signal).then((): LivePlan => {
    const message = `AWS has not answered within ${LIVE_WITHIN_MS / 1000} s: what runs is not in this plan`;
    return { problem: { severity: 'warning', code: 'plan.no-answer', message } };
  });
  const made = planned.then(
    (plan): LivePlan => ({ plan }),
    (error: unknown): LivePlan => {
      if (!(error instanceof EngineError)) throw error;
      const { code, message, hint } = error;
      return { problem: { severity: 'warning', code, message: hint === undefined ? message : `${message}: ${hint}` } };
    },
  );
  try {
    return await Promise.race([made, late]);
  } finally {
    answered.abort();
  }
}

/** The texts of open documents in a folder, by their paths from there. */
function textsBelow(root: string, documents: Documents): Map<string, string> {
  const below = join(root, sep);
  const paths = documents.paths().filter((path) => path.startsWith(below));
  return new Map(paths.map((path) => [relative(root, path).split(sep).join('/'), documents.get(path)!.text]));
}
