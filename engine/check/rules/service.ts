/** Rules about a service definition: against its task definition, its capacity, and how ECS may replace tasks. */
import { closest } from '../../closest.ts';
import type { Place } from '../place.ts';
import { type Report, type Rules, type Subject, writing } from '../rule.ts';
import { asksForFargate, capacityOf, onFargate } from './fargate.ts';
import { containersOf } from './task.ts';

/** Where the service names a container, and which of its ports. */
function containerUses(service: Place | undefined): { name: Place | undefined; port: Place | undefined }[] {
  const uses = [...(service?.each('loadBalancers') ?? []), ...(service?.each('serviceRegistries') ?? [])];
  return uses.map((use) => ({ name: use.get('containerName'), port: use.get('containerPort') }));
}

const controllerOf = (service: Place | undefined): string => service?.at('deploymentController', 'type')?.text ?? 'ECS';

const isDaemon = (service: Place | undefined): boolean => service?.get('schedulingStrategy')?.text === 'DAEMON';

function reportUseless(
  place: Place | undefined,
  why: string,
  report: Report,
  severity: 'error' | 'warning' = 'error',
): void {
  if (place === undefined) return;
  report(place, `${place.key} ${why}`, `delete "${place.key}"`, {
    atKey: true,
    remove: { title: `Delete "${place.key}"` },
    severity,
  });
}

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

