/** Preflight of an ECS service: what its files name, what it would go back to, and who else is at it. Pure. */
import { isObject, type Json, type JsonObject } from '../json.ts';
import {
  type EcsDesired,
  type EcsTarget,
  type LiveEcs,
  ongoingDeployment,
  primaryDeployment,
  taskDefinitionName,
} from '../plan/index.ts';
import type { Look, Past } from './facts.ts';
import { type At, alarmObstacles, type Obstacle, obstacle } from './obstacle.ts';
import { distinct, type Named, named, pick, textAt } from './picking.ts';
import { absentImages, imageObstacles, networkObstacles, type RoleUse, roleObstacles } from './surroundings.ts';

const SERVICE: At = { file: 'service', path: [] };

const list = (value: Json | undefined): readonly JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : []);

const TASKS = 'ecs-tasks.amazonaws.com';
const ECS = 'ecs.amazonaws.com';

/** Roles by where they are said. Sources: ECS API reference, RegisterTaskDefinition and CreateService. */
function rolesOf({ service, taskDefinition }: EcsDesired): RoleUse[] {
  const use = (what: string, principal: string, all: readonly Named[]): RoleUse[] =>
    all.map((one) => ({ ...one, what, principal }));
  const infrastructure = [
    ['loadBalancers', '*', 'advancedConfiguration', 'roleArn'],
    ['deploymentConfiguration', 'lifecycleHooks', '*', 'roleArn'],
    ['volumeConfigurations', '*', 'managedEBSVolume', 'roleArn'],
    ['vpcLatticeConfigurations', '*', 'roleArn'],
    ['serviceConnectConfiguration', 'services', '*', 'tls', 'roleArn'],
  ].flatMap((path) => named('service', service, ...path));
  return [
    ...use('task role', TASKS, named('task', taskDefinition, 'taskRoleArn')),
    ...use('execution role', TASKS, named('task', taskDefinition, 'executionRoleArn')),
    ...use('infrastructure role', ECS, infrastructure),
  ];
}

const CONTAINERS = ['containerDefinitions', '*'] as const;

const imagesOf = (taskDefinition: Json | undefined): Named[] => named('task', taskDefinition, ...CONTAINERS, 'image');

/** Tasks that run beside those of now, at most. Source: ECS API reference, DeploymentConfiguration. */
function newTasks({ service }: EcsDesired, live: LiveEcs | undefined): number {
  const count = Number(service['desiredCount'] ?? live?.service?.['desiredCount'] ?? 1);
  const configuration = service['deploymentConfiguration'];
  const maximum = isObject(configuration) ? Number(configuration['maximumPercent'] ?? 200) : 200;
  if (live?.service === undefined || maximum >= 200) return count;
  return Math.ceil((count * Math.max(0, maximum - 100)) / 100);
}

const VPC = ['networkConfiguration', 'awsvpcConfiguration'] as const;

function clusterObstacles({ target, service, settings }: EcsDesired, look: Look): Obstacle[] {
  const region = target.region ?? '';
  const looked = look('cluster', region, target.cluster);
  const at: At = { file: 'service', path: ['cluster'] };
  if (looked.state === 'absent' || (looked.state === 'found' && looked.fact.status !== 'ACTIVE')) {
    const status = looked.state === 'found' ? `cluster ${target.cluster} is ${looked.fact.status}` : undefined;
    const message = status ?? `there is no cluster ${target.cluster} in ${region}`;
    return [obstacle('cluster-missing', at, message, 'create it, or correct its name or region')];
  }
  if (looked.state !== 'found') return [];
  const { capacityProviders } = looked.fact;
  const own = named('service', service, 'capacityProviderStrategy', '*', 'capacityProvider');
  const fallback = (settings.fallback?.strategy ?? []).flatMap(({ capacityProvider: name }, i): Named[] =>
    typeof name === 'string'
      ? [{ name, at: { file: 'deployment', path: ['fallbackCapacityProviderStrategy', i, 'capacityProvider'] } }]
      : [],
  );
  return distinct([...own, ...fallback])
    .filter(({ name }) => !capacityProviders.includes(name))
    .map(({ name, at: where }) =>
      obstacle(
        'capacity-provider-missing',
        where,
        `cluster ${target.cluster} has no capacity provider ${name}`,
        'add it to the cluster (aws ecs put-cluster-capacity-providers), or correct its name',
      ),
    );
}

