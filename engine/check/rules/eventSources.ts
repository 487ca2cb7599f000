/** Rules about `_lambdaeventsourcedef.json`: what each kind of source takes. */
import { isObject } from '../../json.ts';
import type { Place } from '../place.ts';
import { type Rules, type Subject, writing } from '../rule.ts';
import { isTargetGroup, TARGET_GROUP_HINT } from './balancing.ts';
import { reportRepeats, reportUseless } from './reporting.ts';

type SourceKind = 'sqs' | 'kinesis' | 'dynamodb' | 'msk' | 'kafka' | 'mq' | 'documentdb';

/** The service part of an ARN, and what it stands for. */
const SERVICES: Readonly<Record<string, SourceKind>> = {
  sqs: 'sqs',
  kinesis: 'kinesis',
  dynamodb: 'dynamodb',
  kafka: 'msk',
  mq: 'mq',
  rds: 'documentdb',
};

interface Facts {
  readonly name: string;
  /** Whether `StartingPosition` is required, or refused. */
  readonly startingPosition: 'required' | 'refused';
  readonly largestBatch: number;
}

/** @see AWS Lambda API reference, "CreateEventSourceMapping" */
export const FACTS: Readonly<Record<SourceKind, Facts>> = {
  sqs: { name: 'SQS', startingPosition: 'refused', largestBatch: 10_000 },
  kinesis: { name: 'Kinesis', startingPosition: 'required', largestBatch: 10_000 },
  dynamodb: { name: 'DynamoDB', startingPosition: 'required', largestBatch: 10_000 },
  msk: { name: 'Amazon MSK', startingPosition: 'required', largestBatch: 10_000 },
  kafka: { name: 'Apache Kafka', startingPosition: 'required', largestBatch: 10_000 },
  mq: { name: 'Amazon MQ', startingPosition: 'refused', largestBatch: 10_000 },
  documentdb: { name: 'DocumentDB', startingPosition: 'required', largestBatch: 10_000 },
};

/** Options that only some kinds of source have. */
const ONLY_FOR: Readonly<Record<string, readonly SourceKind[]>> = {
  BisectBatchOnFunctionError: ['kinesis', 'dynamodb', 'msk', 'kafka'],
  MaximumRecordAgeInSeconds: ['kinesis', 'dynamodb', 'msk', 'kafka'],
  MaximumRetryAttempts: ['kinesis', 'dynamodb', 'msk', 'kafka'],
  ParallelizationFactor: ['kinesis', 'dynamodb'],
  TumblingWindowInSeconds: ['kinesis', 'dynamodb'],
  DestinationConfig: ['kinesis', 'dynamodb', 'msk', 'kafka'],
  FunctionResponseTypes: ['sqs', 'kinesis', 'dynamodb', 'msk', 'kafka'],
  LoggingConfig: ['msk', 'kafka'],
  SourceAccessConfigurations: ['msk', 'kafka', 'mq', 'documentdb'],
  ScalingConfig: ['sqs'],
  Topics: ['msk', 'kafka'],
  Queues: ['mq'],
  AmazonManagedKafkaEventSourceConfig: ['msk'],
  SelfManagedKafkaEventSourceConfig: ['kafka'],
  SelfManagedEventSource: ['kafka'],
  DocumentDBEventSourceConfig: ['documentdb'],
  ProvisionedPollerConfig: ['msk', 'kafka', 'sqs'],
};

const ARN = /^arn:aws[a-z-]*:([a-z0-9-]+):[a-z0-9-]*:\d*:.+/;

export const mappingsOf = ({ eventSource }: Subject): readonly Place[] =>
  eventSource?.oneOrMore('PullEventSources').flatMap((group) => group.oneOrMore('EventSourceMapping')) ?? [];

/** Undefined where it is not known. */
function kindOf(mapping: Place): SourceKind | undefined {
  if (!mapping.has('EventSourceArn')) return mapping.has('SelfManagedEventSource') ? 'kafka' : undefined;
  const service = ARN.exec(mapping.get('EventSourceArn')?.text ?? '')?.[1];
  return service === undefined ? undefined : SERVICES[service];
}