export const SERVICE_RULES: Rules = {
  'service.unknown-container': {
    severity: 'error',
    title: 'The service names a container that the task definition does not have',
    about:
      '`containerName` of `loadBalancers` and `serviceRegistries` has to be a container of the task definition that the service runs.',
    check({ service, task }, report) {
      const names = containersOf(task).flatMap((one) => one.get('name')?.text ?? []);
      if (names.length === 0) return;
      for (const { name } of containerUses(service)) {
        if (name?.text === undefined || names.includes(name.text)) continue;
        const near = closest(name.text, names);
        report(
          name,
          `the task definition has no container ${name.shown}`,
          near === undefined ? `it has ${names.join(', ')}` : `did you mean "${near}"?`,
          writing(near ?? (names.length === 1 ? names[0] : undefined)),
        );
      }
    },
  },

  'service.unknown-port': {
    severity: 'error',
    title: 'The service names a port that the container does not map',
    about:
      "`containerPort` of `loadBalancers` and `serviceRegistries` has to be a port in the container's `portMappings`; ECS refuses others.",
    check({ service, task }, report) {
      for (const { name, port } of containerUses(service)) {
        const container = containersOf(task).find((one) => one.get('name')?.text === name?.text);
        if (port?.number === undefined || !container) continue;
        const mappings = container.each('portMappings');
        const ports = mappings.flatMap((mapping) => mapping.get('containerPort')?.number ?? []);
        if (ports.includes(port.number) || mappings.some((mapping) => mapping.has('containerPortRange'))) continue;
        report(
          port,
          `container ${name!.shown} does not map port ${port.shown}`,
          ports.length === 0 ? 'add it to "portMappings" of the container' : `it maps ${ports.join(', ')}`,
          {
            ...writing(ports.length === 1 ? ports[0] : undefined),
            see: { place: container.get('name')!, message: 'the container' },
          },
        );
      }
    },
  },

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
      if (subnets && (count === 0 || count > 16)) report(subnets, `there are ${count} subnets`, 'name 1 to 16 subnets');
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

  'service.launch-type-and-strategy': {
    severity: 'error',
    title: 'There are both a launch type and a capacity provider strategy',
    about: 'They say the same thing in two ways; ECS refuses a service with both.',
    check({ service }, report) {
      if (service?.has('launchType') && service.has('capacityProviderStrategy'))
        reportUseless(service.get('launchType'), 'stands beside capacityProviderStrategy', report);
    },
  },

  'service.not-on-fargate': {
    severity: 'error',
    title: 'The service runs on Fargate, and the task definition does not allow it',
    about: 'Where `requiresCompatibilities` is given, it has to contain FARGATE for a service on Fargate.',
    check({ service, task }, report) {
      const compatibilities = task?.get('requiresCompatibilities');
      if (
        capacityOf(service) !== 'FARGATE' ||
        !compatibilities ||
        asksForFargate(task) ||
        compatibilities.items().length === 0
      )
        return;
      report(compatibilities, 'FARGATE is missing, and the service runs there', 'add "FARGATE"', {
        see: { place: service!, message: 'the service' },
      });
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
      if (capacityOf(service) === 'FARGATE')
        report(strategy, 'there are no daemons on Fargate', 'write "REPLICA"', writing('REPLICA'));
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
      if (minimum < desired || maximum > desired) return;
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
      if (minimum?.number === undefined || maximum?.number === undefined || maximum.number >= minimum.number) return;
      report(maximum, `maximumPercent ${maximum.shown} is below minimumHealthyPercent ${minimum.shown}`, 'raise it');
    },
  },

  'service.grace-period': {
    severity: 'error',
    title: 'There is a grace period for health checks that nobody makes',
    about:
      '`healthCheckGracePeriodSeconds` is about the checks of a load balancer; ECS refuses it for a service without one.',
    check({ service }, report) {
      const grace = service?.get('healthCheckGracePeriodSeconds');
      if (
        !grace?.number ||
        service!.has('loadBalancers') ||
        service!.has('serviceConnectConfiguration') ||
        service!.has('vpcLatticeConfigurations')
      )
        return;
      reportUseless(grace, 'is only for services with a load balancer', report, 'warning');
    },
  },

  'service.placement-on-fargate': {
    severity: 'error',
    title: 'Tasks on Fargate are given a place',
    about: 'Fargate has no instances to choose from: placement strategies and constraints are refused.',
    check({ service }, report) {
      if (capacityOf(service) !== 'FARGATE') return;
      for (const key of ['placementStrategy', 'placementConstraints']) {
        if (service!.has(key)) reportUseless(service!.get(key), 'is not supported on Fargate', report);
      }
    },
  },

  'service.platform-version': {
    severity: 'error',
    title: 'A platform version is given outside of Fargate',
    about: '`platformVersion` is for tasks on Fargate.',
    check({ service }, report) {
      if (capacityOf(service) === 'EC2' && service!.has('platformVersion'))
        reportUseless(service!.get('platformVersion'), 'is for Fargate only', report);
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

  'service.capacity-strategy': {
    severity: 'error',
    title: 'A capacity provider strategy does not add up',
    about:
      'At most one item has a `base`, at least one has a `weight` above 0, and Fargate does not mix with other providers.',
    check({ service, deployment }, report) {
      for (const strategy of [
        service?.get('capacityProviderStrategy'),
        deployment?.get('fallbackCapacityProviderStrategy'),
      ]) {
        const items = strategy?.items() ?? [];
        const based = items.filter((item) => (item.get('base')?.number ?? 0) > 0);
        if (based.length > 1) report(based[1]!.get('base'), 'a second item has a base', 'keep the base of one item');
        const weights = items.map((item) => item.get('weight')?.number ?? 0);
        if (items.length > 1 && weights.every((weight) => weight === 0))
          report(
            strategy,
            'every weight is 0, so no task can be placed beyond the base',
            'give at least one item a weight',
            { atKey: true },
          );
        const fargate = items.filter((item) => /^FARGATE(_SPOT)?$/.test(item.get('capacityProvider')?.text ?? ''));
        if (fargate.length > 0 && fargate.length < items.length) {
          const other = items.find((item) => !fargate.some(({ node }) => node === item.node))!;
          report(
            other.get('capacityProvider'),
            `${other.get('capacityProvider')?.shown} does not mix with Fargate`,
            'use providers of one kind',
          );
        }
      }
    },
  },

  'service.strategy-controller': {
    severity: 'error',
    title: 'A strategy of ECS is asked for, and another controller deploys',
    about: '`deploymentConfiguration.strategy` is for services with the controller ECS.',
    check({ service }, report) {
      const strategy = service?.at('deploymentConfiguration', 'strategy');
      if (strategy?.text === undefined || controllerOf(service) === 'ECS') return;
      reportUseless(strategy, `${strategy.shown} contradicts the controller ${controllerOf(service)}`, report);
    },
  },

  'service.strategy-options': {
    severity: 'error',
    title: 'Options of one strategy stand beside another',
    about:
      '`linearConfiguration` is for LINEAR, `canaryConfiguration` for CANARY; `bakeTimeInMinutes` and `lifecycleHooks` for BLUE_GREEN, LINEAR and CANARY.',
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
};

export { controllerOf };
