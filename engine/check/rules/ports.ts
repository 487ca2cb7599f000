/** Rules about the ports of containers. */
import type { Place } from '../place.ts';
import { type Report, type Rules, writing } from '../rule.ts';
import { onFargate } from './fargate.ts';
import { reportRepeatedTexts, reportUseless } from './reporting.ts';
import { containersOf, inContainers } from './task.ts';

/** Ports that a mapping takes; containers share the task's interface in awsvpc mode, and the host's in host mode. */
interface Taken {
  readonly place: Place;
  /** Those who cannot have the same port. */
  readonly among: string;
  readonly first: number;
  readonly last: number;
  /** Whether it is held against ranges only: in bridge mode, a port may be mapped to several of the host. */
  readonly isRepeatable?: boolean;
}

/** The first and the last port of `"8000-8010"`; undefined where that is not one. */
function rangeOf(text: string | undefined): readonly [first: number, last: number] | undefined {
  const [, first, last] = /^(\d{1,5})-(\d{1,5})$/.exec(text ?? '') ?? [];
  return first === undefined ? undefined : [Number(first), Number(last)];
}

function takenBy(container: Place, mapping: Place, mode: string | undefined): Taken[] {
  const protocol = mapping.get('protocol')?.text ?? 'tcp';
  const containerPort = mapping.get('containerPort');
  const hostPort = mapping.get('hostPort');
  const range = mapping.get('containerPortRange');
  const isShared = mode === 'awsvpc' || mode === 'host';
  const among = `${protocol} ${isShared ? '' : container.get('name')?.text}`;
  const [first, last] = rangeOf(range?.text) ?? [];
  const taken: Taken[] = [];
  if (first !== undefined && first < last!) taken.push({ place: range!, among, first, last: last! });
  const isOnHost = !isShared && (hostPort?.number ?? 0) > 0;
  const one = (place: Place, owners: string, isRepeatable = false): Taken => ({
    place,
    among: owners,
    first: place.number!,
    last: place.number!,
    isRepeatable,
  });
  if (isOnHost) taken.push(one(hostPort!, `${protocol} host`));
  if (containerPort?.number !== undefined) taken.push(one(containerPort, among, isOnHost));
  return taken;
}

/** Ranges that are held against each other: a container has 100 at most. */
const MOST_RANGES = 1000;

function reportTakenTwice(all: readonly Taken[], report: Report): void {
  const single = new Map<string, Place>();
  const ranges: Taken[] = [];
  for (const one of all) {
    const { place, among, first, last, isRepeatable } = one;
    const around = ranges.find((range) => range.among === among && range.first <= last && first <= range.last);
    const known = isRepeatable ? undefined : single.get(`${among} ${first}`);
    const isRange = place.key === 'containerPortRange';
    if (around)
      report(place, `${place.key} ${place.shown} overlaps ${around.place.shown}`, 'map each port once', {
        see: { place: around.place, message: 'the first one' },
      });
    else if (!isRange && known)
      report(place, `${place.key} ${place.shown} is mapped already`, 'give each container a port of its own', {
        see: { place: known, message: 'the first one' },
      });
    else if (!isRange && !isRepeatable) single.set(`${among} ${first}`, place);
    if (isRange && ranges.length < MOST_RANGES) ranges.push(one);
  }
}

/** Source: Amazon ECS API reference, PortMapping. */
const MOST_RANGES_PER_CONTAINER = 100;
const LAST_PORT = 65_535;

function reportRange(range: Place, report: Report): void {
  const found = rangeOf(range.text);
  const example = 'write the first and the last port, such as "8000-8010"';
  if (found === undefined) {
    const isOne = /^\d+$/.test(range.text ?? '');
    report(range, `${range.shown} is no range of ports`, isOne ? `${example}, or use "containerPort"` : example);
    return;
  }
  const [first, last] = found;
  if (first < 1 || last > LAST_PORT || first > LAST_PORT)
    report(range, `${range.shown} is not within the ports 1 to ${LAST_PORT}`, example);
  else if (first === last) report(range, `${range.shown} is a single port`, 'use "containerPort" instead');
  else if (first > last)
    report(range, `${range.shown} begins after its end`, 'write the lower port first', writing(`${last}-${first}`));
}

/** Of container instances, for SSH, Docker and the agent. Source: Amazon ECS API reference, PortMapping, hostPort. */
const RESERVED = new Map([
  [22, 'SSH'],
  [2375, 'Docker'],
  [2376, 'Docker'],
  [51_678, "ECS's agent"],
  [51_679, "ECS's agent"],
  [51_680, "ECS's agent"],
]);

