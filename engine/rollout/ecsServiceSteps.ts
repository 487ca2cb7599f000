/**
 * What every rollout of a service with the ECS controller does alike, whoever moves the tasks or the traffic then: from
 * the files to the call that starts ECS's deployment, and from a failure back to the service as it was.
 *
 *   vetting → registering → tagging → applying → (the strategy's own steps)
 *   restoring → settling-back, or deleting what was created → cleaning
 *
 * Pure. Owns nothing: all state is in the record.
 */
import {
  changedMembers,
  type EcsDesired,
  type EcsTarget,
  isEmpty,
  type LiveEcs,
  primaryDeployment,
  sameTaskDefinition,
  serviceDifferences,
  taskDefinitionDifferences,
  taskDefinitionName,
  withOwnCapacity,
} from '../plan/index.ts';
import type { Outcome } from './actions.ts';
import { EVENTUALLY_MS, lookAgainMs, SOONEST_MS } from './cadence.ts';
import {
  asBefore,
  asWished,
  backGoesOver,
  capacityFrom,
  forBreaker,
  type HasCapacity,
  heedCapacity,
  lackWait,
  lackWords,
  marking,
  onFallback,
  toldFallback,
} from './ecsCapacity.ts';
import { countFailures, taskFailures } from './ecsEvidence.ts';
import { bakeMsOf, type EcsWatch, watchFrom } from './ecsWatch.ts';
import { inherited, type WayBack, wayBackOf } from './ecsWayBack.ts';
import { misfit, refused, said } from './failures.ts';
import type { DeploymentSeen, EcsSeen } from './observation.ts';
import { vetAlarms } from './preflight.ts';
import type { Failure, Phase } from './record.ts';
import { endings, type Pass, type StepState, type StepTable, waited, within } from './stepwise.ts';
import type { Decision, RolloutSpec, Sight } from './strategy.ts';
import type { Wait } from './waiting.ts';

export interface EcsServiceState extends StepState, EcsWatch, HasCapacity {
  readonly target: EcsTarget;
  readonly force: boolean;
  /** The family to register a revision of; null where there is one: named by the service definition, or running. */
  readonly family: string | null;
  /** The task definition to run: named by the service definition, or the ARN of the one registered. */
  readonly taskDefinition: string | null;
  /** Was registering begun? Its answer may be lost, and the revision then has to be looked for. */
  readonly registering: boolean;
  /** Service members that the update sets. */
  readonly members: readonly string[];
  readonly tagsDiffer: boolean;
  /** Null when the rollout creates the service, or takes the place of one that did. */
  readonly wayBack: WayBack | null;
  readonly deleteNewUponFailure: boolean;
  /** How long ECS itself bakes at most once all tasks are replaced, ms. */
  readonly bakeMs: number;
  /** ECS's id of the deployment that is being waited for: the new one, then the one that goes back. */
  readonly deploymentId: string | null;
  /** Failures that ECS counted for that deployment before this rollout had a part in it. */
  readonly failuresBefore: number;
  /** When the newest service deployment before this rollout's began, ms; null where the strategy does not look. */
  readonly deploymentsAfter: number | null;
  /** May the service have been created or updated by this rollout? */
  readonly applied: boolean;
  /** Has anything of the service been changed, so that going back means changing it again? */
  readonly touched: boolean;
  /** Has ECS put an earlier revision back by itself? */
  readonly backByEcs: boolean;
  /** Was deleting the service that this rollout created asked for? */
  readonly deleted: boolean;
}

export type ServicePass<S extends EcsServiceState = EcsServiceState> = Pass<S, EcsSeen>;

/** A rollback gets at least this long, ms: giving up early would leave what it exists to prevent. */
const ROLLBACK_TIMEOUT_MS = 15 * 60_000;

/**
 * One that waits for room gets this, ms: what served goes on meanwhile, and ECS tries again only every 15 minutes in the
 * end. Source: aws-behaviour, Fargate Spot.
 */
const ROOM_TIMEOUT_MS = 45 * 60_000;

/** DeleteService drains; ECS keeps an INACTIVE service describable for a while, so waiting for it is safe. */
const DELETE_TIMEOUT_MS = 15 * 60_000;

/**
 * Once the new tasks all run and the old ones only drain, this is the bound, ms: load balancers drain connections for up
 * to an hour. Source: Elastic Load Balancing, deregistration_delay.timeout_seconds, 0–3600.
 */
