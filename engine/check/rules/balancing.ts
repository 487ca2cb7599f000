/** Rules about what leads to a service's tasks: load balancers, service discovery and Service Connect. */
import { closest } from '../../closest.ts';
import type { Place } from '../place.ts';
import { type Rules, writing } from '../rule.ts';
import { onFargate } from './fargate.ts';
import {
  didYouMean,
  listing,
  namesToTell,
  nearestTo,
  reportRepeatedTexts,
  reportRepeats,
  reportUseless,
} from './reporting.ts';
import { containersOf } from './task.ts';

/** Whether a text is the ARN of a target group. */
export const isTargetGroup = (text: string): boolean =>
  /^arn:aws[a-z-]*:elasticloadbalancing:[a-z0-9-]+:\d{12}:targetgroup\//.test(text);

export const TARGET_GROUP_HINT = 'write arn:aws:elasticloadbalancing:REGION:ACCOUNT:targetgroup/NAME/ID';

/** Whether a port is in a range such as `8000-8010`; one that cannot be read may hold it. */
function isInRange(port: number, range: string): boolean {
  const [, first, last] = /^(\d+)-(\d+)$/.exec(range) ?? [];
  return first === undefined || (port >= Number(first) && port <= Number(last));
}

/** Where the service names a container, and which of its ports. */
function containerUses(service: Place | undefined): { name: Place | undefined; port: Place | undefined }[] {
  const uses = [...(service?.each('loadBalancers') ?? []), ...(service?.each('serviceRegistries') ?? [])];
  return uses.map((use) => ({ name: use.get('containerName'), port: use.get('containerPort') }));
}

const isSecretPort = (mapping: Place): boolean =>
  ['containerPort', 'containerPortRange'].some((key) => mapping.get(key)?.isSecret);

