/**
 * ECS rolling: ECS replaces the tasks itself, within minimumHealthyPercent and maximumPercent; this strategy registers
 * the task definition, starts the deployment, watches it by its id, and goes back when it fails.
 *
 *   registering → tagging? → applying → settling → succeeded
 *                     any failure ↓
 *        restoring → settling back, or deleting what was created → cleaning → rolled back
 *
 * Owns nothing: all state is in the record. It never calls a deployment a success that ECS itself rolled back.
 */
import type { Json, JsonObject } from '../json.ts';
import {
  canonical,
  changedMembers,
  type EcsDesired,
  type EcsTarget,
  type LiveEcs,
  NONE_OF,
  primaryDeployment,
  serviceDifferences,
  taskDefinitionName,
} from '../plan/index.ts';
import type { EcsAction } from './actions.ts';
import { lookAgainMs } from './cadence.ts';
import { newEvents, taskFailures } from './ecsEvidence.ts';
import { ABORTED, broken, refused } from './failures.ts';
import type { DeploymentSeen, EcsSeen } from './observation.ts';
import type { EventDraft, Failure, Phase, Progress } from './record.ts';
import type { Decision, RolloutSpec, Seen, Strategy } from './strategy.ts';

type Step =
  | 'registering'
  | 'tagging'
  | 'applying'
  | 'settling'
  | 'restoring'
  | 'settling-back'
  | 'deleting'
  | 'cleaning'
  | 'over';

/** The service as it was, and all of it that the rollout may change. */
interface WayBack {
  readonly taskDefinition: string;
  readonly values: JsonObject;
  /** The service's own tags, where the rollout changes them. */
  readonly tags: Json | null;
}

export interface EcsRollingState {
  readonly step: Step;
  readonly rollout: string;
  readonly force: boolean;
  readonly target: EcsTarget;
  /** Undefined where the service definition names a task definition itself. */
  readonly register: boolean;
  /** The task definition to run: named by the service definition, or the ARN of the one registered. */
  readonly taskDefinition: string | null;
  /** Service members that the update sets. */
  readonly members: readonly string[];
  readonly tagsDiffer: boolean;
  /** Null when the rollout creates the service. */
  readonly wayBack: WayBack | null;
  readonly pollIntervalMs: number;
  readonly timeoutMs: number;
  readonly breaker: { readonly threshold: number; readonly rollback: boolean } | null;
  readonly deleteNewUponFailure: boolean;
  /** ECS's id of the deployment that is being waited for: the new one, then the one that goes back. */
  readonly deploymentId: string | null;
  /** When the wait for it began, ms since the epoch. */
  readonly waitingSince: number | null;
  /** Has the service been changed, so that going back means changing it again? */
  readonly touched: boolean;
  /** ARNs of new tasks that failed, as far as they were seen. */
  readonly failedTasks: readonly string[];
  /** The newest service event that was passed on. */
  readonly lastEventId: string | null;
  readonly failure: Failure | null;
  readonly aborted: boolean;
}

/** A rollback gets at least this long, ms: giving up early would leave what it exists to prevent. */
const ROLLBACK_TIMEOUT_MS = 15 * 60_000;

/** DeleteService drains; ECS keeps an INACTIVE service describable for a while, so waiting for it is safe. */
const DELETE_TIMEOUT_MS = 15 * 60_000;

type Patch = Partial<EcsRollingState>;
type Draft = Omit<Decision, 'state' | 'progress' | 'events'> & {
  readonly events?: readonly EventDraft[];
  readonly progress?: Progress;
};

const asState = (state: JsonObject): EcsRollingState => state as unknown as EcsRollingState;
const asJson = (state: EcsRollingState): JsonObject => state as unknown as JsonObject;

