/** Rules about where a service's tasks run. */
import { type Place, textAt } from '../place.ts';
import { type Rules, type Subject, writing } from '../rule.ts';
import { asksForFargate, capacityOf, cpuUnits } from './fargate.ts';
import { nearestTo, reportRepeatedTexts, reportUseless } from './reporting.ts';

const OF_FARGATE: readonly string[] = ['FARGATE', 'FARGATE_SPOT'];

/** Names of capacity providers that AWS keeps for itself: those of a person's own begin with none of these. */
const KEPT_NAME = /^(?:aws|ecs|fargate)/i;

/** @see Amazon ECS developer guide, "Fargate platform versions"; LATEST stands for the newest. */
const PLATFORM_VERSIONS: readonly string[] = ['LATEST', '1.0.0', '1.1.0', '1.2.0', '1.3.0', '1.4.0'];

/**
 * What a task asks for that platform versions before 1.4.0 do not have.
 * Source: Amazon ECS developer guide, task size, "EFS volumes" and "Fargate task ephemeral storage".
 */
function needOfNewPlatform({ task }: Subject): string | undefined {
  if ((cpuUnits(textAt(task, 'cpu') ?? '') ?? 0) >= 8192) return `${textAt(task, 'cpu')} CPU units`;
  if (task?.each('volumes').some((volume) => volume.has('efsVolumeConfiguration'))) return 'EFS volumes';
  return task?.has('ephemeralStorage') ? 'storage of a size that is asked for' : undefined;
}

/** The strategies of the service and of its fallback. */
const strategiesOf = ({ service, deployment }: Subject): readonly Place[] =>
  [service?.get('capacityProviderStrategy'), deployment?.get('fallbackCapacityProviderStrategy')].filter(
    (strategy) => strategy !== undefined,
  );

export const CAPACITY_RULES: Rules = {
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
        write: {
          title: 'Add "FARGATE"',
          json: JSON.stringify([...compatibilities.items().map(({ node }) => node.value), 'FARGATE']).replaceAll(
            ',',
            ', ',
          ),
        },
      });
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

  'service.placement': {
    severity: 'error',
    title: 'Tasks are placed by what they cannot be placed by',
    about:
      'The placement strategy `binpack` goes by `cpu` or `memory`; the constraint `memberOf` needs an `expression`, and `distinctInstance` has none.',
    check({ service }, report) {
      for (const constraint of service?.each('placementConstraints') ?? []) {
        const type = constraint.get('type')?.text;
        if (type === 'memberOf' && !constraint.has('expression'))
          report(constraint, 'memberOf does not say of what', 'add "expression"');
        if (type === 'distinctInstance' && constraint.has('expression'))
          reportUseless(constraint.get('expression'), 'is not for distinctInstance', report);
      }
      for (const strategy of service?.each('placementStrategy') ?? []) {
        if (strategy.get('type')?.text !== 'binpack') continue;
        const field = strategy.get('field');
        if (!field?.text) report(field ?? strategy, 'binpack does not say by what', 'add "field": "cpu" or "memory"');
        else if (!/^(?:cpu|memory)$/i.test(field.text))
          report(field, `tasks cannot be packed by ${field.shown}`, 'write "cpu" or "memory"');
      }
    },
  },

  'service.platform-version': {
    severity: 'error',
    title: 'A platform version is given outside of Fargate, or is none',
    about:
      '`platformVersion` is for tasks on Fargate, and is `LATEST` or a version such as `1.4.0`, which EFS, more storage and 8 or more vCPUs need.',
    check(subject, report) {
      const { service } = subject;
      const version = service?.get('platformVersion');
      if (version?.text && !PLATFORM_VERSIONS.includes(version.text))
        report(version, `there is no platform version ${version.shown}`, 'write "LATEST"', {
          ...writing('LATEST'),
          severity: 'warning',
        });
      const needs = /^1\.[0-3]\.0$/.test(version?.text ?? '') ? needOfNewPlatform(subject) : undefined;
      if (needs !== undefined)
        report(version, `platform version ${version!.shown} has no ${needs}`, 'write "LATEST"', writing('LATEST'));
      if (capacityOf(service) === 'EC2' && service!.has('platformVersion'))
        reportUseless(service!.get('platformVersion'), 'is for Fargate only', report);
    },
  },

  'service.capacity-strategy': {
    severity: 'error',
    title: 'A capacity provider strategy does not add up',
    about:
      'At most one item has a `base`, at least one has a `weight` above 0, and Fargate does not mix with other providers.',
    check(subject, report) {
      for (const strategy of strategiesOf(subject)) {
        const items = strategy.items();
        const providers = items.flatMap((item) => item.get('capacityProvider') ?? []);
        reportRepeatedTexts(providers, report, (place) => ({
          message: `${place.shown} is there already`,
          hint: 'name each capacity provider once',
        }));
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

  'service.capacity-provider': {
    severity: 'error',
    title: 'There is no such capacity provider',
    about:
      'Of the names that begin with `FARGATE`, `AWS` or `ECS` only `FARGATE` and `FARGATE_SPOT` are capacity providers of a service: those of your own may not be called so.',
    check(subject, report) {
      for (const provider of strategiesOf(subject)
        .flatMap((one) => one.items())
        .map((item) => item.get('capacityProvider'))) {
        if (!provider?.text || OF_FARGATE.includes(provider.text)) continue;
        const near = nearestTo(provider, OF_FARGATE);
        if (!KEPT_NAME.test(provider.text) && near === undefined) continue;
        const severity = KEPT_NAME.test(provider.text) ? 'error' : 'warning';
        report(
          provider,
          `there is no capacity provider ${provider.shown} of AWS`,
          `did you mean "${near ?? 'FARGATE'}"?`,
          {
            ...writing(near ?? 'FARGATE'),
            severity,
          },
        );
      }
    },
  },

  'service.external-instances': {
    severity: 'error',
    title: 'External instances are asked for what they do not have',
    about:
      'Tasks on external instances (ECS Anywhere) have no interface of their own, and no load balancer leads to them: the network mode is bridge, host or none.',
    check({ service, task }, report) {
      if (capacityOf(service) !== 'EXTERNAL') return;
      const mode = task?.get('networkMode');
      if (mode?.text === 'awsvpc')
        report(mode, 'external instances have no network mode "awsvpc"', 'write "bridge", "host" or "none"', {
          ...writing('bridge'),
        });
      if (service!.has('loadBalancers'))
        reportUseless(service!.get('loadBalancers'), 'is not for external instances', report);
    },
  },

  'service.zone-rebalancing': {
    severity: 'error',
    title: 'Tasks are to be spread over zones again, and there is no room for it',
    about:
      '`availabilityZoneRebalancing: ENABLED` starts new tasks before it stops old ones: `maximumPercent` has to be above 100. It works with the controller ECS, and not with Classic Load Balancers or daemons.',
    check({ service }, report) {
      const rebalancing = service?.get('availabilityZoneRebalancing');
      if (rebalancing?.text !== 'ENABLED') return;
      const maximum = service!.at('deploymentConfiguration', 'maximumPercent');
      const controller = service!.at('deploymentController', 'type')?.text ?? 'ECS';
      const off = writing('DISABLED');
      if ((maximum?.number ?? 200) <= 100)
        report(
          rebalancing,
          `with maximumPercent ${maximum!.shown}, no task can be started elsewhere`,
          'raise maximumPercent, or write "DISABLED"',
          off,
        );
      if (controller !== 'ECS')
        report(rebalancing, `the controller ${controller} does not rebalance`, 'write "DISABLED"', off);
    },
  },
};
