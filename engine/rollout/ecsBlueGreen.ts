/**
 * ECS blue/green by task sets (`EXTERNAL`): a new task set at full scale beside the old one; when it is stable, traffic
 * moves to it on the load balancer's weights, step by step with a bake after each; then it becomes primary and the old
 * set is deleted.
 *
 *   vetting → registering → creating → scaling → attaching → clearing → launching → stabilizing → shifting → promoting
 *   → retiring                   no room: falling-back (deletes the set, and launches another) ↵
 *                     any failure ↓
 *   returning (traffic) → demoting → removing → rescaling → detaching → deleting → cleaning → rolled back
 *
 * Owns nothing: all state is in the record. Which half of a pair serves is found from what is live. What served before
 * is not deleted until the new set serves everything and has baked.
 */
import { isObject, type JsonObject } from '../json.ts';
import { type EcsDesired, type LiveEcs, serviceDifferences, taskDefinitionName } from '../plan/index.ts';
import { letThrough, refusing } from '../preflight/index.ts';
import type { Action, Outcome } from './actions.ts';
import { lookAgainMs, lookPatientlyMs, SOONEST_MS } from './cadence.ts';
import { stepsBack } from './ecsBlueGreenBack.ts';
import {
  type BgPass,
  type EcsBlueGreenState,
  EVENTUALLY_MS,
  externalIdOf,
  REMOVING_TIMEOUT_MS,
  WEIGHTS_LOOK_MS,
  WEIGHTS_SETTLE_MS,
  wantedAt,
} from './ecsBlueGreenState.ts';
import {
  asWished,
  capacityFrom,
  forBreaker,
  goesOver,
  heedCapacity,
  lackWait,
  lackWords,
  marking,
  noRoomYet,
  onFallback,
  toldFallback,
} from './ecsCapacity.ts';
import { countFailures, taskFailures, tripped } from './ecsEvidence.ts';
import { hear, watchFrom } from './ecsWatch.ts';
import { wayBackOf } from './ecsWayBack.ts';
import { alarmFailure, broken, misfit, refused } from './failures.ts';
import { type EcsSeen, NOTHING_OF_ECS, type TargetsSeen, type TaskSetSeen } from './observation.ts';
import { surveyTraffic, vetAlarms } from './preflight.ts';
import type { EventDraft, Failure, Phase, Progress } from './record.ts';
import { endings, type StepTable, stepwise, waited, within } from './stepwise.ts';
import type { Decision, RolloutSpec, Sight } from './strategy.ts';
import {
  BAKE_LOOK_MS,
  bakeLook,
  bakeOf,
  bakeWait,
  baking,
  MOST_SETS,
  mayBeInForce,
  promoted,
  shiftOf,
  UNSET,
} from './trafficSteps.ts';
import type { Wait } from './waiting.ts';
import { areInForce, type ForwardWeights, type Swap } from './weights.ts';

const FORWARD = [
  'vetting',
  'registering',
  'creating',
  'scaling',
  'attaching',
  'clearing',
  'launching',
  'stabilizing',
  'falling-back',
  'shifting',
  'promoting',
] as const;

const { act, end, fail, goOn, look, wait } = endings<EcsBlueGreenState, EcsSeen>(() => TABLE);

/** Members of a service that UpdateService takes for the EXTERNAL controller. Source: Amazon ECS API reference. */
const MEMBERS = new Set([
  'desiredCount',
  'healthCheckGracePeriodSeconds',
  'placementConstraints',
  'placementStrategy',
  'enableECSManagedTags',
  'propagateTags',
]);

function targetGroupsOf(service: JsonObject): string[] {
  const balancers = Array.isArray(service['loadBalancers']) ? service['loadBalancers'] : [];
  return balancers.flatMap((balancer) => {
    const group = (balancer as JsonObject)['targetGroupArn'];
    return typeof group === 'string' ? [group] : [];
  });
}

/**
 * Where what serves is behind other target groups than are asked for, and nothing says how to shift: the two as pairs.
 * A definition from before there were pairs, for example, names the half that the last shift left.
 */
