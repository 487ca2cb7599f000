/** Amazon CloudWatch Logs. A new operation is one function here and one line in the table at the end. */
import { AwsFault } from '../fault.ts';
import { flag, text, texts, whole } from '../input.ts';
import type { JsonObject, Output } from '../json.ts';
import { type Page, pageOf } from '../page.ts';
import type { Operation, Service } from '../service.ts';
import type { Region } from '../world.ts';
import { parseFilterPattern } from './filterPattern.ts';
import { addGroup, groupsOf, hasLogGroup, type LogEvent, type LogGroup, type LogStream, newGroup } from './store.ts';

export { hasLogGroup, writeLog } from './store.ts';

const invalid = (message: string) => new AwsFault('InvalidParameterException', message);
const missing = (what: 'group' | 'stream') =>
  new AwsFault('ResourceNotFoundException', `The specified log ${what} does not exist.`);

/** By `logGroupName`, or by `logGroupIdentifier`, which may also be the ARN. */
function groupOf(region: Region, input: JsonObject): LogGroup {
  const identifier = text(input, 'logGroupIdentifier') ?? '';
  const name = text(input, 'logGroupName') ?? /^arn:.*:log-group:([^:]+)/.exec(identifier)?.[1] ?? identifier;
  const group = groupsOf(region).get(name);
  if (group === undefined) throw missing('group');
  return group;
}

function limitOf(input: JsonObject, most: number): number {
  const limit = whole(input, 'limit') ?? most;
  if (limit >= 1 && limit <= most) return limit;
  throw invalid(
    `1 validation error detected: Value '${limit}' at 'limit' failed to satisfy constraint: Member must have value between 1 and ${most}`,
  );
}

function logsPage<T>(
  region: Region,
  input: JsonObject,
  items: readonly T[],
  keyOf: (item: T) => string,
  most: number,
): Page<T> {
  return pageOf(items, keyOf, {
    token: text(input, 'nextToken'),
    size: Math.min(limitOf(input, most), region.world.pageSize),
    badToken: () => invalid('The specified nextToken is invalid.'),
  });
}

const byName = (a: { readonly name: string }, b: { readonly name: string }) => (a.name < b.name ? -1 : 1);

