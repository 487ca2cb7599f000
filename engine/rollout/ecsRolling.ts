/**
 * ECS rolling: ECS replaces the tasks itself, within minimumHealthyPercent and maximumPercent; this strategy registers
 * the task definition, starts the deployment, watches it by its id, and goes back when it fails.
 *
 *   vetting → registering → tagging → applying → settling → succeeded
 *                     any failure ↓
 *        restoring → settling-back, or deleting what was created → cleaning → rolled back
 *
 * Owns nothing: all state is in the record. It never calls a deployment a success that ECS itself rolled back.
 */
import type { JsonObject } from '../json.ts';
import {
  changedMembers,
  type EcsDesired,
  type EcsTarget,
  isEmpty,
  type LiveEcs,
  serviceDifferences,
  taskDefinitionName,
} from '../plan/index.ts';
import { lookAgainMs } from './cadence.ts';
import { countFailures, taskFailures, tripped } from './ecsEvidence.ts';
import { type EcsWatch, hear, watchFrom } from './ecsWatch.ts';
import { type WayBack, wayBackOf } from './ecsWayBack.ts';
import { broken, refused } from './failures.ts';
import type { DeploymentSeen, EcsSeen } from './observation.ts';
import type { Failure, Phase, Progress } from './record.ts';
import { endings, type Pass, type StepState, type StepTable, stepwise, waited } from './stepwise.ts';
import type { Decision, RolloutSpec } from './strategy.ts';

type Step =
  | 'vetting'
  | 'registering'
  | 'tagging'
  | 'applying'
  | 'settling'
  | 'restoring'
  | 'settling-back'
  | 'deleting'
  | 'cleaning';

export interface EcsRollingState extends StepState, EcsWatch {
  readonly target: EcsTarget;
  readonly force: boolean;
  /** The family to register a revision of; null where the service definition names a task definition itself. */
  readonly family: string | null;
  /** The task definition to run: named by the service definition, or the ARN of the one registered. */
  readonly taskDefinition: string | null;
  /** Was registering begun? Its answer may be lost, and the revision then has to be looked for. */
  readonly registering: boolean;
  /** Service members that the update sets. */
  readonly members: readonly string[];
  readonly tagsDiffer: boolean;
  /** Null when the rollout creates the service. */
  readonly wayBack: WayBack | null;
  /** Why the rollout must not begin: there would be no way back. */
  readonly refusal: Failure | null;
  readonly deleteNewUponFailure: boolean;
  /** ECS's id of the deployment that is being waited for: the new one, then the one that goes back. */
  readonly deploymentId: string | null;
  /** Failures that ECS counted for that deployment before this rollout had a part in it. */
  readonly failuresBefore: number;
  /** Has the service been changed, so that going back means changing it again? */
  readonly touched: boolean;
}

type EcsPass = Pass<EcsRollingState, EcsSeen>;

/** A rollback gets at least this long, ms: giving up early would leave what it exists to prevent. */
const ROLLBACK_TIMEOUT_MS = 15 * 60_000;

/** DeleteService drains; ECS keeps an INACTIVE service describable for a while, so waiting for it is safe. */
const DELETE_TIMEOUT_MS = 15 * 60_000;

/**
 * Once the new tasks all run and the old ones only drain, this is the bound, ms: load balancers drain connections for up
 * to an hour. Source: Elastic Load Balancing, deregistration_delay.timeout_seconds, 0–3600.
 */
const DRAINING_TIMEOUT_MS = 65 * 60_000;

/** Reads may lag behind writes by seconds. Source: Amazon ECS API reference, RunTask, on eventual consistency. */
const EVENTUALLY_MS = 15_000;

const { act, end, fail, goOn, look, wait } = endings<EcsRollingState, EcsSeen>(() => TABLE);

/** A rollback target that cannot be run any more is no way back. */
function refusalOf(live: LiveEcs, force: boolean): Failure | null {
  if (force || live.taskDefinition?.['status'] !== 'INACTIVE') return null;
  const name = taskDefinitionName(String(live.service?.['taskDefinition']));
  return {
    class: 'configuration',
    message: `${name}, which runs now, is INACTIVE: there would be no way back to it`,
    evidence: [],
    next: 'register it again and update the service to it, or deploy with --force',
  };
}