/** By address in awsvpc mode, by container instance otherwise; undefined where the files do not say the mode. */
function targetTypeOf({ service, taskDefinition }: EcsDesired): 'ip' | 'instance' | undefined {
  if (pick('service', service, ...VPC).length > 0) return 'ip';
  if (taskDefinition === undefined) return undefined;
  return taskDefinition['networkMode'] === 'awsvpc' ? 'ip' : 'instance';
}

function targetGroupObstacles(desired: EcsDesired, live: LiveEcs | undefined, look: Look): Obstacle[] {
  const { service, settings, target } = desired;
  const region = target.region ?? '';
  const own = named('service', service, 'loadBalancers', '*', 'targetGroupArn');
  const alternate = named('service', service, 'loadBalancers', '*', 'advancedConfiguration', 'alternateTargetGroupArn');
  const halves = settings.targetGroupArnPairs.flatMap((pair, i) =>
    pair.map((name, j): Named => ({ name, at: { file: 'deployment', path: ['targetGroupArnPairs', i, j] } })),
  );
  const wanted = targetTypeOf(desired);
  return distinct([...own, ...alternate, ...halves]).flatMap(({ name, at }) => {
    const looked = look('target-group', region, name);
    if (looked.state === 'absent') {
      const message = `there is no target group ${name}`;
      return [obstacle('target-group-missing', at, message, 'create it, or correct its ARN')];
    }
    if (looked.state !== 'found') return [];
    const { type, loadBalancers } = looked.fact;
    if (wanted !== undefined && type !== wanted) {
      const message = `target group ${name} takes targets of type ${type}, and the tasks are of type ${wanted}`;
      return [obstacle('target-group-type', at, message, `name a target group of type ${wanted}`)];
    }
    // A half of a pair is given its traffic by the rollout; ECS asks for a load balancer when it creates the service.
    const isPaired = halves.some((half) => half.name === name) || alternate.some((one) => one.name === name);
    if (loadBalancers > 0 || isPaired || live?.service !== undefined) return [];
    const message = `no load balancer forwards to target group ${name}`;
    return [obstacle('target-group-unused', at, message, 'forward a listener or rule to it')];
  });
}

/** The groups behind which what serves now is. */
function servingGroups({ service }: LiveEcs): string[] {
  const primary = list(service?.['taskSets']).find(({ status }) => status === 'PRIMARY');
  const own = [service?.['loadBalancers'], primary?.['loadBalancers']].flatMap((balancers) =>
    list(balancers).flatMap((one) => [
      textAt(one, 'targetGroupArn'),
      textAt(one, 'advancedConfiguration', 'alternateTargetGroupArn'),
    ]),
  );
  return [...new Set(own.filter((group) => group !== undefined))];
}

function healthObstacles({ target }: EcsDesired, live: LiveEcs, look: Look): Obstacle[] {
  const groups = servingGroups(live);
  if (groups.length === 0 || Number(live.service?.['desiredCount'] ?? 0) === 0) return [];
  const seen = groups.map((group) => look('targets', target.region ?? '', group));
  let unhealthy = 0;
  let draining = 0;
  for (const one of seen) {
    if (one.state !== 'found' || one.fact.healthy + one.fact.other > 0) return [];
    unhealthy += one.fact.unhealthy;
    draining += one.fact.draining;
  }
  const states = [
    ...(unhealthy > 0 ? [`${unhealthy} unhealthy`] : []),
    ...(draining > 0 ? [`${draining} draining`] : []),
  ];
  const state = states.length === 0 ? 'no target is registered' : `targets: ${states.join(', ')}`;
  return [
    obstacle(
      'no-healthy-target',
      { file: 'service', path: ['loadBalancers'] },
      `what serves now has no healthy target: ${state} in ${groups.join(', ')}`,
      'see why (aws elbv2 describe-target-health), and repair that first',
    ),
  ];
}

