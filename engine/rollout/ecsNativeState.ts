/**
 * What a rollout by ECS's own traffic shifting remembers, and what ECS's record of its deployment says: stages, shares of
 * traffic, pauses. Pure.
 *
 * Source of statuses, stages and hooks: Amazon ECS developer guide, "service deployments", "blue/green deployment
 * workflow" and "lifecycle hooks".
 */
import { sameTaskDefinition } from '../plan/index.ts';
import { lookAgainMs, lookPatientlyMs } from './cadence.ts';
import { type EcsServiceState, primaryOf, type ServicePass } from './ecsServiceSteps.ts';
import type { DeploymentSeen, EcsSeen, HookSeen, ServiceDeploymentSeen } from './observation.ts';
import type { EventDraft, Progress } from './record.ts';
import { endings, type StepTable, waited } from './stepwise.ts';
import type { Decision } from './strategy.ts';
import { BAKE_LOOK_MS } from './trafficSteps.ts';
import type { Wait } from './waiting.ts';

/** The record of the deployment as it was last shown. */
interface Shown {
  readonly updatedAt: number;
  readonly status: string;
  readonly stage: string | null;
  readonly trafficPercent: number | null;
  /** Most new tasks that were seen running. */
  readonly ready: number;
  /** When it last got further, ms since the epoch. */
  readonly progressAt: number;
}

/** What became of a pause: `told` waits for people, `granted` is to be answered. */
export type Pause = 'told' | 'granted' | 'answered';

export interface EcsNativeState extends EcsServiceState {
  readonly pauseHooks: 'wait' | 'continue';
  /** ARN of ECS's record of this rollout's deployment, once it was found. */
  readonly serviceDeployment: string | null;
  readonly shown: Shown | null;
  /** By hook id. */
  readonly pauses: Readonly<Record<string, Pause>>;
  /** Did ECS end the deployment without a rollback? */
  readonly stoppedByEcs: boolean;
  /** When ECS was last asked to roll back, ms since the epoch. */
  readonly stopAskedAt: number | null;
}

export type NativePass = ServicePass<EcsNativeState>;

/** A record that ECS has not shown for so long after the update will not come, ms. */
export const UNSEEN_MS = 60_000;

/** A look that told less than the one before it is repeated after so long, ms. */
export const STALE_LOOK_MS = 2_000;

/** Which of the strategy's steps a stage belongs to, and what ECS does in it. */
const STAGES: Readonly<Record<string, readonly [step: string, does: string]>> = {
  RECONCILE_SERVICE: ['launching', 'an earlier deployment that was not finished is cleared away'],
  PRE_SCALE_UP: ['launching', 'before the new tasks are started'],
  SCALE_UP: ['launching', 'the new tasks are started'],
  POST_SCALE_UP: ['stabilizing', 'the new tasks run'],
  TEST_TRAFFIC_SHIFT: ['stabilizing', 'the new tasks get the test traffic'],
  POST_TEST_TRAFFIC_SHIFT: ['stabilizing', 'the new tasks have the test traffic'],
  PRE_PRODUCTION_TRAFFIC_SHIFT: ['shifting', 'before production traffic is shifted'],
  PRODUCTION_TRAFFIC_SHIFT: ['shifting', 'production traffic is shifted'],
  POST_PRODUCTION_TRAFFIC_SHIFT: ['shifting', 'production traffic is shifted completely'],
  BAKE_TIME: ['shifting', 'old and new tasks run side by side while it bakes'],
  CLEAN_UP: ['finishing', 'the old tasks are stopped'],
};

/** What ECS does in the stages that it goes through again on its way back. */
const STAGES_BACK: Readonly<Record<string, string>> = {
  TEST_TRAFFIC_SHIFT: 'the test traffic goes back to the old tasks',
  PRODUCTION_TRAFFIC_SHIFT: 'production traffic goes back to the old tasks',
  CLEAN_UP: 'the new tasks are stopped',
};

/**
 * Stages in which nothing but tasks that come up is waited for: the stability check bounds these, by lack of progress.
 * ECS bounds every stage by a day, bakes and hooks by their own settings.
 */
export const BOUNDED: ReadonlySet<string | undefined> = new Set([undefined, 'PRE_SCALE_UP', 'SCALE_UP']);

/** This rollout's record: the first one after the update that deploys its task definition. */
export function recordOf({ state, world }: NativePass): ServiceDeploymentSeen | undefined {
  const { serviceDeployment, taskDefinition } = state;
  return serviceDeployment === null
    ? world.serviceDeployments.find((one) => sameTaskDefinition(one.taskDefinition, taskDefinition ?? ''))
    : world.serviceDeployments.find(({ arn }) => arn === serviceDeployment);
}

export const isStale = ({ updatedAt }: ServiceDeploymentSeen, { shown }: EcsNativeState): boolean =>
  shown !== null && updatedAt < shown.updatedAt;