const createLogGroup: Operation = (input, { region }) => {
  const name = text(input, 'logGroupName') ?? '';
  if (!/^[\w.\-/#]{1,512}$/.test(name)) {
    throw invalid(
      `1 validation error detected: Value '${name.slice(0, 520)}' at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+`,
    );
  }
  if (hasLogGroup(region, name)) {
    throw new AwsFault('ResourceAlreadyExistsException', 'The specified log group already exists');
  }
  addGroup(region, name);
  return {};
};

const deleteLogGroup: Operation = (input, { region }) => {
  const { name } = groupOf(region, input);
  groupsOf(region).delete(name);
  deletedIn(region).add(name);
  return {};
};

const noNames = (): Set<string> => new Set();

/** Names of log groups that somebody deleted: these are known not to be there. */
const deletedIn = (region: Region): Set<string> => region.part(noNames);

/** What a task definition may name is taken to exist: see SPEC.md. */
const isTakenToExist = (region: Region, name: string): boolean =>
  region.scenario.given.strict !== true && !deletedIn(region).has(name);

/** By names or ARNs; what does not exist is left out. */
const identified = (region: Region, identifiers: readonly string[]): LogGroup[] =>
  identifiers.flatMap((identifier) => {
    const name = /^arn:.*:log-group:([^:]+)/.exec(identifier)?.[1] ?? identifier;
    return groupsOf(region).get(name) ?? (isTakenToExist(region, name) ? newGroup(region, name) : []);
  });

/** The token of a page that does not come. */
const NO_END = 'and-what-definitions-name';

const describeLogGroups: Operation = (input, { region }) => {
  const prefix = text(input, 'logGroupNamePrefix') ?? '';
  const part = (text(input, 'logGroupNamePattern') ?? '').toLowerCase();
  if (prefix !== '' && part !== '')
    throw invalid('LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.');
  const identifiers = texts(input, 'logGroupIdentifiers') ?? [];
  if (identifiers.length > 50 || (identifiers.length > 0 && prefix + part !== ''))
    throw invalid('logGroupIdentifiers are at most 50, and go with no other filter.');
  const all = identifiers.length > 0 ? identified(region, identifiers) : [...groupsOf(region).values()];
  const groups = all.filter(({ name }) => name.startsWith(prefix) && name.toLowerCase().includes(part)).sort(byName);
  // Groups that definitions name are taken to exist: a list of all, page by page, has no end that could be told.
  const isEndless = !region.scenario.given.strict && input['limit'] !== undefined && prefix + part === '';
  if (isEndless && text(input, 'nextToken') === NO_END) {
    throw invalid('The sandbox has no list of all log groups, unless its scenario is strict.');
  }
  const page = logsPage(region, input, groups, ({ name }) => name, 50);
  return {
    logGroups: page.items.map(({ name, arn, createdAt }) => ({
      logGroupName: name,
      creationTime: createdAt,
      metricFilterCount: 0,
      arn: `${arn}:*`,
      logGroupArn: arn,
      storedBytes: 0,
      logGroupClass: 'STANDARD',
    })),
    nextToken: page.nextToken ?? (isEndless && identifiers.length === 0 ? NO_END : undefined),
  };
};

function showStream(stream: LogStream): Output {
  return {
    logStreamName: stream.name,
    creationTime: stream.createdAt,
    firstEventTimestamp: stream.events[0]?.timestamp,
    lastEventTimestamp: stream.events.at(-1)?.timestamp,
    lastIngestionTime: stream.events.at(-1)?.timestamp,
    arn: `${stream.group.arn}:log-stream:${stream.name}`,
    storedBytes: 0,
  };
}

const describeLogStreams: Operation = (input, { region }) => {
  const group = groupOf(region, input);
  const prefix = text(input, 'logStreamNamePrefix') ?? '';
  const byTime = text(input, 'orderBy') === 'LastEventTime';
  if (byTime && prefix !== '') throw invalid('Cannot order by LastEventTime with a logStreamNamePrefix.');
  const lastTime = (stream: LogStream) => stream.events.at(-1)?.timestamp ?? 0;
  const streams = [...group.streams.values()]
    .filter(({ name }) => name.startsWith(prefix))
    .sort((a, b) => (byTime ? lastTime(a) - lastTime(b) : 0) || byName(a, b));
  if (flag(input, 'descending')) streams.reverse();
  const page = logsPage(region, input, streams, ({ name }) => name, 50);
  return { logStreams: page.items.map(showStream), nextToken: page.nextToken };
};

/** Tokens name the event at which a page ended, and stay the same once there is no more. */
const token = (direction: 'f' | 'b', event: number) => `${direction}/${String(event).padStart(56, '0')}/s`;

function readToken(given: string | undefined): { readonly direction: string; readonly event: number } | undefined {
  if (given === undefined) return undefined;
  const match = /^([fb])\/(\d{56})\/s$/.exec(given);
  if (match === null) throw invalid('The specified nextToken is invalid.');
  return { direction: match[1]!, event: Number(match[2]) };
}

const getLogEvents: Operation = (input, { region }) => {
  const stream = groupOf(region, input).streams.get(text(input, 'logStreamName') ?? '');
  if (stream === undefined) throw missing('stream');
  const limit = Math.min(limitOf(input, 10_000), region.world.pageSize);
  const from = whole(input, 'startTime') ?? 0;
  const until = whole(input, 'endTime') ?? Number.POSITIVE_INFINITY;
  const asked = readToken(text(input, 'nextToken'));
  // A token means the gap before its event: what follows goes forward from there, what precedes goes backward.
  const inRange = stream.events.filter(
    ({ timestamp, number }) =>
      timestamp >= from &&
      timestamp < until &&
      (asked === undefined || (asked.direction === 'f' ? number >= asked.event : number < asked.event)),
  );
  const forward = asked === undefined ? flag(input, 'startFromHead') === true : asked.direction === 'f';
  const events = forward ? inRange.slice(0, limit) : inRange.slice(-limit);
  const gap = asked?.event ?? (forward ? 0 : stream.written);
  return {
    events: events.map(({ timestamp, message }) => ({ timestamp, message, ingestionTime: timestamp })),
    nextForwardToken: token('f', (events.at(-1)?.number ?? gap - 1) + 1),
    nextBackwardToken: token('b', events[0]?.number ?? gap),
  };
};

const filterLogEvents: Operation = (input, { region }) => {
  const group = groupOf(region, input);
  const matches = parseFilterPattern(text(input, 'filterPattern') ?? '');
  if (matches === undefined) throw invalid('The sandbox has filter patterns on plain text only');
  const names = texts(input, 'logStreamNames');
  const prefix = text(input, 'logStreamNamePrefix');
  if (names !== undefined && prefix !== undefined) {
    throw invalid('logStreamNamePrefix and logStreamNames are mutually exclusive parameters.');
  }
  const unknown = names?.some((name) => !group.streams.has(name));
  if (unknown) throw missing('stream');
  const from = whole(input, 'startTime') ?? 0;
  const until = whole(input, 'endTime') ?? Number.POSITIVE_INFINITY;
  const idOf = (stream: LogStream, event: LogEvent) => `${stream.name}/${event.number}`;
  const found = [...group.streams.values()]
    .filter(({ name }) => (names === undefined || names.includes(name)) && name.startsWith(prefix ?? ''))
    .flatMap((stream) => stream.events.map((event) => ({ stream, event })))
    .filter(({ event: { timestamp, message } }) => timestamp >= from && timestamp <= until && matches(message))
    .sort((a, b) => a.event.timestamp - b.event.timestamp);
  const page = logsPage(region, input, found, ({ stream, event }) => idOf(stream, event), 10_000);
  return {
    events: page.items.map(({ stream, event }) => ({
      logStreamName: stream.name,
      timestamp: event.timestamp,
      message: event.message,
      ingestionTime: event.timestamp,
      eventId: region.random(`logs/${group.name}/${idOf(stream, event)}`).digits(56),
    })),
    searchedLogStreams: [],
    nextToken: page.nextToken,
  };
};

/** Requests per second, unverified: SPEC.md, "CloudWatch Logs". */
const RATES: Readonly<Record<string, number>> = {
  CreateLogGroup: 10,
  DeleteLogGroup: 10,
  DescribeLogGroups: 10,
  DescribeLogStreams: 25,
  GetLogEvents: 25,
  FilterLogEvents: 10,
};

export const logs: Service = {
  signingName: 'logs',
  protocol: 'awsJson1_1',
  targetPrefix: 'Logs_20140328',
  operations: {
    CreateLogGroup: createLogGroup,
    DeleteLogGroup: deleteLogGroup,
    DescribeLogGroups: describeLogGroups,
    DescribeLogStreams: describeLogStreams,
    GetLogEvents: getLogEvents,
    FilterLogEvents: filterLogEvents,
  },
  bucket: (operation) => {
    const rate = RATES[operation];
    return rate === undefined ? undefined : { name: operation, capacity: rate, refill: rate };
  },
  throttled: () => new AwsFault('ThrottlingException', 'Rate exceeded'),
};