export const DRAINING_TIMEOUT_MS = 65 * 60_000;

/** Null where going back is deleting the service, which this rollout creates. */
function wayBackFrom(
  { desired, replaced }: RolloutSpec,
  live: LiveEcs,
  members: readonly string[],
  tagsDiffer: boolean,
): WayBack | null {
  const before = replaced as Partial<EcsServiceState> | undefined;
  const wasCreated = before?.touched === true && before.wayBack === null;
  if (live.service === undefined || wasCreated) return null;
  const own = wayBackOf(live.service, members, (desired as EcsDesired).service, tagsDiffer);
  return before?.touched && before.wayBack ? inherited(own, before.wayBack) : own;
}

/**
 * The task definition that runs, where it is what the files ask for: a change of the service alone needs no new revision,
 * and replaces no task that it does not have to. One whose deployment did not come to its end is deployed anew.
 */
function reusable({ service, taskDefinition }: LiveEcs, desired: EcsDesired): string | undefined {
  if (service === undefined || taskDefinition?.['status'] !== 'ACTIVE' || !desired.taskDefinition) return undefined;
  if (primaryDeployment(service)?.['rolloutState'] !== 'COMPLETED') return undefined;
  const found = taskDefinitionDifferences(service, taskDefinition, desired.service, desired.taskDefinition);
  return found.length === 0 ? String(service['taskDefinition']) : undefined;
}

const STRATEGY = 'capacityProviderStrategy';

/** The first state of a rollout that creates or updates a service with the ECS controller. */
export function beginService(spec: RolloutSpec, live: LiveEcs): EcsServiceState {
  const { service, taskDefinition, settings, target } = spec.desired as EcsDesired;
  const capacity = capacityFrom(spec, live);
  const runs =
    live.service &&
    (capacity.on === 'fallback' ? withOwnCapacity(live.service, spec.desired as EcsDesired) : live.service);
  const found = runs === undefined ? [] : serviceDifferences(runs, service);
  const moves = capacity.on === 'own' && capacity.since !== null;
  const members = [...new Set([...changedMembers(found), ...(moves ? [STRATEGY] : [])])].sort();
  const restored = capacity.wish === 'fallback' ? [...members, STRATEGY] : members;
  const tagsDiffer = found.some(({ path }) => path.startsWith('/tags'));
  const runsNow = spec.force ? undefined : reusable(live, spec.desired as EcsDesired);
  const registers = taskDefinition !== undefined && runsNow === undefined;
  return {
    step: 'vetting',
    rollout: spec.rollout,
    target,
    force: spec.force,
    family: registers ? String(taskDefinition['family']) : null,
    taskDefinition: registers ? null : (runsNow ?? String(service['taskDefinition'])),
    registering: false,
    members,
    tagsDiffer,
    wayBack: wayBackFrom(spec, live, restored, tagsDiffer),
    ...watchFrom(settings, live, spec.skips),
    capacity,
    bakeMs: bakeMsOf(live.service, service),
    deleteNewUponFailure: settings.deleteNewUponFailure,
    deploymentId: null,
    failuresBefore: 0,
    deploymentsAfter: null,
    waitingSince: null,
    applied: false,
    // What it takes the place of has changed the service already.
    touched: (spec.replaced as Partial<EcsServiceState> | undefined)?.touched ?? false,
    backByEcs: false,
    deleted: false,
    left: [],
    failure: null,
    aborted: false,
  };
}

export const deploymentOf = (pass: ServicePass): DeploymentSeen | undefined =>
  pass.world.service?.deployments.find(({ id }) => id === pass.state.deploymentId);

export const primaryOf = (pass: ServicePass): DeploymentSeen | undefined =>
  pass.world.service?.deployments.find(({ status }) => status === 'PRIMARY');

/** Did the update start no deployment of its own, because nothing that needs one changed? */
export const isSameDeployment = ({ wayBack, deploymentId }: EcsServiceState): boolean =>
  deploymentId !== null && wayBack?.deploymentId === deploymentId;

/** Is the service gone, or on its way? A new one may not be shown at once. */
export const isGone = (pass: ServicePass): boolean =>
  pass.world.service?.status !== 'ACTIVE' && waited(pass) > EVENTUALLY_MS;

