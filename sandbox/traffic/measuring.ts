/**
 * What CloudWatch measures of simulated requests, in the names and dimensions of the services that publish it. Owns:
 * nothing. Sources: user guides, "CloudWatch metrics for your Application Load Balancer", "Types of metrics for Lambda
 * functions".
 */
import { type MetricName, publishMeasurement, type Span } from '../cloudwatch/index.ts';
import { elbOf, type TargetGroup } from '../elbv2/index.ts';
import type { Region } from '../world.ts';
import type { Stream } from './streams.ts';

type Dimension = readonly [name: string, value: string];

/** Reasons for which the load balancer itself answers, and with which status. */
const ELB_STATUS: Readonly<Record<string, string>> = {
  'no-weight': '503',
  'no-target': '503',
  refused: '502',
  timeout: '504',
};

/** @param requests of the whole source in this span */
export function measure(region: Region, streams: readonly Stream[], requests: number, span: Span): void {
  for (const stream of streams) {
    const times = requests * stream.share;
    if (!(times > 0)) continue;
    if (stream.balancerArn !== undefined) measureBalancer(region, stream, stream.balancerArn, times, span);
    if (stream.invoked !== undefined) measureFunction(region, stream, stream.invoked, times, span);
  }
}

/** Counts are published only where they are not zero. */
function measureBalancer(region: Region, stream: Stream, balancerArn: string, times: number, span: Span): void {
  const balancer: Dimension = ['LoadBalancer', afterKind(balancerArn, 'loadbalancer/')];
  const group: Dimension = ['TargetGroup', stream.part.slice(stream.part.indexOf('targetgroup/'))];
  const wholly = [balancer];
  const both = stream.part === '-' ? [wholly] : [[group, balancer], wholly];
  const publish = (name: string, sets: readonly (readonly Dimension[])[], value = 1) => {
    for (const dimensions of sets) {
      publishMeasurement(region, { namespace: 'AWS/ApplicationELB', name, dimensions }, span, { value, times });
    }
  };
  const { failure } = stream;
  if (stream.part === '-' && failure !== 'no-weight') {
    publish('HTTP_Fixed_Response_Count', [wholly]);
    return;
  }
  if (failure !== 'no-weight' && failure !== 'no-target') publish('RequestCount', both);
  if (failure === undefined) publish('HTTPCode_Target_2XX_Count', both);
  else if (failure === '5xx') publish('HTTPCode_Target_5XX_Count', both);
  else {
    // A function that does not answer is a bad gateway.
    const status = ELB_STATUS[failure] ?? '502';
    publish('HTTPCode_ELB_5XX_Count', [wholly]);
    publish(`HTTPCode_ELB_${status}_Count`, [wholly]);
    if (failure === 'refused') publish('TargetConnectionErrorCount', both);
  }
  if (stream.latencyMs !== undefined && (failure === undefined || failure === '5xx')) {
    publish('TargetResponseTime', both, stream.latencyMs / 1000);
  }
}

function measureFunction(
  region: Region,
  { failure, latencyMs = 0 }: Stream,
  { name, qualifier, version, isWeighted }: NonNullable<Stream['invoked']>,
  times: number,
  span: Span,
): void {
  const fn: Dimension = ['FunctionName', name];
  const resource: Dimension = ['Resource', qualifier === '$LATEST' ? name : `${name}:${qualifier}`];
  const executed: Dimension = ['ExecutedVersion', version];
  const sets = [[fn], [fn, resource], ...(isWeighted ? [[fn, resource, executed]] : [])];
  const publish = (metric: string, value: number) => {
    for (const dimensions of sets) {
      const of: MetricName = { namespace: 'AWS/Lambda', name: metric, dimensions };
      publishMeasurement(region, of, span, { value, times });
    }
  };
  if (failure === 'throttled') publish('Throttles', 1);
  if (failure !== undefined && failure !== 'error') return;
  publish('Invocations', 1);
  // Of each invocation, whether it failed: zeros are data too.
  publish('Errors', failure === 'error' ? 1 : 0);
  publish('Duration', latencyMs);
}

/** How many targets of each group in use are healthy; averages are weighted by time. */
export function measureHosts(region: Region, span: Span): void {
  for (const [group, { arn: balancerArn }] of elbOf(region).inUse) {
    if (group.targetType === 'lambda') continue;
    const dimensions: readonly Dimension[] = [
      ['TargetGroup', group.arn.slice(group.arn.indexOf('targetgroup/'))],
      ['LoadBalancer', afterKind(balancerArn, 'loadbalancer/')],
    ];
    const publish = (name: string, value: number) =>
      publishMeasurement(region, { namespace: 'AWS/ApplicationELB', name, dimensions }, span, {
        value,
        times: (span.to - span.from) / 60_000,
      });
    publish('HealthyHostCount', countOf(group, 'healthy'));
    publish('UnHealthyHostCount', countOf(group, 'unhealthy'));
  }
}

function countOf({ targets }: TargetGroup, state: string): number {
  return [...targets.values()].filter((target) => target.state === state).length;
}

const afterKind = (arn: string, kind: string) => arn.slice(arn.indexOf(kind) + kind.length);