function begin(spec: RolloutSpec, live: LiveEcs): EcsRollingState {
  const { service, taskDefinition, settings, target } = spec.desired as EcsDesired;
  const found = live.service === undefined ? [] : serviceDifferences(live.service, service);
  const members = changedMembers(found);
  const tagsDiffer = found.some(({ path }) => path.startsWith('/tags'));
  return {
    step: 'vetting',
    rollout: spec.rollout,
    target,
    force: spec.force,
    family: taskDefinition === undefined ? null : String(taskDefinition['family']),
    taskDefinition: taskDefinition === undefined ? String(service['taskDefinition']) : null,
    registering: false,
    members,
    tagsDiffer,
    wayBack: live.service === undefined ? null : wayBackOf(live.service, members, service, tagsDiffer),
    refusal: refusalOf(live, spec.force),
    ...watchFrom(settings, live),
    deleteNewUponFailure: settings.deleteNewUponFailure,
    deploymentId: null,
    failuresBefore: 0,
    waitingSince: null,
    touched: false,
    left: [],
    failure: null,
    aborted: false,
  };
}

const deploymentOf = (pass: EcsPass): DeploymentSeen | undefined =>
  pass.world.service?.deployments.find(({ id }) => id === pass.state.deploymentId);

const primaryOf = (pass: EcsPass): DeploymentSeen | undefined =>
  pass.world.service?.deployments.find(({ status }) => status === 'PRIMARY');

function progress(pass: EcsPass): Progress {
  if (pass.state.step !== 'settling' && pass.state.step !== 'settling-back') return {};
  const deployment = deploymentOf(pass);
  return deployment ? { ready: deployment.runningCount, desired: deployment.desiredCount } : {};
}

function vetting(pass: EcsPass): Decision {
  const { state } = pass;
  if (state.refusal !== null)
    return end(
      { ...pass, state: { ...state, failure: state.refusal } },
      'failed',
      `${state.refusal.message}; nothing was changed`,
    );
  return goOn(pass, state.family === null ? 'tagging' : 'registering');
}

function registering(pass: EcsPass): Decision {
  const { state, seen } = pass;
  if (seen.outcome?.ok === false) return fail(pass, refused('register the task definition', seen.outcome.error));
  if (seen.outcome?.ok)
    return goOn(pass, 'tagging', { taskDefinition: String(seen.outcome.data['taskDefinitionArn']) });
  const action = { type: 'ecs.register-task-definition', key: state.rollout, family: state.family! } as const;
  return act(pass, action, 'registering the task definition', { registering: true });
}

function tagging(pass: EcsPass): Decision {
  const { state, seen } = pass;
  // Tags are set and removed by two calls: a refusal may have come between them.
  if (seen.outcome?.ok === false) return fail(pass, refused('tag the service', seen.outcome.error), { touched: true });
  if (seen.outcome?.ok || !state.tagsDiffer) return goOn(pass, 'applying', { touched: state.tagsDiffer });
  return act(pass, { type: 'ecs.tag-service', key: state.rollout }, 'tagging the service');
}

function applying(pass: EcsPass): Decision {
  const { state, seen } = pass;
  const creates = state.wayBack === null;
  if (seen.outcome?.ok === false) {
    const { error } = seen.outcome;
    // An answer that never came leaves open whether the change was made: it is undone either way.
    return fail(pass, refused(creates ? 'create the service' : 'update the service', error), {
      touched: state.touched || error.passing,
    });
  }
  if (seen.outcome?.ok) {
    const deploymentId = String(seen.outcome.data['deploymentId']);
    const same = pass.world.service?.deployments.find(({ id }) => id === deploymentId);
    const failuresBefore = state.wayBack?.deploymentId === deploymentId ? (same?.failedTasks ?? 0) : 0;
    const started = { deploymentId, failuresBefore, waitingSince: pass.now, touched: true };
    return look(pass, 'settling', 'waiting for ECS to show the deployment', started);
  }
  const taskDefinition = state.taskDefinition!;
  const name = taskDefinitionName(taskDefinition);
  if (creates)
    return act(
      pass,
      { type: 'ecs.create-service', key: state.rollout, taskDefinition },
      `creating the service with ${name}`,
    );
  // A revision of our own starts a deployment by itself; a named one that runs already has to be forced.
  const force = state.force && state.family === null;
  return act(
    pass,
    { type: 'ecs.update-service', key: state.rollout, taskDefinition, members: state.members, force },
    `updating the service to ${name}`,
  );
}

