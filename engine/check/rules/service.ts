/** Rules about a service definition: against its task definition, its capacity, and how ECS may replace tasks. */
import type { Place } from '../place.ts';
import { type Rules, type Subject, writing } from '../rule.ts';
import { capacityOf, onFargate } from './fargate.ts';
import { reportRepeatedTexts, reportUseless } from './reporting.ts';

const controllerOf = (service: Place | undefined): string => service?.at('deploymentController', 'type')?.text ?? 'ECS';

const isDaemon = (service: Place | undefined): boolean => service?.get('schedulingStrategy')?.text === 'DAEMON';

/**
 * Tasks that ECS keeps while it replaces them.
 * Source: Amazon ECS developer guide, deployment configuration: the minimum is rounded up, the maximum down.
 */
function window({ service }: Subject): { desired: number; minimum: number; maximum: number } | undefined {
  const desired = service?.get('desiredCount')?.number;
  if (desired === undefined || isDaemon(service)) return undefined;
  const configuration = service?.get('deploymentConfiguration');
  const minimum = configuration?.get('minimumHealthyPercent')?.number ?? 100;
  const maximum = configuration?.get('maximumPercent')?.number ?? 200;
  return { desired, minimum: Math.ceil((desired * minimum) / 100), maximum: Math.floor((desired * maximum) / 100) };
}

/** Options of ECS's own deployments. */
const OPTIONS_OF_ECS = ['bakeTimeInMinutes', 'linearConfiguration', 'canaryConfiguration', 'lifecycleHooks'] as const;

