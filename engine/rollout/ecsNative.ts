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
import {
  type EcsDesired,
  type LiveEcs,
  primaryDeployment,
  sameTaskDefinition,
  taskDefinitionName,
} from '../plan/index.ts';
import { EVENTUALLY_MS, lookAgainMs, lookPatientlyMs } from './cadence.ts';
import { goesOver, lackWait, lackWords, noRoomYet } from './ecsCapacity.ts';
import { tripped } from './ecsEvidence.ts';
import {
  beginService,
  type Counted,
  countedFailures,
  DRAINING_TIMEOUT_MS,
  deploymentOf,
  displaced,
  type EcsServiceState,
  firstStepBack,
  heeded,
  isComplete,
  isGone,
  isSameDeployment,
  primaryOf,
  SERVICE_PHASES,
  type ServicePass,
  serviceSteps,
  sightOf,
} from './ecsServiceSteps.ts';
import { hear } from './ecsWatch.ts';
import { alarmFailure, broken, said } from './failures.ts';
import {
  type DeploymentSeen,
  type EcsSeen,
  type EcsWish,
  type HookSeen,
  NOTHING_OF_ECS,
  type ServiceDeploymentSeen,
} from './observation.ts';
import type { EventDraft, Failure, Phase, Progress } from './record.ts';
import { endings, type StepTable, stepwise, waited, within } from './stepwise.ts';
import type { Decision, RolloutSpec } from './strategy.ts';
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
type Pause = 'told' | 'granted' | 'answered';

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

type NativePass = ServicePass<EcsNativeState>;

/** A record that ECS has not shown for so long after the update will not come, ms. */
const UNSEEN_MS = 60_000;

/** A look that told less than the one before it is repeated after so long, ms. */
const STALE_LOOK_MS = 2_000;

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
const BOUNDED: ReadonlySet<string | undefined> = new Set([undefined, 'PRE_SCALE_UP', 'SCALE_UP']);

/** Members of a service that belong to its revision, which ECS itself puts back. Source: API, ServiceRevision. */
const OF_THE_REVISION: ReadonlySet<string> = new Set([
  'capacityProviderStrategy',
  'loadBalancers',
  'networkConfiguration',
  'platformVersion',
  'serviceConnectConfiguration',
  'serviceRegistries',
  'volumeConfigurations',
  'vpcLatticeConfigurations',
]);

const FOLLOWING = ['launching', 'stabilizing', 'shifting', 'finishing'] as const;

const { act, end, fail, goOn, wait } = endings<EcsNativeState, EcsSeen>(() => TABLE);
const { steps, mark, settlingBack, notRestored } = serviceSteps(
  () => TABLE as unknown as StepTable<EcsServiceState, EcsSeen>,
  'launching',
);

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

/** This rollout's record: the first one after the update that deploys its task definition. */
function recordOf({ state, world }: NativePass): ServiceDeploymentSeen | undefined {
  const { serviceDeployment, taskDefinition } = state;
  return serviceDeployment === null
    ? world.serviceDeployments.find((one) => sameTaskDefinition(one.taskDefinition, taskDefinition ?? ''))
    : world.serviceDeployments.find(({ arn }) => arn === serviceDeployment);
}

const isStale = ({ updatedAt }: ServiceDeploymentSeen, { shown }: EcsNativeState): boolean =>
  shown !== null && updatedAt < shown.updatedAt;

const isPausing = ({ status, id }: HookSeen): boolean => status === 'AWAITING_ACTION' && id !== undefined;

const isOurs = ({ state }: NativePass, { id, taskDefinition }: DeploymentSeen): boolean =>
  state.deploymentId ? id === state.deploymentId : sameTaskDefinition(taskDefinition, state.taskDefinition ?? '');

const shareText = (percent: number): string =>
  percent === 0 ? 'the new tasks get no traffic any more' : `the new tasks get ${percent} % of the traffic`;

function stageText(stage: string, { status, rollback }: ServiceDeploymentSeen): string {
  const goesBack = rollback !== undefined || status.startsWith('ROLLBACK_');
  const does = (goesBack ? STAGES_BACK[stage] : undefined) ?? STAGES[stage]?.[1];
  return `${stage}: ${does ?? 'a stage that this version does not know'}`;
}