function strayedPairs(live: LiveEcs, asked: readonly string[]): (readonly [string, string])[] {
  const sets = Array.isArray(live.service?.['taskSets']) ? live.service['taskSets'].filter(isObject) : [];
  const primary = sets.find(({ status }) => status === 'PRIMARY');
  const serving = primary === undefined ? [] : targetGroupsOf(primary);
  const left = serving.filter((group) => !asked.includes(group));
  const joined = asked.filter((group) => !serving.includes(group));
  return left.length === joined.length ? left.map((group, i) => [group, joined[i]!] as const) : [];
}

function begin(spec: RolloutSpec, live: LiveEcs): EcsBlueGreenState {
  const { service, taskDefinition, settings, target } = spec.desired as EcsDesired;
  const found = live.service === undefined ? [] : serviceDifferences(live.service, service);
  const members = [...new Set(found.map(({ path }) => path.split('/')[1] ?? ''))]
    .filter((key) => MEMBERS.has(key))
    .sort();
  const asked = targetGroupsOf(service);
  const isDeclared = settings.trafficShifting !== undefined && asked.length > 0;
  const pairs = isDeclared ? settings.targetGroupArnPairs : strayedPairs(live, asked);
  return {
    step: 'vetting',
    rollout: spec.rollout,
    target,
    family: taskDefinition === undefined ? null : String(taskDefinition['family']),
    taskDefinition: taskDefinition === undefined ? String(service['taskDefinition']) : null,
    registering: false,
    asked,
    pairs,
    shifts: isDeclared || pairs.length > 0,
    strayed: !isDeclared && pairs.length > 0,
    swaps: [],
    forwardsBefore: [],
    oldSets: [],
    cleared: [],
    primaryBefore: null,
    members,
    wayBack: live.service === undefined ? null : wayBackOf(live.service, members, service, false),
    taskSet: null,
    relaunched: false,
    ...shiftOf(settings.trafficShifting, true),
    desiredCount: Number(service['desiredCount'] ?? live.service?.['desiredCount'] ?? 0),
    ...watchFrom(settings, live, spec.skips),
    capacity: capacityFrom(spec, live),
    deleteNewUponFailure: settings.deleteNewUponFailure,
    deleteNewUponTrafficShiftFailure: settings.deleteNewUponTrafficShiftFailure,
    created: false,
    scaled: false,
    attached: false,
    launched: false,
    shifted: false,
    promoted: false,
    returnedAt: null,
    removed: false,
    deleted: false,
    waitingSince: null,
    left: [],
    failure: null,
    aborted: false,
  };
}

const isForward = (step: string): boolean => PHASES[step] !== undefined;

const setOf = (pass: BgPass): TaskSetSeen | undefined =>
  pass.world.service?.taskSets.find(({ id }) => id === pass.state.taskSet);

function progress(pass: BgPass): Progress {
  const set = setOf(pass);
  const { step, shifts, weights, stepIndex, verifiedAt, promoted } = pass.state;
  const verified = verifiedAt === null ? stepIndex - 1 : stepIndex;
  const share = promoted ? 100 : (weights[verified] ?? 0);
  return {
    // Asked for from the start; ECS computes its own count seconds later, and counts down to 0 on the way back.
    ...(set
      ? { ready: set.runningCount, desired: isForward(step) ? wantedCount(pass) : set.computedDesiredCount }
      : {}),
    ...(set && isForward(step) ? { former: formerTasks(pass, set) } : {}),
    ...(shifts ? { trafficPercent: share } : {}),
  };
}

const formerTasks = ({ world }: BgPass, { id }: TaskSetSeen): number =>
  (world.service?.taskSets ?? []).reduce((sum, set) => sum + (set.id === id ? 0 : set.runningCount), 0);

