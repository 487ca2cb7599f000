/**
 * What ECS makes of a RegisterTaskDefinition request: its checks, the defaults it fills in, and what it derives
 * (compatibilities, required attributes). Pure. Sources: SPEC.md, "Task definitions".
 */
import { flag, object, objects, text, texts, whole } from '../input.ts';
import { type Json, type JsonObject, pick } from '../json.ts';
import { clientFault } from './faults.ts';
import type { ContainerSpec } from './state.ts';

const MEMBERS = [
  'taskRoleArn',
  'executionRoleArn',
  'networkMode',
  'volumes',
  'placementConstraints',
  'requiresCompatibilities',
  'cpu',
  'memory',
  'pidMode',
  'ipcMode',
  'proxyConfiguration',
  'inferenceAccelerators',
  'ephemeralStorage',
  'runtimePlatform',
  'enableFaultInjection',
];

const CONTAINER_MEMBERS = [
  'name',
  'image',
  'repositoryCredentials',
  'cpu',
  'memory',
  'memoryReservation',
  'links',
  'portMappings',
  'essential',
  'restartPolicy',
  'entryPoint',
  'command',
  'environment',
  'environmentFiles',
  'mountPoints',
  'volumesFrom',
  'linuxParameters',
  'secrets',
  'dependsOn',
  'startTimeout',
  'stopTimeout',
  'versionConsistency',
  'hostname',
  'user',
  'workingDirectory',
  'disableNetworking',
  'privileged',
  'readonlyRootFilesystem',
  'dnsServers',
  'dnsSearchDomains',
  'extraHosts',
  'dockerSecurityOptions',
  'interactive',
  'pseudoTerminal',
  'dockerLabels',
  'ulimits',
  'logConfiguration',
  'healthCheck',
  'systemControls',
  'resourceRequirements',
  'firelensConfiguration',
  'credentialSpecs',
];

/** Fargate: CPU units to the memory sizes that go with them, MiB [from, to, step]. Source: developer guide, "task size". */
const FARGATE_SIZES: ReadonlyMap<number, readonly [number, number, number]> = new Map([
  [256, [512, 2048, 512]],
  [512, [1024, 4096, 1024]],
  [1024, [2048, 8192, 1024]],
  [2048, [4096, 16_384, 1024]],
  [4096, [8192, 30_720, 1024]],
  [8192, [16_384, 61_440, 4096]],
  [16_384, [32_768, 122_880, 8192]],
]);

export interface ReadTaskDefinition {
  readonly family: string;
  /** As ECS shows it, still without ARN, revision and status. */
  readonly definition: JsonObject;
  readonly containers: readonly ContainerSpec[];
}

/** @throws AwsFault `ClientException`, `InvalidParameterException` */
export function readTaskDefinition(input: JsonObject): ReadTaskDefinition {
  const family = text(input, 'family');
  if (family === undefined || family === '') throw clientFault('Family should not be null or empty.');
  if (!/^[A-Za-z0-9_-]{1,255}$/.test(family)) {
    throw clientFault('Family contains invalid characters or is longer than 255: use letters, digits, - and _.');
  }
  const given = objects(input, 'containerDefinitions') ?? [];
  if (given.length === 0) throw clientFault('Container list cannot be empty.');
  if (given.length > 10) throw clientFault('Task definition must have at most 10 containers.');
  const taskMemory = size(input, 'memory', 1024);
  const networkMode = text(input, 'networkMode');
  const definitions = given.map((container) => readContainer(container, taskMemory, networkMode));
  const containers = definitions.map(specOf);
  checkContainerNames(containers);
  const requires = texts(input, 'requiresCompatibilities') ?? [];
  const fargate = fargateProblem(input, containers, networkMode);
  if (requires.includes('FARGATE') && fargate !== undefined) throw clientFault(fargate);
  const usesSecrets = definitions.some((container) => (objects(container, 'secrets') ?? []).length > 0);
  if (usesSecrets && text(input, 'executionRoleArn') === undefined) {
    throw clientFault(
      "When you are specifying container secrets, you must also specify a value for 'executionRoleArn'.",
    );
  }
  const external = networkMode === undefined || networkMode === 'bridge' || networkMode === 'host';
  const compatibilities = [...(external ? ['EXTERNAL'] : []), 'EC2', ...(fargate === undefined ? ['FARGATE'] : [])];
  const definition: JsonObject = {
    ...pick(input, MEMBERS),
    family,
    containerDefinitions: definitions,
    volumes: objects(input, 'volumes') ?? [],
    placementConstraints: objects(input, 'placementConstraints') ?? [],
    ...(text(input, 'cpu') === undefined ? {} : { cpu: String(size(input, 'cpu', 1024)) }),
    ...(taskMemory === undefined ? {} : { memory: String(taskMemory) }),
    compatibilities,
    requiresAttributes: requiredAttributes(definitions, input, networkMode),
  };
  return { family, definition, containers };
}