/** The deployment that took ours' place, and whether ECS itself put an earlier revision back. */
function displaced(pass: EcsPass): { by: DeploymentSeen | undefined; byEcs: boolean } | undefined {
  const ours = deploymentOf(pass);
  if (ours?.status === 'PRIMARY') return undefined;
  // Right after the update ECS may still answer with the list from before it.
  if (ours === undefined && waited(pass) < EVENTUALLY_MS) return undefined;
  const by = primaryOf(pass);
  return {
    by,
    byEcs:
      by !== undefined && (/roll(ing|ed) back/i.test(by.rolloutStateReason ?? '') || ours?.rolloutState === 'FAILED'),
  };
}

interface Counted {
  readonly pass: EcsPass;
  readonly count: number;
  readonly evidence: readonly string[];
}

/** Counts failed new tasks, and tells each once. Tasks that stopped before this rollout's deployment do not count. */
function countedFailures(pass: EcsPass): Counted {
  const { state, world } = pass;
  const since = state.wayBack?.deploymentId === state.deploymentId ? (state.waitingSince ?? 0) : 0;
  const failures = taskFailures(world.stoppedTasks, state.deploymentId ?? '', since);
  const { failedTasks, told, evidence } = countFailures(failures, state.failedTasks, state.troubles);
  const byEcs = (deploymentOf(pass)?.failedTasks ?? 0) - state.failuresBefore;
  return {
    pass: { ...pass, state: { ...state, failedTasks }, events: [...pass.events, ...told] },
    count: Math.max(failedTasks.length, byEcs),
    evidence,
  };
}

/** Do all new tasks run, so that only old ones have yet to drain? */
function onlyDrains(pass: EcsPass, ours: DeploymentSeen): boolean {
  const others = pass.world.service?.deployments.filter(({ id }) => id !== ours.id) ?? [];
  return (
    others.length > 0 &&
    others.every(({ desiredCount }) => desiredCount === 0) &&
    ours.runningCount >= ours.desiredCount &&
    ours.pendingCount === 0
  );
}

const isComplete = (pass: EcsPass, ours: DeploymentSeen): boolean =>
  ours.rolloutState === 'COMPLETED' &&
  ours.runningCount === ours.desiredCount &&
  ours.desiredCount === pass.world.service?.desiredCount;

function settling(first: EcsPass): Decision {
  const { pass, count, evidence } = countedFailures(first);
  const ours = deploymentOf(pass);
  const { service } = pass.world;
  if ((service === undefined || service.status === 'INACTIVE') && waited(pass) > EVENTUALLY_MS) {
    return end(pass, 'superseded', 'somebody deleted the service while it was being rolled out');
  }
  const other = displaced(pass);
  if (other !== undefined) return giveWay(pass, other, evidence);
  if (ours?.rolloutState === 'FAILED') {
    const reason = said(ours.rolloutStateReason);
    return fail(pass, broken(`ECS reports the deployment as failed: ${reason}`, [...evidence, reason]));
  }
  if (ours !== undefined && isComplete(pass, ours)) {
    return end(
      pass,
      'succeeded',
      `${ours.runningCount} of ${ours.desiredCount} tasks run ${taskDefinitionName(ours.taskDefinition)}`,
    );
  }
  return trip(pass, count, evidence) ?? keepWaiting(pass, ours, count, evidence);
}

/** ECS's sentence as a part of ours. */
const said = (reason: string | undefined): string => reason?.replace(/\.$/, '') ?? 'no reason given';

/** Another deployment is in force: ECS's own rollback is a failure to finish, somebody else's is theirs. */
function giveWay(
  pass: EcsPass,
  other: { by: DeploymentSeen | undefined; byEcs: boolean },
  evidence: readonly string[],
): Decision {
  const { by, byEcs } = other;
  if (!byEcs || by === undefined) {
    const instead = by === undefined ? 'no deployment' : taskDefinitionName(by.taskDefinition);
    return end(
      pass,
      'superseded',
      `somebody else deployed this service meanwhile: ${instead} is in force, and is left alone`,
    );
  }
  const reason = said(deploymentOf(pass)?.rolloutStateReason ?? by.rolloutStateReason);
  const failure = broken(`ECS rolled the deployment back: ${reason}`, [...evidence, reason]);
  // ECS chose what to go back to; the rest of the service follows it there.
  const wayBack = pass.state.wayBack && { ...pass.state.wayBack, taskDefinition: by.taskDefinition };
  return fail(pass, failure, { wayBack });
}