function begin(spec: RolloutSpec, live: LiveEcs): EcsRollingState {
  const desired = spec.desired as EcsDesired;
  const found = live.service === undefined ? [] : serviceDifferences(live.service, desired.service);
  const members = changedMembers(found);
  const tagsDiffer = found.some((difference) => difference.path.startsWith('/tags'));
  const { settings } = desired;
  const events = live.service?.['events'];
  const newest = Array.isArray(events) ? (events[0] as JsonObject | undefined) : undefined;
  return {
    step: desired.taskDefinition !== undefined ? 'registering' : tagsDiffer ? 'tagging' : 'applying',
    rollout: spec.rollout,
    force: spec.force,
    target: desired.target,
    register: desired.taskDefinition !== undefined,
    taskDefinition: desired.taskDefinition === undefined ? String(desired.service['taskDefinition']) : null,
    members,
    tagsDiffer,
    wayBack: live.service === undefined ? null : wayBackOf(live.service, members, tagsDiffer),
    pollIntervalMs: settings.stability.pollIntervalSeconds * 1000,
    timeoutMs: settings.stability.timeoutSeconds * 1000,
    breaker: settings.breaker ?? null,
    deleteNewUponFailure: settings.deleteNewUponFailure,
    deploymentId: null,
    waitingSince: null,
    touched: false,
    failedTasks: [],
    lastEventId: newest === undefined ? null : String(newest['id']),
    failure: null,
    aborted: false,
  };
}

/** What UpdateService needs to put the members back; an absent list is put back as an empty one. */
function wayBackOf(service: JsonObject, members: readonly string[], tagsDiffer: boolean): WayBack {
  const primary = primaryDeployment(service);
  const values = members.map((key) => [key, service[key] ?? primary?.[key] ?? NONE_OF[key] ?? null]);
  return {
    taskDefinition: String(service['taskDefinition']),
    values: Object.fromEntries(values),
    tags: tagsDiffer ? (service['tags'] ?? []) : null,
  };
}

/** One pass over the current step, with the state, what is seen and the time at hand. */
interface Pass {
  readonly state: EcsRollingState;
  readonly seen: Seen;
  readonly world: EcsSeen;
  readonly now: number;
  readonly events: EventDraft[];
}

const PHASE_OF: Record<Exclude<Step, 'over'>, Phase> = {
  registering: 'preparing',
  tagging: 'preparing',
  applying: 'launching',
  settling: 'stabilizing',
  restoring: 'rolling back',
  'settling-back': 'rolling back',
  deleting: 'rolling back',
  cleaning: 'rolling back',
};

function deploymentOf(pass: Pass): DeploymentSeen | undefined {
  return pass.world.service?.deployments.find((deployment) => deployment.id === pass.state.deploymentId);
}

function progressOf(pass: Pass): Progress {
  if (pass.state.step !== 'settling' && pass.state.step !== 'settling-back') return {};
  const deployment = deploymentOf(pass);
  return deployment ? { ready: deployment.runningCount, desired: deployment.desiredCount } : {};
}

function conclude(pass: Pass, patch: Patch, draft: Draft): Decision {
  return {
    progress: progressOf(pass),
    ...draft,
    state: asJson({ ...pass.state, ...patch }),
    events: [...pass.events, ...(draft.events ?? [])],
  };
}

/** Goes on to another step at once, in the same decision. */
function goOn(pass: Pass, step: Exclude<Step, 'over'>, patch: Patch = {}): Decision {
  return STEPS[step]({ ...pass, state: { ...pass.state, ...patch, step }, seen: { ...pass.seen, outcome: undefined } });
}

function act(pass: Pass, action: EcsAction, message: string): Decision {
  const { step } = pass.state;
  return conclude(pass, {}, { phase: PHASE_OF[step as Exclude<Step, 'over'>], message, action, wakeAt: pass.now });
}