/** The asked target groups whose traffic moves: strayed ones only where a forward knows both halves of their pair. */
function movedGroups({ state, world }: BgPass): readonly string[] {
  if (!state.strayed) return state.asked;
  const both = state.pairs.filter((pair) =>
    world.forwards.some(({ weights }) => pair.every((half) => weights[half] !== undefined)),
  );
  return both.map(([, to]) => to);
}

/** What the rollout would do to the traffic, from what is live; or why it must not begin. */
function survey(
  pass: BgPass,
):
  | { readonly found: Partial<EcsBlueGreenState>; readonly told: readonly EventDraft[] }
  | { readonly problem: Failure } {
  const { state, world } = pass;
  const skips = state.skips ?? [];
  const sets = world.service?.taskSets ?? [];
  const primary = sets.find(({ status }) => status === 'PRIMARY');
  const foundSets = { oldSets: sets.map(({ id }) => id), primaryBefore: primary?.id ?? null };
  const moved = movedGroups(pass);
  if (!state.shifts || moved.length === 0) return { found: { ...foundSets, shifts: false }, told: [] };
  const { swaps, obstacles } = surveyTraffic(world, moved, state.pairs);
  const { refusal, alarms, told } = vetAlarms(world.alarms, state.alarms, skips);
  const obstacle = refusal ?? refusing(letThrough(obstacles, skips));
  if (obstacle) return { problem: misfit(obstacle.message, obstacle.hint) };
  const halves = swaps.flatMap(({ from, to }) => [from, to]);
  const forwardsBefore = world.forwards.filter(({ weights }) => halves.some((half) => weights[half] !== undefined));
  // Where nothing serves yet there is nothing to shift from.
  const weights = primary === undefined ? [100] : state.weights;
  return { found: { ...foundSets, swaps, forwardsBefore, weights, alarms }, told };
}

/** Is it a task set that neither serves nor is this rollout's own, kept for a look or made by somebody else? */
const isStray = ({ rollout }: EcsBlueGreenState, { status, externalId }: TaskSetSeen): boolean =>
  status === 'ACTIVE' && externalId !== rollout;

/** Are its tasks behind a half that the new ones are to take? They would answer requests meant for the new ones. */
const isInTheWay = ({ targetGroups }: TaskSetSeen, swaps: readonly Swap[]): boolean =>
  swaps.some(({ to }) => targetGroups.includes(to));

function vetting(pass: BgPass): Decision {
  const surveyed = survey(pass);
  if ('problem' in surveyed) {
    const failure = surveyed.problem;
    return end({ ...pass, state: { ...pass.state, failure } }, 'failed', `${failure.message}; nothing was changed`);
  }
  const strays = pass.world.service?.taskSets.filter((set) => isStray(pass.state, set)) ?? [];
  const told = strays.map((stray): EventDraft => {
    const when = isInTheWay(stray, surveyed.found.swaps ?? []) ? 'first: the new tasks take its place' : 'in the end';
    const message = `a task set that was left behind, ${stray.id}, will be deleted ${when}`;
    return { code: 'rollout.progress', level: 'warning', message };
  });
  return goOn(
    { ...pass, events: [...pass.events, ...surveyed.told, ...told] },
    pass.state.family === null ? 'creating' : 'registering',
    surveyed.found,
  );
}

function registering(pass: BgPass): Decision {
  const { state, seen } = pass;
  if (seen.outcome?.ok === false) return fail(pass, refused('register the task definition', seen.outcome.error));
  if (seen.outcome?.ok)
    return goOn(pass, 'creating', { taskDefinition: String(seen.outcome.data['taskDefinitionArn']) });
  const action = { type: 'ecs.register-task-definition', key: state.rollout, family: state.family! } as const;
  return act(pass, action, 'registering the task definition', { registering: true });
}

function creating(pass: BgPass): Decision {
  const { state, seen } = pass;
  if (state.wayBack !== null) return goOn(pass, 'scaling');
  if (seen.outcome?.ok === false)
    return fail(pass, refused('create the service', seen.outcome.error), { created: seen.outcome.error.passing });
  if (seen.outcome?.ok) return goOn(pass, 'attaching', { created: true });
  return act(pass, { type: 'ecs.create-service', key: state.rollout, taskDefinition: null }, 'creating the service');
}

