/**
 * Where the requests of a source go at one moment: shares that add up to the whole, each with its fate. Pure: reads the
 * simulated services and changes nothing.
 */
import { functionBehind } from '../apigateway/index.ts';
import {
  type Action,
  elbOf,
  isTargetRegistered,
  type LoadBalancer,
  type Target,
  type TargetGroup,
} from '../elbv2/index.ts';
import { invocationsOf } from '../lambda/index.ts';
import type { TrafficSource } from '../scenario/index.ts';
import type { Region } from '../world.ts';

const DEFAULT_PORT = 80;

export interface Stream {
  /** ARN of the target group, or number of the version; the load balancer itself is `-`. */
  readonly part: string;
  /** 0 to 1, of the source's requests. */
  readonly share: number;
  /** Why these requests fail; undefined for those that are served. */
  readonly failure: string | undefined;
  /** How long the answer takes, where somebody answers. */
  readonly latencyMs?: number;
  /** The target that serves them. */
  readonly target?: Target;
  /** The load balancer that they go through. */
  readonly balancerArn?: string;
  /** The invocation that each of them is. */
  readonly invoked?: Invoked;
}

export interface Invoked {
  readonly name: string;
  /** The alias or version that is called. */
  readonly qualifier: string;
  /** The version that runs. */
  readonly version: string;
  /** Whether the alias divides its invocations between versions. */
  readonly isWeighted: boolean;
}

/** @returns undefined where what the requests are for does not exist */
export function streamsOf(region: Region, source: TrafficSource): readonly Stream[] | undefined {
  if ('alias' in source) {
    const [name = '', qualifier = ''] = source.alias.split(':');
    return ofInvocations(region, name, qualifier, source.perSecond);
  }
  if ('api' in source) return ofApi(region, source);
  const balancers = [...elbOf(region).loadBalancers.values()];
  const balancer = balancers.find(({ name, arn }) => name === source.loadBalancer || arn === source.loadBalancer);
  const actions = balancer && actionsFor(balancer, source.listenerPort ?? DEFAULT_PORT, source.rule);
  if (balancer === undefined || actions === undefined) return undefined;
  const streams = ofAction(region, actions.at(-1), source.perSecond);
  return streams.map((stream) => ({ ...stream, balancerArn: balancer.arn }));
}

function ofInvocations(
  region: Region,
  name: string,
  qualifier: string,
  perSecond: number,
): readonly Stream[] | undefined {
  const invoked = invocationsOf(region, name, qualifier, perSecond);
  return invoked?.flatMap(({ version, latencyMs, fates }) =>
    fates.map(({ fate, share }) => ({
      part: version,
      share,
      failure: fate === 'ok' ? undefined : fate,
      latencyMs,
      invoked: { name, qualifier, version, isWeighted: invoked.length > 1 },
    })),
  );
}

function ofApi(region: Region, source: Extract<TrafficSource, { api: string }>): readonly Stream[] | undefined {
  const answer = functionBehind(region, { apiId: source.api, routeId: source.route, stageName: source.stage });
  if (answer === undefined) return undefined;
  if ('failure' in answer) return [{ part: '-', share: 1, failure: answer.failure }];
  const [name = '', qualifier = '$LATEST'] = answer.functionArn.split(':').slice(6);
  return ofInvocations(region, name, qualifier, source.perSecond);
}

function actionsFor(balancer: LoadBalancer, port: number, priority: number | undefined): readonly Action[] | undefined {
  const listener = [...balancer.listeners.values()].find((candidate) => candidate.port === port);
  if (listener === undefined || priority === undefined) return listener?.defaultRule.effective;
  return [...listener.rules.values()].find((rule) => rule.priority === priority)?.effective;
}

/** The load balancer's own answers count as served, unless they are server errors. */
function ofAction(region: Region, action: Action | undefined, perSecond: number): readonly Stream[] {
  const { forward, further } = action ?? {};
  if (forward === undefined) {
    const isError = /"StatusCode":"5/.test(JSON.stringify(further ?? {}));
    return [{ part: '-', share: 1, failure: isError ? 'fixed-response' : undefined }];
  }
  const total = forward.groups.reduce((sum, { weight }) => sum + weight, 0);
  // 503: no target group has any weight.
  if (total === 0) return [{ part: '-', share: 1, failure: 'no-weight' }];
  return forward.groups
    .filter(({ weight }) => weight > 0)
    .flatMap(({ group, weight }) => ofGroup(region, group, weight / total, perSecond));
}

/** Healthy targets share the requests; where there are none, all do (fail open); without any target it is 503. */
function ofGroup(region: Region, group: TargetGroup, share: number, perSecond: number): readonly Stream[] {
  const registered = [...group.targets.values()].filter(isTargetRegistered);
  const healthy = registered.filter(({ state }) => state === 'healthy');
  const serving = healthy.length > 0 ? healthy : registered;
  if (serving.length === 0) return [{ part: group.arn, share, failure: 'no-target' }];
  const each = share / serving.length;
  if (group.targetType === 'lambda') return serving.flatMap(({ id }) => ofFunction(region, group, id, each, perSecond));
  return serving.flatMap((target) => {
    const { failing, reason, latencyMs } = target.backend.answer;
    const failed = { part: group.arn, share: each * failing, failure: reason, latencyMs };
    const served = { part: group.arn, share: each - each * failing, failure: undefined, latencyMs, target };
    return [failed, served].filter((stream) => stream.share > 0);
  });
}

function ofFunction(region: Region, { arn }: TargetGroup, id: string, share: number, perSecond: number): Stream[] {
  const [name = '', qualifier = '$LATEST'] = id.slice(id.indexOf(':function:') + ':function:'.length).split(':');
  const streams = ofInvocations(region, name, qualifier, perSecond * share);
  if (streams === undefined) return [{ part: arn, share, failure: 'not-found' }];
  return streams.map((stream) => ({ ...stream, part: arn, share: share * stream.share }));
}
