/**
 * What a service says about ECS's own traffic shifting: strategy, bake times, lifecycle hooks, the listener rules.
 * Reads and checks; owns nothing. Sources: API, DeploymentConfiguration, DeploymentLifecycleHook,
 * AdvancedConfiguration; developer guide, "lifecycle hooks".
 */
import { elbOf } from '../elbv2/index.ts';
import { number, object, objects, text, texts, whole } from '../input.ts';
import type { Json, JsonObject } from '../json.ts';
import type { Region } from '../world.ts';
import { invalidParameter } from './faults.ts';
import type { AdvancedConfiguration, LoadBalancer, ServiceSettings } from './state.ts';

const STRATEGIES: ReadonlySet<string> = new Set(['ROLLING', 'BLUE_GREEN', 'LINEAR', 'CANARY']);

const HOOK_STAGES: ReadonlySet<string> = new Set([
  'RECONCILE_SERVICE',
  'PRE_SCALE_UP',
  'POST_SCALE_UP',
  'TEST_TRAFFIC_SHIFT',
  'POST_TEST_TRAFFIC_SHIFT',
  'PRE_PRODUCTION_TRAFFIC_SHIFT',
  'PRODUCTION_TRAFFIC_SHIFT',
  'POST_PRODUCTION_TRAFFIC_SHIFT',
]);

/** Whether a service's deployments shift traffic instead of replacing tasks one by one. */
export function shiftsTraffic(settings: ServiceSettings): boolean {
  return settings.deploymentConfiguration['strategy'] !== 'ROLLING';
}

/** Completes a deployment configuration with what its strategy needs. @throws AwsFault `InvalidParameterException` */
export function withShiftDefaults(given: JsonObject, before: JsonObject): JsonObject {
  const strategy = text(given, 'strategy') ?? text(before, 'strategy') ?? 'ROLLING';
  if (!STRATEGIES.has(strategy)) {
    throw invalidParameter(
      `deploymentConfiguration strategy must be one of ${[...STRATEGIES].join(', ')}: ${strategy}`,
    );
  }
  const defaults: Record<string, Json> = {};
  if (strategy !== text(before, 'strategy')) defaults['bakeTimeInMinutes'] = strategy === 'ROLLING' ? 0 : 15;
  if (strategy === 'LINEAR') {
    const linear = object(given, 'linearConfiguration') ?? object(before, 'linearConfiguration') ?? {};
    defaults['linearConfiguration'] = { stepPercent: 10, stepBakeTimeInMinutes: 6, ...linear };
    inRange(linear, 'stepPercent', 3, 100);
    inRange(linear, 'stepBakeTimeInMinutes', 0, 1440);
  }
  if (strategy === 'CANARY') {
    const canary = object(given, 'canaryConfiguration') ?? object(before, 'canaryConfiguration') ?? {};
    defaults['canaryConfiguration'] = { canaryPercent: 5, canaryBakeTimeInMinutes: 10, ...canary };
    inRange(canary, 'canaryPercent', 0.1, 100);
    inRange(canary, 'canaryBakeTimeInMinutes', 0, 1440);
  }
  inRange(given, 'bakeTimeInMinutes', 0, 1440);
  checkHooks(objects(given, 'lifecycleHooks') ?? []);
  const { linearConfiguration: _linear, canaryConfiguration: _canary, ...others } = given;
  return { ...before, ...defaults, ...others, strategy, ...pickLast(defaults) };
}

/** Completed configurations win over those given in part. */
function pickLast({ linearConfiguration, canaryConfiguration }: JsonObject): JsonObject {
  return {
    ...(linearConfiguration === undefined ? {} : { linearConfiguration }),
    ...(canaryConfiguration === undefined ? {} : { canaryConfiguration }),
  };
}

function inRange(given: JsonObject, key: string, low: number, high: number): void {
  const value = number(given, key);
  if (value === undefined || (value >= low && value <= high)) return;
  throw invalidParameter(`${key} must be between ${low} and ${high}: ${value}`);
}

function checkHooks(hooks: readonly JsonObject[]): void {
  const pauses = hooks.filter((hook) => text(hook, 'targetType') === 'PAUSE');
  if (pauses.length > 10 || hooks.length - pauses.length > 10) {
    throw invalidParameter('lifecycleHooks can have at most 10 PAUSE and 10 AWS_LAMBDA hooks.');
  }
  for (const hook of hooks) checkHook(hook);
}