function scaling(pass: BgPass): Decision {
  const { state, seen } = pass;
  if (state.members.length === 0) return goOn(pass, 'attaching');
  if (seen.outcome?.ok === false)
    return fail(pass, refused('update the service', seen.outcome.error), { scaled: seen.outcome.error.passing });
  if (seen.outcome?.ok) return goOn(pass, 'attaching', { scaled: true });
  const action = {
    type: 'ecs.update-service',
    key: state.rollout,
    taskDefinition: null,
    members: state.members,
    force: false,
  } as const;
  return act(pass, action, `updating ${state.members.join(', ')} of the service`);
}

/** Sets weights until they show, a few times at most; undefined when they do. */
function bringAbout(
  pass: BgPass,
  wanted: readonly ForwardWeights[],
  message: string,
  patch: Partial<EcsBlueGreenState>,
): Decision | undefined {
  const { state, world } = pass;
  if (areInForce(world.forwards, wanted)) return undefined;
  if (mayBeInForce(state, pass.now))
    return wait(pass, WEIGHTS_LOOK_MS, `waiting for the listeners: ${message}`, {}, { for: 'traffic' });
  if (state.sets >= MOST_SETS)
    return fail(pass, broken('the listeners do not keep the weights, however often they are set', []));
  return act(pass, { type: 'elb.set-weights', key: state.rollout, forwards: wanted }, message, {
    ...patch,
    verifiedAt: null,
    sets: state.sets + 1,
    setAt: pass.now,
  });
}

/** ECS takes a target group only when a load balancer knows it: with weight 0 it is known and gets nothing. */
function attaching(pass: BgPass): Decision {
  const { state, seen } = pass;
  if (!state.shifts) return goOn(pass, 'launching');
  if (seen.outcome?.ok === false) return fail(pass, refused('attach the new target groups', seen.outcome.error));
  const busy = bringAbout(
    pass,
    wantedAt(state, state.primaryBefore === null ? 100 : 0),
    'attaching the new target groups',
    { attached: true },
  );
  return busy ?? goOn(pass, 'clearing');
}

/** What stands in the new set's place gets no traffic any more, and goes. */
function clearing(pass: BgPass): Decision {
  const { state, seen, world } = pass;
  if (seen.outcome?.ok === false)
    return fail(pass, refused('delete the task set in the place of the new one', seen.outcome.error));
  const next = world.service?.taskSets.find(
    (set) => isStray(state, set) && isInTheWay(set, state.swaps) && !state.cleared.includes(set.id),
  );
  if (next === undefined) return goOn(pass, 'launching', UNSET);
  const settledAt = (state.setAt ?? 0) + WEIGHTS_SETTLE_MS;
  if (pass.now < settledAt) {
    const about = { for: 'traffic', limit: { at: settledAt, ends: 'goes on' } } as const;
    return wait(pass, settledAt - pass.now, 'waiting for the load balancer to follow', {}, about);
  }
  const action: Action = { type: 'ecs.delete-task-set', key: state.rollout, taskSet: next.id };
  const message = `deleting ${next.id}, which stands in the place of the new task set`;
  return act(pass, action, message, { cleared: [...state.cleared, next.id] });
}

function launching(pass: BgPass): Decision {
  const { state, seen } = pass;
  if (seen.outcome?.ok === false)
    return fail(pass, refused('create the task set', seen.outcome.error), { launched: seen.outcome.error.passing });
  if (seen.outcome?.ok) {
    const taskSet = String(seen.outcome.data['taskSet']);
    const launched = { taskSet, launched: true, waitingSince: pass.now, glances: state.asked.length > 0 };
    return look(pass, 'stabilizing', 'waiting for ECS to show the task set', launched, SOONEST_MS);
  }
  const taskDefinition = state.taskDefinition!;
  const targetGroups = Object.fromEntries(state.asked.map((group) => [group, newHalf(state, group)]));
  const { capacity, rollout: key } = state;
  const strategy = capacity.on === 'fallback' && capacity.fallback !== null ? { strategy: capacity.fallback } : {};
  const externalId = externalIdOf(state);
  const action: Action = { type: 'ecs.create-task-set', key, taskDefinition, targetGroups, ...strategy, externalId };
  return act(pass, action, `creating a task set with ${taskDefinitionName(taskDefinition)}`, { launched: true });
}

