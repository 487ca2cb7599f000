/** Lambda operations on event source mappings. The sources themselves are taken to exist; nothing is delivered. */
import { flag, text, textMap } from '../input.ts';
import { type JsonObject, type Output, pick } from '../json.ts';
import type { Call, Operation } from '../service.ts';
import { conflict, inUse, invalid, notFound } from './faults.ts';
import { lambdaOf } from './functions.ts';
import { lambdaPage, versionOf } from './lookup.ts';
import type { EventSourceMapping, Lambda, MappingState } from './state.ts';

/** Members that CreateEventSourceMapping takes, and answers. */
export const MAPPING_MEMBERS = [
  'EventSourceArn',
  'BatchSize',
  'FilterCriteria',
  'MaximumBatchingWindowInSeconds',
  'ParallelizationFactor',
  'StartingPosition',
  'StartingPositionTimestamp',
  'DestinationConfig',
  'MaximumRecordAgeInSeconds',
  'BisectBatchOnFunctionError',
  'MaximumRetryAttempts',
  'TumblingWindowInSeconds',
  'Topics',
  'Queues',
  'SourceAccessConfigurations',
  'SelfManagedEventSource',
  'FunctionResponseTypes',
  'ScalingConfig',
  'KMSKeyArn',
  'MetricsConfig',
  'LoggingConfig',
  'AmazonManagedKafkaEventSourceConfig',
  'SelfManagedKafkaEventSourceConfig',
  'DocumentDBEventSourceConfig',
  'ProvisionedPollerConfig',
];

/** How long a change takes, seconds (SPEC.md, "Durations"). */
const SETTLING = [10, 30] as const;

/** Defaults by kind of source, as the service fills them in. Source: API, CreateEventSourceMapping. */
function defaultsFor(sourceArn: string): JsonObject {
  if (sourceArn.includes(':sqs:'))
    return { BatchSize: 10, MaximumBatchingWindowInSeconds: 0, FunctionResponseTypes: [] };
  return {
    BatchSize: 100,
    MaximumBatchingWindowInSeconds: 0,
    ParallelizationFactor: 1,
    BisectBatchOnFunctionError: false,
    MaximumRecordAgeInSeconds: -1,
    MaximumRetryAttempts: -1,
    TumblingWindowInSeconds: 0,
    FunctionResponseTypes: [],
  };
}

function showMapping(mapping: EventSourceMapping): Output {
  return {
    UUID: mapping.uuid,
    EventSourceMappingArn: mapping.arn,
    ...mapping.configuration,
    FunctionArn: mapping.functionArn,
    LastModified: mapping.lastModified / 1000,
    State: mapping.state,
    StateTransitionReason: mapping.reason,
  };
}

function settle(lambda: Lambda, mapping: EventSourceMapping, then: MappingState | 'gone'): void {
  const random = lambda.region.random(`lambda/mapping/${mapping.uuid}/${mapping.draws++}`);
  lambda.region.after(Math.ceil(random.between(...SETTLING) * 1000), () => {
    if (then === 'gone') lambda.mappings.delete(mapping.uuid);
    else mapping.state = then;
  });
}

const createEventSourceMapping: Operation = (input, { region }) => {
  const lambda = lambdaOf(region);
  const { arn: functionArn, name } = versionOf(region, input);
  const source = text(input, 'EventSourceArn');
  if (source === undefined && input['SelfManagedEventSource'] === undefined) {
    throw invalid('Event source or SelfManagedEventSource is required.');
  }
  const isStream = source !== undefined && /:(?:kinesis|dynamodb):/.test(source);
  if (isStream && text(input, 'StartingPosition') === undefined) {
    throw invalid(
      "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: Member must not be null.",
    );
  }
  const twin = [...lambda.mappings.values()].find(
    (mapping) => mapping.configuration['EventSourceArn'] === source && mapping.functionArn === functionArn,
  );
  if (source !== undefined && twin !== undefined) {
    throw conflict(
      `The event source arn (" ${source} ") and function (" ${name} ") provided mapping already exists. Please update or delete the existing mapping with UUID ${twin.uuid}`,
    );
  }
  const uuid = region.random(`lambda/mapping/${source}/${functionArn}/${region.now}`).uuid();
  const mapping: EventSourceMapping = {
    uuid,
    arn: region.arn('lambda', `event-source-mapping:${uuid}`),
    configuration: { ...defaultsFor(source ?? ''), ...pick(input, MAPPING_MEMBERS) },
    functionArn,
    tags: new Map(textMap(input, 'Tags')),
    state: 'Creating',
    reason: 'USER_INITIATED',
    lastModified: region.now,
    draws: 0,
  };
  lambda.mappings.set(uuid, mapping);
  settle(lambda, mapping, flag(input, 'Enabled') === false ? 'Disabled' : 'Enabled');
  return showMapping(mapping);
};

function mappingOf(input: JsonObject, { region }: Call): EventSourceMapping {
  const mapping = lambdaOf(region).mappings.get(text(input, 'UUID') ?? '');
  if (mapping === undefined) throw notFound('The resource you requested does not exist.');
  return mapping;
}

const getEventSourceMapping: Operation = (input, call) => showMapping(mappingOf(input, call));

function isSettled({ state }: EventSourceMapping): boolean {
  return state === 'Enabled' || state === 'Disabled';
}

const updateEventSourceMapping: Operation = (input, call) => {
  const mapping = mappingOf(input, call);
  if (!isSettled(mapping)) throw inUse('update');
  if (text(input, 'FunctionName') !== undefined) mapping.functionArn = versionOf(call.region, input).arn;
  const enabled = flag(input, 'Enabled');
  const next = enabled === undefined ? mapping.state : enabled ? 'Enabled' : 'Disabled';
  mapping.configuration = { ...mapping.configuration, ...pick(input, MAPPING_MEMBERS) };
  mapping.lastModified = call.region.now;
  mapping.state = next === mapping.state ? 'Updating' : next === 'Enabled' ? 'Enabling' : 'Disabling';
  settle(lambdaOf(call.region), mapping, next);
  return showMapping(mapping);
};

const deleteEventSourceMapping: Operation = (input, call) => {
  const mapping = mappingOf(input, call);
  if (!isSettled(mapping)) throw inUse('delete');
  mapping.state = 'Deleting';
  mapping.lastModified = call.region.now;
  settle(lambdaOf(call.region), mapping, 'gone');
  return showMapping(mapping);
};

const listEventSourceMappings: Operation = (input, call) => {
  const source = text(input, 'EventSourceArn');
  const functionArn = text(input, 'FunctionName') === undefined ? undefined : versionOf(call.region, input).arn;
  const mappings = [...lambdaOf(call.region).mappings.values()].filter(
    (mapping) =>
      (source === undefined || mapping.configuration['EventSourceArn'] === source) &&
      (functionArn === undefined || mapping.functionArn === functionArn),
  );
  const page = lambdaPage(call.region, input, mappings, ({ uuid }) => uuid);
  return { EventSourceMappings: page.items.map(showMapping), NextMarker: page.nextToken };
};

export const mappingOperations = {
  CreateEventSourceMapping: createEventSourceMapping,
  GetEventSourceMapping: getEventSourceMapping,
  UpdateEventSourceMapping: updateEventSourceMapping,
  DeleteEventSourceMapping: deleteEventSourceMapping,
  ListEventSourceMappings: listEventSourceMappings,
};
