/**
 * ECS's own traffic shifting (`deploymentConfiguration.strategy` BLUE_GREEN, LINEAR, CANARY): ECS starts the new tasks
 * beside the old ones and moves the traffic; this strategy registers the task definition, starts the deployment, finds
 * ECS's record of exactly this deployment, follows it through its stages, answers the hooks that pause it, and has ECS
 * roll it back when the rollout goes wrong or is aborted. Where ECS rolls back by itself it is let, and reported.
 *
 *   vetting → registering → tagging → applying → launching → stabilizing → shifting → finishing → succeeded
 *                                no room: falling-back ⇄
 *                     any failure ↓
 *     returning → restoring → settling-back, or deleting what was created → cleaning → rolled back
 *
 * Owns nothing: all state is in the record. A success is only what ECS calls SUCCESSFUL of this very deployment.
 * Source of statuses, stages and hooks: Amazon ECS developer guide, "service deployments", "blue/green deployment
 * workflow" and "lifecycle hooks".
 */
import type { JsonObject } from '../json.ts';
import { type EcsDesired, type LiveEcs, primaryDeployment, taskDefinitionName } from '../plan/index.ts';
import { EVENTUALLY_MS, lookAgainMs } from './cadence.ts';
import { goesOver, lackWait, lackWords, noRoomYet } from './ecsCapacity.ts';
import { tripped } from './ecsEvidence.ts';
import { back, stepsBack } from './ecsNativeBack.ts';
import { answerHeard, pausing, promote } from './ecsNativePauses.ts';
import {
  BOUNDED,
  type EcsNativeState,
  follower,
  goingOnText,
  inStep,
  isOurs,
  isStale,
  type NativePass,
  noted,
  progress,
  recordOf,
  STALE_LOOK_MS,
  UNSEEN_MS,
} from './ecsNativeState.ts';
import {
  beginService,
  type Counted,
  countedFailures,
  deploymentOf,
  displaced,
  type EcsServiceState,
  heeded,
  isComplete,
  isGone,
  isSameDeployment,
  primaryOf,
  SERVICE_PHASES,
  serviceSteps,
  sightOf,
} from './ecsServiceSteps.ts';
import { hear } from './ecsWatch.ts';
import { alarmFailure, broken, said } from './failures.ts';
import { type EcsSeen, type EcsWish, NOTHING_OF_ECS, type ServiceDeploymentSeen } from './observation.ts';
import type { Failure, Phase } from './record.ts';
import { endings, type StepTable, stepwise, waited, within } from './stepwise.ts';
import type { Decision, RolloutSpec } from './strategy.ts';
import type { Wait } from './waiting.ts';

const FOLLOWING = ['launching', 'stabilizing', 'shifting', 'finishing'] as const;

const table = () => TABLE;
const { end, fail, goOn, wait } = endings<EcsNativeState, EcsSeen>(table);
const follow = follower(table);
const paused = pausing(table);
const { steps, mark } = serviceSteps(() => TABLE as unknown as StepTable<EcsServiceState, EcsSeen>, 'launching');

function begin(spec: RolloutSpec, live: LiveEcs): EcsNativeState {
  const primary = live.service && primaryDeployment(live.service);
  return {
    ...beginService(spec, live),
    deploymentsAfter: Number(primary?.['createdAt'] ?? 0),
    pauseHooks: (spec.desired as EcsDesired).settings.pauseHooks,
    serviceDeployment: null,
    shown: null,
    pauses: {},
    stoppedByEcs: false,
    stopAskedAt: null,
  };
}

/** Everything that began until now is not this rollout's. By ECS's own times: clocks differ. */
function vetting(pass: NativePass): Decision {
  const begun = pass.world.serviceDeployments.map(({ createdAt }) => createdAt);
  const deploymentsAfter = Math.max(pass.state.deploymentsAfter ?? 0, ...begun);
  return steps.vetting({ ...pass, state: { ...pass.state, deploymentsAfter } });
}

