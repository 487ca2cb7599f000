/** Rules about a task definition as a whole: what Fargate asks for, memory, volumes, roles. */
import { SENSITIVE } from '../../redact.ts';
import { numberAt, type Place, textAt } from '../place.ts';
import { type Report, type Rules, type Subject, writing } from '../rule.ts';
import {
  capacityOf,
  cpuMeant,
  cpuUnits,
  FARGATE_SIZES,
  memoryMeant,
  memoryMib,
  onFargate,
  sizesInWords,
} from './fargate.ts';

const containersOf = (task: Place | undefined): readonly Place[] => task?.each('containerDefinitions') ?? [];

/** The items of a list that each container has, of all of them. */
const inContainers = (task: Place | undefined, key: string): readonly Place[] =>
  containersOf(task).flatMap((container) => container.each(key));

/** @see Amazon ECS developer guide, "Task definition parameters for Fargate" */
const NOT_ON_FARGATE = {
  task: ['placementConstraints', 'ipcMode', 'inferenceAccelerators'],
  container: [
    'links',
    'disableNetworking',
    'dockerSecurityOptions',
    'extraHosts',
    'hostname',
    'dnsServers',
    'dnsSearchDomains',
  ],
  linux: ['devices', 'sharedMemorySize', 'maxSwap', 'swappiness'],
} as const;

function reportNotOnFargate(place: Place, report: Report): void {
  report(place, `${place.key} is not supported on Fargate`, `delete "${place.key}", or run these tasks on EC2`, {
    atKey: true,
    remove: { title: `Delete "${place.key}"` },
  });
}

const sumOf = (containers: readonly Place[], numberOf: (container: Place) => number | undefined): number =>
  containers.reduce((sum, container) => sum + (numberOf(container) ?? 0), 0);

/** MiB that are set aside for a container: its reservation, or where there is none its limit. */
const reservedMib = (container: Place): number | undefined =>
  numberAt(container, 'memoryReservation') ?? numberAt(container, 'memory');

/** Of Windows containers on instances, ECS ignores the size of the task. Source: its API reference, RegisterTaskDefinition. */
const ignoresTaskSize = (subject: Subject): boolean =>
  textAt(subject.task, 'runtimePlatform', 'operatingSystemFamily')?.startsWith('WINDOWS') === true &&
  !onFargate(subject);

/** Why the agent needs a role of its own before a container runs; undefined where it needs none. */
function needOfExecutionRole(subject: Subject): { place: Place; why: string } | undefined {
  for (const container of containersOf(subject.task)) {
    const [secret] = container.each('secrets');
    if (secret) return { place: secret, why: 'secrets are read with it' };
    const [option] = container.at('logConfiguration')?.each('secretOptions') ?? [];
    if (option) return { place: option, why: 'secrets of the log driver are read with it' };
    const repository = container.at('repositoryCredentials', 'credentialsParameter');
    if (repository) return { place: repository, why: 'the credentials of the registry are read with it' };
    if (!onFargate(subject)) continue;
    const driver = container.at('logConfiguration', 'logDriver');
    if (driver?.text === 'awslogs') return { place: driver, why: 'logs are written with it on Fargate' };
    const image = container.get('image');
    if (/^\d{12}\.dkr\.ecr\./.test(image?.text ?? '')) {
      return { place: image!, why: 'images of a private ECR repository are pulled with it on Fargate' };
    }
  }
  return undefined;
}

/** CPU units that a task on instances may have. Source: Amazon ECS API reference, RegisterTaskDefinition. */
const LEAST_UNITS = 128;
const MOST_UNITS = 196_608;

/** The smallest size of a task on Fargate: an example of what may be missing. */
const SMALLEST = { cpu: 256, memory: 512 } as const;