function trip(pass: EcsPass, count: number, evidence: readonly string[]): Decision | undefined {
  const { breaker } = pass.state;
  const failure = tripped(breaker, count, evidence);
  if (failure === undefined || breaker?.rollback) return failure && fail(pass, failure);
  const kept = 'not rolled back (gmDeploymentCircuitBreaker.rollback is false), and ECS goes on trying';
  return end({ ...pass, state: { ...pass.state, failure } }, 'failed', `${failure.message}; ${kept}`);
}

function keepWaiting(
  pass: EcsPass,
  ours: DeploymentSeen | undefined,
  count: number,
  evidence: readonly string[],
): Decision {
  const draining = ours !== undefined && onlyDrains(pass, ours);
  const limit = draining ? Math.max(pass.state.timeoutMs, DRAINING_TIMEOUT_MS) : pass.state.timeoutMs;
  const message = ours === undefined ? 'waiting for ECS to show the deployment' : waitingFor(ours, count, draining);
  if (waited(pass) >= limit)
    return fail(pass, broken(`not stable within ${limit / 1000} s: ${message}`, evidence, 'timeout'));
  return wait(pass, untilNextLook(pass, limit), message);
}

function waitingFor(deployment: DeploymentSeen, failed: number, draining: boolean): string {
  const running = `${deployment.runningCount} of ${deployment.desiredCount} new tasks run ${taskDefinitionName(deployment.taskDefinition)}`;
  const pending = deployment.pendingCount > 0 ? `, ${deployment.pendingCount} pending` : '';
  const bad = failed > 0 ? `, ${failed} failed` : '';
  const all = deployment.runningCount === deployment.desiredCount;
  const rest = draining
    ? ', waiting for the old tasks to drain'
    : all
      ? ', waiting for ECS to complete the deployment'
      : '';
  return `${running}${pending}${bad}${rest}`;
}

/** Ms until the next look, at the latest when the limit is reached. */
const untilNextLook = (pass: EcsPass, limitMs: number): number =>
  Math.min(limitMs - waited(pass), lookAgainMs(waited(pass), pass.state.pollIntervalMs));

function restoring(pass: EcsPass): Decision {
  const { state, seen } = pass;
  const back = state.wayBack!;
  if (seen.outcome?.ok === false) {
    const { code, message } = seen.outcome.error;
    return notRestored(pass, `AWS refused to put the service back: ${code}: ${message}`);
  }
  if (seen.outcome?.ok) {
    const restored = { deploymentId: String(seen.outcome.data['deploymentId']), waitingSince: pass.now };
    return look(pass, 'settling-back', 'waiting for ECS to show the rollback', restored);
  }
  const primary = primaryOf(pass);
  if (primary?.taskDefinition === back.taskDefinition && isEmpty(back.values) && back.tags === null) {
    // It is back already, and nothing but the task definition was changed: that deployment is watched.
    return goOn(pass, 'settling-back', { deploymentId: primary.id, waitingSince: pass.now });
  }
  return act(
    pass,
    { type: 'ecs.restore-service', key: state.rollout, ...back },
    `putting ${taskDefinitionName(back.taskDefinition)} back`,
  );
}

/** The way back failed: the one end that needs a person at once. */
function notRestored(pass: EcsPass, why: string): Decision {
  const { failure, wayBack } = pass.state;
  const byHand =
    wayBack === null
      ? 'delete the service by hand'
      : `update it to ${taskDefinitionName(wayBack.taskDefinition)} by hand`;
  return end(pass, 'failed', `${failure?.message}; and ${why}; the service may run both revisions: ${byHand}`);
}

function settlingBack(pass: EcsPass): Decision {
  const deployment = deploymentOf(pass);
  if (deployment !== undefined && isComplete(pass, deployment)) return goOn(pass, 'cleaning');
  if (displaced(pass) !== undefined) {
    return end(
      pass,
      'superseded',
      'somebody else deployed this service during the rollback; their deployment is left alone',
    );
  }
  if (deployment?.rolloutState === 'FAILED') {
    return notRestored(pass, `the rollback's own deployment failed: ${said(deployment.rolloutStateReason)}`);
  }
  const draining = deployment !== undefined && onlyDrains(pass, deployment);
  const limit = Math.max(pass.state.timeoutMs, draining ? DRAINING_TIMEOUT_MS : ROLLBACK_TIMEOUT_MS);
  if (waited(pass) >= limit) return notRestored(pass, `the rollback was not stable within ${limit / 1000} s`);
  const message =
    deployment === undefined ? 'waiting for ECS to show the rollback' : waitingFor(deployment, 0, draining);
  return wait(pass, untilNextLook(pass, limit), message);
}