/** What a stage waits for: tasks that come up, within the stability check, or ECS's own bake, or what it does else. */
function stageWait({ state, now }: NativePass, { stage, hooks }: ServiceDeploymentSeen): Partial<Wait> {
  const progressAt = state.shown?.progressAt ?? now;
  const isBounded = BOUNDED.has(stage) && hooks.length === 0;
  if (isBounded)
    return { for: 'tasks', limit: { at: progressAt + state.timeoutMs, ends: 'gives up' }, ...lackWait(state) };
  if (stage !== 'BAKE_TIME') return { for: 'stage' };
  const bakedAt = progressAt + state.bakeMs;
  const limit = bakedAt > now ? ({ at: bakedAt, ends: 'goes on' } as const) : null;
  return { for: 'bake', limit };
}

/** From the update to its end: all steps forward are this one, named by the stage that ECS is in. */
function following(first: NativePass): Decision {
  const counted = countedFailures(heeded(answerHeard(first)));
  const { pass } = counted;
  const marks = mark(pass);
  if (marks) return marks;
  if (isGone(pass)) return end(pass, 'superseded', 'somebody deleted the service while it was being rolled out');
  if (isSameDeployment(pass.state)) return withoutDeployment(counted);
  const record = recordOf(pass);
  if (record === undefined) return unseen(counted);
  if (isStale(record, pass.state)) return wait(pass, STALE_LOOK_MS, 'waiting for ECS to show the deployment again');
  return judged({ ...counted, pass: inStep(noted(pass, record), record) }, record);
}

/** What ECS's status of the deployment means. */
function judged(counted: Counted<EcsNativeState>, record: ServiceDeploymentSeen): Decision {
  const { pass, evidence } = counted;
  switch (record.status) {
    case 'PENDING':
    case 'IN_PROGRESS':
      return goingOn(counted, record);
    case 'SUCCESSFUL':
      return succeeded(pass, record.runningCount, record.requestedCount);
    case 'ROLLBACK_REQUESTED':
    case 'ROLLBACK_IN_PROGRESS':
    case 'ROLLBACK_SUCCESSFUL':
    case 'ROLLBACK_FAILED':
      return fail(pass, rolledBackByEcs(pass.state, record, evidence));
    case 'STOP_REQUESTED':
    case 'STOPPED':
      return stopped(pass);
    default:
      return fail(pass, broken(`ECS reports ${record.status}, a status that this version does not know`, evidence));
  }
}

const succeeded = (pass: NativePass, running: number, desired: number): Decision =>
  end(pass, 'succeeded', `${running} of ${desired} tasks run ${taskDefinitionName(pass.state.taskDefinition ?? '')}`);

function goingOn(counted: Counted<EcsNativeState>, record: ServiceDeploymentSeen): Decision {
  const { pass } = counted;
  // Everything is served by the new tasks: what is left to do cannot be done better by going back.
  const bad = pass.state.step === 'finishing' ? undefined : (makeRoom(pass, record) ?? trouble(counted, record));
  const message = `${goingOnText(record, counted.count)}${lackWords(pass.state)}`;
  return bad ?? paused(pass, record) ?? follow(pass, message, stageWait(pass, record));
}

/** New tasks that find no room go where there may be some; a return goes back. */
function makeRoom(pass: NativePass, { stage, createdAt }: ServiceDeploymentSeen): Decision | undefined {
  if (!BOUNDED.has(stage)) return undefined;
  const stalledMs = pass.now - (pass.state.shown?.progressAt ?? pass.now);
  // What ECS begins from here on is another deployment.
  if (goesOver(pass, stalledMs >= pass.state.timeoutMs))
    return goOn(pass, 'falling-back', { deploymentsAfter: createdAt });
  const failure = noRoomYet(pass);
  return failure && fail(pass, failure);
}

