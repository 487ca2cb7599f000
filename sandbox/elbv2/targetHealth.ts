/**
 * The health of targets over time: each target is checked in its group's interval, and changes state after as many
 * equal results as the thresholds say. Not every check is an event: from what a backend answers, the time of the next
 * change follows, and is planned anew whenever an answer or the group's use changes.
 *
 * Owns: the targets of a group and their states, and which groups are in use. Sources: SPEC.md, "Elastic Load Balancing".
 */
import type { Answer, Backend, Elb, LoadBalancer, Target, TargetGroup, TargetReason, TargetState } from './state.ts';

const SECOND = 1000;

/** The first check comes so many intervals after registration: 15 to 45 s with the default interval of 30 s. */
const FIRST_CHECK = [0.5, 1.5] as const;

const NOT_IN_USE: TargetReason = {
  code: 'Target.NotInUse',
  text: 'Target group is not configured to receive traffic from the load balancer',
};
const INITIAL_CHECKING: TargetReason = {
  code: 'Elb.InitialHealthChecking',
  text: 'Initial health checks in progress',
};
const CHECKS_DISABLED: TargetReason = {
  code: 'Target.HealthCheckDisabled',
  text: 'Health checks are not enabled for this target group',
};
const DEREGISTERING: TargetReason = {
  code: 'Target.DeregistrationInProgress',
  text: 'Target deregistration is in progress',
};

/** What a backend's failure may be. */
export const FAILURES = {
  mismatch: { code: 'Target.ResponseCodeMismatch', text: 'Health checks failed with these codes: [503]' },
  timeout: { code: 'Target.Timeout', text: 'Request timed out' },
  refused: { code: 'Target.FailedHealthChecks', text: 'Health checks failed' },
} as const satisfies Record<string, TargetReason>;

/** How long an answer takes where nothing else is said, ms. */
const USUAL_LATENCY_MS = 100;

export const GOOD_ANSWER: Answer = { failing: 0, reason: '5xx', latencyMs: USUAL_LATENCY_MS };

/** A backend that nothing is known of answers well. */
const UNKNOWN_BACKEND: Backend = { failure: undefined, answer: GOOD_ANSWER, endedAt: undefined, onHealth() {} };

export interface TargetSpec {
  readonly id: string;
  readonly port: number | undefined;
  readonly availabilityZone?: string | undefined;
  readonly backend?: Backend;
}

export function targetKey(id: string, port: number | undefined): string {
  return `${id}:${port ?? ''}`;
}

/** Registers a target; one that is there already, and is not draining, stays as it is. */
export function registerTarget(group: TargetGroup, spec: TargetSpec): Target {
  const { elb } = group;
  const { now } = elb.region;
  const key = targetKey(spec.id, spec.port);
  const existing = group.targets.get(key);
  if (existing !== undefined && existing.state !== 'draining') return existing;
  const share = elb.region.random(`target/${group.arn}/${key}/${elb.draws++}`).between(...FIRST_CHECK);
  const target: Target = {
    group,
    id: spec.id,
    port: spec.port,
    availabilityZone: spec.availabilityZone,
    backend: spec.backend ?? UNKNOWN_BACKEND,
    registeredAt: now,
    firstCheckAt: Math.round(now + share * group.healthCheck.interval * SECOND),
    state: 'initial',
    reason: INITIAL_CHECKING,
    plan: 0,
  };
  group.targets.set(key, target);
  assess(target);
  return target;
}

/**
 * Takes a target out of service: it gets no new requests, and disappears when its group's deregistration delay is over.
 * @returns how long that takes, ms
 */
export function deregisterTarget(target: Target): number {
  const { group } = target;
  if (!isTargetRegistered(target)) return 0;
  const delay = target.state === 'unused' || group.targetType === 'lambda' ? 0 : drainingMs(group);
  target.plan++;
  if (delay === 0) {
    remove(target);
    return 0;
  }
  enter(target, 'draining', DEREGISTERING);
  group.elb.region.after(delay, () => remove(target));
  return delay;
}

/** How long targets of this group drain, ms. */
export function drainingMs(group: TargetGroup): number {
  return Number(group.attributes.get('deregistration_delay.timeout_seconds') ?? 0) * SECOND;
}

