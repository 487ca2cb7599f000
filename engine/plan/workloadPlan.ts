/** The plan of one workload as data, and what it is made from. Types only. */
import type { CheckedWorkload } from '../check/checked.ts';
import type { FileChange, WorkloadKind } from '../config/index.ts';
import type { Problem } from '../finding.ts';
import type { CodeHash } from '../hash.ts';
import type { Desired } from './desired.ts';
import type { Difference } from './differences.ts';
import type { Live, LiveFailure } from './live.ts';
import type { Surroundings, Target } from './target.ts';

/** `deploy` stands for create-or-update where AWS was not asked. */
export type PlanAction = 'create' | 'update' | 'delete' | 'unchanged' | 'blocked' | 'deploy';

/** How a rollout proceeds. One file in engine/rollout each. */
export type StrategyName =
  | 'ecs-rolling'
  | 'ecs-blue-green'
  | 'ecs-native'
  | 'ecs-code-deploy'
  | 'lambda-alias'
  | 'ecs-delete'
  | 'lambda-delete';

/** An unfinished rollout that holds a target. */
export interface UnderWay {
  readonly rollout: string;
  readonly phase: string;
  /** Absent when the process that ran it is gone. */
  readonly owner?: { readonly host: string; readonly pid: number };
}

export interface WorkloadPlan {
  readonly workload: string;
  readonly kind: WorkloadKind;
  readonly action: PlanAction;
  /** One sentence for people. */
  readonly reason: string;
  readonly changedFiles: readonly FileChange[];
  /** Undefined when the files do not render far enough to say. */
  readonly target: Target | undefined;
  readonly strategy: StrategyName;
  readonly differences: readonly Difference[];
  readonly problems: readonly Problem[];
  /** The rollout that is bringing something to the target already: what runs may still change. */
  readonly underWay?: UnderWay;
  /** How long it takes, most likely: the median of so many earlier rollouts, or with none of them what its settings make it wait. */
  readonly expected?: { readonly ms: number; readonly rollouts: number };
  /** What to bring about; undefined when blocked or deleting. Never shown or stored. */
  readonly desired: Desired | undefined;
}

export interface PlanInput {
  readonly path: string;
  readonly kind: WorkloadKind;
  /** The workload at the revision that was processed last; undefined where it was not there, or nothing was processed. */
  readonly base: CheckedWorkload | undefined;
  /** The workload at the revision to deploy; undefined where its files are gone. */
  readonly head: CheckedWorkload | undefined;
  readonly deleted: boolean;
  readonly changedFiles: readonly FileChange[];
  /** Undefined where there was no target to read. */
  readonly live: Live | LiveFailure | 'offline' | undefined;
  readonly surroundings: Surroundings;
  readonly underWay?: UnderWay;
  /** `digestOf` what that rollout brings. */
  readonly bringing?: string;
  /** Why the workload is held, where it is. */
  readonly held: string | undefined;
  /** Deploy although nothing differs. */
  readonly force: boolean;
  readonly hash: CodeHash;
}
