/**
 * Event source mappings: CreateEventSourceMapping's request bodies against the mappings that are there. Pure.
 *
 * The file is the truth: a member that it leaves out has CreateEventSourceMapping's default. Source: AWS Lambda API
 * reference, CreateEventSourceMapping and UpdateEventSourceMapping.
 */
import { isObject, type Json, type JsonObject } from '../json.ts';
import { canonical, type Difference, differences, pointer } from './differences.ts';
import type { LiveMapping } from './live.ts';
import type { MappingSource, SourceChange } from './sources.ts';

/** What is sent for a member that the file leaves out. */
const RESETS: Readonly<Record<string, Json>> = {
  Enabled: true,
  MaximumBatchingWindowInSeconds: 0,
  ParallelizationFactor: 1,
  MaximumRecordAgeInSeconds: -1,
  BisectBatchOnFunctionError: false,
  MaximumRetryAttempts: -1,
  TumblingWindowInSeconds: 0,
  FilterCriteria: { Filters: [] },
  DestinationConfig: { OnFailure: {} },
  FunctionResponseTypes: [],
  ScalingConfig: {},
  KMSKeyArn: '',
  MetricsConfig: { Metrics: [] },
  ProvisionedPollerConfig: {},
  Tags: {},
};

/** Members without a default: absent in the file leaves what is there. */
const AS_SAID = [
  'SourceAccessConfigurations',
  'LoggingConfig',
  'AmazonManagedKafkaEventSourceConfig',
  'SelfManagedKafkaEventSourceConfig',
  'DocumentDBEventSourceConfig',
];

/** UpdateEventSourceMapping does not take these. */
const FIXED = ['SelfManagedEventSource', 'StartingPosition', 'StartingPositionTimestamp', 'Topics', 'Queues'];

/** A mapping's batch size where nobody says one: 10 of a queue, 100 of anything else. */
const batchSize = (body: JsonObject): number => (/:sqs:/.test(String(body['EventSourceArn'] ?? '')) ? 10 : 100);

/** The value of a member that takes effect. */
export const mappingMember = (body: JsonObject, key: string): Json =>
  body[key] ?? (key === 'BatchSize' ? batchSize(body) : (RESETS[key] ?? null));

/** What a mapping reads from, for people. */
export function sourceName(body: JsonObject): string {
  const arn = body['EventSourceArn'];
  return typeof arn === 'string' && arn !== '' ? arn : canonical(body['SelfManagedEventSource'] ?? null);
}

/** Equal for two mappings of which a function can have only one. */
const identityOf = (body: JsonObject): string =>
  canonical([sourceName(body), body['Topics'] ?? [], body['Queues'] ?? []]);

/** Times are given as seconds since the epoch or as text, and shown as ms. */
function timestamp(value: Json | undefined): Json {
  if (typeof value === 'number') return value < 1e11 ? value * 1000 : value;
  return typeof value === 'string' ? Date.parse(value) : null;
}

const side = (body: JsonObject, key: string): Json =>
  key === 'StartingPositionTimestamp' ? timestamp(body[key]) : mappingMember(body, key);

/** Of an object, the members that were asked for: AWS fills in the rest. */
function asAsked(there: Json, asked: Json): Json {
  if (!isObject(there) || !isObject(asked)) return there;
  return Object.fromEntries(Object.keys(asked).map((key) => [key, there[key] ?? null]));
}

interface Compared {
  readonly members: readonly string[];
  readonly differences: readonly Difference[];
  /** Of `members`, those that AWS cannot change. */
  readonly fixed: readonly string[];
}

