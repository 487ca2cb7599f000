/** Operations on target groups and their attributes. */
import { AwsFault } from '../fault.ts';
import { text } from '../input.ts';
import { isObject, type JsonObject, type Output } from '../json.ts';
import type { Operation } from '../service.ts';
import { addTargetGroup, healthCheckOf } from './creating.ts';
import { targetGroupNotFound, validation } from './faults.ts';
import { flagIn, structures, wholeIn, words } from './form.ts';
import { elbOf, elbPage, loadBalancerOf, readName, readTags, targetGroupOf } from './lookup.ts';
import type { HealthCheck, TargetGroup, TargetType } from './state.ts';
import { checksChanged, isInUse, loadBalancersOf } from './targetHealth.ts';

const TYPES: readonly TargetType[] = ['ip', 'instance', 'lambda', 'alb'];
const PROTOCOLS: ReadonlySet<string> = new Set(['HTTP', 'HTTPS', 'TCP', 'TLS', 'UDP', 'TCP_UDP', 'GENEVE']);

function showTargetGroup(group: TargetGroup): Output {
  const { healthCheck } = group;
  return {
    TargetGroupArn: group.arn,
    TargetGroupName: group.name,
    Protocol: group.protocol,
    Port: group.port,
    VpcId: group.vpcId,
    HealthCheckProtocol: healthCheck.protocol,
    HealthCheckPort: healthCheck.port,
    HealthCheckEnabled: healthCheck.enabled,
    HealthCheckIntervalSeconds: healthCheck.interval,
    HealthCheckTimeoutSeconds: healthCheck.timeout,
    HealthyThresholdCount: healthCheck.healthyThreshold,
    UnhealthyThresholdCount: healthCheck.unhealthyThreshold,
    HealthCheckPath: healthCheck.path,
    Matcher: healthCheck.matcher,
    LoadBalancerArns: loadBalancersOf(group),
    TargetType: group.targetType,
    ProtocolVersion: group.protocolVersion,
    IpAddressType: group.ipAddressType,
  };
}