export const SERVICE_RULES: Rules = {
  'service.no-network': {
    severity: 'error',
    title: 'Tasks have interfaces of their own, and the service gives no subnets',
    about:
      'A task definition in network mode `awsvpc` needs `networkConfiguration.awsvpcConfiguration` with subnets in the service.',
    check({ service, task }, report) {
      if (!service || task?.get('networkMode')?.text !== 'awsvpc') return;
      // Of a service with an external controller, the network may be given with each task set.
      if (service.at('networkConfiguration', 'awsvpcConfiguration')) return;
      report(
        service,
        'networkConfiguration is missing, and the tasks need it in network mode awsvpc',
        'add "networkConfiguration" with "awsvpcConfiguration" and its "subnets"',
      );
    },
  },

  'service.useless-network': {
    severity: 'error',
    title: 'The service gives subnets to tasks that have no interface of their own',
    about: '`networkConfiguration` is for task definitions in network mode `awsvpc` only; ECS refuses it for others.',
    check(subject, report) {
      const { service, task } = subject;
      const mode = task?.get('networkMode');
      if (!task || mode?.text === 'awsvpc' || onFargate(subject) || !service?.has('networkConfiguration')) return;
      reportUseless(
        service.get('networkConfiguration'),
        `is not allowed in network mode ${mode?.text ?? 'bridge'}`,
        report,
      );
    },
  },

  'service.subnets': {
    severity: 'error',
    title: 'There are too few or too many subnets or security groups',
    about: '`awsvpcConfiguration` takes 1 to 16 subnets and up to 5 security groups.',
    check({ service }, report) {
      const configuration = service?.at('networkConfiguration', 'awsvpcConfiguration');
      const subnets = configuration?.get('subnets');
      const count = subnets?.items().length ?? 0;
      if (subnets?.node.type === 'array' && (count === 0 || count > 16))
        report(subnets, `there are ${count} subnets`, 'name 1 to 16 subnets');
      const groups = configuration?.get('securityGroups');
      if ((groups?.items().length ?? 0) > 5)
        report(groups, `there are ${groups!.items().length} security groups`, 'name at most 5');
    },
  },

  'service.subnet-id': {
    severity: 'error',
    title: 'An id is not that of a subnet or security group',
    about: 'Subnets begin with `subnet-` and security groups with `sg-`.',
    check({ service }, report) {
      const configuration = service?.at('networkConfiguration', 'awsvpcConfiguration');
      for (const [key, prefix] of [
        ['subnets', 'subnet-'],
        ['securityGroups', 'sg-'],
      ] as const) {
        for (const id of configuration?.each(key) ?? []) {
          if (id.text !== undefined && !id.text.startsWith(prefix))
            report(
              id,
              `${id.shown} is not the id of a ${key === 'subnets' ? 'subnet' : 'security group'}`,
              `ids here begin with ${prefix}`,
            );
        }
      }
    },
  },

  'service.public-ip': {
    severity: 'error',
    title: 'A public address is asked for where there can be none',
    about: '`assignPublicIp: ENABLED` works on Fargate only.',
    check({ service }, report) {
      const assign = service?.at('networkConfiguration', 'awsvpcConfiguration', 'assignPublicIp');
      if (assign?.text === 'ENABLED' && capacityOf(service) === 'EC2')
        report(
          assign,
          'tasks on EC2 get no public address of their own',
          'write "DISABLED", or delete it',
          writing('DISABLED'),
        );
    },
  },

  'service.daemon': {
    severity: 'error',
    title: 'A daemon is asked for where there can be none',
    about:
      'The scheduling strategy DAEMON works on EC2 with the controller ECS; it has no desired count, no placement strategy, and a maximum of 100 percent.',
    check({ service }, report) {
      const strategy = service?.get('schedulingStrategy');
      if (!service || !isDaemon(service)) return;
      const capacity = capacityOf(service);
      if (capacity === 'FARGATE')
        report(strategy, 'there are no daemons on Fargate', 'write "REPLICA"', writing('REPLICA'));
      if (capacity === 'EXTERNAL')
        report(strategy, 'daemons are for EC2: on external instances they may be refused', 'write "REPLICA"', {
          ...writing('REPLICA'),
          severity: 'warning',
        });
      const controller = service.at('deploymentController', 'type');
      if (controllerOf(service) !== 'ECS')
        report(
          controller,
          `the controller ${controller!.shown} runs no daemons`,
          'write "REPLICA" as schedulingStrategy, or "ECS" here',
        );
      reportUseless(service.get('desiredCount'), 'is not for daemons: one runs on each instance', report);
      if (service.has('placementStrategy'))
        reportUseless(service.get('placementStrategy'), 'is not for daemons', report);
      const maximum = service.at('deploymentConfiguration', 'maximumPercent');
      if (maximum?.number !== undefined && maximum.number !== 100)
        report(maximum, `maximumPercent ${maximum.shown} is not for daemons`, 'write 100', {
          ...writing(100),
          severity: 'warning',
        });
    },
  },

  'service.cannot-replace': {
    severity: 'warning',
    title: 'A rolling update can never replace a task',
    about:
      'ECS keeps at least `minimumHealthyPercent` of the desired tasks (rounded up) and at most `maximumPercent` (rounded down). Where both are the desired count, it may neither start a new task nor stop an old one.',
    check(subject, report) {
      const { service } = subject;
      const bounds = window(subject);
      const strategy = service?.at('deploymentConfiguration', 'strategy')?.text ?? 'ROLLING';
      if (!bounds || bounds.desired === 0 || controllerOf(service) !== 'ECS' || strategy !== 'ROLLING') return;
      const { desired, minimum, maximum } = bounds;
      // A maximum below the minimum is another mistake.
      if (minimum < desired || maximum > desired || maximum < minimum) return;
      const configuration = service!.get('deploymentConfiguration');
      report(
        configuration?.get('maximumPercent') ?? configuration,
        `with ${desired} desired ${desired === 1 ? 'task' : 'tasks'}, ECS has to keep ${minimum} and may run ${maximum}: no task can be replaced`,
        'raise maximumPercent, or lower minimumHealthyPercent',
      );
    },
  },

  'service.percent-order': {
    severity: 'error',
    title: 'The maximum is not above the minimum',
    about:
      '`maximumPercent` has to be more than `minimumHealthyPercent`, and at least 100 for a service that keeps its tasks.',
    check({ service }, report) {
      const configuration = service?.get('deploymentConfiguration');
      const minimum = configuration?.get('minimumHealthyPercent');
      const maximum = configuration?.get('maximumPercent');
      if (maximum?.number !== undefined && maximum.number < 100 && !isDaemon(service)) {
        report(
          maximum,
          `with maximumPercent ${maximum.shown}, ECS may not even run all desired tasks`,
          'write 100 or more',
        );
        return;
      }
      if (minimum?.number === undefined || maximum?.number === undefined || maximum.number >= minimum.number) return;
      report(maximum, `maximumPercent ${maximum.shown} is below minimumHealthyPercent ${minimum.shown}`, 'raise it');
    },
  },

  'service.grace-period': {
    severity: 'error',
    title: 'There is a grace period for health checks that nobody makes',
    about:
      '`healthCheckGracePeriodSeconds` is about the checks of load balancers, of VPC Lattice and of containers; without one of them it has no effect.',
    check({ service, task }, report) {
      const grace = service?.get('healthCheckGracePeriodSeconds');
      const checks = ['loadBalancers', 'serviceConnectConfiguration', 'vpcLatticeConfigurations'];
      // A task definition that is not here may have checks of its containers.
      const mayBeChecked = task?.each('containerDefinitions').some((one) => one.has('healthCheck')) ?? true;
      if (!grace?.number || mayBeChecked || checks.some((key) => service!.has(key))) return;
      reportUseless(grace, 'has no effect: neither a load balancer nor a container checks health', report, 'warning');
    },
  },

  'service.role': {
    severity: 'error',
    title: 'A role for the load balancer is given where ECS uses its own',
    about: 'With network mode `awsvpc` ECS uses its service-linked role; `role` is refused.',
    check({ service, task }, report) {
      if (task?.get('networkMode')?.text === 'awsvpc' && service?.has('role'))
        reportUseless(service.get('role'), 'is not allowed in network mode awsvpc', report);
    },
  },

  'service.strategy-controller': {
    severity: 'error',
    title: "Something of ECS's own deployments is asked for, and another controller deploys",
    about:
      '`strategy` and its options, `deploymentCircuitBreaker` and `alarms` of `deploymentConfiguration` are for services with the controller ECS; a deployment definition has its own circuit breaker and alarms.',
    check({ service }, report) {
      if (controllerOf(service) === 'ECS') return;
      const configuration = service?.get('deploymentConfiguration');
      const strategy = configuration?.get('strategy');
      if (strategy?.text === 'ROLLING')
        reportUseless(strategy, `has no effect with the controller ${controllerOf(service)}`, report, 'warning');
      else if (strategy?.text !== undefined)
        reportUseless(strategy, `${strategy.shown} contradicts the controller ${controllerOf(service)}`, report);
      for (const key of ['deploymentCircuitBreaker', 'alarms', ...OPTIONS_OF_ECS]) {
        const place = configuration?.has(key) ? configuration.get(key) : undefined;
        if (place?.get('enable')?.node.value !== false)
          reportUseless(place, `is for the controller ECS, not ${controllerOf(service)}`, report);
      }
    },
  },

  'service.strategy-options': {
    severity: 'error',
    title: 'Options of one strategy stand beside another',
    about: '`linearConfiguration` is for the strategy LINEAR, and `canaryConfiguration` for CANARY.',
    check({ service }, report) {
      const configuration = service?.get('deploymentConfiguration');
      if (!configuration || controllerOf(service) !== 'ECS') return;
      const strategy = configuration.get('strategy')?.text ?? 'ROLLING';
      for (const [key, owner] of [
        ['linearConfiguration', 'LINEAR'],
        ['canaryConfiguration', 'CANARY'],
      ] as const) {
        if (configuration.has(key) && strategy !== owner)
          reportUseless(configuration.get(key), `is for the strategy ${owner}, not ${strategy}`, report);
      }
    },
  },

  'service.tags-not-propagated': {
    severity: 'warning',
    title: 'Tags are to be taken from a task definition that has none',
    about: '`propagateTags: TASK_DEFINITION` copies the tags of the task definition to its tasks.',
    check({ service, task }, report) {
      const propagate = service?.get('propagateTags');
      if (propagate?.text === 'TASK_DEFINITION' && task && !task.has('tags'))
        report(
          propagate,
          'the task definition has no tags to propagate',
          'add "tags" to it, or write "SERVICE"',
          writing('SERVICE'),
        );
    },
  },

  'service.exec-without-role': {
    severity: 'warning',
    title: 'ECS Exec is on, and the tasks have no role',
    about: 'The agent inside the container talks to Systems Manager with `taskRoleArn`.',
    check({ service, task }, report) {
      const enable = service?.get('enableExecuteCommand');
      if (enable?.isTrue && task && !task.has('taskRoleArn'))
        report(enable, 'ECS Exec needs a task role', 'add "taskRoleArn" to the task definition', { atKey: true });
    },
  },

  'service.controller': {
    severity: 'error',
    title: 'Another tool is to deploy the service',
    about:
      'GitMoxi deploys services with the controllers `ECS` and `EXTERNAL`; `CODE_DEPLOY` leaves that to AWS CodeDeploy.',
    check({ service }, report) {
      const type = service?.at('deploymentController', 'type');
      if (type?.text === 'CODE_DEPLOY')
        report(
          type,
          'the controller CODE_DEPLOY leaves deploying to AWS CodeDeploy',
          'write "ECS" with "strategy": "BLUE_GREEN", or "EXTERNAL"',
          writing('ECS'),
        );
    },
  },

  'service.no-alarms': {
    severity: 'warning',
    title: 'Alarms are to be watched, and none is named',
    about: '`deploymentConfiguration.alarms` needs `alarmNames` where it is enabled.',
    check({ service }, report) {
      const alarms = service?.at('deploymentConfiguration', 'alarms');
      if (alarms?.get('enable')?.isTrue && !alarms.has('alarmNames'))
        report(alarms.get('alarmNames') ?? alarms, 'no alarm is named', 'name one, or write "enable": false', {
          atKey: true,
        });
    },
  },

  'service.unused-task-definition': {
    severity: 'info',
    title: 'A task definition is named beside the one that is deployed',
    about: 'Where there is a `_taskdef.json`, it is registered anew at every rollout and replaces `taskDefinition`.',
    check({ service, task }, report) {
      if (task && service?.has('taskDefinition'))
        report(service.get('taskDefinition'), 'taskDefinition is replaced by the one of this workload', 'delete it', {
          atKey: true,
          remove: { title: 'Delete "taskDefinition"' },
        });
    },
  },

  'service.duplicate-tag': {
    severity: 'error',
    title: 'A tag is given twice',
    about: 'A resource has one value for each key; ECS refuses a second.',
    check({ service, task }, report) {
      for (const tagged of [service, task]) {
        const keys = tagged?.each('tags').flatMap((tag) => tag.get('key') ?? []) ?? [];
        reportRepeatedTexts(keys, report, (place) => ({
          message: `the tag ${place.shown} is given twice`,
          hint: 'keep one of them',
        }));
      }
    },
  },
};

export { controllerOf };