export const isPausing = ({ status, id }: HookSeen): boolean => status === 'AWAITING_ACTION' && id !== undefined;

export const isOurs = ({ state }: NativePass, { id, taskDefinition }: DeploymentSeen): boolean =>
  state.deploymentId ? id === state.deploymentId : sameTaskDefinition(taskDefinition, state.taskDefinition ?? '');

const shareText = (percent: number): string =>
  percent === 0 ? 'the new tasks get no traffic any more' : `the new tasks get ${percent} % of the traffic`;

function stageText(stage: string, { status, rollback }: ServiceDeploymentSeen): string {
  const goesBack = rollback !== undefined || status.startsWith('ROLLBACK_');
  const does = (goesBack ? STAGES_BACK[stage] : undefined) ?? STAGES[stage]?.[1];
  return `${stage}: ${does ?? 'a stage that this version does not know'}`;
}

/** Takes in what the record shows, and tells what is new. */
export function noted(pass: NativePass, record: ServiceDeploymentSeen): NativePass {
  const { state, now } = pass;
  const { shown } = state;
  const stage = record.stage ?? null;
  const trafficPercent = record.trafficPercent ?? null;
  const isNewStage = stage !== (shown?.stage ?? null);
  const isNewShare = trafficPercent !== null && trafficPercent !== (shown?.trafficPercent ?? 0);
  const told: EventDraft[] = [];
  if (isNewStage && stage !== null)
    told.push({ code: 'ecs.stage', message: stageText(stage, record), data: { stage } });
  if (isNewShare)
    told.push({ code: 'traffic.shifted', message: shareText(trafficPercent), data: { percent: trafficPercent } });
  const ready = Math.max(record.runningCount, isNewStage ? 0 : (shown?.ready ?? 0));
  const isNewStatus = record.status !== shown?.status;
  const moves = shown === null || isNewStatus || isNewStage || isNewShare || ready > shown.ready;
  const primary = primaryOf(pass);
  const found = state.deploymentId === '' && primary !== undefined && isOurs(pass, primary) ? primary.id : null;
  const next: EcsNativeState = {
    ...state,
    serviceDeployment: record.arn,
    deploymentId: found ?? state.deploymentId,
    waitingSince: moves ? now : state.waitingSince,
    shown: {
      updatedAt: record.updatedAt,
      status: record.status,
      stage,
      trafficPercent,
      ready,
      progressAt: moves ? now : shown.progressAt,
    },
  };
  return { ...pass, state: next, events: [...pass.events, ...told] };
}

/** The strategy's step for the stage; a stage without one changes nothing. */
export const inStep = (pass: NativePass, { stage }: ServiceDeploymentSeen): NativePass => ({
  ...pass,
  state: { ...pass.state, step: STAGES[stage ?? '']?.[0] ?? pass.state.step },
});

export function progress(pass: NativePass): Progress {
  const record = pass.state.step === 'settling-back' ? undefined : recordOf(pass);
  if (record === undefined) return {};
  const { runningCount, requestedCount, trafficPercent, stage } = record;
  const { deploymentId } = pass.state;
  const others = pass.world.service?.deployments.filter(({ id }) => id !== deploymentId);
  const isForward = deploymentId !== '' && others !== undefined && record.rollback === undefined;
  return {
    ready: runningCount,
    desired: requestedCount,
    ...(isForward ? { former: others.reduce((sum, one) => sum + one.runningCount, 0) } : {}),
    ...(trafficPercent === undefined ? {} : { trafficPercent }),
    ...(stage === undefined ? {} : { stage }),
  };
}

export function goingOnText(record: ServiceDeploymentSeen, failed: number): string {
  const { stage, runningCount, requestedCount, trafficPercent } = record;
  const bad = failed > 0 ? `, ${failed} failed` : '';
  const tasks = `${runningCount} of ${requestedCount} new tasks running${bad}`;
  const share = (trafficPercent ?? 0) > 0 ? `, ${shareText(trafficPercent!)}` : '';
  return stage === undefined ? tasks : `${stage}: ${tasks}${share}`;
}

export type NativeTable = () => StepTable<EcsNativeState, EcsSeen>;

/** @param table the strategy's own, which this way to wait is part of */
export function follower(table: NativeTable) {
  const { wait } = endings(table);

  /** Waits for ECS, looking often right after it got further, and often enough for alarms. */
  function follow(pass: NativePass, message: string, about: Partial<Wait> = { for: 'stage' }): Decision {
    const { pollIntervalMs, alarms, step, shown } = pass.state;
    const isWatched = alarms.length > 0 && step !== 'finishing';
    const lookEveryMs = isWatched ? Math.min(pollIntervalMs, BAKE_LOOK_MS) : pollIntervalMs;
    const next = step === 'finishing' || shown?.stage === 'BAKE_TIME' ? lookPatientlyMs : lookAgainMs;
    return wait(pass, next(waited(pass), lookEveryMs), message, {}, { lookEveryMs, ...about });
  }

  return follow;
}