/** Takes in what the record shows, and tells what is new. */
function noted(pass: NativePass, record: ServiceDeploymentSeen): NativePass {
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
const inStep = (pass: NativePass, { stage }: ServiceDeploymentSeen): NativePass => ({
  ...pass,
  state: { ...pass.state, step: STAGES[stage ?? '']?.[0] ?? pass.state.step },
});

/** Waits for ECS, looking often right after it got further, and often enough for alarms. */
function follow(pass: NativePass, message: string, about: Partial<Wait> = { for: 'stage' }): Decision {
  const { pollIntervalMs, alarms, step, shown } = pass.state;
  const isWatched = alarms.length > 0 && step !== 'finishing';
  const lookEveryMs = isWatched ? Math.min(pollIntervalMs, BAKE_LOOK_MS) : pollIntervalMs;
  const next = step === 'finishing' || shown?.stage === 'BAKE_TIME' ? lookPatientlyMs : lookAgainMs;
  return wait(pass, next(waited(pass), lookEveryMs), message, {}, { lookEveryMs, ...about });
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

function progress(pass: NativePass): Progress {
  const record = pass.state.step === 'settling-back' ? undefined : recordOf(pass);
  if (record === undefined) return {};
  const { runningCount, requestedCount, trafficPercent, stage } = record;
  return {
    ready: runningCount,
    desired: requestedCount,
    ...(trafficPercent === undefined ? {} : { trafficPercent }),
    ...(stage === undefined ? {} : { stage }),
  };
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

function goingOnText(record: ServiceDeploymentSeen, failed: number): string {
  const { stage, runningCount, requestedCount, trafficPercent } = record;
  const bad = failed > 0 ? `, ${failed} failed` : '';
  const tasks = `${runningCount} of ${requestedCount} new tasks running${bad}`;
  const share = (trafficPercent ?? 0) > 0 ? `, ${shareText(trafficPercent!)}` : '';
  return stage === undefined ? tasks : `${stage}: ${tasks}${share}`;
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

/** Remembers how the answer to a pause was taken: one that AWS refused leaves the pause to people. */
function answerHeard(pass: NativePass): NativePass {
  const { outcome } = pass.seen;
  if (outcome?.type !== 'ecs.continue-service-deployment') return pass;
  const { pauses } = pass.state;
  const hook = outcome.ok ? String(outcome.data['hook']) : Object.keys(pauses).find((id) => pauses[id] === 'granted');
  if (hook === undefined) return pass;
  return { ...pass, state: { ...pass.state, pauses: { ...pauses, [hook]: outcome.ok ? 'answered' : 'told' } } };
}

/** A time span for people, coarse. */
function span(ms: number): string {
  const minutes = Math.max(0, Math.round(ms / 60_000));
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

function pauseText(
  { state, now }: NativePass,
  stage: string | undefined,
  { id, expiresAt, timeoutAction }: HookSeen,
): string {
  const then = timeoutAction === 'CONTINUE' ? 'goes on' : 'rolls back';
  const expiry = expiresAt === undefined ? '' : `; unanswered, ECS ${then} in ${span(expiresAt - now)}`;
  const who = `until somebody runs \`gitmoxi promote ${state.rollout}\` or continues it in ECS`;
  return `paused at ${stage ?? 'its start'} ${who}${expiry} (hook ${id})`;
}

/** A promotion answers the pauses that wait now; one of everything also those to come. */
function promote(pass: NativePass, all: boolean): Partial<EcsNativeState> | undefined {
  const { state } = pass;
  const record = recordOf(pass);
  const waiting = (record?.hooks ?? []).filter((hook) => isPausing(hook) && state.pauses[hook.id!] !== 'answered');
  if (waiting.length === 0 && !all) return undefined;
  const pauses = { ...state.pauses, ...Object.fromEntries(waiting.map(({ id }) => [id!, 'granted' as const])) };
  return all ? { pauses, pauseHooks: 'continue' } : { pauses };
}

/**
 * Pauses of the present stage: each told once, and answered when somebody promotes the rollout, or at once where the
 * settings say so; its alarms and tasks are known to be well here.
 */
function paused(pass: NativePass, { arn, stage, hooks }: ServiceDeploymentSeen): Decision | undefined {
  const waiting = hooks.filter(isPausing);
  if (waiting.length === 0) return undefined;
  const byItself = pass.state.pauseHooks === 'continue';
  const pauses: Record<string, Pause> = { ...pass.state.pauses };
  const told: EventDraft[] = [];
  for (const hook of waiting) {
    const id = hook.id!;
    if (pauses[id] === undefined) {
      const message = byItself
        ? `paused at ${stage}, and goes on by itself (hook ${id})`
        : pauseText(pass, stage, hook);
      const data = { hook: id, stage: stage ?? null, expiresAt: hook.expiresAt ?? null };
      told.push({ code: 'ecs.paused', level: byItself ? 'info' : 'warning', message, data });
      pauses[id] = byItself ? 'granted' : 'told';
    }
  }
  const next = { ...pass, state: { ...pass.state, pauses }, events: [...pass.events, ...told] };
  const granted = waiting.find(({ id }) => pauses[id!] === 'granted');
  if (granted !== undefined) {
    const key = pass.state.rollout;
    const answer = { type: 'ecs.continue-service-deployment', key, serviceDeployment: arn, hook: granted.id! } as const;
    return act(next, answer, `going on past the pause at ${stage}`);
  }
  const open = waiting.find(({ id }) => pauses[id!] === 'told');
  if (open === undefined) return follow(next, 'waiting for ECS to go on after the pause');
  return follow(next, pauseText(next, stage, open), pauseWait(stage, open));
}

function pauseWait(stage: string | undefined, { id, expiresAt, timeoutAction }: HookSeen): Partial<Wait> {
  const ends = timeoutAction === 'CONTINUE' ? 'goes on' : 'rolls back';
  const limit = expiresAt === undefined ? null : ({ at: expiresAt, ends } as const);
  return { for: 'person', text: `paused at ${stage ?? 'its start'} (hook ${id})`, limit, command: 'promote' };
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

/** First step back: ECS rolls its own deployment back, traffic first. Only where it cannot the service is updated. */
function returning(first: NativePass): Decision {
  const { state, seen } = first;
  const record = recordOf(first);
  // The service can still be updated to what it was.
  if (seen.outcome?.ok === false) return goOn(first, 'restoring');
  if (record === undefined) {
    if (waited(first) < UNSEEN_MS) return wait(first, STALE_LOOK_MS, 'looking for the deployment, to roll it back');
    return goOn(first, 'restoring');
  }
  if (isStale(record, state)) return wait(first, STALE_LOOK_MS, 'waiting for ECS to show the deployment again');
  const pass = noted(first, record);
  switch (record.status) {
    case 'PENDING':
    case 'IN_PROGRESS':
      return askForRollback(pass, record);
    case 'STOP_REQUESTED':
    case 'ROLLBACK_REQUESTED':
    case 'ROLLBACK_IN_PROGRESS':
      return rollingBack(pass, record);
    case 'ROLLBACK_SUCCESSFUL':
      return restoreRest(pass, record);
    case 'STOPPED':
      return stopped(pass);
    case 'SUCCESSFUL':
      // It was over before it could be stopped.
      return goOn(pass, 'restoring', { deploymentsAfter: record.createdAt });
    default:
      return notRestored(pass, `ECS reports ${record.status}: ${said(record.rollback?.reason ?? record.statusReason)}`);
  }
}

function askForRollback(pass: NativePass, { arn }: ServiceDeploymentSeen): Decision {
  const { rollout: key, stopAskedAt } = pass.state;
  // What was asked for shows only after a while.
  if (stopAskedAt !== null && pass.now - stopAskedAt < UNSEEN_MS) return follow(pass, 'waiting for ECS to roll back');
  const action = { type: 'ecs.stop-service-deployment', key, serviceDeployment: arn } as const;
  return act(pass, action, 'having ECS roll the deployment back', { stopAskedAt: pass.now });
}

function rollingBack(pass: NativePass, { stage, hooks }: ServiceDeploymentSeen): Decision {
  const { shown, timeoutMs } = pass.state;
  const limit = Math.max(timeoutMs, DRAINING_TIMEOUT_MS);
  if (hooks.length === 0 && pass.now - (shown?.progressAt ?? pass.now) >= limit)
    return notRestored(pass, `ECS's rollback has got no further for ${limit / 1000} s`);
  return follow(pass, stage === undefined ? 'ECS rolls back' : `ECS rolls back: ${stage}`);
}

/** ECS has put its revision of the service back; settings that belong to no revision are this rollout's to put back. */
function restoreRest(pass: NativePass, record: ServiceDeploymentSeen): Decision {
  const was = pass.state.wayBack!;
  const values = Object.fromEntries(Object.entries(was.values).filter(([key]) => !OF_THE_REVISION.has(key)));
  // ECS chose what to go back to.
  const wayBack = { ...was, taskDefinition: record.rollback?.taskDefinition || was.taskDefinition, values };
  return goOn(pass, 'restoring', { wayBack, backByEcs: true, deploymentsAfter: record.createdAt });
}

/** An update back is a deployment of its own, with stages, bakes and pauses; what it brings back needs no approval. */
function returningByUpdate(pass: NativePass): Decision {
  const { state, world, seen } = pass;
  const back = state.wayBack?.taskDefinition ?? '';
  const record = world.serviceDeployments.find(
    ({ arn, status, taskDefinition }) =>
      arn !== state.serviceDeployment &&
      (status === 'PENDING' || status === 'IN_PROGRESS') &&
      sameTaskDefinition(taskDefinition, back),
  );
  if (record === undefined) return settlingBack(pass);
  const pause = record.hooks.find((hook) => isPausing(hook) && state.pauses[hook.id!] !== 'answered');
  const message = `rolling back: ${goingOnText(record, 0)}`;
  if (pause !== undefined && seen.outcome === undefined) {
    const { rollout: key } = state;
    const action = {
      type: 'ecs.continue-service-deployment',
      key,
      serviceDeployment: record.arn,
      hook: pause.id!,
    } as const;
    return act(pass, action, 'going on past a pause of the way back', {
      pauses: { ...state.pauses, [pause.id!]: 'answered' },
    });
  }
  return wait(pass, state.pollIntervalMs, message, { waitingSince: pass.now }, { for: 'stage' });
}

function back(state: EcsNativeState): string {
  const byUpdate = state.stoppedByEcs || !state.applied || isSameDeployment(state);
  return firstStepBack(state, byUpdate ? 'restoring' : 'returning');
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
    returning,
    'settling-back': returningByUpdate,
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