function deleting(pass: EcsPass): Decision {
  const { state, seen } = pass;
  if (seen.outcome?.ok === false) {
    const { code, message } = seen.outcome.error;
    return notRestored(pass, `AWS refused to delete the new service: ${code}: ${message}`);
  }
  const status = pass.world.service?.status;
  if (seen.outcome === undefined) {
    if (status === undefined || status === 'INACTIVE') return goOn(pass, 'cleaning');
    if (status !== 'DRAINING')
      return act(
        pass,
        { type: 'ecs.delete-service', key: state.rollout },
        'deleting the service that this rollout created',
      );
  }
  if (waited(pass) >= DELETE_TIMEOUT_MS) return notRestored(pass, 'the new service is still draining');
  return wait(pass, untilNextLook(pass, DELETE_TIMEOUT_MS), 'waiting for the new service to drain');
}

/** Last step back: a revision that this rollout registered must not be left for somebody to pick up. */
function cleaning(pass: EcsPass): Decision {
  const { state, seen } = pass;
  if (state.registering && seen.outcome === undefined) {
    const { taskDefinition } = state;
    const name = taskDefinition === null ? 'what may have been registered' : taskDefinitionName(taskDefinition);
    const action = {
      type: 'ecs.deregister-task-definition',
      key: state.rollout,
      family: state.family!,
      taskDefinition,
    } as const;
    return act(pass, action, `deregistering ${name}`);
  }
  const left =
    seen.outcome?.ok === false
      ? `; the new task definition could not be deregistered: ${seen.outcome.error.message}`
      : '';
  const what = state.failure?.message ?? 'aborted';
  if (!state.touched) return end(pass, state.aborted ? 'aborted' : 'failed', `${what}; nothing was changed${left}`);
  const back =
    state.wayBack === null
      ? 'the new service was deleted'
      : `${taskDefinitionName(state.wayBack.taskDefinition)} serves again`;
  return end(pass, state.aborted ? 'aborted' : 'rolled back', `${what}; ${back}${left}`);
}

/** A service of our own making that failed is kept for a look where the settings say so. */
function keeping(pass: EcsPass): Decision {
  return end(
    pass,
    'failed',
    `${pass.state.failure?.message}; the new service is kept for a look (deleteNewUponFailure is false)`,
  );
}

function firstStepBack(state: EcsRollingState): string {
  if (!state.touched) return 'cleaning';
  if (state.wayBack !== null) return 'restoring';
  return state.deleteNewUponFailure || state.aborted ? 'deleting' : 'keeping';
}

const PHASES: Record<Step, Phase> = {
  vetting: 'preparing',
  registering: 'preparing',
  tagging: 'preparing',
  applying: 'launching',
  settling: 'stabilizing',
  restoring: 'rolling back',
  'settling-back': 'rolling back',
  deleting: 'rolling back',
  cleaning: 'rolling back',
};

const TABLE: StepTable<EcsRollingState, EcsSeen> = {
  begin: (spec, live) => begin(spec, live as LiveEcs) as unknown as JsonObject,
  wish: ({ step, target, deploymentId }) => ({
    kind: 'ecs',
    target,
    stoppedTasksOf: step === 'settling' && deploymentId !== null ? [deploymentId] : [],
  }),
  steps: {
    vetting,
    registering,
    tagging,
    applying,
    settling,
    restoring,
    'settling-back': settlingBack,
    deleting,
    cleaning,
    keeping,
  },
  forward: new Set<string>(['vetting', 'registering', 'tagging', 'applying', 'settling'] satisfies Step[]),
  back: firstStepBack,
  phaseOf: (step) => PHASES[step as Step] ?? 'rolling back',
  progress,
  enter: hear,
  serving: ({ taskDefinition }) => taskDefinition,
};

export const ecsRolling = stepwise(TABLE);