export const PORT_RULES: Rules = {
  'task.duplicate-port': {
    severity: 'error',
    title: 'A port is mapped twice',
    about:
      'In the network modes awsvpc and host the containers of a task share one set of ports; in bridge mode a host port can be used once. Ranges (`containerPortRange`) overlap neither each other nor a port.',
    check({ task }, report) {
      const mode = task?.get('networkMode')?.text;
      const all = containersOf(task).flatMap((container) =>
        container.each('portMappings').flatMap((mapping) => takenBy(container, mapping, mode)),
      );
      // A range is held against the ports before it, too.
      const isRange = ({ place }: Taken) => place.key === 'containerPortRange';
      reportTakenTwice([...all.filter(isRange), ...all.filter((one) => !isRange(one))], report);
    },
  },

  'task.reserved-port': {
    severity: 'warning',
    title: 'A host port is taken on container instances',
    about: 'Ports 22, 2375, 2376 and 51678 to 51680 of an instance are used by SSH, Docker and the agent of ECS.',
    check(subject, report) {
      const mode = subject.task?.get('networkMode')?.text ?? 'bridge';
      if (onFargate(subject) || (mode !== 'bridge' && mode !== 'host')) return;
      for (const mapping of inContainers(subject.task, 'portMappings')) {
        const port =
          mapping.has('hostPort') || mode === 'bridge' ? mapping.get('hostPort') : mapping.get('containerPort');
        const owner = RESERVED.get(port?.number ?? 0);
        if (owner !== undefined)
          report(port, `${port!.key} ${port!.shown} is used by ${owner} on container instances`, 'choose another port');
      }
    },
  },

  'task.port-in-no-network': {
    severity: 'error',
    title: 'Ports are mapped where there is no network',
    about: 'In the network mode none, a container has no ports.',
    check({ task }, report) {
      if (task?.get('networkMode')?.text !== 'none') return;
      for (const container of containersOf(task))
        if (container.has('portMappings'))
          reportUseless(container.get('portMappings'), 'cannot be in network mode none', report);
    },
  },

  'task.port-range': {
    severity: 'error',
    title: 'A range of ports is none, or has no place here',
    about:
      '`containerPortRange` is "FIRST-LAST", from 1 to 65535, in the network modes awsvpc and bridge, without a `hostPort`; a container has up to 100.',
    check({ task }, report) {
      const mode = task?.get('networkMode')?.text;
      for (const container of containersOf(task)) {
        const ranges = container.each('portMappings').filter((mapping) => mapping.has('containerPortRange'));
        for (const mapping of ranges) {
          const range = mapping.get('containerPortRange')!;
          if (mode === 'host')
            report(range, 'a range of ports cannot be mapped in network mode host', 'use "awsvpc" or "bridge"', {
              atKey: true,
            });
          else reportRange(range, report);
          const host = mapping.get('hostPort');
          if ((host?.number ?? 0) > 0)
            report(host, 'hostPort does not go with containerPortRange', 'delete "hostPort"', {
              atKey: true,
              remove: { title: 'Delete "hostPort"' },
            });
        }
        if (ranges.length > MOST_RANGES_PER_CONTAINER)
          report(
            container.get('portMappings'),
            `there are ${ranges.length} ranges of ports, ${MOST_RANGES_PER_CONTAINER} are allowed`,
            'merge some of them',
            { atKey: true },
          );
      }
    },
  },

  'task.host-port': {
    severity: 'error',
    title: 'The host port differs from the container port',
    about:
      'In the network modes awsvpc and host there is no mapping: `hostPort` is left out or equal to `containerPort`.',
    check({ task }, report) {
      const mode = task?.get('networkMode')?.text;
      if (mode !== 'awsvpc' && mode !== 'host') return;
      for (const mapping of inContainers(task, 'portMappings')) {
        const hostPort = mapping.get('hostPort');
        const containerPort = mapping.get('containerPort');
        if (hostPort?.number === undefined || containerPort?.number === undefined) continue;
        if (hostPort.number === containerPort.number) continue;
        report(
          hostPort,
          `hostPort ${hostPort.shown} differs from containerPort ${containerPort.shown} in network mode ${mode}`,
          'delete "hostPort"',
          writing(containerPort.isSecret ? undefined : containerPort.number),
        );
      }
    },
  },

  'task.duplicate-port-name': {
    severity: 'error',
    title: 'Two ports have the same name',
    about: 'Service Connect tells the ports of a task apart by their names.',
    check({ task }, report) {
      const names = containersOf(task).flatMap((one) =>
        one.each('portMappings').flatMap((port) => port.get('name') ?? []),
      );
      reportRepeatedTexts(names, report, (place) => ({
        message: `another port is called ${place.shown}`,
        hint: 'give it a name of its own',
      }));
    },
  },

  'task.no-port': {
    severity: 'error',
    title: 'A port mapping has no port, or two kinds of it',
    about: 'A mapping has `containerPort` or `containerPortRange`.',
    check({ task }, report) {
      for (const mapping of inContainers(task, 'portMappings')) {
        if (!mapping.has('containerPort') && !mapping.has('containerPortRange'))
          report(mapping, 'the mapping has no containerPort', 'add "containerPort"');
        if (mapping.has('containerPort') && mapping.has('containerPortRange'))
          report(
            mapping.get('containerPortRange'),
            'containerPortRange stands beside containerPort',
            'keep one of them',
            { atKey: true },
          );
      }
    },
  },
};