function end(pass: Pass, phase: Phase, message: string): Decision {
  const { failure, taskDefinition } = pass.state;
  const serving = phase === 'succeeded' && taskDefinition !== null ? { serving: taskDefinition } : {};
  const why = failure === null ? {} : { failure };
  return conclude(pass, { step: 'over' }, { phase, message, wakeAt: pass.now, ...why, ...serving });
}

/** Something went wrong: remember it, and take the shortest way back. */
function fail(pass: Pass, failure: Failure, patch: Patch = {}): Decision {
  const event: EventDraft = {
    code: 'rollout.failed',
    level: 'error',
    message: failure.message,
    data: { class: failure.class },
  };
  return goBack({ ...pass, state: { ...pass.state, ...patch, failure }, events: [...pass.events, event] });
}

function goBack(pass: Pass): Decision {
  const { state } = pass;
  if (!state.touched) return goOn(pass, 'cleaning');
  if (state.wayBack !== null) return goOn(pass, 'restoring');
  if (state.deleteNewUponFailure || state.aborted) return goOn(pass, 'deleting');
  return end(
    pass,
    'failed',
    `${state.failure?.message}; the new service is kept for a look (deleteNewUponFailure is false)`,
  );
}

function registering(pass: Pass): Decision {
  const { outcome } = pass.seen;
  if (outcome?.ok === false) return fail(pass, refused('register the task definition', outcome.error));
  if (outcome?.ok) {
    return goOn(pass, pass.state.tagsDiffer ? 'tagging' : 'applying', {
      taskDefinition: String(outcome.data['taskDefinitionArn']),
    });
  }
  return act(
    pass,
    { type: 'ecs.register-task-definition', key: pass.state.rollout },
    'registering the task definition',
  );
}

function tagging(pass: Pass): Decision {
  const { outcome } = pass.seen;
  if (outcome?.ok === false) return fail(pass, refused('tag the service', outcome.error));
  if (outcome?.ok) return goOn(pass, 'applying', { touched: true });
  return act(pass, { type: 'ecs.tag-service', key: pass.state.rollout }, 'tagging the service');
}

function applying(pass: Pass): Decision {
  const { state } = pass;
  const { outcome } = pass.seen;
  const creates = state.wayBack === null;
  if (outcome?.ok === false)
    return fail(pass, refused(creates ? 'create the service' : 'update the service', outcome.error));
  if (outcome?.ok) {
    const deploymentId = String(outcome.data['deploymentId']);
    return goOn(pass, 'settling', { deploymentId, waitingSince: pass.now, touched: true });
  }
  const taskDefinition = state.taskDefinition!;
  const name = taskDefinitionName(taskDefinition);
  return creates
    ? act(pass, { type: 'ecs.create-service', key: state.rollout, taskDefinition }, `creating the service with ${name}`)
    : act(
        pass,
        // A revision of our own starts a deployment by itself; a named one that runs already has to be forced.
        {
          type: 'ecs.update-service',
          key: state.rollout,
          taskDefinition,
          members: state.members,
          force: state.force && !state.register,
        },
        `updating the service to ${name}`,
      );
}

/** The deployment that took ours' place, and whether ECS itself put the old revision back. */
function displaced(pass: Pass): { by: DeploymentSeen | undefined; byEcs: boolean } | undefined {
  const ours = deploymentOf(pass);
  const primary = pass.world.service?.deployments.find((deployment) => deployment.status === 'PRIMARY');
  if (ours?.status === 'PRIMARY') return undefined;
  // Right after the update ECS may still answer with the list from before it.
  if (ours === undefined && pass.now - (pass.state.waitingSince ?? pass.now) < EVENTUALLY_MS) return undefined;
  const back = primary !== undefined && primary.taskDefinition === pass.state.wayBack?.taskDefinition;
  const said = /roll(ing|ed) back/i.test(primary?.rolloutStateReason ?? '') || ours?.rolloutState === 'FAILED';
  return { by: primary, byEcs: back && said };
}

