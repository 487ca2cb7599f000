/** What a blue/green rollout by task sets knows of itself, and what both its ways read off that. Pure. */
import type { EcsTarget } from '../plan/index.ts';
import type { HasCapacity } from './ecsCapacity.ts';
import type { EcsWatch } from './ecsWatch.ts';
import type { WayBack } from './ecsWayBack.ts';
import type { EcsSeen, ForwardSeen } from './observation.ts';
import type { Pass, StepState } from './stepwise.ts';
import type { ShiftState } from './trafficSteps.ts';
import { type ForwardWeights, type Swap, weightsAt } from './weights.ts';

export interface EcsBlueGreenState extends StepState, ShiftState, EcsWatch, HasCapacity {
  readonly target: EcsTarget;
  readonly family: string | null;
  readonly taskDefinition: string | null;
  readonly registering: boolean;
  /** Target groups of the service definition's load balancers. */
  readonly asked: readonly string[];
  readonly pairs: readonly (readonly [string, string])[];
  /** Does traffic move between target groups? Else the new set takes the asked ones. */
  readonly shifts: boolean;
  /** Does it move although the deployment definition does not say so, because what serves is behind other groups? */
  readonly strayed: boolean;
  /** Found when the rollout is vetted. */
  readonly swaps: readonly Swap[];
  /** Every listener and rule that sends traffic to a pair, as it was. */
  readonly forwardsBefore: readonly ForwardSeen[];
  /** Task sets that were there before, which are deleted in the end. */
  readonly oldSets: readonly string[];
  /** Those of them that were in the new set's place, and had to go first. */
  readonly cleared: readonly string[];
  readonly primaryBefore: string | null;
  /** Service members that the update sets. */
  readonly members: readonly string[];
  /** Null when the rollout creates the service. */
  readonly wayBack: WayBack | null;
  readonly taskSet: string | null;
  /** Was a first task set of this rollout, which found no room, given up for another one? */
  readonly relaunched: boolean;
  readonly desiredCount: number;
  readonly deleteNewUponFailure: boolean;
  readonly deleteNewUponTrafficShiftFailure: boolean;
  /** How far it came: what has to be undone. */
  readonly created: boolean;
  readonly scaled: boolean;
  readonly attached: boolean;
  readonly launched: boolean;
  readonly shifted: boolean;
  readonly promoted: boolean;
  /** When the traffic was last sent back, ms since the epoch. */
  readonly returnedAt: number | null;
  /** Was deleting the new task set, or the new service, asked for? */
  readonly removed: boolean;
  readonly deleted: boolean;
}

export type BgPass = Pass<EcsBlueGreenState, EcsSeen>;

/** Task sets follow CreateTaskSet and DeleteTaskSet by seconds. */
export const EVENTUALLY_MS = 30_000;

/** Deleting drains: up to an hour of deregistration delay, and the stop timeout. */
export const REMOVING_TIMEOUT_MS = 75 * 60_000;

/**
 * A load balancer goes on by the old weights for seconds after it shows the new ones, ms: until then nothing that it may
 * still send requests to is taken away. Source: aws-behaviour: effective within seconds.
 */
export const WEIGHTS_SETTLE_MS = 15_000;

/** Weights that do not show within this are set again, ms. Source: aws-behaviour: effective within seconds. */
export const WEIGHTS_LOOK_MS = 1_000;

/** The weights that give the new halves so much. */
export const wantedAt = (state: EcsBlueGreenState, percent: number): ForwardWeights[] =>
  weightsAt(state.forwardsBefore, state.swaps, percent);

/** Of the present task set: ECS makes no second one of the same id. */
export const externalIdOf = ({ rollout, relaunched }: EcsBlueGreenState): string =>
  relaunched ? `${rollout}-f` : rollout;