export const BALANCING_RULES: Rules = {
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
        const told = namesToTell(containersOf(task).map((one) => one.get('name')));
        const near = nearestTo(name, told);
        report(
          name,
          `the task definition has no container ${name.shown}`,
          didYouMean(near, listing(told, 'it has', 'name a container of the task definition')),
          writing(near ?? (names.length === 1 ? told[0] : undefined)),
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
        const ranges = mappings.flatMap((mapping) => mapping.get('containerPortRange')?.text ?? []);
        if (ports.includes(port.number) || ranges.some((range) => isInRange(port.number!, range))) continue;
        const mapped = [...ports, ...ranges];
        const isSecret = port.isSecret || mappings.some((mapping) => isSecretPort(mapping));
        const guess = mapped.length === 1 ? ports[0]?.toString() : closest(String(port.number), ports.map(String));
        const near = isSecret ? undefined : guess;
        report(
          port,
          `container ${name!.shown} does not map port ${port.shown}`,
          mapped.length === 0 || isSecret
            ? 'add it to "portMappings" of the container'
            : `it maps ${mapped.join(', ')}`,
          {
            ...writing(near === undefined ? undefined : Number(near)),
            see: { place: container.get('name')!, message: 'the container' },
          },
        );
      }
    },
  },

  'service.load-balancer': {
    severity: 'error',
    title: 'A load balancer is not given in full',
    about:
      'Each of `loadBalancers` has `targetGroupArn` (or, for a Classic Load Balancer, `loadBalancerName`), and the container and port that it leads to.',
    check({ service }, report) {
      for (const balancer of service?.each('loadBalancers') ?? []) {
        for (const key of ['containerName', 'containerPort'])
          if (!balancer.has(key))
            report(balancer, `${key} is missing`, `add "${key}": traffic would lead to no container`);
        if (!balancer.has('targetGroupArn') && !balancer.has('loadBalancerName'))
          report(balancer, 'targetGroupArn is missing', 'add "targetGroupArn"');
        if (balancer.has('targetGroupArn') && balancer.has('loadBalancerName'))
          reportUseless(balancer.get('loadBalancerName'), 'stands beside targetGroupArn', report);
      }
    },
  },

  'service.target-group': {
    severity: 'error',
    title: 'The target group is not the ARN of one',
    about: '`targetGroupArn` is `arn:aws:elasticloadbalancing:REGION:ACCOUNT:targetgroup/NAME/ID`.',
    check({ service }, report) {
      for (const balancer of service?.each('loadBalancers') ?? []) {
        const groups = [
          balancer.get('targetGroupArn'),
          balancer.at('advancedConfiguration', 'alternateTargetGroupArn'),
        ];
        for (const group of groups)
          if (group?.text !== undefined && group.text !== '' && !isTargetGroup(group.text))
            report(group, `${group.shown} is not the ARN of a target group`, TARGET_GROUP_HINT);
      }
    },
  },

  'service.registry': {
    severity: 'error',
    title: 'A service registry is not named',
    about: '`serviceRegistries[].registryArn` is the ARN of a service in AWS Cloud Map.',
    check({ service }, report) {
      for (const registry of service?.each('serviceRegistries') ?? []) {
        const arn = registry.get('registryArn');
        const hint = 'write arn:aws:servicediscovery:REGION:ACCOUNT:service/ID';
        if (!registry.has('registryArn')) report(registry, 'registryArn is missing', hint);
        else if (arn?.text !== undefined && !/^arn:aws[a-z-]*:servicediscovery:.+:service\//.test(arn.text))
          report(arn, `${arn.shown} is not the ARN of a service registry`, hint);
      }
    },
  },

  'service.registry-port': {
    severity: 'error',
    title: 'A service registry is not told which port to announce',
    about:
      'In the network modes bridge and host, each of `serviceRegistries` needs `containerName` and `containerPort`; in awsvpc it has those or `port`, not both.',
    // Source: Amazon ECS API reference, ServiceRegistry.
    check(subject, report) {
      const { service, task } = subject;
      if (!task || onFargate(subject)) return;
      const mode = task.get('networkMode')?.text ?? 'bridge';
      if (mode !== 'bridge' && mode !== 'host') return;
      for (const registry of service?.each('serviceRegistries') ?? []) {
        const missing = ['containerName', 'containerPort'].filter((key) => !registry.has(key));
        if (registry.node.type !== 'object' || missing.length === 0) continue;
        report(
          registry,
          `${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} missing, and needed in network mode ${mode}`,
          `add ${missing.map((key) => `"${key}"`).join(' and ')}`,
        );
      }
    },
  },

  'service.registry-two-ports': {
    severity: 'warning',
    title: 'A service registry is told two ports',
    about: '`port` of `serviceRegistries` stands for `containerName` and `containerPort`: one of the two is given.',
    // Source: Amazon ECS API reference, ServiceRegistry, which says it of SRV records; others need no port at all.
    check({ service }, report) {
      for (const registry of service?.each('serviceRegistries') ?? [])
        if (registry.has('port') && registry.has('containerPort'))
          reportUseless(registry.get('port'), 'stands beside containerPort', report, 'warning');
    },
  },

  'service.duplicate-endpoint': {
    severity: 'error',
    title: 'Two endpoints of Service Connect have the same name',
    about:
      'A `discoveryName` (without one, the name of the port), and a `dnsName` with its `port` in `clientAliases`, are unique in a namespace.',
    // Source: Amazon ECS API reference, ServiceConnectService and ServiceConnectClientAlias.
    check({ service }, report) {
      const connect = service?.get('serviceConnectConfiguration');
      if (!connect?.get('enabled')?.isTrue) return;
      const exposed = connect.each('services');
      const discovered = exposed.flatMap(
        (one) => one.get(one.has('discoveryName') ? 'discoveryName' : 'portName') ?? [],
      );
      reportRepeatedTexts(discovered, report, (place) => ({
        message: `${place.shown} is announced twice`,
        hint: 'give each a "discoveryName" of its own',
      }));
      const aliases = exposed.flatMap((one) => one.each('clientAliases'));
      reportRepeats(
        aliases.flatMap((alias) => {
          const name = alias.get('dnsName');
          const port = alias.get('port')?.number;
          return name?.text && port !== undefined
            ? [{ place: name, identity: `${name.text.toLowerCase()}:${port}` }]
            : [];
        }),
        report,
        (place) => ({
          message: `another client alias is called ${place.shown}, with the same port`,
          hint: 'give it another name or port',
        }),
      );
    },
  },

  'service.lattice-target-group': {
    severity: 'error',
    title: 'The target group is not one of VPC Lattice',
    about:
      '`targetGroupArn` of `vpcLatticeConfigurations` is `arn:aws:vpc-lattice:REGION:ACCOUNT:targetgroup/ID`; target groups of load balancers belong into `loadBalancers`.',
    // Source: Amazon ECS API reference, VpcLatticeConfiguration.
    check({ service }, report) {
      for (const lattice of service?.each('vpcLatticeConfigurations') ?? []) {
        const arn = lattice.get('targetGroupArn');
        if (/^arn:aws[a-z-]*:(?!vpc-lattice:)[a-z0-9-]+:/.test(arn?.text ?? ''))
          report(
            arn,
            `${arn!.shown} is not the ARN of a target group of VPC Lattice`,
            'write arn:aws:vpc-lattice:REGION:ACCOUNT:targetgroup/ID',
          );
      }
    },
  },

  'service.unknown-port-name': {
    severity: 'error',
    title: 'Service Connect or VPC Lattice names a port that no container has',
    about:
      "`portName` of `serviceConnectConfiguration.services` and `vpcLatticeConfigurations` is the `name` of one of the containers' `portMappings`.",
    check({ service, task }, report) {
      const connect = service?.get('serviceConnectConfiguration');
      const uses = [
        ...(connect?.get('enabled')?.isTrue ? connect.each('services') : []),
        ...(service?.each('vpcLatticeConfigurations') ?? []),
      ];
      if (!task || uses.length === 0) return;
      const mappings = containersOf(task).flatMap((container) => container.each('portMappings'));
      const names = mappings.flatMap((mapping) => mapping.get('name')?.text ?? []);
      for (const exposed of uses) {
        const name = exposed.get('portName');
        if (name?.text === undefined || names.includes(name.text)) continue;
        const told = namesToTell(mappings.map((mapping) => mapping.get('name')));
        const near = nearestTo(name, told);
        const hint = didYouMean(near, listing(told, 'it has', 'give a mapping in "portMappings" this "name"'));
        report(
          name,
          `the task definition has no port called ${name.shown}`,
          hint,
          writing(near ?? (names.length === 1 ? told[0] : undefined)),
        );
      }
    },
  },
};