/** The deployment on other capacity is followed from its beginning. */
function fallingBack(pass: NativePass): Decision {
  const anew = { serviceDeployment: null, shown: null, pauses: {} };
  return steps['falling-back'](pass.seen.outcome?.ok ? { ...pass, state: { ...pass.state, ...anew } } : pass);
}

/** An update that needed no new deployment: what runs only has to be as many tasks as are wanted. */
function withoutDeployment(counted: Counted<EcsNativeState>): Decision {
  const { pass, evidence } = counted;
  const ours = deploymentOf(pass);
  if (displaced(pass) !== undefined) return superseded(pass);
  if (ours !== undefined && isComplete(pass, ours)) return succeeded(pass, ours.runningCount, ours.desiredCount);
  const { timeoutMs } = pass.state;
  if (waited(pass) >= timeoutMs)
    return fail(pass, broken(`not stable within ${timeoutMs / 1000} s`, evidence, 'timeout'));
  const message = `${ours?.runningCount ?? 0} of ${ours?.desiredCount ?? 0} tasks running`;
  const about = { for: 'tasks', limit: within(pass, timeoutMs), lookEveryMs: pass.state.pollIntervalMs } as const;
  return wait(pass, lookAgainMs(waited(pass), pass.state.pollIntervalMs), message, {}, about);
}

function superseded(pass: NativePass): Decision {
  const by = primaryOf(pass);
  const instead = by === undefined ? 'no deployment' : taskDefinitionName(by.taskDefinition);
  return end(
    pass,
    'superseded',
    `somebody else deployed this service meanwhile: ${instead} is in force, and is left alone`,
  );
}

/** ECS does not show the record, or not yet. */
function unseen({ pass, evidence }: Counted<EcsNativeState>): Decision {
  const primary = primaryOf(pass);
  if (pass.state.serviceDeployment !== null || waited(pass) < UNSEEN_MS)
    return wait(pass, lookAgainMs(waited(pass), pass.state.pollIntervalMs), 'waiting for ECS to show the deployment');
  if (primary !== undefined && !isOurs(pass, primary)) return superseded(pass);
  return fail(pass, broken('ECS shows no service deployment for the update', evidence));
}

/** Why ECS went back, in its own words. */
function rolledBackByEcs(
  { pauses }: EcsNativeState,
  record: ServiceDeploymentSeen,
  evidence: readonly string[],
): Failure {
  const { rollback, statusReason, triggeredAlarms, breaker, hooks } = record;
  const reason = said(rollback?.reason ?? statusReason);
  const failed = hooks.filter(({ status }) => status === 'FAILED' || status === 'TIMED_OUT');
  const isTripped = breaker?.status === 'TRIGGERED';
  const heard = [
    ...triggeredAlarms.map((name) => `alarm ${name} went off`),
    ...(isTripped
      ? [`circuit breaker of ECS: ${breaker.failures} failures, its threshold is ${breaker.threshold}`]
      : []),
    ...failed.map(({ id, targetArn, status }) => `lifecycle hook ${targetArn ?? id}: ${status}`),
    reason,
  ];
  if (Object.values(pauses).includes('told') && /TIMED_OUT|timed out/i.test(heard.join())) {
    return {
      class: 'timeout',
      message: 'nobody answered the pause in time, and ECS rolled the deployment back',
      evidence: heard,
      next: 'deploy again, and answer the pause with `gitmoxi promote`',
    };
  }
  const fallback = triggeredAlarms.length > 0 ? 'alarm' : isTripped ? 'crash' : 'unknown';
  const failure = broken(`ECS rolled the deployment back: ${reason}`, [...evidence, ...heard], fallback);
  return failure.class === 'alarm'
    ? { ...failure, next: 'look at the metric of the alarm and the logs of the new tasks' }
    : failure;
}