/** CPU units or MiB: `256`, `.25 vCPU`, `1024`, `1 GB`. */
function size(input: JsonObject, key: 'cpu' | 'memory', unit: number): number | undefined {
  const value = text(input, key);
  if (value === undefined) return undefined;
  const match = /^\s*(\d*\.?\d+)\s*(vcpu|gb)?\s*$/i.exec(value);
  const amount = match?.[1] === undefined ? Number.NaN : Number(match[1]) * (match[2] === undefined ? 1 : unit);
  if (!Number.isInteger(amount) || amount <= 0) throw clientFault(`Invalid '${key}' setting for task: ${value}`);
  return amount;
}

function readContainer(given: JsonObject, taskMemory: number | undefined, networkMode: string | undefined): JsonObject {
  const name = text(given, 'name');
  if (name === undefined || name === '') throw clientFault('Container.name should not be null or empty.');
  if (!/^[A-Za-z0-9_-]{1,255}$/.test(name))
    throw clientFault(`Container.name contains invalid characters: ${name.slice(0, 80)}`);
  const image = text(given, 'image');
  if (image === undefined || image === '') throw clientFault('Container.image should not be null or empty.');
  const memory = whole(given, 'memory');
  const reservation = whole(given, 'memoryReservation');
  if (memory === undefined && reservation === undefined && taskMemory === undefined) {
    throw clientFault(
      `Invalid setting for container '${name}'. At least one of 'memory' or 'memoryReservation' must be specified.`,
    );
  }
  const check = object(given, 'healthCheck');
  return {
    ...pick(given, CONTAINER_MEMBERS),
    cpu: whole(given, 'cpu') ?? 0,
    essential: flag(given, 'essential') ?? true,
    portMappings: (objects(given, 'portMappings') ?? []).map((port) => readPort(port, name, networkMode)),
    environment: objects(given, 'environment') ?? [],
    mountPoints: objects(given, 'mountPoints') ?? [],
    volumesFrom: objects(given, 'volumesFrom') ?? [],
    systemControls: objects(given, 'systemControls') ?? [],
    ...(check === undefined ? {} : { healthCheck: readHealthCheck(check, name) }),
  };
}

function readPort(port: JsonObject, container: string, networkMode: string | undefined): JsonObject {
  const containerPort = whole(port, 'containerPort');
  if (text(port, 'containerPortRange') !== undefined) return { protocol: 'tcp', ...port };
  if (containerPort === undefined || containerPort < 1 || containerPort > 65_535) {
    throw clientFault(`Invalid 'containerPort' setting for container '${container}': ${containerPort ?? 'missing'}`);
  }
  const hostPort = whole(port, 'hostPort');
  const isHost = networkMode === 'awsvpc' || networkMode === 'host';
  if (isHost && hostPort !== undefined && hostPort !== 0 && hostPort !== containerPort) {
    throw clientFault(
      'When networkMode=awsvpc, the host ports and container ports in port mappings must match.'.replace(
        'awsvpc',
        networkMode ?? '',
      ),
    );
  }
  return {
    ...port,
    containerPort,
    hostPort: isHost ? containerPort : (hostPort ?? 0),
    protocol: text(port, 'protocol') ?? 'tcp',
  };
}

/** Seconds and counts: API, HealthCheck. */
const CHECK_RANGES = {
  interval: [5, 300, 30],
  timeout: [2, 60, 5],
  retries: [1, 10, 3],
  startPeriod: [0, 300, undefined],
} as const;

function readHealthCheck(check: JsonObject, container: string): JsonObject {
  const command = texts(check, 'command') ?? [];
  if (command.length === 0) throw clientFault(`Invalid 'healthCheck.command' setting for container '${container}'`);
  const read: Record<string, Json> = { command };
  for (const [key, [low, high, usual]] of Object.entries(CHECK_RANGES)) {
    const value = whole(check, key) ?? usual;
    if (value !== undefined && (value < low || value > high)) {
      throw clientFault(`Invalid 'healthCheck.${key}' setting for container '${container}': ${value}`);
    }
    if (value !== undefined) read[key] = value;
  }
  return read;
}