/** Reads may lag behind writes by seconds. Source: Amazon ECS API reference, RunTask, on eventual consistency. */
const EVENTUALLY_MS = 15_000;

function countFailures(pass: Pass): { pass: Pass; count: number; evidence: string[] } {
  const { state, world } = pass;
  const failures = taskFailures(world.stoppedTasks, state.deploymentId ?? '');
  const fresh = failures.filter((failure) => !state.failedTasks.includes(failure.arn));
  const events = fresh.map(
    (failure): EventDraft => ({
      code: 'task.failed',
      level: 'warning',
      message: failure.text,
      data: { task: failure.arn },
    }),
  );
  const failedTasks = [...state.failedTasks, ...fresh.map((failure) => failure.arn)];
  const count = Math.max(failedTasks.length, deploymentOf(pass)?.failedTasks ?? 0);
  const next = { ...pass, state: { ...state, failedTasks }, events: [...pass.events, ...events] };
  return { pass: next, count, evidence: [...new Set(failures.map((failure) => failure.text))].slice(-10) };
}

const troubling = (pass: Pass): string[] =>
  [...pass.events]
    .filter((event) => event.code === 'aws.event' && /unable to|failed|unhealthy/i.test(event.message))
    .map((event) => event.message);

const tasks = (n: number) => `${n} new task${n === 1 ? '' : 's'}`;

function settling(start: Pass): Decision {
  const counted = countFailures(start);
  const { pass, count, evidence } = counted;
  const { state, now } = pass;
  const ours = deploymentOf(pass);
  const seen = evidence.length > 0 ? evidence : troubling(pass);
  if (pass.world.service === undefined || pass.world.service.status === 'INACTIVE') {
    if (now - (state.waitingSince ?? now) > EVENTUALLY_MS) {
      return end(pass, 'superseded', 'somebody deleted the service while it was being rolled out');
    }
  }
  const other = displaced(pass);
  if (other?.byEcs) {
    const reason = ours?.rolloutStateReason ?? other.by?.rolloutStateReason ?? 'ECS rolled the deployment back';
    const failure = broken(`ECS rolled the deployment back: ${reason}`, [...seen, reason]);
    return fail(pass, failure, {});
  }
  if (other) {
    const instead = other.by === undefined ? 'no deployment' : taskDefinitionName(other.by.taskDefinition);
    return end(
      pass,
      'superseded',
      `somebody else deployed this service meanwhile: ${instead} is in force, and is left alone`,
    );
  }
  if (ours?.rolloutState === 'FAILED') {
    return fail(
      pass,
      broken(`ECS reports the deployment as failed: ${ours.rolloutStateReason ?? 'no reason given'}`, [
        ...seen,
        ours.rolloutStateReason ?? '',
      ]),
    );
  }
  if (ours?.rolloutState === 'COMPLETED' && ours.runningCount === ours.desiredCount) {
    return end(
      pass,
      'succeeded',
      `${ours.runningCount} of ${ours.desiredCount} tasks run ${taskDefinitionName(ours.taskDefinition)}`,
    );
  }
  if (state.breaker !== null && count >= state.breaker.threshold) {
    const failure = broken(
      `${tasks(count)} failed: the circuit breaker trips at ${state.breaker.threshold}`,
      seen,
      'crash',
    );
    if (!state.breaker.rollback) {
      return end(
        { ...pass, state: { ...state, failure } },
        'failed',
        `${failure.message}; not rolled back (gmDeploymentCircuitBreaker.rollback is false), and ECS goes on trying`,
      );
    }
    return fail(pass, failure);
  }
  const deadline = (state.waitingSince ?? now) + state.timeoutMs;
  if (now >= deadline) {
    const failure = broken(`not stable within ${state.timeoutMs / 1000} s`, seen, 'timeout');
    return fail(pass, failure);
  }
  const message = ours === undefined ? 'waiting for ECS to show the deployment' : waitingFor(ours, count);
  return conclude(
    pass,
    { failedTasks: state.failedTasks },
    { phase: 'stabilizing', message, wakeAt: lookAgain(pass, deadline) },
  );
}

