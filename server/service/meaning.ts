/** What a number of a deployment definition comes to for this workload, in words. Pure. */
import { objectOf } from '../../engine/check/index.ts';
import { isObject, type Json, type JsonObject } from '../../engine/json.ts';
import { breakerThreshold, stabilityTimeoutSeconds } from '../../engine/plan/index.ts';
import type { WorkloadView } from './knowledge.ts';

const numberIn = (value: Json | undefined): number | undefined => (typeof value === 'number' ? value : undefined);
const tasks = (count: number): string => `${count} ${count === 1 ? 'task' : 'tasks'}`;
const seconds = (count: number): string =>
  count < 120 ? `${count} s` : `${count} s (${Math.round(count / 6) / 10} min)`;

/** Whether a number that words are made of may be a secret. */
const hasSecret = ({ files }: WorkloadView['checked']): boolean =>
  files.some(({ role, sensitive }) => (role === 'deployment' && sensitive.size > 0) || sensitive.has('/desiredCount'));

/** @param pattern of the path to the key */
export function meaningOf({ checked }: WorkloadView, pattern: string): string | undefined {
  const deployment = objectOf(checked, 'deployment');
  if (deployment === undefined || hasSecret(checked)) return undefined;
  const desired = numberIn(objectOf(checked, 'service')?.['desiredCount']);
  const section = (key: string): JsonObject => (isObject(deployment[key]) ? (deployment[key] as JsonObject) : {});
  switch (pattern) {
    case 'gmDeploymentCircuitBreaker':
    case 'gmDeploymentCircuitBreaker/failureThreshold':
    case 'gmDeploymentCircuitBreaker/failureThresholdPercent':
      return breaker(section('gmDeploymentCircuitBreaker'), desired);
    case 'stabilityCheck':
    case 'stabilityCheck/timeout':
    case 'stabilityCheck/timeoutPerTask':
      return stability(section('stabilityCheck'), desired);
    case 'trafficShiftingConfig':
    case 'trafficShiftingConfig/type':
    case 'trafficShiftingConfig/percent':
    case 'trafficShiftingConfig/waitInterval':
      return shifting(section('trafficShiftingConfig'));
    case 'readinessCheck':
    case 'readinessCheck/waitInterval':
    case 'readinessCheck/maxRetries':
      return readiness(section('readinessCheck'));
    default:
      return undefined;
  }
}

function breaker(settings: JsonObject, desired: number | undefined): string {
  const count = numberIn(settings['failureThreshold']);
  const percent = numberIn(settings['failureThresholdPercent']);
  if (percent !== undefined && desired === undefined) return 'How many tasks this is depends on the desired count.';
  const trips = breakerThreshold(settings, desired ?? 0);
  const parts = [
    ...(count === undefined ? [] : [String(count)]),
    ...(percent === undefined ? [] : [`${percent} % of ${tasks(desired!)}`]),
  ];
  if (parts.length === 0) return `Trips after ${trips} failures, the default.`;
  return `Trips after ${parts.length > 1 ? `min(${parts.join(', ')})` : parts[0]} = ${trips} ${trips === 1 ? 'failure' : 'failures'}.`;
}

function stability(settings: JsonObject, desired: number | undefined): string {
  const whole = numberIn(settings['timeout']);
  const perTask = numberIn(settings['timeoutPerTask']);
  if (perTask !== undefined && desired === undefined) return 'How long this is depends on the desired count.';
  const total = stabilityTimeoutSeconds(settings, desired ?? 0);
  const parts = [
    ...(whole === undefined ? [] : [`${whole} s`]),
    ...(perTask === undefined ? [] : [`${perTask} s × ${tasks(desired!)}`]),
  ];
  if (parts.length === 0) return `Gives up after ${seconds(total)}, the default.`;
  return `Gives up after ${parts.length > 1 ? `max(${parts.join(', ')})` : parts[0]} = ${seconds(total)}.`;
}

function shifting(settings: JsonObject): string | undefined {
  const type = settings['type'];
  const percent = numberIn(settings['percent']) ?? 20;
  const wait = numberIn(settings['waitInterval']) ?? 60;
  // Out of range: there is a finding.
  if (percent <= 0 || percent > 100 || wait < 0) return undefined;
  if (type === 'ALL_AT_ONCE') return `All traffic at once, then alarms are watched for ${seconds(wait)}.`;
  if (type !== 'LINEAR')
    return `${percent} % first, the rest after ${seconds(wait)}; about ${seconds(2 * wait)} in all.`;
  const steps = Math.ceil(100 / Math.max(percent, 1));
  return `${steps} ${steps === 1 ? 'step' : 'steps'} of ${percent} %, ${seconds(wait)} each: about ${seconds(steps * wait)} in all.`;
}

function readiness(settings: JsonObject): string {
  const wait = numberIn(settings['waitInterval']) ?? 10;
  const looks = numberIn(settings['maxRetries']) ?? 5;
  return `Looks ${looks} times, every ${seconds(wait)}: gives up after about ${seconds(wait * looks)}.`;
}
