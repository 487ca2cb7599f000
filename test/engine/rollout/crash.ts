/**
 * Crashes on purpose: the process dies at the n-th touch of the outside world, before or after the touch takes effect.
 * A touch is a write to the store or a change of AWS.
 */

import type { DeployReport, RunOptions } from '../../../engine/api.ts';
import type { DeployPorts } from '../../../engine/deploying.ts';
import { deployPlan } from '../../../engine/deploying.ts';
import type { Files, Stage } from './stage.ts';

export class Crash extends Error {}

export interface CrashPoint {
  /** From 0. */
  readonly touch: number;
  readonly when: 'before' | 'after';
}

interface Counter {
  touches: number;
  crashed: boolean;
}

/** Ports that die at the point; after that, nothing works any more, as in a process that is gone. */
function mortal(ports: DeployPorts, point: CrashPoint | undefined, counter: Counter): DeployPorts {
  async function touch<T>(work: () => Promise<T>): Promise<T> {
    if (counter.crashed) throw new Crash();
    const here = counter.touches++ === point?.touch;
    const die = () => {
      counter.crashed = true;
      throw new Crash();
    };
    if (here && point?.when === 'before') die();
    const result = await work();
    if (here) die();
    return result;
  }
  const alive = <T>(work: () => Promise<T>) => (counter.crashed ? Promise.reject(new Crash()) : work());
  return {
    ...ports,
    aws: {
      ...ports.aws,
      perform: (...args) => touch(() => ports.aws.perform(...args)),
      observe: (...args) => alive(() => ports.aws.observe(...args)),
    },
    store: {
      ...ports.store,
      append: (...args) => touch(() => ports.store.append(...args)),
    },
  };
}

export interface CrashRun {
  readonly report: DeployReport;
  /** Touches made until the crash, or in all. */
  readonly touches: number;
  readonly crashed: boolean;
}

/** Deploys, dies at the point, and lets another process take up what is left, at once or after so long. */
export async function deployThroughCrash(
  stage: Stage,
  path: string,
  files: Files,
  point: CrashPoint | undefined,
  options: Partial<RunOptions> = {},
  awayMs = 0,
): Promise<CrashRun> {
  const counter: Counter = { touches: 0, crashed: false };
  const plan = await stage.plan(path, files);
  const dying = deployPlan(mortal(stage.ports(), point, counter), plan, stage.options(options));
  const first = await stage.clock.run(dying);
  if (counter.crashed && awayMs > 0) await stage.clock.advance(awayMs);
  const report = counter.crashed ? await stage.resume({}, options) : first;
  return { report, touches: counter.touches, crashed: counter.crashed };
}

/** Every point of a deployment that touches the world so many times. */
export const crashPoints = (touches: number): CrashPoint[] =>
  Array.from({ length: touches }, (_, touch) => [
    { touch, when: 'before' } as const,
    { touch, when: 'after' } as const,
  ]).flat();