/** What the request says of the check; the ranges are the API's. */
function readHealthCheck(input: JsonObject): Partial<HealthCheck> {
  const matcher = input['Matcher'];
  const given = {
    enabled: flagIn(input, 'HealthCheckEnabled'),
    interval: wholeIn(input, 'HealthCheckIntervalSeconds', 5, 300),
    timeout: wholeIn(input, 'HealthCheckTimeoutSeconds', 2, 120),
    healthyThreshold: wholeIn(input, 'HealthyThresholdCount', 2, 10),
    unhealthyThreshold: wholeIn(input, 'UnhealthyThresholdCount', 2, 10),
    protocol: text(input, 'HealthCheckProtocol') || undefined,
    port: text(input, 'HealthCheckPort') || undefined,
    path: text(input, 'HealthCheckPath') || undefined,
    matcher: isObject(matcher) ? matcher : undefined,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function checkTimes({ interval, timeout }: HealthCheck): void {
  if (timeout >= interval) {
    throw validation(`Health check timeout '${timeout}' must be smaller than the interval '${interval}'`);
  }
}

const createTargetGroup: Operation = (input, { region }) => {
  const elb = elbOf(region);
  const name = readName(input, 'Target group');
  const targetType = TYPES.find((type) => type === (text(input, 'TargetType') ?? 'instance'));
  if (targetType === undefined) throw validation(`Target type '${text(input, 'TargetType')}' is not valid`);
  const protocol = text(input, 'Protocol') || undefined;
  const port = wholeIn(input, 'Port', 1, 65_535);
  if (targetType === 'lambda') {
    if (protocol !== undefined)
      throw validation('Protocol cannot be specified for target groups with target type lambda');
    if (port !== undefined) throw validation('Port cannot be specified for target groups with target type lambda');
  } else {
    if (!PROTOCOLS.has(protocol ?? '')) throw validation(`Target group protocol '${protocol ?? ''}' is not valid`);
    if (port === undefined) throw validation('A port must be specified');
    if (!text(input, 'VpcId')) throw validation('A VPC ID must be specified');
  }
  const tags = readTags(input);
  const healthCheck = readHealthCheck(input);
  checkTimes(healthCheckOf(targetType, protocol, healthCheck));
  const existing = [...elb.targetGroups.values()].find((group) => group.name === name);
  if (existing !== undefined) {
    const same = existing.targetType === targetType && existing.protocol === protocol && existing.port === port;
    // AWS answers an equal request with the target group that exists.
    if (same) return { TargetGroups: [showTargetGroup(existing)] };
    throw new AwsFault(
      'DuplicateTargetGroupName',
      `A target group with the same name '${name}' exists, but with different settings`,
    );
  }
  const vpcId = text(input, 'VpcId');
  const protocolVersion = text(input, 'ProtocolVersion');
  const spec = { name, targetType, protocol, protocolVersion, port, vpcId, healthCheck, tags };
  return { TargetGroups: [showTargetGroup(addTargetGroup(elb, spec))] };
};

const modifyTargetGroup: Operation = (input, { region }) => {
  const group = targetGroupOf(elbOf(region), text(input, 'TargetGroupArn') ?? '');
  const healthCheck = { ...group.healthCheck, ...readHealthCheck(input) };
  checkTimes(healthCheck);
  if (!healthCheck.enabled && group.targetType !== 'lambda') {
    throw validation(`Health check enabled must be true for target groups with target type ${group.targetType}`);
  }
  group.healthCheck = healthCheck;
  checksChanged(group);
  return { TargetGroups: [showTargetGroup(group)] };
};

const describeTargetGroups: Operation = (input, { region }) => {
  const elb = elbOf(region);
  const arns = words(input, 'TargetGroupArns');
  const names = words(input, 'Names');
  const balancer = text(input, 'LoadBalancerArn') || undefined;
  const kinds = [arns?.length, names?.length, balancer].filter((kind) => kind !== undefined && kind !== 0);
  if (kinds.length > 1) {
    throw validation('Target group ARNs, target group names and a load balancer ARN cannot be specified together');
  }
  if (balancer !== undefined) loadBalancerOf(elb, balancer);
  const all = [...elb.targetGroups.values()];
  const known = (value: string) => all.some(({ arn, name }) => arn === value || name === value);
  if (![...(arns ?? []), ...(names ?? [])].every(known)) throw targetGroupNotFound();
  const found = all.filter((group) => {
    if (arns?.length) return arns.includes(group.arn);
    if (names?.length) return names.includes(group.name);
    return balancer === undefined || loadBalancersOf(group).includes(balancer);
  });
  const page = elbPage(region, input, found, ({ arn }) => arn);
  return { TargetGroups: page.items.map(showTargetGroup), NextMarker: page.nextToken };
};

/** One that does not exist counts as deleted, as the API models no error for it. */
const deleteTargetGroup: Operation = (input, { region }) => {
  const elb = elbOf(region);
  const arn = text(input, 'TargetGroupArn') ?? '';
  const group = elb.targetGroups.get(arn);
  if (group !== undefined && isInUse(group)) {
    throw new AwsFault('ResourceInUse', `Target group '${arn}' is currently in use by a listener or a rule`);
  }
  elb.targetGroups.delete(arn);
  return {};
};

function showAttributes({ attributes }: TargetGroup): Output {
  return { Attributes: [...attributes].map(([Key, Value]) => ({ Key, Value })) };
}

const describeTargetGroupAttributes: Operation = (input, { region }) =>
  showAttributes(targetGroupOf(elbOf(region), text(input, 'TargetGroupArn') ?? ''));

/** Ranges of the attributes that are numbers: API, TargetGroupAttribute. */
const RANGES: Readonly<Record<string, readonly [number, number]>> = {
  'deregistration_delay.timeout_seconds': [0, 3600],
  'stickiness.lb_cookie.duration_seconds': [1, 604_800],
  'slow_start.duration_seconds': [0, 900],
};

const modifyTargetGroupAttributes: Operation = (input, { region }) => {
  const group = targetGroupOf(elbOf(region), text(input, 'TargetGroupArn') ?? '');
  const changes = (structures(input, 'Attributes') ?? []).map((attribute) => {
    const key = text(attribute, 'Key') ?? '';
    const value = text(attribute, 'Value') ?? '';
    if (!group.attributes.has(key) && !/^(stickiness|load_balancing|target_group_health|target_failover)\./.test(key)) {
      throw new AwsFault('InvalidConfigurationRequest', `Target group attribute key '${key}' is not recognized`);
    }
    const range = Object.hasOwn(RANGES, key) ? RANGES[key] : undefined;
    if (range !== undefined) wholeIn({ [key]: value }, key, ...range);
    return [key, value] as const;
  });
  for (const [key, value] of changes) group.attributes.set(key, value);
  return showAttributes(group);
};

export const targetGroupOperations = {
  CreateTargetGroup: createTargetGroup,
  ModifyTargetGroup: modifyTargetGroup,
  DescribeTargetGroups: describeTargetGroups,
  DeleteTargetGroup: deleteTargetGroup,
  DescribeTargetGroupAttributes: describeTargetGroupAttributes,
  ModifyTargetGroupAttributes: modifyTargetGroupAttributes,
};