function checkHook(hook: JsonObject): void {
  const type = text(hook, 'targetType') ?? 'AWS_LAMBDA';
  if (type !== 'AWS_LAMBDA' && type !== 'PAUSE') {
    throw invalidParameter(`lifecycleHooks targetType must be one of AWS_LAMBDA, PAUSE: ${type}`);
  }
  const isPause = type === 'PAUSE';
  if (!isPause && (text(hook, 'hookTargetArn') === undefined || text(hook, 'roleArn') === undefined)) {
    throw invalidParameter('An AWS_LAMBDA lifecycle hook needs hookTargetArn and roleArn.');
  }
  const stages = texts(hook, 'lifecycleStages') ?? [];
  if (stages.length === 0) throw invalidParameter('lifecycleStages cannot be empty.');
  const wrong = stages.find((stage) => !HOOK_STAGES.has(stage) || (isPause && /^(?:TEST|PRODUCTION)_/.test(stage)));
  if (wrong !== undefined) throw invalidParameter(`A ${type} lifecycle hook cannot run at ${wrong}.`);
  const timeout = object(hook, 'timeoutConfiguration') ?? {};
  const [minutes, most] = [whole(timeout, 'timeoutInMinutes'), isPause ? 20_160 : 1440];
  if (minutes !== undefined && (minutes < 1 || minutes > most)) {
    throw invalidParameter(`timeoutInMinutes must be between 1 and ${most}: ${minutes}`);
  }
  const action = text(timeout, 'action') ?? 'ROLLBACK';
  if (action !== 'ROLLBACK' && action !== 'CONTINUE') {
    throw invalidParameter(`timeoutConfiguration action must be one of ROLLBACK, CONTINUE: ${action}`);
  }
}

/** Where the traffic of one load balancer entry is shifted. */
export function readAdvanced(region: Region, item: JsonObject): AdvancedConfiguration | undefined {
  const given = object(item, 'advancedConfiguration');
  if (given === undefined) return undefined;
  const alternateTargetGroupArn = text(given, 'alternateTargetGroupArn') ?? '';
  if (!elbOf(region).targetGroups.has(alternateTargetGroupArn)) {
    throw invalidParameter(`The target group ${alternateTargetGroupArn} does not exist.`);
  }
  const productionListenerRule = text(given, 'productionListenerRule') ?? '';
  const testListenerRule = text(given, 'testListenerRule');
  for (const arn of [productionListenerRule, testListenerRule]) {
    if (arn !== undefined && balancerOf(region, arn) === undefined) {
      throw invalidParameter(`The listener rule ${arn} does not exist.`);
    }
  }
  const roleArn = text(given, 'roleArn');
  if (roleArn === undefined) throw invalidParameter('advancedConfiguration needs a roleArn.');
  return { alternateTargetGroupArn, productionListenerRule, testListenerRule, roleArn };
}

/** @param arn of a rule, or of a listener for its default rule */
function balancerOf(region: Region, arn: string) {
  return [...elbOf(region).loadBalancers.values()].find(({ listeners }) =>
    [...listeners.values()].some((listener) => listener.arn === arn || listener.rules.has(arn)),
  );
}

/** @throws AwsFault where the strategy has no traffic to shift */
export function checkShift(
  region: Region,
  settings: ServiceSettings,
  { loadBalancers, further }: { readonly loadBalancers: readonly LoadBalancer[]; readonly further: JsonObject },
): void {
  if (!shiftsTraffic(settings)) return;
  const strategy = settings.deploymentConfiguration['strategy'];
  if (loadBalancers.some(({ advancedConfiguration }) => advancedConfiguration === undefined)) {
    throw invalidParameter(
      `advancedConfiguration is required on loadBalancers with the deployment strategy ${strategy}.`,
    );
  }
  const isConnected = further['serviceConnectConfiguration'] !== undefined;
  const isNetwork = loadBalancers.some(
    ({ advancedConfiguration }) =>
      balancerOf(region, advancedConfiguration?.productionListenerRule ?? '')?.type === 'network',
  );
  if (strategy !== 'BLUE_GREEN' && (isNetwork || (loadBalancers.length === 0 && !isConnected))) {
    throw invalidParameter(
      `The deployment strategy ${strategy} needs an Application Load Balancer or Service Connect.`,
    );
  }
}