/** What makes the rollout go back by its own judgement: alarms, failing tasks, tasks that do not come up. */
function trouble(
  { pass, count, evidence }: Counted<EcsNativeState>,
  record: ServiceDeploymentSeen,
): Decision | undefined {
  const { alarms, breaker, timeoutMs, shown } = pass.state;
  const rung = alarmFailure(pass.world.alarms, alarms, 'the logs of the new tasks', 'while ECS deployed');
  if (rung) return fail({ ...pass, events: [...pass.events, ...rung.told] }, rung.failure);
  const failure = tripped(breaker, count, evidence);
  if (failure !== undefined && breaker?.rollback) return fail(pass, failure);
  if (failure !== undefined) {
    const kept = 'not rolled back (gmDeploymentCircuitBreaker.rollback is false), and ECS goes on trying';
    return end({ ...pass, state: { ...pass.state, failure } }, 'failed', `${failure.message}; ${kept}`);
  }
  const stalledMs = pass.now - (shown?.progressAt ?? pass.now);
  if (!BOUNDED.has(record.stage) || record.hooks.length > 0 || stalledMs < timeoutMs) return undefined;
  const { runningCount, requestedCount } = record;
  const message = `no progress within ${timeoutMs / 1000} s: ${runningCount} of ${requestedCount} new tasks running`;
  return fail(pass, broken(message, evidence, 'timeout'));
}

/**
 * ECS stopped the deployment without a rollback: for a newer one, which then is in force, or because it failed and was
 * not to be rolled back. The service may show which only seconds later.
 */
function stopped(pass: NativePass): Decision {
  const primary = primaryOf(pass);
  if (primary !== undefined && !isOurs(pass, primary)) return superseded(pass);
  if (waited(pass) < EVENTUALLY_MS) return wait(pass, STALE_LOOK_MS, 'ECS stopped the deployment: finding out why');
  if (pass.state.failure !== null) return goOn(pass, 'restoring');
  const reason = said(recordOf(pass)?.statusReason ?? primary?.rolloutStateReason);
  const { evidence } = countedFailures(pass);
  const failure = broken(`ECS stopped the deployment without rolling it back: ${reason}`, [...evidence, reason]);
  return fail(pass, failure, { stoppedByEcs: true });
}

function wish(state: EcsNativeState): EcsWish {
  const { step, target, deploymentId, serviceDeployment, deploymentsAfter, alarms } = state;
  const isForward = (FOLLOWING as readonly string[]).includes(step);
  const after = { after: deploymentsAfter ?? 0 };
  const isKnown = serviceDeployment !== null && (isForward || step === 'returning');
  const asks = isForward || ['vetting', 'returning', 'settling-back'].includes(step);
  return {
    kind: 'ecs',
    target,
    stoppedTasksOf: isForward && deploymentId ? [deploymentId] : [],
    alarms: (isForward && step !== 'finishing') || step === 'vetting' ? alarms : [],
    ...(asks ? { serviceDeployments: isKnown ? { arn: serviceDeployment } : after } : {}),
  };
}

const PHASES: Readonly<Record<string, Phase>> = {
  ...SERVICE_PHASES,
  launching: 'launching',
  stabilizing: 'stabilizing',
  shifting: 'shifting',
  finishing: 'finishing',
};

const TABLE: StepTable<EcsNativeState, EcsSeen> = {
  begin: (spec, live) => begin(spec, live as LiveEcs) as unknown as JsonObject,
  wish,
  steps: {
    ...steps,
    vetting,
    'falling-back': fallingBack,
    ...Object.fromEntries(FOLLOWING.map((step) => [step, following])),
    ...stepsBack(table, stopped),
  },
  forward: new Set(['vetting', 'registering', 'tagging', 'applying', 'falling-back', ...FOLLOWING]),
  back,
  promote,
  phaseOf: (step) => PHASES[step] ?? 'rolling back',
  progress,
  sight: (state, outcome) => (state.step === 'vetting' ? 'full' : sightOf(state, outcome)),
  nothing: NOTHING_OF_ECS,
  enter: hear,
  serving: ({ taskDefinition }) => taskDefinition,
};

export const ecsNative = stepwise(TABLE);