const isFifo = (mapping: Place): boolean => mapping.get('EventSourceArn')?.text?.endsWith('.fifo') ?? false;

/** For each mapping whose kind is known. */
export function eachMapping(subject: Subject, look: (mapping: Place, kind: SourceKind) => void): void {
  for (const mapping of mappingsOf(subject)) {
    const kind = kindOf(mapping);
    if (kind !== undefined) look(mapping, kind);
  }
}

function isJsonObject(text: string): boolean {
  try {
    return isObject(JSON.parse(text));
  } catch {
    return false;
  }
}

/** The function's name in `name`, `name:alias`, `account:function:name` or an ARN. */
function functionNameIn(text: string): string {
  const parts = text.split(':');
  const at = parts.lastIndexOf('function');
  return (at >= 0 ? parts[at + 1] : parts[0]) ?? text;
}

/** The alias or version in `name:alias` or the ARN of one. */
function qualifierIn(text: string): string | undefined {
  const parts = text.split(':');
  const at = parts.lastIndexOf('function');
  return at >= 0 ? parts[at + 2] : parts[1];
}

export const EVENT_SOURCE_RULES: Rules = {
  'event.other-function': {
    severity: 'error',
    title: 'An event source is for another function',
    about: "`FunctionName` of a mapping has to be that of this workload's function, with or without an alias.",
    check(subject, report) {
      const own = subject.function?.get('FunctionName');
      if (own?.text === undefined) return;
      for (const mapping of mappingsOf(subject)) {
        const name = mapping.get('FunctionName');
        if (name?.text === undefined || functionNameIn(name.text) === functionNameIn(own.text)) continue;
        report(name, `this is not the workload's function, which is called ${own.shown}`, `write ${own.shown}`, {
          write: { title: `Change to ${own.shown}`, json: JSON.stringify(own.text) },
          see: { place: own, message: 'the function of this workload' },
        });
      }
    },
  },

  'event.no-source': {
    severity: 'error',
    title: 'A mapping has no source',
    about: 'A mapping names its source by `EventSourceArn`, or by `SelfManagedEventSource` for Apache Kafka.',
    check(subject, report) {
      for (const mapping of mappingsOf(subject)) {
        if (mapping.has('EventSourceArn') || mapping.has('SelfManagedEventSource')) continue;
        report(mapping, 'the mapping names no source', 'add "EventSourceArn"', {
          atKey: mapping.keyNode !== undefined,
        });
      }
    },
  },

  'event.source': {
    severity: 'error',
    title: 'The source is nothing that Lambda reads from',
    about: 'Lambda polls SQS, Kinesis, DynamoDB streams, Amazon MSK, Apache Kafka, Amazon MQ and DocumentDB.',
    check(subject, report) {
      for (const mapping of mappingsOf(subject)) {
        const source = mapping.get('EventSourceArn');
        if (source?.text === undefined || source.text === '') continue;
        const service = ARN.exec(source.text)?.[1];
        if (service === undefined)
          report(source, `${source.shown} is not an ARN`, 'write the ARN of a queue, stream or cluster');
        else if (!Object.hasOwn(SERVICES, service))
          report(source, `Lambda does not poll ${service}`, 'such a service invokes the function itself');
        else if (service === 'dynamodb' && !source.text.includes('/stream/'))
          report(source, 'this is the ARN of a table, not of its stream', 'write the ARN that ends in /stream/TIME');
      }
    },
  },

  'event.starting-position': {
    severity: 'error',
    title: 'The starting position is missing, or has no place',
    about: 'Streams and topics need `StartingPosition`; queues have none.',
    check(subject, report) {
      eachMapping(subject, (mapping, kind) => {
        const { name, startingPosition } = FACTS[kind];
        const position = mapping.get('StartingPosition');
        if (startingPosition === 'refused' && position) reportUseless(position, `is not for ${name}`, report);
        if (startingPosition === 'required' && !position)
          report(
            mapping.get('EventSourceArn') ?? mapping,
            `StartingPosition is missing, and ${name} needs it`,
            'add "StartingPosition": "LATEST" or "TRIM_HORIZON"',
          );
      });
    },
  },

  'event.starting-time': {
    severity: 'error',
    title: 'The starting time and position do not go together',
    about:
      '`AT_TIMESTAMP` needs `StartingPositionTimestamp`, which other positions do not have; DynamoDB streams have no such position.',
    check(subject, report) {
      eachMapping(subject, (mapping, kind) => {
        const position = mapping.get('StartingPosition');
        const time = mapping.get('StartingPositionTimestamp');
        if (position?.text === 'AT_TIMESTAMP') {
          if (kind === 'dynamodb')
            report(position, 'DynamoDB streams are not read from a time on', 'write "LATEST" or "TRIM_HORIZON"');
          else if (!time) report(position, 'StartingPositionTimestamp is missing', 'add "StartingPositionTimestamp"');
        } else if (time) reportUseless(time, 'is for the position AT_TIMESTAMP', report);
      });
    },
  },

  'event.batch-size': {
    severity: 'error',
    title: 'The batch is larger than the source gives',
    about: 'A FIFO queue gives batches of up to 10; other sources up to 10,000.',
    check(subject, report) {
      eachMapping(subject, (mapping, kind) => {
        const size = mapping.get('BatchSize');
        const largest = kind === 'sqs' && isFifo(mapping) ? 10 : FACTS[kind].largestBatch;
        if ((size?.number ?? 0) > largest)
          report(
            size,
            `batches have at most ${largest} records here, not ${size!.shown}`,
            `write ${largest} or less`,
            writing(largest),
          );
      });
    },
  },

  'event.batch-window': {
    severity: 'error',
    title: 'The batching window does not fit the queue',
    about:
      'A standard queue with a `BatchSize` above 10 needs `MaximumBatchingWindowInSeconds` of 1 or more; a FIFO queue has none.',
    check(subject, report) {
      eachMapping(subject, (mapping, kind) => {
        if (kind !== 'sqs') return;
        const window = mapping.get('MaximumBatchingWindowInSeconds');
        const size = mapping.get('BatchSize');
        if (isFifo(mapping)) {
          if ((window?.number ?? 0) > 0) reportUseless(window!, 'is not for FIFO queues', report);
        } else if ((size?.number ?? 0) > 10 && (window?.number ?? 0) < 1)
          report(
            size,
            `with batches of ${size!.shown}, MaximumBatchingWindowInSeconds has to be 1 or more`,
            'add "MaximumBatchingWindowInSeconds": 1, or write 10 or less',
          );
      });
    },
  },

  'event.option': {
    severity: 'error',
    title: 'A mapping has an option that its source does not know',
    about:
      'Retries, record age and bisecting are for streams, `ScalingConfig` for queues, `Topics` for Kafka, `Queues` for Amazon MQ, and so on; Lambda refuses others.',
    check(subject, report) {
      eachMapping(subject, (mapping, kind) => {
        for (const [key, kinds] of Object.entries(ONLY_FOR)) {
          if (mapping.has(key) && !kinds.includes(kind))
            reportUseless(mapping.get(key)!, `is not for ${FACTS[kind].name}`, report);
        }
      });
    },
  },

  'event.required-option': {
    severity: 'error',
    title: 'A mapping lacks what its source needs',
    about: 'Kafka needs `Topics`, Amazon MQ needs `Queues`, DocumentDB needs `DocumentDBEventSourceConfig`.',
    check(subject, report) {
      eachMapping(subject, (mapping, kind) => {
        const needed = { msk: 'Topics', kafka: 'Topics', mq: 'Queues', documentdb: 'DocumentDBEventSourceConfig' }[
          kind as string
        ];
        if (needed !== undefined && !mapping.has(needed))
          report(
            mapping.get('EventSourceArn') ?? mapping,
            `${needed} is missing, and ${FACTS[kind].name} needs it`,
            `add "${needed}"`,
          );
      });
    },
  },

  'event.filter': {
    severity: 'error',
    title: 'A filter is no pattern',
    about: 'The `Pattern` of a filter is JSON in a text, such as "{ \\"body\\": { \\"status\\": [\\"new\\"] } }".',
    check(subject, report) {
      for (const filter of mappingsOf(subject).flatMap(
        (mapping) => mapping.get('FilterCriteria')?.each('Filters') ?? [],
      )) {
        const pattern = filter.get('Pattern');
        if (pattern?.text !== undefined && !isJsonObject(pattern.text))
          report(pattern, `${pattern.shown} is not JSON`, 'write a JSON object in a text, with \\" for its quotes');
      }
    },
  },

  'event.pollers': {
    severity: 'error',
    title: 'The limits of pollers contradict each other',
    about:
      '`MinimumPollers` is at most `MaximumPollers`; a queue has either pollers of its own or `ScalingConfig.MaximumConcurrency`.',
    check(subject, report) {
      for (const mapping of mappingsOf(subject)) {
        const pollers = mapping.get('ProvisionedPollerConfig');
        const least = pollers?.get('MinimumPollers');
        const most = pollers?.get('MaximumPollers');
        if (least?.number !== undefined && most?.number !== undefined && least.number > most.number)
          report(
            least,
            `MinimumPollers ${least.shown} is above MaximumPollers ${most.shown}`,
            'lower it, or raise the other',
          );
        if (mapping.has('ProvisionedPollerConfig') && mapping.has('ScalingConfig'))
          reportUseless(mapping.get('ScalingConfig'), 'stands beside ProvisionedPollerConfig', report);
      }
    },
  },

  'event.duplicate': {
    severity: 'error',
    title: 'A source is mapped twice',
    about: 'Lambda refuses a second mapping of one queue or stream to one function.',
    check(subject, report) {
      const seen = new Map<string, Place>();
      for (const mapping of mappingsOf(subject)) {
        const source = mapping.get('EventSourceArn');
        if (source?.text === undefined || source.text === '') continue;
        // Several mappings of one Kafka cluster differ by their topics.
        const identity = `${source.text} ${mapping
          .each('Topics')
          .map(({ text }) => text)
          .join(' ')} ${mapping
          .each('Queues')
          .map(({ text }) => text)
          .join(' ')}`;
        const known = seen.get(identity);
        if (known)
          report(source, 'this source is mapped already', 'delete one of the two mappings', {
            see: { place: known, message: 'the other mapping' },
          });
        else seen.set(identity, source);
      }
    },
  },

  'event.target-group': {
    severity: 'error',
    title: 'The target group is not the ARN of one',
    about: '`TargetGroupArn` is `arn:aws:elasticloadbalancing:REGION:ACCOUNT:targetgroup/NAME/ID`.',
    check({ eventSource }, report) {
      for (const source of eventSource?.oneOrMore('PushEventSources') ?? []) {
        const arn = source.get('TargetGroupArn');
        if (arn?.text !== undefined && arn.text !== '' && !isTargetGroup(arn.text))
          report(arn, `${arn.shown} is not the ARN of a target group`, TARGET_GROUP_HINT);
      }
    },
  },

  'event.other-alias': {
    severity: 'warning',
    title: 'An event source is for another alias',
    about: 'Event sources lead to the alias that traffic shifts by, whatever `FunctionName` says.',
    check(subject, report) {
      const alias = subject.deployment?.get('alias');
      for (const mapping of mappingsOf(subject)) {
        const name = mapping.get('FunctionName');
        const qualifier = qualifierIn(name?.text ?? '');
        if (qualifier === undefined || alias?.text === undefined || qualifier === alias.text) continue;
        report(
          name,
          `the mapping names ${qualifier}, and leads to the alias ${alias.shown}`,
          `write ${alias.shown} behind the colon, or nothing`,
          { see: { place: alias, message: 'the alias of this workload' } },
        );
      }
    },
  },

  'event.duplicate-push': {
    severity: 'error',
    title: 'A service is to call the function twice in the same way',
    about: 'One target group or route leads to the function once.',
    check({ eventSource }, report) {
      const sources = eventSource?.oneOrMore('PushEventSources') ?? [];
      reportRepeats(
        sources.flatMap((source) => {
          const place = source.get('TargetGroupArn') ?? source.get('RouteId');
          const identity = place?.text && `${source.get('ApiId')?.text ?? ''} ${place.text}`;
          return place && identity ? [{ place, identity }] : [];
        }),
        report,
        () => ({ message: 'this leads to the function already', hint: 'delete one of the two' }),
      );
    },
  },
};