/** Whether the target gets requests as far as its health allows: neither draining nor gone. */
export function isTargetRegistered(target: Target): boolean {
  return target.state !== 'draining' && target.group.targets.get(targetKey(target.id, target.port)) === target;
}

function remove(target: Target): void {
  const key = targetKey(target.id, target.port);
  if (target.group.targets.get(key) === target) target.group.targets.delete(key);
}

/** To be called when what a target answers has changed: results are counted from here. */
export function backendChanged(target: Target): void {
  if (isTargetRegistered(target)) assess(target);
}

/** To be called when listeners or rules have changed: groups come into use and fall out of it. */
export function groupsChanged(elb: Elb): void {
  elb.inUse = groupsInUse(elb);
  for (const group of elb.targetGroups.values()) {
    const used = isInUse(group);
    for (const target of group.targets.values()) {
      if (target.state === 'draining' || (target.state === 'unused') === !used) continue;
      // Checks begin, with the first one an interval away, as they do for a new target.
      if (used) target.firstCheckAt = Math.round(elb.region.now + group.healthCheck.interval * SECOND);
      assess(target);
    }
  }
}

/** To be called when a group's health check has changed. */
export function checksChanged(group: TargetGroup): void {
  for (const target of group.targets.values()) backendChanged(target);
}

/** Whether a listener or rule forwards to the group; a weight of 0 counts. */
export function isInUse(group: TargetGroup): boolean {
  return group.elb.inUse.has(group);
}

/** The load balancers that forward to the group: at most one. */
export function loadBalancersOf(group: TargetGroup): readonly string[] {
  const balancer = group.elb.inUse.get(group);
  return balancer === undefined ? [] : [balancer.arn];
}

function groupsInUse(elb: Elb): ReadonlyMap<TargetGroup, LoadBalancer> {
  const used = new Map<TargetGroup, LoadBalancer>();
  for (const balancer of elb.loadBalancers.values()) {
    for (const { defaultRule, rules } of balancer.listeners.values()) {
      for (const { actions } of [defaultRule, ...rules.values()]) {
        for (const { group } of actions.flatMap(({ forward }) => forward?.groups ?? [])) used.set(group, balancer);
      }
    }
  }
  return used;
}

/** Enters the state that holds at once, and plans the next change where checks will bring one. */
function assess(target: Target): void {
  target.plan++;
  const { group, backend } = target;
  const { healthCheck } = group;
  const idle = !isInUse(group);
  if (idle || !healthCheck.enabled) {
    enter(target, idle ? 'unused' : 'unavailable', idle ? NOT_IN_USE : CHECKS_DISABLED);
    return;
  }
  if (target.state === 'unused' || target.state === 'unavailable') enter(target, 'initial', INITIAL_CHECKING);
  const { failure } = backend;
  const settled: TargetState = failure === undefined ? 'healthy' : 'unhealthy';
  if (target.state === settled) {
    target.reason = failure;
    return;
  }
  // One success is enough for a new target; later changes need as many equal results as the threshold says.
  const passing = target.state === 'initial' ? 1 : healthCheck.healthyThreshold;
  const results = failure === undefined ? passing : healthCheck.unhealthyThreshold;
  const waits = failure?.code === FAILURES.timeout.code ? healthCheck.timeout * SECOND : 0;
  const plan = target.plan;
  group.elb.region.at(nthCheckAfter(target, results) + waits, () => {
    if (target.plan === plan) enter(target, settled, failure);
  });
}

/** When the n-th check from now on takes place, ms. */
function nthCheckAfter({ firstCheckAt, group }: Target, n: number): number {
  const { now } = group.elb.region;
  const interval = group.healthCheck.interval * SECOND;
  const passed = now < firstCheckAt ? 0 : Math.floor((now - firstCheckAt) / interval) + 1;
  return firstCheckAt + (passed + n - 1) * interval;
}

function enter(target: Target, state: TargetState, reason: TargetReason | undefined): void {
  const changed = target.state !== state;
  target.state = state;
  target.reason = reason;
  if (changed) target.backend.onHealth(target);
}