function waitingFor(deployment: DeploymentSeen, failed: number): string {
  const running = `${deployment.runningCount} of ${deployment.desiredCount} tasks running`;
  const pending = deployment.pendingCount > 0 ? `, ${deployment.pendingCount} pending` : '';
  const broken = failed > 0 ? `, ${failed} failed` : '';
  const rest =
    deployment.runningCount === deployment.desiredCount ? ', waiting for ECS to complete the deployment' : '';
  return `${running}${pending}${broken}${rest}`;
}

function lookAgain(pass: Pass, deadline: number): number {
  return Math.min(
    deadline,
    pass.now + lookAgainMs(pass.now - (pass.state.waitingSince ?? pass.now), pass.state.pollIntervalMs),
  );
}

function restoring(pass: Pass): Decision {
  const { state } = pass;
  const { outcome } = pass.seen;
  const back = state.wayBack!;
  if (outcome?.ok === false)
    return notRestored(pass, `AWS refused to put the service back: ${outcome.error.code}: ${outcome.error.message}`);
  if (outcome?.ok)
    return goOn(pass, 'settling-back', { deploymentId: String(outcome.data['deploymentId']), waitingSince: pass.now });
  const primary = pass.world.service?.deployments.find((deployment) => deployment.status === 'PRIMARY');
  if (primary?.taskDefinition === back.taskDefinition && canonical(back.values) === '{}' && back.tags === null) {
    // ECS has gone back by itself, and nothing but the task definition was changed: watch that deployment.
    return goOn(pass, 'settling-back', { deploymentId: primary.id, waitingSince: pass.now });
  }
  return act(
    pass,
    { type: 'ecs.restore-service', key: state.rollout, ...back },
    `putting ${taskDefinitionName(back.taskDefinition)} back`,
  );
}

/** The way back failed: the one end that needs a person at once. */
function notRestored(pass: Pass, why: string): Decision {
  const old = taskDefinitionName(pass.state.wayBack?.taskDefinition ?? '');
  return end(
    pass,
    'failed',
    `${pass.state.failure?.message ?? 'aborted'}; and ${why}; the service may run both revisions: update it to ${old} by hand`,
  );
}

function settlingBack(pass: Pass): Decision {
  const { state, now } = pass;
  const deployment = deploymentOf(pass);
  if (deployment?.rolloutState === 'COMPLETED' && deployment.runningCount === deployment.desiredCount)
    return goOn(pass, 'cleaning');
  const waited = now - (state.waitingSince ?? now);
  const other = displaced(pass);
  if (other !== undefined) {
    return end(
      pass,
      'superseded',
      'somebody else deployed this service during the rollback; their deployment is left alone',
    );
  }
  if (deployment?.rolloutState === 'FAILED') {
    return notRestored(
      pass,
      `the rollback's own deployment failed: ${deployment.rolloutStateReason ?? 'no reason given'}`,
    );
  }
  const deadline = (state.waitingSince ?? now) + Math.max(state.timeoutMs, ROLLBACK_TIMEOUT_MS);
  if (now >= deadline) return notRestored(pass, `the rollback was not stable within ${Math.round(waited / 1000)} s`);
  const message =
    deployment === undefined ? 'waiting for ECS to show the rollback' : `rolling back: ${waitingFor(deployment, 0)}`;
  return conclude(pass, {}, { phase: 'rolling back', message, wakeAt: lookAgain(pass, deadline) });
}