function compare(live: LiveMapping, { body, at }: MappingSource, aliasArn: string | undefined): Compared {
  const said = (keys: readonly string[]) => keys.filter((key) => body[key] !== undefined && body[key] !== null);
  const keys = ['BatchSize', ...Object.keys(RESETS), ...said(AS_SAID), ...said(FIXED)];
  const found = keys.map((key) => {
    const want = side(body, key);
    const there = side(live.body, key);
    const have = AS_SAID.includes(key) ? asAsked(there, want) : there;
    return { key, differences: differences(have, want, pointer(at, key)) };
  });
  const moved =
    aliasArn === live.functionArn
      ? []
      : [
          {
            key: 'FunctionName',
            differences: [{ path: `${at}/FunctionName`, live: live.functionArn, desired: aliasArn ?? null }],
          },
        ];
  const all = [...moved, ...found].filter((one) => one.differences.length > 0);
  return {
    members: all.map(({ key }) => key),
    differences: all.flatMap((one) => one.differences),
    fixed: all.map(({ key }) => key).filter((key) => FIXED.includes(key)),
  };
}

/** The mapping that is there for each asked-for one: of the same source, on the alias rather than elsewhere. */
function pairUp(live: readonly LiveMapping[], asked: readonly MappingSource[], aliasArn: string | undefined) {
  const left = new Set(
    live.toSorted((a, b) => Number(b.functionArn === aliasArn) - Number(a.functionArn === aliasArn)),
  );
  const found = new Map<MappingSource, LiveMapping>();
  // The very same first: one cluster may have a mapping for each of its topics.
  for (const same of [identityOf, sourceName]) {
    for (const source of asked) {
      if (found.has(source)) continue;
      const one = [...left].find(({ body }) => same(body) === same(source.body));
      if (one === undefined) continue;
      found.set(source, one);
      left.delete(one);
    }
  }
  return { found, left };
}

export interface MappingChanges {
  readonly wanted: readonly SourceChange[];
  /** Deletions of what GitMoxi made and the file no longer names. */
  readonly surplus: readonly SourceChange[];
  readonly replacements: readonly { readonly at: string; readonly members: readonly string[] }[];
}

export function mappingChange(
  live: readonly LiveMapping[],
  asked: readonly MappingSource[],
  aliasArn: string | undefined,
): MappingChanges {
  const { found, left } = pairUp(live, asked, aliasArn);
  const wanted: SourceChange[] = [];
  const replacements: { at: string; members: readonly string[] }[] = [];
  for (const [index, source] of asked.entries()) {
    const there = found.get(source);
    const name = sourceName(source.body);
    if (there === undefined) {
      wanted.push({
        link: { kind: 'mapping', index, source: name, uuid: null, members: [], before: {} },
        differences: [{ path: source.at, live: null, desired: source.body }],
      });
      continue;
    }
    const compared = compare(there, source, aliasArn);
    if (compared.fixed.length > 0) replacements.push({ at: source.at, members: compared.fixed });
    if (compared.members.length === 0) continue;
    const { uuid, body, functionArn } = there;
    const before = Object.fromEntries(
      compared.members.map((key) => [key, key === 'FunctionName' ? functionArn : mappingMember(body, key)]),
    );
    wanted.push({
      link: { kind: 'mapping', index, source: name, uuid, members: compared.members, before },
      differences: compared.differences,
    });
  }
  const surplus = [...left]
    .filter(({ isOurs, functionArn }) => isOurs && functionArn === aliasArn)
    .map(
      ({ uuid, body, functionArn }): SourceChange => ({
        link: {
          kind: 'mapping',
          index: null,
          source: sourceName(body),
          uuid,
          members: [],
          before: { ...body, FunctionName: functionArn },
        },
        differences: [
          { path: '/PullEventSources/EventSourceMapping', live: { EventSourceArn: sourceName(body) }, desired: null },
        ],
      }),
    );
  return { wanted, surplus, replacements };
}

/** Asked-for mappings whose source an earlier one has already. */
export const mappingTwins = (asked: readonly MappingSource[]): MappingSource[] =>
  asked.filter(({ body }, i) => asked.slice(0, i).some((earlier) => identityOf(earlier.body) === identityOf(body)));