/** Gives up the task set that finds no room, for one where there may be some. */
function fallingBack(pass: BgPass): Decision {
  const { state, seen, now } = pass;
  const { capacity, rollout: key } = state;
  if (seen.outcome?.ok === false) return fail(pass, refused('delete the task set without room', seen.outcome.error));
  if (seen.outcome?.ok) {
    const anew = { failedTasks: [], ignoredTasks: [], troubles: [], taskSet: null, relaunched: true };
    return goOn(pass, 'launching', { ...anew, capacity: { ...onFallback(capacity, now), since: capacity.since } });
  }
  const next = { ...pass, events: [...pass.events, toldFallback(capacity)] };
  return act(next, { type: 'ecs.delete-task-set', key, taskSet: state.taskSet! }, 'deleting the task set without room');
}

/** The half of a target group's pair that the new set uses. */
const newHalf = (state: EcsBlueGreenState, group: string): string =>
  state.swaps.find(({ from, to }) => from === group || to === group)?.to ?? group;

interface Counted {
  readonly pass: BgPass;
  readonly count: number;
  readonly evidence: readonly string[];
}

function countedFailures(pass: BgPass): Counted {
  const { state, world } = pass;
  const failures = taskFailures(world.stoppedTasks, state.taskSet ?? '');
  const { known, told, count, evidence } = countFailures(failures, forBreaker(state));
  return { pass: { ...pass, state: { ...state, ...known }, events: [...pass.events, ...told] }, count, evidence };
}

/** Trips the circuit breaker; undefined when it does not. */
function trip({ pass, count, evidence }: Counted): Decision | undefined {
  const failure = tripped(pass.state.breaker, count, evidence);
  return failure && fail(pass, failure);
}

const unhealthy = (targets: readonly TargetsSeen[]): string[] =>
  targets.flatMap(({ targetGroup, reasons }) => reasons.map((reason) => `${targetGroup}: ${reason}`));

/**
 * How many tasks there are to be: as many as the service asks for, which somebody, or auto scaling, may change at any
 * time. What this rollout itself asked for counts until it shows.
 */
function wantedCount(pass: BgPass): number {
  const { state, world } = pass;
  const isNew = state.step === 'stabilizing' && (state.created || state.scaled) && waited(pass) < EVENTUALLY_MS;
  return isNew ? state.desiredCount : (world.service?.desiredCount ?? state.desiredCount);
}

/** Tasks, and targets where there is a load balancer, all as they should be. */
function isStable(pass: BgPass, set: TaskSetSeen): boolean {
  const wanted = wantedCount(pass);
  const full = set.computedDesiredCount === wanted && set.runningCount === wanted && set.pendingCount === 0;
  return full && set.stability === 'STEADY_STATE' && pass.world.targets.every(({ healthy }) => healthy >= wanted);
}

/** Sees whether the new task set finds room. */
function heeded(pass: BgPass): BgPass {
  const set = setOf(pass);
  return heedCapacity(
    pass,
    set && {
      id: set.id,
      placed: set.runningCount + set.pendingCount,
      wanted: Math.min(set.computedDesiredCount, wantedCount(pass)),
    },
  );
}

/** New tasks that find no room go where there may be some; a return goes back. */
function makeRoom(pass: BgPass): Decision | undefined {
  if (goesOver(pass, waited(pass) >= pass.state.timeoutMs)) return goOn(pass, 'falling-back');
  const failure = noRoomYet(pass);
  return failure && fail(pass, failure);
}