export const TASK_RULES: Rules = {
  'task.fargate-size': {
    severity: 'error',
    title: 'CPU and memory are no pair that Fargate offers',
    about:
      'Fargate has a fixed list of memory sizes for each CPU size (256 with 512, 1024 or 2048, and so on); ECS refuses others.',
    check(subject, report) {
      const { task } = subject;
      const cpu = task?.get('cpu');
      const memory = task?.get('memory');
      // What is missing or empty is said as that.
      if (!onFargate(subject) || !cpu?.text) return;
      const memories = FARGATE_SIZES.get(cpuUnits(cpu.text) ?? Number.NaN);
      if (memories === undefined) {
        const offered = [...FARGATE_SIZES.keys()].join(', ');
        const meant = cpuMeant(cpu.text);
        const isOffered = FARGATE_SIZES.has(cpuUnits(meant ?? '') ?? Number.NaN);
        report(
          cpu,
          `cpu ${cpu.shown} is no size that Fargate offers`,
          isOffered ? `write "${meant}"` : `write one of ${offered}`,
          writing(isOffered ? meant : undefined),
        );
        return;
      }
      const mib = memoryMib(memory?.text ?? '');
      if (!memory?.text || (mib !== undefined && memories.includes(mib))) return;
      const nearest = memories.find((one) => one >= (mib ?? 0)) ?? memories.at(-1)!;
      report(
        memory,
        `memory ${memory.shown} does not go with cpu ${cpu.shown} on Fargate`,
        `with this cpu, Fargate offers ${sizesInWords(memories)}`,
        {
          write: { title: `Change memory to "${nearest}"`, json: `"${nearest}"` },
          see: { place: cpu, message: 'the cpu that it has to go with' },
        },
      );
    },
  },

  'task.fargate-no-size': {
    severity: 'error',
    title: 'A task on Fargate has no CPU or memory of its own',
    about: 'On Fargate the size of the task is required: `cpu` and `memory` at the top of the task definition.',
    check(subject, report) {
      const { task } = subject;
      if (!task || !onFargate(subject)) return;
      for (const [key, example] of Object.entries(SMALLEST)) {
        if (task.has(key)) continue;
        const empty = task.get(key);
        report(
          empty ?? task,
          `${key} of the task is ${empty ? 'empty' : 'missing'}, and Fargate needs it`,
          `${empty ? 'write one' : `add "${key}"`}, for example "${example}"`,
        );
      }
    },
  },

  'task.fargate-network-mode': {
    severity: 'error',
    title: 'A task on Fargate has another network mode than awsvpc',
    about: 'Fargate gives each task a network interface of its own: `networkMode` has to be `awsvpc`.',
    check(subject, report) {
      const { task } = subject;
      const mode = task?.get('networkMode');
      if (!task || !onFargate(subject) || mode?.text === 'awsvpc') return;
      const hint = 'write "networkMode": "awsvpc"';
      if (!mode) report(task, 'networkMode is missing, and Fargate needs awsvpc', hint);
      else {
        report(mode, `networkMode ${mode.shown} is not supported on Fargate`, hint, writing('awsvpc'));
      }
    },
  },

  'task.fargate-parameter': {
    severity: 'error',
    title: 'A task on Fargate uses what only EC2 has',
    about:
      'Fargate supports no host volumes, devices, GPUs, privileged containers, links or placement constraints; ECS refuses the task definition.',
    check(subject, report) {
      const { task } = subject;
      if (!task || !onFargate(subject)) return;
      for (const key of NOT_ON_FARGATE.task) if (task.has(key)) reportNotOnFargate(task.get(key)!, report);
      const pidMode = task.get('pidMode');
      if (pidMode?.text === 'host') reportNotOnFargate(pidMode, report);
      for (const volume of task.each('volumes')) {
        if (volume.has('dockerVolumeConfiguration'))
          reportNotOnFargate(volume.get('dockerVolumeConfiguration')!, report);
        const source = volume.at('host', 'sourcePath');
        if (source?.text) reportNotOnFargate(source, report);
      }
      for (const container of containersOf(task)) {
        for (const key of NOT_ON_FARGATE.container)
          if (container.has(key)) reportNotOnFargate(container.get(key)!, report);
        if (container.get('privileged')?.isTrue) reportNotOnFargate(container.get('privileged')!, report);
        for (const key of NOT_ON_FARGATE.linux) {
          const place = container.get('linuxParameters');
          if (place?.has(key)) reportNotOnFargate(place.get(key)!, report);
        }
        for (const added of container.at('linuxParameters', 'capabilities')?.each('add') ?? []) {
          if (added.text !== undefined && added.text !== 'SYS_PTRACE')
            report(added, `Fargate adds no capability ${added.shown}`, 'delete it: only "SYS_PTRACE" can be added');
        }
        for (const resource of container.each('resourceRequirements')) {
          const type = resource.get('type');
          if (type?.text === 'GPU') report(type, 'GPUs are not supported on Fargate', 'run these tasks on EC2');
        }
      }
    },
  },

  'task.no-execution-role': {
    severity: 'error',
    title: 'The task needs an execution role and has none',
    about:
      'Secrets, logs on Fargate and private images are fetched with the role in `executionRoleArn` before a container runs; ECS refuses a task definition without it.',
    check(subject, report) {
      const { task } = subject;
      if (!task || task.has('executionRoleArn')) return;
      const need = needOfExecutionRole(subject);
      if (need === undefined) return;
      report(need.place, `executionRoleArn is missing: ${need.why}`, 'add "executionRoleArn" to the task definition');
    },
  },

  'task.no-essential-container': {
    severity: 'error',
    title: 'No container is essential',
    about:
      'At least one container has to be essential (which is what leaving `essential` out means): when it stops, the task stops.',
    check({ task }, report) {
      const containers = containersOf(task);
      if (containers.length === 0 || containers.some((one) => one.get('essential')?.node.value !== false)) return;
      const isAwaited = (name: string | undefined) =>
        containers
          .flatMap((one) => one.each('dependsOn'))
          .some(
            (need) =>
              textAt(need, 'containerName') === name && /^(?:SUCCESS|COMPLETE)$/.test(textAt(need, 'condition') ?? ''),
          );
      // One whose end others wait for is not what the task is there for.
      const main = containers.find((one) => !isAwaited(textAt(one, 'name'))) ?? containers[0]!;
      report(main.get('essential'), 'no container is essential', 'delete "essential": false from the main container', {
        write: { title: 'Make this container essential', json: 'true' },
      });
    },
  },

  'task.no-memory': {
    severity: 'error',
    title: 'Nothing says how much memory a container gets',
    about: 'Where the task has no `memory` of its own, each container needs `memory` or `memoryReservation`.',
    check(subject, report) {
      const { task } = subject;
      // Only where EC2 is asked for: the capacity may also be the cluster's default, which is not known here.
      const asksForEc2 = task?.each('requiresCompatibilities').some(({ text }) => text === 'EC2') ?? false;
      if (!task || task.has('memory') || onFargate(subject)) return;
      if (!asksForEc2 && capacityOf(subject.service) !== 'EC2') return;
      for (const container of containersOf(task)) {
        if (container.has('memory') || container.has('memoryReservation')) continue;
        report(
          container.get('name') ?? container,
          'neither the task nor this container has memory',
          'add "memory" to one of them',
        );
      }
    },
  },

  'task.memory-exceeded': {
    severity: 'error',
    title: 'The containers need more memory than the task has',
    about:
      'No container may have more `memory` than the task, nor may all together have more reserved: `memoryReservation`, or where there is none `memory`.',
    check(subject, report) {
      const { task } = subject;
      const memory = task?.get('memory');
      const whole = memory?.text === undefined ? undefined : memoryMib(memory.text);
      if (whole === undefined || ignoresTaskSize(subject)) return;
      const containers = containersOf(task);
      const tooLarge = containers.flatMap((one) => one.get('memory') ?? []).filter(({ number = 0 }) => number > whole);
      for (const limit of tooLarge)
        report(
          limit,
          `memory ${limit.shown} of this container is more than the ${memory!.isSecret ? SENSITIVE : whole} MiB of the task`,
          'lower it, or raise "memory" of the task',
          { see: { place: memory!, message: 'the memory of the task' } },
        );
      const sum = sumOf(containers, reservedMib);
      if (tooLarge.length === 0 && sum > whole)
        report(
          memory,
          `the containers have ${sum} MiB reserved together, the task has ${memory!.isSecret ? SENSITIVE : whole}`,
          'raise "memory" of the task, or lower "memory" or "memoryReservation" of the containers',
        );
    },
  },

  'task.cpu-exceeded': {
    severity: 'error',
    title: 'The containers need more CPU than the task has',
    about: 'The `cpu` of all containers together may not exceed that of the task.',
    check(subject, report) {
      const { task } = subject;
      const cpu = task?.get('cpu');
      const whole = cpu?.text === undefined ? undefined : cpuUnits(cpu.text);
      const sum = sumOf(containersOf(task), (container) => numberAt(container, 'cpu'));
      if (whole === undefined || sum <= whole || ignoresTaskSize(subject)) return;
      report(
        cpu,
        `the containers have ${sum} CPU units together, the task has ${whole}`,
        'raise "cpu" of the task, or lower it in the containers',
      );
    },
  },

  'task.windows-fargate': {
    severity: 'error',
    title: 'A Windows task on Fargate is too small or too large',
    about: 'Windows containers on Fargate have 1024 to 4096 CPU units, and run on X86_64 only.',
    check(subject, report) {
      const { task } = subject;
      const system = task?.at('runtimePlatform', 'operatingSystemFamily');
      if (!onFargate(subject) || !system?.text?.startsWith('WINDOWS')) return;
      const architecture = task?.at('runtimePlatform', 'cpuArchitecture');
      if (architecture?.text === 'ARM64')
        report(architecture, 'Windows runs on X86_64 only', 'write "X86_64"', writing('X86_64'));
      const cpu = task?.get('cpu');
      const units = cpu?.text === undefined ? undefined : cpuUnits(cpu.text);
      if (units === undefined || (units >= 1024 && units <= 4096)) return;
      const nearest = units < 1024 ? '1024' : '4096';
      report(
        cpu,
        `cpu ${cpu!.shown} is too ${units < 1024 ? 'small' : 'large'} for Windows on Fargate`,
        'write "1024", "2048" or "4096"',
        { write: { title: `Change cpu to "${nearest}"`, json: `"${nearest}"` } },
      );
    },
  },

  'task.size': {
    severity: 'error',
    title: 'CPU or memory of the task is no size',
    about:
      '`cpu` is in units ("512") or vCPUs ("0.5 vCPU"), from 128 to 196608 units; `memory` in MiB ("1024") or GB ("1 GB").',
    check(subject, report) {
      const { task } = subject;
      const cpu = task?.get('cpu');
      const memory = task?.get('memory');
      if (memory?.text && /mb\s*$/i.test(memory.text) && memoryMib(memory.text) !== undefined)
        report(
          memory,
          `memory ${memory.shown} is in a unit that ECS does not name`,
          'write MiB without a unit, or GB',
          {
            ...writing(memoryMeant(memory.text)),
            severity: 'warning',
          },
        );
      if (onFargate(subject)) return;
      if (memory?.text && memoryMib(memory.text) === undefined) {
        const meant = memoryMeant(memory.text);
        const hint = meant === undefined ? 'write MiB such as "1024", or "1 GB"' : `write "${meant}"`;
        report(memory, `memory ${memory.shown} is no size`, hint, writing(meant));
      }
      if (!cpu?.text) return;
      const units = cpuUnits(cpu.text);
      const meant = cpuMeant(cpu.text);
      if (units === undefined)
        report(
          cpu,
          `cpu ${cpu.shown} is no size`,
          meant === undefined ? 'write units such as "512", or "0.5 vCPU"' : `write "${meant}"`,
          writing(meant),
        );
      else if ((units < LEAST_UNITS || units > MOST_UNITS) && !ignoresTaskSize(subject))
        report(
          cpu,
          `cpu ${cpu.shown} is too ${units < LEAST_UNITS ? 'small' : 'large'} for a task`,
          `write ${LEAST_UNITS} to ${MOST_UNITS}, or leave it out`,
        );
    },
  },
};

export { containersOf, inContainers };
