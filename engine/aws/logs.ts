/** The last lines that containers and functions wrote to CloudWatch Logs: for people who ask why something failed. */
import { DescribeLogStreamsCommand, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { type ContainerDefinition, DescribeTaskDefinitionCommand } from '@aws-sdk/client-ecs';
import { GetFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import type { EcsTarget, LambdaTarget } from '../plan/index.ts';
import type { Clients } from './clients.ts';
import { orAbsent } from './errors.ts';

/** Whose lines are wanted. */
export type LogWish =
  | {
      readonly kind: 'task';
      readonly target: EcsTarget;
      /** ARN of the task, which may be gone. */
      readonly task: string;
      /** ARN of its task definition, which may be deregistered. */
      readonly taskDefinition: string;
      readonly containers: readonly string[];
    }
  | { readonly kind: 'function'; readonly target: LambdaTarget; readonly version: string };

export interface LogTail {
  readonly group: string;
  readonly stream: string;
  /** Absent for functions. */
  readonly container?: string;
  /** Oldest first. */
  readonly lines: readonly LogLine[];
}

/** Who writes elsewhere. */
export interface LoggedElsewhere {
  readonly container: string;
  /** Log driver; undefined where there is none. */
  readonly driver: string | undefined;
}

export interface Logs {
  readonly tails: readonly LogTail[];
  readonly elsewhere: readonly LoggedElsewhere[];
}

export interface LogLine {
  /** Ms since the epoch, as the writer's clock had it. */
  readonly at: number;
  readonly text: string;
}

export interface TailLimits {
  /** Lines of each stream. */
  readonly lines: number;
  /** Characters of a line. */
  readonly columns: number;
  readonly signal: AbortSignal;
}

/** Looked through for those of one version, newest first. Source: CloudWatch Logs API reference, DescribeLogStreams. */
const STREAMS_PER_CALL = 50;

interface Place {
  readonly region: string;
  readonly group: string;
  readonly stream: string;
}

/** @returns nothing where the stream does not exist */
async function tail(clients: Clients, place: Place, limits: TailLimits): Promise<LogLine[]> {
  const logs = await clients.logs(place.region);
  const answer = await orAbsent(
    logs.send(
      new GetLogEventsCommand({ logGroupName: place.group, logStreamName: place.stream, limit: limits.lines }),
      { abortSignal: limits.signal },
    ),
    'ResourceNotFoundException',
  );
  return (answer?.events ?? []).map(({ timestamp, message }) => ({
    at: timestamp ?? 0,
    text: (message ?? '').trimEnd().slice(0, limits.columns),
  }));
}

/** Where the `awslogs` driver writes. Source: Amazon ECS Developer Guide, awslogs log driver, stream prefix. */
function placeOf(container: ContainerDefinition, region: string, taskId: string): Place | undefined {
  const { logDriver, options = {} } = container.logConfiguration ?? {};
  const { 'awslogs-group': group, 'awslogs-stream-prefix': prefix, 'awslogs-region': own } = options;
  if (logDriver !== 'awslogs' || group === undefined || prefix === undefined) return undefined;
  return { region: own ?? region, group, stream: `${prefix}/${container.name}/${taskId}` };
}

type Wish<K extends LogWish['kind']> = Extract<LogWish, { kind: K }>;

async function taskLogs(clients: Clients, wish: Wish<'task'>, limits: TailLimits): Promise<Logs> {
  const { region } = wish.target;
  const ecs = await clients.ecs(region!);
  const { taskDefinition } = await ecs.send(
    new DescribeTaskDefinitionCommand({ taskDefinition: wish.taskDefinition }),
    { abortSignal: limits.signal },
  );
  const definitions = (taskDefinition?.containerDefinitions ?? []).filter(({ name }) =>
    wish.containers.includes(name ?? ''),
  );
  const taskId = wish.task.split('/').at(-1)!;
  const places = definitions.map((definition) => ({ definition, place: placeOf(definition, region!, taskId) }));
  const tails = places.map(async ({ definition, place }): Promise<LogTail[]> => {
    if (place === undefined) return [];
    const lines = await tail(clients, place, limits);
    return [{ group: place.group, stream: place.stream, container: definition.name ?? '', lines }];
  });
  const elsewhere = places
    .filter(({ place }) => place === undefined)
    .map(({ definition: { name, logConfiguration } }) => ({
      container: name ?? '',
      driver: logConfiguration?.logDriver,
    }));
  return { tails: (await Promise.all(tails)).flat(), elsewhere };
}

async function functionLogs(clients: Clients, wish: Wish<'function'>, limits: TailLimits): Promise<Logs> {
  const { region, function: FunctionName } = wish.target;
  const lambda = await clients.lambda(region!);
  const configuration = await orAbsent(
    lambda.send(new GetFunctionConfigurationCommand({ FunctionName }), { abortSignal: limits.signal }),
    'ResourceNotFoundException',
  );
  const group = configuration?.LoggingConfig?.LogGroup ?? `/aws/lambda/${FunctionName}`;
  const logs = await clients.logs(region!);
  const found = await orAbsent(
    logs.send(
      new DescribeLogStreamsCommand({
        logGroupName: group,
        orderBy: 'LastEventTime',
        descending: true,
        limit: STREAMS_PER_CALL,
      }),
      { abortSignal: limits.signal },
    ),
    'ResourceNotFoundException',
  );
  // Source: AWS Lambda Developer Guide, log streams: `YYYY/MM/DD/[version]id`.
  const stream = found?.logStreams?.find(({ logStreamName }) => logStreamName?.includes(`[${wish.version}]`));
  if (stream?.logStreamName === undefined) return { tails: [], elsewhere: [] };
  const lines = await tail(clients, { region: region!, group, stream: stream.logStreamName }, limits);
  return { tails: [{ group, stream: stream.logStreamName, lines }], elsewhere: [] };
}

/** The last lines of every stream that the wish means; no lines where nothing was logged. */
export function tailLogs(clients: Clients, wish: LogWish, limits: TailLimits): Promise<Logs> {
  return wish.kind === 'task' ? taskLogs(clients, wish, limits) : functionLogs(clients, wish, limits);
}