function stabilizing(first: BgPass): Decision {
  const counted = countedFailures(heeded(first));
  const { pass, evidence } = counted;
  const set = setOf(pass);
  if (set === undefined && waited(pass) > EVENTUALLY_MS) return fail(pass, broken(SET_GONE, []), { launched: false });
  const isShort = set === undefined || set.runningCount < wantedCount(pass);
  const { waitingSince } = pass.state;
  if (!isShort && pass.seen.sight === 'glance')
    return look(pass, 'stabilizing', 'the new tasks run', { glances: false, waitingSince });
  if (set !== undefined && isStable(pass, set))
    return pass.state.shifts ? look(pass, 'shifting', 'the new tasks are stable', UNSET) : goOn(pass, 'promoting');
  const ended = trip(counted) ?? makeRoom(pass);
  if (ended) return ended;
  const healthy =
    pass.world.targets.length > 0 ? `, ${Math.min(...pass.world.targets.map((t) => t.healthy))} targets healthy` : '';
  const message =
    set === undefined
      ? 'waiting for ECS to show the task set'
      : `${set.runningCount} of ${wantedCount(pass)} new tasks running${healthy}${lackWords(pass.state)}`;
  if (waited(pass) >= pass.state.timeoutMs) {
    const seen = [...evidence, ...unhealthy(pass.world.targets)];
    return fail(pass, broken(`not stable within ${pass.state.timeoutMs / 1000} s: ${message}`, seen, 'timeout'));
  }
  const ms = Math.min(pass.state.timeoutMs - waited(pass), lookAgainMs(waited(pass), pass.state.pollIntervalMs));
  // Targets are healthy only once their tasks run: until then nobody asks.
  return wait(pass, ms, message, { glances: isShort && pass.state.asked.length > 0 }, stabilityWait(pass, set));
}

/** What of the new tasks is not yet as it should be: the tasks, or their targets once all of them run. */
function stabilityWait(pass: BgPass, set: TaskSetSeen | undefined): Partial<Wait> {
  const { state, world } = pass;
  const about = { limit: within(pass, state.timeoutMs), lookEveryMs: state.pollIntervalMs };
  if (set === undefined) return about;
  const wanted = wantedCount(pass);
  const healthy = Math.min(...world.targets.map((targets) => targets.healthy));
  const targetsLag = set.runningCount >= wanted && healthy < wanted;
  const what = targetsLag
    ? ({ for: 'targets', text: `${healthy} of ${wanted} targets healthy` } as const)
    : ({ for: 'tasks' } as const);
  return { ...about, ...what, ...lackWait(state) };
}

const SET_GONE = 'the new task set is gone: somebody deleted it';

/** What makes a shift go back: an alarm, failing tasks, targets that went bad. */
function trouble(counted: Counted): Decision | undefined {
  const { pass } = counted;
  const { state, world } = pass;
  const alarm = alarmFailure(world.alarms, state.alarms, 'the logs of the new tasks');
  if (alarm) return fail({ ...pass, events: [...pass.events, ...alarm.told] }, alarm.failure);
  const set = setOf(pass);
  if (set === undefined) return fail(pass, broken(SET_GONE, []), { launched: false });
  if (set.status === 'DRAINING') return fail(pass, broken(SET_GONE, []));
  const detached = state.swaps.find(({ to }) => world.forwards.every(({ weights }) => weights[to] === undefined));
  if (detached && pass.seen.sight === 'full') {
    const what = `somebody took ${detached.to} out of its listener while traffic was shifting`;
    return fail(pass, misfit(what, 'find out who else changes the listener, then deploy again'));
  }
  const dead = world.targets.find(({ healthy }) => healthy === 0 && wantedCount(pass) > 0);
  if (dead) {
    const seen = [...counted.evidence, ...unhealthy(world.targets)];
    return fail(pass, broken(`no target of ${dead.targetGroup} is healthy any more`, seen, 'health check'));
  }
  return trip(counted);
}