/** The secret itself, of `arn:…:secret:name-AbCdEf:key:stage:version`. Source: ECS API reference, Secret: valueFrom. */
interface SecretUse {
  readonly arn: string;
  readonly region: string;
  readonly stage: string | undefined;
}

function secretUse(valueFrom: string): SecretUse | undefined {
  const parts = valueFrom.split(':');
  if (parts[0] !== 'arn' || parts[2] !== 'secretsmanager') return undefined;
  const version = parts[9] ?? '';
  return {
    arn: parts.slice(0, 7).join(':'),
    region: parts[3] ?? '',
    // A version by its id needs no label.
    stage: version !== '' ? undefined : parts[8] || 'AWSCURRENT',
  };
}

/**
 * An SSM parameter by name, which tasks read in their own region, or by ARN; undefined for another account's, and for
 * AWS's own, which no list shows: public ones, and references to secrets.
 */
function parameterUse(
  valueFrom: string,
  { region = '', account }: EcsTarget,
): { name: string; region: string } | undefined {
  const parts = /^arn:[\w-]+:ssm:([\w-]+):(\d*):parameter(\/.*)$/.exec(valueFrom);
  if (/^\/aws\/|:parameter\/aws\//.test(valueFrom)) return undefined;
  if (parts === null) return { name: valueFrom, region };
  const [, where = region, owner, path = ''] = parts;
  if (account !== undefined && owner !== account) return undefined;
  // The ARN of `name` and of `/name` are alike; a path has a second slash.
  return { name: path.lastIndexOf('/') > 0 ? path : path.slice(1), region: where };
}

function secretObstacles({ taskDefinition, target }: EcsDesired, look: Look): Obstacle[] {
  const all = [
    ...named('task', taskDefinition, ...CONTAINERS, 'secrets', '*', 'valueFrom'),
    ...named('task', taskDefinition, ...CONTAINERS, 'logConfiguration', 'secretOptions', '*', 'valueFrom'),
    ...named('task', taskDefinition, ...CONTAINERS, 'repositoryCredentials', 'credentialsParameter'),
  ];
  return all.flatMap(({ name, at }) => {
    const use = secretUse(name);
    if (use === undefined) {
      const parameter = parameterUse(name, target);
      if (parameter === undefined || look('parameter', parameter.region, parameter.name).state !== 'absent') return [];
      const message = `there is no SSM parameter ${parameter.name} in ${parameter.region}`;
      return [obstacle('parameter-missing', at, message, 'create it, or correct its name or region')];
    }
    const looked = look('secret', use.region, use.arn);
    if (looked.state === 'absent')
      return [obstacle('secret-missing', at, `there is no secret ${use.arn}`, 'create it, or correct its ARN')];
    if (looked.state !== 'found') return [];
    if (looked.fact.isDeleted) {
      const message = `secret ${use.arn} is marked for deletion`;
      return [obstacle('secret-missing', at, message, 'restore it (aws secretsmanager restore-secret)')];
    }
    if (use.stage === undefined || looked.fact.stages.includes(use.stage)) return [];
    const message = `secret ${use.arn} has no value labelled ${use.stage}`;
    return [obstacle('secret-without-value', at, message, 'put a value into it, or name another label')];
  });
}

function logObstacles({ taskDefinition, target }: EcsDesired, look: Look): Obstacle[] {
  return pick('task', taskDefinition, ...CONTAINERS, 'logConfiguration').flatMap(({ value, at }) => {
    if (textAt(value, 'logDriver') !== 'awslogs' || textAt(value, 'options', 'awslogs-create-group') === 'true')
      return [];
    const group = textAt(value, 'options', 'awslogs-group');
    const region = textAt(value, 'options', 'awslogs-region') ?? target.region ?? '';
    if (group === undefined || look('log-group', region, group).state !== 'absent') return [];
    const here = { ...at, path: [...at.path, 'options', 'awslogs-group'] };
    const hint = 'create it, or set awslogs-create-group to "true" and allow the execution role logs:CreateLogGroup';
    return [obstacle('log-group-missing', here, `there is no log group ${group} in ${region}`, hint)];
  });
}

/** The alarms that ECS itself watches: it turns its protection off where one is in ALARM when the deployment begins. */
function ownAlarmObstacles({ service, target }: EcsDesired, look: Look): Obstacle[] {
  const path = ['deploymentConfiguration', 'alarms'];
  if (!pick('service', service, ...path, 'enable').some(({ value }) => value === true)) return [];
  return named('service', service, ...path, 'alarmNames', '*').flatMap(({ name, at }) => {
    const looked = look('alarm', target.region ?? '', name);
    if (looked.state === 'unknown') return [];
    const seen = looked.state === 'found' ? [{ name, ...looked.fact }] : [];
    return alarmObstacles(seen, [name], at).map((one) => ({ ...one, path: at.path }));
  });
}

function namedTaskDefinition({ service, taskDefinition, target }: EcsDesired, look: Look): Obstacle[] {
  if (taskDefinition !== undefined) return [];
  return named('service', service, 'taskDefinition').flatMap(({ name, at }) => {
    const looked = look('task-definition', target.region ?? '', name);
    if (looked.state === 'unknown' || (looked.state === 'found' && looked.fact.status === 'ACTIVE')) return [];
    const what = looked.state === 'found' ? `task definition ${name} is ${looked.fact.status}` : undefined;
    const message = what ?? `there is no task definition ${name}`;
    return [obstacle('task-definition-missing', at, message, 'name an ACTIVE one, or add a …_taskdef.json')];
  });
}

/** Can tasks of what serves now be started again? */
function wayBackObstacles(live: LiveEcs, look: Look): Obstacle[] {
  const { service, taskDefinition } = live;
  const name = taskDefinitionName(String(service?.['taskDefinition'] ?? ''));
  if (taskDefinition?.['status'] === 'INACTIVE') {
    const message = `${name}, which runs now, is INACTIVE: there would be no way back to it`;
    return [obstacle('rollback-target-inactive', SERVICE, message, 'register it again and update the service to it')];
  }
  return absentImages(look, imagesOf(taskDefinition)).map((image) =>
    obstacle(
      'rollback-image-missing',
      SERVICE,
      `image ${image.name} of ${name}, which runs now, is gone: there would be no way back to it`,
      'push it again',
    ),
  );
}

/** A deployment or a task set that is under way, and that no rollout of this store knows of. */
function othersObstacles({ service = {} }: LiveEcs, past: Past): Obstacle[] {
  const hint = 'find out who deploys this service, and wait until that is over';
  const message = 'somebody else is deploying this service right now';
  const ongoing = ongoingDeployment(service);
  const primary = primaryDeployment(service);
  if (ongoing !== undefined && !past.knows(String(primary?.['id'])))
    return [obstacle('deployment-in-progress', SERVICE, `${message}: ${ongoing}`, hint)];
  return list(service['taskSets'])
    .filter(
      ({ status, stabilityStatus, id, externalId }) =>
        status === 'ACTIVE' &&
        stabilityStatus === 'STABILIZING' &&
        !past.knows(String(id)) &&
        !past.knows(String(externalId)),
    )
    .map(({ id }) => obstacle('deployment-in-progress', SERVICE, `${message}: task set ${id} is STABILIZING`, hint));
}

export function ecsObstacles(desired: EcsDesired, live: LiveEcs | undefined, past: Past, look: Look): Obstacle[] {
  const { service, taskDefinition, target } = desired;
  const region = target.region ?? '';
  const network = {
    region,
    subnets: named('service', service, ...VPC, 'subnets', '*'),
    securityGroups: named('service', service, ...VPC, 'securityGroups', '*'),
    addresses: newTasks(desired, live),
  };
  return [
    ...clusterObstacles(desired, look),
    ...networkObstacles(look, network),
    ...roleObstacles(look, region, target.account, rolesOf(desired)),
    ...targetGroupObstacles(desired, live, look),
    ...namedTaskDefinition(desired, look),
    ...imageObstacles(look, imagesOf(taskDefinition)),
    ...secretObstacles(desired, look),
    ...logObstacles(desired, look),
    ...ownAlarmObstacles(desired, look),
    ...(live?.service === undefined
      ? []
      : [...healthObstacles(desired, live, look), ...wayBackObstacles(live, look), ...othersObstacles(live, past)]),
  ];
}
