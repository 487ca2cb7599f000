/** What a Lambda rollout knows of itself, and what both its ways read off that. Pure. */
import type { LambdaTarget } from '../plan/index.ts';
import type { LinksState } from './lambdaEventSources.ts';
import type { FunctionSeen, LambdaSeen } from './observation.ts';
import type { Pass, StepState } from './stepwise.ts';
import type { ShiftState } from './trafficSteps.ts';

export interface LambdaAliasState extends StepState, ShiftState, LinksState {
  readonly target: LambdaTarget;
  readonly alias: string;
  /** Does the rollout create the function? Then going back is deleting it. */
  readonly creates: boolean;
  /** The version the alias served when the rollout began; null where there was no alias. */
  readonly before: string | null;
  /** `$LATEST` is not what a version keeps: it is published first, so that there is something to go back to. */
  readonly secures: boolean;
  /** The version that keeps what `$LATEST` was. */
  readonly kept: string | null;
  /** Was that version made by this rollout? */
  readonly keptPublished: boolean;
  /** `$LATEST`'s description, which versions do not keep. */
  readonly description: string;
  /** Had `$LATEST` settled when the rollout began? Then nothing has to be waited for before its first change. */
  readonly wasSettled: boolean;
  readonly configurationDiffers: boolean;
  readonly codeDiffers: boolean;
  /** Has a change of `$LATEST`'s configuration or code been made? */
  readonly configured: boolean;
  readonly coded: boolean;
  /** When Lambda says it took the last change of `$LATEST`, in its words: what was read before does not count. */
  readonly modifiedAt: string | null;
  /** Was the alias set back? */
  readonly returned: boolean;
  /** The version to serve, once it is known. */
  readonly version: string | null;
  /** The digest of its code, where publishing told it. */
  readonly servedCode: string | null;
  /** The function is as asked for: its version stays, and no traffic moves. */
  readonly keepsVersion: boolean;
  /** Was it made by this rollout? Publishing gives the last version again when nothing changed. */
  readonly published: boolean;
  readonly alarms: readonly string[];
  /** Checks that are let through. Absent in records of earlier versions. */
  readonly skips?: readonly string[];
  readonly readinessIntervalMs: number;
  readonly readinessLeft: number;
  /** Executions to keep ready on the version that serves; null where nobody asks. */
  readonly provisions: number | null;
  /** Executions kept ready as it was, by qualifier. */
  readonly provisionedBefore: Readonly<Record<string, number>>;
  /** The version on which an earlier rollout put provisioned concurrency. */
  readonly provisionedByUs: string | null;
  /** How often provisioned concurrency was asked for. */
  readonly provisionSets: number;
}

/** Is `$LATEST` as it was when the rollout began, and settled? */
export const isUntouched = ({ wasSettled, configured, coded }: LambdaAliasState): boolean =>
  wasSettled && !configured && !coded;

export type LambdaPass = Pass<LambdaAliasState, LambdaSeen>;

/** Lambda's own updates settle in seconds, VPC and image changes in about a minute; an unsettled one is a failure. */
export const SETTLE_TIMEOUT_MS = 10 * 60_000;
export const SETTLE_LOOK_MS = 2_000;

/** Is an update of `$LATEST` under way, and if it is over, did it go wrong? */
export function settled(latest: FunctionSeen): 'settling' | 'settled' | { readonly reason: string } {
  const said = (code: string | undefined, reason: string | undefined) => ({
    reason: `${code ?? 'Failed'}: ${reason ?? 'no reason given'}`,
  });
  if (latest.state === 'Pending' || latest.lastUpdateStatus === 'InProgress') return 'settling';
  if (latest.state === 'Failed') return said(latest.stateReasonCode, latest.stateReason);
  if (latest.lastUpdateStatus === 'Failed')
    return said(latest.lastUpdateStatusReasonCode, latest.lastUpdateStatusReason);
  return 'settled';
}

/** The version that the alias leaves: an alias on `$LATEST` cannot be weighted, so what it keeps takes its place. */
export const leaving = (state: LambdaAliasState): string | null =>
  state.before === '$LATEST' ? state.kept : state.before;

/** Did somebody point the alias at a version that this rollout knows nothing of? */
export function takenOver({ world: { alias }, state }: LambdaPass): boolean {
  const known = [state.before, state.kept, state.version];
  return (
    alias !== undefined && [alias.version, ...Object.keys(alias.additional)].some((version) => !known.includes(version))
  );
}