function shifting(first: BgPass): Decision {
  const counted = countedFailures(first);
  const { pass } = counted;
  const { state, seen } = pass;
  if (seen.outcome?.ok === false) return fail(pass, refused('shift traffic', seen.outcome.error));
  const bad = trouble(counted);
  if (bad) return bad;
  const percent = state.weights[state.stepIndex] ?? 100;
  if (seen.sight === 'glance') return glance(pass, percent);
  const setting = bringAbout(pass, wantedAt(state, percent), `giving the new tasks ${percent} % of the traffic`, {
    shifted: true,
  });
  if (setting) return setting;
  return bake(pass, percent, `the new tasks get ${percent} % of the traffic`);
}

/** Is a new task missing, or has ECS just told of trouble, for example of an unhealthy target? */
const isSuspect = (pass: BgPass): boolean =>
  (setOf(pass)?.runningCount ?? 0) < wantedCount(pass) ||
  pass.events.some(({ code, level }) => code === 'aws.event' && level === 'warning');

/** Amid a bake alarms, tasks and ECS's events are looked at; targets and weights where these tell of trouble. */
function glance(pass: BgPass, percent: number): Decision {
  const { leftMs } = bakeOf(pass.state, pass.now, percent, '', WEIGHTS_SETTLE_MS);
  if (leftMs > 0 && !isSuspect(pass)) return bake(pass, percent, '');
  return look(pass, 'shifting', baking(pass.state, Math.max(0, leftMs)), { glances: false });
}

/** Holds a weight that is in force for as long as it bakes, then goes on. */
function bake(pass: BgPass, percent: number, shifted: string): Decision {
  const { told, verifiedAt, leftMs, isLast } = bakeOf(pass.state, pass.now, percent, shifted, WEIGHTS_SETTLE_MS);
  const next = { ...pass, events: [...pass.events, ...told] };
  if (leftMs > 0) {
    const { ms, glances } = bakeLook(BAKE_LOOK_MS, pass.now - verifiedAt, leftMs);
    const about = bakeWait(pass.state, pass.now, leftMs, BAKE_LOOK_MS);
    return wait(next, ms, baking(pass.state, leftMs), { verifiedAt, glances: glances && !isSuspect(pass) }, about);
  }
  if (isLast) return goOn(next, 'promoting', { verifiedAt });
  return goOn(next, 'shifting', { stepIndex: pass.state.stepIndex + 1, ...UNSET });
}

function promoting(pass: BgPass): Decision {
  const { state, seen } = pass;
  if (seen.outcome?.ok === false)
    return fail(pass, refused('make the new task set primary', seen.outcome.error), {
      promoted: seen.outcome.error.passing,
    });
  if (seen.outcome?.ok || setOf(pass)?.status === 'PRIMARY')
    return goOn(pass, 'retiring', { promoted: true, capacity: asWished(state.capacity, pass.now) });
  return act(
    pass,
    { type: 'ecs.set-primary-task-set', key: state.rollout, taskSet: state.taskSet! },
    'making the new task set primary',
  );
}

/** The new set serves everything: what was there before goes. From here on there is no way back but another rollout. */
function retiring(pass: BgPass): Decision {
  const { state, seen, world } = pass;
  const mark = seen.outcome === undefined ? marking(state) : undefined;
  if (mark) return act(pass, mark, 'tagging the service');
  const draining = 'waiting for the old tasks to drain';
  const limit = within(pass, REMOVING_TIMEOUT_MS, 'goes on');
  const about = { for: 'drain', limit, lookEveryMs: state.pollIntervalMs } as const;
  if (seen.outcome?.ok) return wait(pass, SOONEST_MS, draining, {}, about);
  const old = world.service?.taskSets.filter(({ id }) => state.oldSets.includes(id)) ?? [];
  const running = `${setOf(pass)?.runningCount ?? wantedCount(pass)} tasks run ${taskDefinitionName(state.taskDefinition ?? '')}`;
  if (seen.outcome?.ok === false) {
    const { code, message } = seen.outcome.error;
    return end(pass, 'succeeded', `${running}; the old task set could not be deleted: ${code}: ${message}`);
  }
  const next = old.find(({ status }) => status !== 'DRAINING');
  if (next) {
    return act(
      pass,
      { type: 'ecs.delete-task-set', key: state.rollout, taskSet: next.id },
      'deleting the old task set',
    );
  }
  if (old.length === 0) return end(pass, 'succeeded', running);
  if (waited(pass) >= REMOVING_TIMEOUT_MS)
    return end(pass, 'succeeded', `${running}; the old task set is still draining`);
  return wait(pass, lookPatientlyMs(waited(pass), state.pollIntervalMs), draining, {}, about);
}