function specOf(container: JsonObject): ContainerSpec {
  const check = object(container, 'healthCheck');
  return {
    name: text(container, 'name') ?? '',
    image: text(container, 'image') ?? '',
    essential: flag(container, 'essential') ?? true,
    cpu: whole(container, 'cpu') ?? 0,
    memory: whole(container, 'memory'),
    ports: (objects(container, 'portMappings') ?? []).map((port) => whole(port, 'containerPort') ?? 0),
    stopTimeout: whole(container, 'stopTimeout') ?? 30,
    healthCheck:
      check === undefined
        ? undefined
        : {
            interval: whole(check, 'interval') ?? 30,
            timeout: whole(check, 'timeout') ?? 5,
            retries: whole(check, 'retries') ?? 3,
            startPeriod: whole(check, 'startPeriod') ?? 0,
          },
  };
}

function checkContainerNames(containers: readonly ContainerSpec[]): void {
  const names = new Set(containers.map(({ name }) => name));
  if (names.size < containers.length) throw clientFault('Container.name must be unique within a task definition.');
  if (!containers.some(({ essential }) => essential)) {
    throw clientFault('At least one container should be marked as essential.');
  }
}

/** Why the definition cannot run on Fargate; undefined when it can. */
function fargateProblem(
  input: JsonObject,
  containers: readonly ContainerSpec[],
  networkMode: string | undefined,
): string | undefined {
  const cpu = size(input, 'cpu', 1024);
  const memory = size(input, 'memory', 1024);
  if (networkMode !== 'awsvpc') return "Fargate only supports network mode 'awsvpc'.";
  if (cpu === undefined) return "Fargate requires that 'cpu' be defined at the task level.";
  if (memory === undefined) return "Fargate requires that 'memory' be defined at the task level.";
  const range = FARGATE_SIZES.get(cpu);
  const [from, to, step] = range ?? [0, -1, 1];
  if (memory < from || memory > to || memory % step !== 0) {
    return `No Fargate configuration exists for given values: ${cpu} CPU, ${memory} memory.`;
  }
  const usesEcr = containers.some(({ image }) => /^\d{12}\.dkr\.ecr\./.test(image));
  if (usesEcr && text(input, 'executionRoleArn') === undefined) {
    return 'Fargate requires task definition to have execution role ARN to support ECR images.';
  }
  const usesAwslogs = (objects(input, 'containerDefinitions') ?? []).some(usesLogs);
  if (usesAwslogs && text(input, 'executionRoleArn') === undefined) {
    return 'Fargate requires task definition to have execution role ARN to support log driver awslogs.';
  }
  return undefined;
}

function usesLogs(container: JsonObject): boolean {
  return text(object(container, 'logConfiguration') ?? {}, 'logDriver') === 'awslogs';
}

function requiredAttributes(
  containers: readonly JsonObject[],
  input: JsonObject,
  networkMode: string | undefined,
): { name: string }[] {
  const names = new Set<string>();
  const api = (version: string) => names.add(`com.amazonaws.ecs.capability.docker-remote-api.${version}`);
  if (containers.some(usesLogs)) {
    names.add('com.amazonaws.ecs.capability.logging-driver.awslogs');
    if (text(input, 'executionRoleArn') !== undefined) names.add('ecs.capability.execution-role-awslogs');
    api('1.19');
  }
  if (containers.some((container) => /^\d{12}\.dkr\.ecr\./.test(text(container, 'image') ?? ''))) {
    names.add('com.amazonaws.ecs.capability.ecr-auth');
    if (text(input, 'executionRoleArn') !== undefined) names.add('ecs.capability.execution-role-ecr-pull');
    api('1.19');
  }
  if (containers.some((container) => object(container, 'healthCheck') !== undefined)) {
    names.add('ecs.capability.container-health-check');
    api('1.24');
  }
  const secrets = containers.flatMap((container) => objects(container, 'secrets') ?? []);
  for (const secret of secrets) {
    const isSecret = (text(secret, 'valueFrom') ?? '').includes(':secretsmanager:');
    names.add(
      isSecret
        ? 'ecs.capability.secrets.asm.environment-variables'
        : 'ecs.capability.secrets.ssm.environment-variables',
    );
  }
  if (text(input, 'taskRoleArn') !== undefined) {
    names.add('com.amazonaws.ecs.capability.task-iam-role');
    api('1.17');
  }
  if (networkMode === 'awsvpc') {
    names.add('ecs.capability.task-eni');
    api('1.18');
  }
  if (object(input, 'ephemeralStorage') !== undefined) names.add('ecs.capability.extensible-ephemeral-storage');
  return [...names].map((name) => ({ name }));
}