/** The deployment that took ours' place, and whether ECS itself put an earlier revision back. */
export function displaced(pass: ServicePass): { by: DeploymentSeen | undefined; byEcs: boolean } | undefined {
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

/** Sees whether the deployment that is waited for finds room. */
export function heeded<S extends EcsServiceState>(pass: ServicePass<S>): ServicePass<S> {
  const ours = deploymentOf(pass);
  const group = ours && {
    id: ours.id,
    placed: ours.runningCount + ours.pendingCount,
    wanted: pass.world.service?.desiredCount ?? ours.desiredCount,
  };
  return heedCapacity(pass, group);
}

export interface Counted<S extends EcsServiceState> {
  readonly pass: ServicePass<S>;
  readonly count: number;
  readonly evidence: readonly string[];
}

/** Counts failed new tasks, and tells each once. Tasks that stopped before this rollout's deployment do not count. */
export function countedFailures<S extends EcsServiceState>(pass: ServicePass<S>): Counted<S> {
  const { state, world } = pass;
  const since = isSameDeployment(state) ? (state.waitingSince ?? 0) : 0;
  const failures = taskFailures(world.stoppedTasks, state.deploymentId ?? '', since);
  const byEcs = (deploymentOf(pass)?.failedTasks ?? 0) - state.failuresBefore;
  const { known, told, count, evidence } = countFailures(failures, forBreaker(state), byEcs);
  return { pass: { ...pass, state: { ...state, ...known }, events: [...pass.events, ...told] }, count, evidence };
}

const othersOf = (pass: ServicePass, ours: DeploymentSeen): readonly DeploymentSeen[] =>
  pass.world.service?.deployments.filter(({ id }) => id !== ours.id) ?? [];

const allRun = (ours: DeploymentSeen): boolean => ours.runningCount >= ours.desiredCount && ours.pendingCount === 0;

/** Do all new tasks run, so that only old ones have yet to drain? */
const onlyDrains = (pass: ServicePass, ours: DeploymentSeen): boolean =>
  allRun(ours) &&
  othersOf(pass, ours).length > 0 &&
  othersOf(pass, ours).every(({ desiredCount }) => desiredCount === 0);

/** Have the new tasks taken the old ones' place, drained or not? */
const hasReplaced = (pass: ServicePass, ours: DeploymentSeen): boolean =>
  pass.state.wayBack !== null && allRun(ours) && othersOf(pass, ours).every(({ desiredCount }) => desiredCount === 0);

export const isComplete = (pass: ServicePass, ours: DeploymentSeen): boolean =>
  ours.rolloutState === 'COMPLETED' &&
  ours.runningCount === ours.desiredCount &&
  ours.desiredCount === pass.world.service?.desiredCount;

/**
 * Do all tasks run what is gone back to, as many as there should be, whatever ECS still makes of its deployments? Where
 * minimumHealthyPercent and maximumPercent leave no room it never completes one, and nothing was ever replaced.
 */
function servesBefore({ state: { wayBack }, world: { service } }: ServicePass): boolean {
  if (wayBack === null || service === undefined) return false;
  const present = service.deployments.filter(({ runningCount, pendingCount }) => runningCount + pendingCount > 0);
  const running = present.reduce((sum, { runningCount }) => sum + runningCount, 0);
  const isOld = present.every(({ taskDefinition }) => sameTaskDefinition(taskDefinition, wayBack.taskDefinition));
  return isOld && running >= service.desiredCount;
}

/**
 * How long a deployment may take, ms: draining and ECS's own bake are not lack of progress.
 *
 * @param least what it gets in any case
 */
export function limitOf(pass: ServicePass, ours: DeploymentSeen | undefined, least: number): number {
  if (ours === undefined || !allRun(ours)) return least;
  return (hasReplaced(pass, ours) ? Math.max(least, DRAINING_TIMEOUT_MS) : least) + pass.state.bakeMs;
}

export function waitingFor(pass: ServicePass, deployment: DeploymentSeen, failed: number): string {
  const running = `${deployment.runningCount} of ${deployment.desiredCount} new tasks run ${taskDefinitionName(deployment.taskDefinition)}`;
  const pending = deployment.pendingCount > 0 ? `, ${deployment.pendingCount} pending` : '';
  // ECS counts as failed what it could not place; that there is no room says so already.
  const isForRoom = pass.state.capacity.lack !== null && pass.state.failedTasks.length === 0;
  const bad = failed > 0 && !isForRoom ? `, ${failed} failed` : '';
  const all = deployment.runningCount === deployment.desiredCount;
  const rest = onlyDrains(pass, deployment)
    ? ', waiting for the old tasks to drain'
    : all
      ? ', waiting for ECS to complete the deployment'
      : '';
  return `${running}${pending}${bad}${rest}${lackWords(pass.state)}`;
}

/** The wait for a deployment of ECS, which may last so long, ms. */
export function deploymentWait(
  pass: ServicePass,
  deployment: DeploymentSeen | undefined,
  limitMs: number,
): Partial<Wait> {
  const what = deployment === undefined ? 'settling' : onlyDrains(pass, deployment) ? 'drain' : 'tasks';
  const lookEveryMs = pass.state.pollIntervalMs;
  return { for: what, limit: within(pass, limitMs), lookEveryMs, ...lackWait(pass.state) };
}

/** Ms until the next look, at the latest when the limit is reached. */
export const untilNextLook = (pass: ServicePass, limitMs: number): number =>
  Math.min(limitMs - waited(pass), lookAgainMs(waited(pass), pass.state.pollIntervalMs));

/** The first step back of a service that this rollout changed, or else nothing to undo. */
export function firstStepBack(state: EcsServiceState, back: string): string {
  if (!state.touched) return 'cleaning';
  if (state.wayBack !== null) return back;
  return state.deleteNewUponFailure || state.aborted ? 'deleting' : 'keeping';
}

export const SERVICE_PHASES: Readonly<Record<string, Phase>> = {
  vetting: 'preparing',
  registering: 'preparing',
  tagging: 'preparing',
  applying: 'launching',
  'falling-back': 'launching',
};

/** What the steps need to see; other than these, everything. */
export function sightOf({ step, alarms, backByEcs, deleted }: EcsServiceState, outcome?: Outcome): Sight {
  const unless = (needed: boolean): Sight => (needed ? 'full' : 'none');
  switch (step) {
    case 'registering':
    case 'tagging':
    case 'applying':
    case 'falling-back':
    case 'cleaning':
    case 'keeping':
      return 'none';
    case 'vetting':
      return unless(alarms.length > 0);
    case 'restoring':
      return unless(outcome === undefined && backByEcs);
    case 'deleting':
      return unless(outcome === undefined && deleted);
    default:
      return 'full';
  }
}

/**
 * The steps themselves.
 *
 * @param table the strategy's, asked late
 * @param follow the strategy's step after ECS has taken the change
 */
export function serviceSteps(table: () => StepTable<EcsServiceState, EcsSeen>, follow: string) {
  const { act, end, fail, goOn, look, wait } = endings<EcsServiceState, EcsSeen>(table);

  const refuse = (pass: ServicePass, failure: Failure): Decision =>
    // What it takes the place of is half done: that is undone.
    pass.state.touched
      ? fail(pass, failure)
      : end({ ...pass, state: { ...pass.state, failure } }, 'failed', `${failure.message}; nothing was changed`);

  /** Refuses what could not be protected. */
  function vetting(pass: ServicePass): Decision {
    const { state, world } = pass;
    const { refusal, alarms, told } = vetAlarms(world.alarms, state.alarms, state.skips ?? []);
    if (refusal !== undefined) return refuse(pass, misfit(refusal.message, refusal.hint));
    const next = { ...pass, events: [...pass.events, ...told] };
    return goOn(next, state.family === null ? 'tagging' : 'registering', { alarms });
  }

  function registering(pass: ServicePass): Decision {
    const { state, seen } = pass;
    if (seen.outcome?.ok === false) return fail(pass, refused('register the task definition', seen.outcome.error));
    if (seen.outcome?.ok)
      return goOn(pass, 'tagging', { taskDefinition: String(seen.outcome.data['taskDefinitionArn']) });
    const action = { type: 'ecs.register-task-definition', key: state.rollout, family: state.family! } as const;
    return act(pass, action, 'registering the task definition', { registering: true });
  }

  function tagging(pass: ServicePass): Decision {
    const { state, seen } = pass;
    // Tags are set and removed by two calls: a refusal may have come between them.
    if (seen.outcome?.ok === false)
      return fail(pass, refused('tag the service', seen.outcome.error), { touched: true });
    if (seen.outcome?.ok || !state.tagsDiffer) return goOn(pass, 'applying', { touched: state.tagsDiffer });
    return act(pass, { type: 'ecs.tag-service', key: state.rollout }, 'tagging the service');
  }

  function applying(pass: ServicePass): Decision {
    const { state, seen } = pass;
    const creates = state.wayBack === null && !state.touched;
    if (seen.outcome?.ok === false) {
      const { error } = seen.outcome;
      // An answer that never came leaves open whether the change was made: it is undone either way.
      return fail(pass, refused(creates ? 'create the service' : 'update the service', error), {
        applied: error.passing,
        touched: state.touched || error.passing,
      });
    }
    if (seen.outcome?.ok) {
      const { data } = seen.outcome;
      const deploymentId = String(data['deploymentId']);
      const failuresBefore = state.wayBack?.deploymentId === deploymentId ? Number(data['failedTasks'] ?? 0) : 0;
      const capacity = asWished(state.capacity, pass.now);
      const started = { deploymentId, failuresBefore, capacity, waitingSince: pass.now, applied: true, touched: true };
      return look(pass, follow, 'waiting for ECS to show the deployment', started, SOONEST_MS);
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
    const { members, deploymentsAfter, capacity } = state;
    const moves = capacity.wish === 'fallback' && capacity.fallback !== null ? { strategy: capacity.fallback } : {};
    return act(
      pass,
      { type: 'ecs.update-service', key: state.rollout, taskDefinition, members, force, ...moves, deploymentsAfter },
      `updating the service to ${name}`,
    );
  }

  /** Starts the deployment again where there is room. AWS takes other capacity only with a forced deployment. */
  function fallingBack(pass: ServicePass): Decision {
    const { state, seen, now } = pass;
    const { capacity, taskDefinition, rollout: key, deploymentsAfter } = state;
    if (seen.outcome?.ok === false) return fail(pass, refused('use the fallback capacity', seen.outcome.error));
    if (seen.outcome?.ok) {
      const deploymentId = String(seen.outcome.data['deploymentId']);
      const anew = { failuresBefore: 0, failedTasks: [], ignoredTasks: [], troubles: [], waitingSince: now };
      const started = { ...anew, deploymentId, capacity: onFallback(capacity, now) };
      return look(pass, follow, 'waiting for ECS to show the deployment', started, SOONEST_MS);
    }
    const { wayBack } = state;
    const was = wayBack && { ...wayBack, values: { [STRATEGY]: capacity.before.strategy, ...wayBack.values } };
    const strategy = capacity.fallback!;
    const next = { ...pass, events: [...pass.events, toldFallback(capacity)] };
    return act(
      next,
      { type: 'ecs.update-service', key, taskDefinition, members: [], force: false, strategy, deploymentsAfter },
      'updating the service to its fallback capacity',
      { wayBack: was },
    );
  }

  /** Has the tag say where the service runs; undefined where it does. */
  function mark(pass: ServicePass): Decision | undefined {
    const action = marking(pass.state);
    return action && act(pass, action, 'tagging the service');
  }

  function restoring(pass: ServicePass): Decision {
    const { state, seen } = pass;
    const back = state.wayBack!;
    if (seen.outcome?.ok === false) {
      const { code, message } = seen.outcome.error;
      return notRestored(pass, `AWS refused to put the service back: ${code}: ${message}`);
    }
    if (seen.outcome?.ok) {
      const capacity = asBefore(state.capacity);
      const restored = { deploymentId: String(seen.outcome.data['deploymentId']), capacity, waitingSince: pass.now };
      return look(pass, 'settling-back', 'waiting for ECS to show the rollback', restored, SOONEST_MS);
    }
    const primary = primaryOf(pass);
    const isBack = state.backByEcs && primary?.taskDefinition === back.taskDefinition;
    if (isBack && isEmpty(back.values) && back.tags === null) {
      // Nothing but the task definition was changed, and ECS has seen to that: its deployment is watched.
      const capacity = asBefore(state.capacity);
      return goOn(pass, 'settling-back', { deploymentId: primary.id, capacity, waitingSince: pass.now });
    }
    return act(
      pass,
      { type: 'ecs.restore-service', key: state.rollout, ...back },
      `putting ${taskDefinitionName(back.taskDefinition)} back`,
    );
  }

  /** The way back failed: the one end that needs a person at once. */
  function notRestored(pass: ServicePass, why: string): Decision {
    const { failure, wayBack } = pass.state;
    const byHand =
      wayBack === null
        ? 'delete the service by hand'
        : `update it to ${taskDefinitionName(wayBack.taskDefinition)} by hand`;
    return end(pass, 'failed', `${failure?.message}; and ${why}; the service may run both revisions: ${byHand}`);
  }

  function settlingBack(first: ServicePass): Decision {
    const heard = heeded(first);
    const hasRoomNow = first.state.capacity.lack !== null && heard.state.capacity.lack === null;
    // Time that was spent without room says nothing about the tasks that have it now.
    const pass = hasRoomNow ? { ...heard, state: { ...heard.state, waitingSince: heard.now } } : heard;
    const marks = mark(pass);
    if (marks) return marks;
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
    if (backGoesOver(pass)) return restoreToFallback(pass);
    const least = pass.state.capacity.lack === null ? ROLLBACK_TIMEOUT_MS : ROOM_TIMEOUT_MS;
    const limit = limitOf(pass, deployment, Math.max(pass.state.timeoutMs, least));
    if (waited(pass) >= limit && servesBefore(pass)) {
      const left = [
        ...pass.state.left,
        'the deployment of ECS that takes the service back, which ECS does not complete',
      ];
      return goOn(pass, 'cleaning', { left });
    }
    if (waited(pass) >= limit) return notRestored(pass, `the rollback was not stable within ${limit / 1000} s`);
    const message = deployment === undefined ? 'waiting for ECS to show the rollback' : waitingFor(pass, deployment, 0);
    return wait(pass, untilNextLook(pass, limit), message, {}, deploymentWait(pass, deployment, limit));
  }

  /** What served before finds no room either: it is put back where there may be some. */
  function restoreToFallback(pass: ServicePass): Decision {
    const { capacity, wayBack } = pass.state;
    const strategy = [...capacity.fallback!];
    const next = { ...pass, events: [...pass.events, toldFallback(capacity)] };
    return goOn(next, 'restoring', {
      backByEcs: false,
      wayBack: { ...wayBack!, values: { ...wayBack!.values, [STRATEGY]: strategy } },
      capacity: { ...capacity, before: { strategy, since: pass.now } },
    });
  }

  function deleting(pass: ServicePass): Decision {
    const { state, seen } = pass;
    if (seen.outcome?.ok === false) {
      const { code, message } = seen.outcome.error;
      return notRestored(pass, `AWS refused to delete the new service: ${code}: ${message}`);
    }
    const status = pass.world.service?.status;
    if (seen.outcome === undefined) {
      // A service that was made a moment ago may not show yet: it is deleted all the same.
      if (!state.deleted || status === 'ACTIVE') {
        const action = { type: 'ecs.delete-service', key: state.rollout } as const;
        return act(pass, action, 'deleting the service that this rollout created', { deleted: true });
      }
      if (status === undefined || status === 'INACTIVE') return goOn(pass, 'cleaning');
    }
    if (waited(pass) >= DELETE_TIMEOUT_MS) return notRestored(pass, 'the new service is still draining');
    const lookEveryMs = state.pollIntervalMs;
    const about = { for: 'drain', limit: within(pass, DELETE_TIMEOUT_MS), lookEveryMs } as const;
    return wait(pass, untilNextLook(pass, DELETE_TIMEOUT_MS), 'waiting for the new service to drain', {}, about);
  }

  /** Last step back: a revision that this rollout registered must not be left for somebody to pick up. */
  function cleaning(pass: ServicePass): Decision {
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
    const undone =
      seen.outcome?.ok === false
        ? [`; the new task definition could not be deregistered: ${seen.outcome.error.message}`]
        : [];
    const left = [...state.left.map((one) => `; left behind: ${one}`), ...undone].join('');
    const what = state.failure?.message ?? 'aborted';
    if (!state.touched) return end(pass, state.aborted ? 'aborted' : 'failed', `${what}; nothing was changed${left}`);
    const back =
      state.wayBack === null
        ? 'the new service was deleted'
        : `${taskDefinitionName(state.wayBack.taskDefinition)} serves again`;
    return end(pass, state.aborted ? 'aborted' : 'rolled back', `${what}; ${back}${left}`);
  }

  /** A service of our own making that failed is kept for a look where the settings say so. */
  function keeping(pass: ServicePass): Decision {
    return end(
      pass,
      'failed',
      `${pass.state.failure?.message}; the new service is kept for a look (deleteNewUponFailure is false)`,
    );
  }

  return {
    steps: {
      vetting,
      registering,
      tagging,
      applying,
      'falling-back': fallingBack,
      restoring,
      deleting,
      cleaning,
      keeping,
    },
    mark,
    settlingBack,
    notRestored,
  };
}