const PHASES: Readonly<Record<string, Phase>> = {
  vetting: 'preparing',
  registering: 'preparing',
  creating: 'preparing',
  scaling: 'preparing',
  attaching: 'preparing',
  clearing: 'preparing',
  launching: 'launching',
  'falling-back': 'launching',
  stabilizing: 'stabilizing',
  shifting: 'shifting',
  promoting: 'finishing',
  retiring: 'finishing',
};

/** Steps in which the new tasks and their targets are watched. */
const WATCHED: ReadonlySet<string> = new Set(['stabilizing', 'shifting']);

/** What was written or is about to be needs no look, where its answer tells all that comes next. */
function sight(state: EcsBlueGreenState, outcome: Outcome | undefined): Sight {
  const { step, shifts, glances, verifiedAt, shifted, returnedAt } = state;
  const unless = (needed: boolean): Sight => (needed ? 'full' : 'none');
  switch (step) {
    case 'registering':
    case 'creating':
    case 'scaling':
    case 'launching':
    case 'falling-back':
      return 'none';
    case 'attaching':
      return unless(shifts);
    case 'stabilizing':
      return glances && outcome === undefined ? 'glance' : 'full';
    case 'shifting':
      return glances && verifiedAt !== null && outcome === undefined ? 'glance' : 'full';
    case 'returning':
      // Whatever the listeners show, what was shifted is sent back.
      return shifted && returnedAt === null && outcome === undefined ? 'glance' : 'full';
    case 'retiring':
      return unless(outcome?.type !== 'ecs.delete-task-set');
    default:
      return 'full';
  }
}

/** Steps that wait for long and do not look at the weights. */
const PATIENT: ReadonlySet<string> = new Set(['stabilizing', 'retiring', 'removing']);

const TABLE: StepTable<EcsBlueGreenState, EcsSeen> = {
  begin: (spec, live) => begin(spec, live as LiveEcs) as unknown as JsonObject,
  wish: (state, sight) => ({
    kind: 'ecs',
    target: state.target,
    stoppedTasksOf: WATCHED.has(state.step) && state.taskSet !== null ? [state.taskSet] : [],
    ...(state.shifts && state.step === 'vetting' ? { findForwardsTo: state.pairs.flat() } : {}),
    forwards:
      PATIENT.has(state.step) || sight === 'glance' ? [] : state.forwardsBefore.map(({ arn, kind }) => ({ arn, kind })),
    healthOf: WATCHED.has(state.step) && sight === 'full' ? state.asked.map((group) => newHalf(state, group)) : [],
    alarms: state.step === 'vetting' || state.step === 'shifting' ? state.alarms : [],
  }),
  steps: {
    vetting,
    registering,
    creating,
    scaling,
    attaching,
    clearing,
    launching,
    stabilizing,
    'falling-back': fallingBack,
    shifting,
    promoting,
    retiring,
    ...stepsBack(() => TABLE),
  },
  forward: new Set<string>(FORWARD),
  promote: ({ state, now }, all) => (state.shifts ? promoted(state, now, all, state.step === 'shifting') : undefined),
  back: () => 'returning',
  phaseOf: (step) => PHASES[step] ?? 'rolling back',
  progress,
  sight,
  nothing: NOTHING_OF_ECS,
  enter: hear,
  serving: ({ taskDefinition }) => taskDefinition,
};

export const ecsBlueGreen = stepwise(TABLE);