function deleting(pass: Pass): Decision {
  const { state, now } = pass;
  const { outcome } = pass.seen;
  if (outcome?.ok === false)
    return notRestored(pass, `AWS refused to delete the new service: ${outcome.error.code}: ${outcome.error.message}`);
  const status = pass.world.service?.status;
  if (outcome?.ok) return waitForInactive({ ...pass, state: { ...state, waitingSince: now } });
  if (status === undefined || status === 'INACTIVE') return goOn(pass, 'cleaning');
  if (status === 'DRAINING') return waitForInactive(pass);
  return act(
    pass,
    { type: 'ecs.delete-service', key: state.rollout },
    'deleting the service that this rollout created',
  );
}

function waitForInactive(pass: Pass): Decision {
  const since = pass.state.waitingSince ?? pass.now;
  if (pass.now - since >= DELETE_TIMEOUT_MS) return notRestored(pass, 'the new service is still draining');
  const wakeAt = pass.now + lookAgainMs(pass.now - since, pass.state.pollIntervalMs);
  return conclude(
    pass,
    { waitingSince: since },
    { phase: 'rolling back', message: 'waiting for the new service to drain', wakeAt },
  );
}

/** Last step back: the revision that this rollout registered must not be left for somebody to pick up. */
function cleaning(pass: Pass): Decision {
  const { state } = pass;
  const { outcome } = pass.seen;
  const registered = state.register && state.taskDefinition !== null;
  if (registered && outcome === undefined) {
    return act(
      pass,
      { type: 'ecs.deregister-task-definition', key: state.rollout, taskDefinition: state.taskDefinition! },
      `deregistering ${taskDefinitionName(state.taskDefinition!)}`,
    );
  }
  const left =
    outcome?.ok === false
      ? `; ${taskDefinitionName(state.taskDefinition!)} could not be deregistered: ${outcome.error.message}`
      : '';
  const what = state.failure?.message ?? 'aborted';
  if (state.aborted)
    return end(
      pass,
      'aborted',
      `${what}; ${state.touched ? 'what served before is back' : 'nothing was changed'}${left}`,
    );
  if (!state.touched) return end(pass, 'failed', `${what}; nothing was changed${left}`);
  const back =
    state.wayBack === null
      ? 'the new service was deleted'
      : `${taskDefinitionName(state.wayBack.taskDefinition)} serves again`;
  return end(pass, 'rolled back', `${what}; ${back}${left}`);
}

const STEPS: Record<Exclude<Step, 'over'>, (pass: Pass) => Decision> = {
  registering,
  tagging,
  applying,
  settling,
  restoring,
  'settling-back': settlingBack,
  deleting,
  cleaning,
};

const GOING_BACK: ReadonlySet<Step> = new Set(['restoring', 'settling-back', 'deleting', 'cleaning']);

function abort(pass: Pass): Decision {
  const event: EventDraft = { code: 'rollout.aborting', level: 'warning', message: 'abort was asked for: going back' };
  return goBack({
    ...pass,
    state: { ...pass.state, aborted: true, failure: ABORTED },
    events: [...pass.events, event],
  });
}

export const ecsRolling: Strategy = {
  begin(spec, live) {
    return asJson(begin(spec, live as LiveEcs));
  },

  wish(json) {
    const state = asState(json);
    const watched = state.step === 'settling' && state.deploymentId !== null ? [state.deploymentId] : [];
    return { kind: 'ecs', target: state.target, stoppedTasksOf: watched };
  },

  decide(json, seen, now) {
    const world = seen.observation as EcsSeen;
    const fresh = newEvents(world.service?.events ?? [], asState(json).lastEventId);
    const state = { ...asState(json), lastEventId: world.service?.events[0]?.id ?? asState(json).lastEventId };
    const pass: Pass = { state, seen, world, now, events: fresh };
    const { step } = state;
    if (step === 'over') return end(pass, 'failed', 'this rollout is over');
    // An action in flight is heard first: what it made must be known before going back.
    if (seen.command === 'abort' && !state.aborted && !GOING_BACK.has(step) && seen.outcome === undefined)
      return abort(pass);
    return STEPS[step](pass);
  },
};
