/** Snippets for keys and values, by what the schema asks for; and what a snippet is without its stops. Pure. */
import type { SchemaPlace } from '../../../schemas/index.ts';
import { MAPPINGS } from './known.ts';
import { alternativesOf, memberOf, requiredOf } from './schemaPlace.ts';

/** Objects deeper than this are left empty: schemas may be recursive. */
const DEEPEST = 4;

/** Longer lists of values are for completion, not for a choice. */
const MOST_CHOICES = 20;

/** Counts the stops of one snippet. */
interface Stops {
  next: number;
}

/** Where a value goes: the role of its file, and the pattern of its path. */
export interface Target {
  readonly role: string;
  readonly pattern: string;
}

/** What these objects do not work without, although AWS's schemas do not say so. By role and pattern. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  'service loadBalancers/*': ['targetGroupArn', 'containerName', 'containerPort'],
  'service networkConfiguration': ['awsvpcConfiguration'],
  'service networkConfiguration/awsvpcConfiguration': ['subnets', 'securityGroups'],
  'service tags/*': ['key', 'value'],
  'task tags/*': ['key', 'value'],
  'task volumes/*': ['name'],
  'task containerDefinitions/*/environment/*': ['name', 'value'],
  'task containerDefinitions/*/portMappings/*': ['containerPort'],
  'task containerDefinitions/*/mountPoints/*': ['sourceVolume', 'containerPath'],
  'task containerDefinitions/*/volumesFrom/*': ['sourceContainer'],
  'task containerDefinitions/*/logConfiguration': ['logDriver', 'options'],
  'function VpcConfig': ['SubnetIds', 'SecurityGroupIds'],
  'function Environment': ['Variables'],
  'deployment environment': ['region'],
  'deployment trafficShiftingConfig': ['type', 'percent', 'waitInterval'],
  'deployment alarms': ['alarmNames'],
  'deployment stabilityCheck': ['timeout'],
  'deployment gmDeploymentCircuitBreaker': ['failureThreshold'],
  'eventSource PullEventSources': ['EventSourceMapping'],
  'eventSource PullEventSources/*': ['EventSourceMapping'],
  ...Object.fromEntries(MAPPINGS.map((at) => [`eventSource ${at}`, ['EventSourceArn', 'FunctionName']])),
};

/** Members that an object has to have, by the schema or to be of any use. */
export const neededAt = (place: SchemaPlace, { role, pattern }: Target): readonly string[] =>
  NEEDED[`${role} ${pattern}`] ?? requiredOf(place);

const inside = ({ role, pattern }: Target, segment: string): Target => ({
  role,
  pattern: pattern === '' ? segment : `${pattern}/${segment}`,
});

/** `"key": value`, with a stop at each thing to fill in. */
export function memberSnippet(key: string, place: SchemaPlace | undefined, around: Target): string {
  return `${escaped(JSON.stringify(key))}: ${valueSnippet(place, inside(around, key))}`;
}

/**
 * A value with its required parts.
 *
 * @param type of those that the schema allows
 */
export function valueSnippet(place: SchemaPlace | undefined, at: Target, type?: 'array' | 'object'): string {
  const wanted = type && place && alternativesOf(place).find(({ schema }) => schema.type === type);
  return value(wanted ?? place, at, { next: 1 }, 0);
}

function value(place: SchemaPlace | undefined, at: Target, stops: Stops, depth: number): string {
  const [one] = place ? alternativesOf(place) : [];
  if (one?.schema.anyOf) return value(one, at, stops, depth);
  const stop = () => stops.next++;
  if (one === undefined) return `"$${stop()}"`;
  const { schema } = one;
  const type = typeof schema.type === 'string' ? schema.type : schema.type?.[0];
  if (schema.const !== undefined) return escaped(JSON.stringify(schema.const));
  if (schema.enum && schema.enum.length > MOST_CHOICES) return `"$${stop()}"`;
  if (schema.enum) return `"\${${stop()}|${choices(schema.enum, schema.default)}|}"`;
  switch (type) {
    case 'boolean':
      return `\${${stop()}|${schema.default === false ? 'false,true' : 'true,false'}|}`;
    case 'integer':
    case 'number':
      return `\${${stop()}:${typeof schema.default === 'number' ? schema.default : Math.max(1, schema.minimum ?? 1)}}`;
    case 'array':
      return list(one, at, stops, depth);
    case 'object':
      return object(one, at, stops, depth);
    default:
      return `"$${stop()}"`;
  }
}

function list(place: SchemaPlace, at: Target, stops: Stops, depth: number): string {
  const items = memberOf(place, 0);
  const isSimple = items === undefined || (items.schema.type === 'string' && items.schema.enum === undefined);
  // Strings may as well come from an expression: what there is to type is left open.
  if (depth >= DEEPEST || (isSimple && place.schema.minItems === undefined)) return `[$${stops.next++}]`;
  const count = Math.max(1, place.schema.minItems ?? 1);
  return `[${Array.from({ length: count }, () => value(items, inside(at, '*'), stops, depth + 1)).join(', ')}]`;
}

function object(place: SchemaPlace, at: Target, stops: Stops, depth: number): string {
  const required = neededAt(place, at);
  if (depth >= DEEPEST || required.length === 0) return `{$${stops.next++}}`;
  const members = required.map(
    (key) => `${escaped(JSON.stringify(key))}: ${value(memberOf(place, key), inside(at, key), stops, depth + 1)}`,
  );
  return `{ ${members.join(', ')} }`;
}

/** Of several values, those that most people mean. */
const COMMON: ReadonlySet<string> = new Set(['ECS', 'FARGATE', 'awslogs', 'awsvpc', 'tcp', 'HEALTHY', 'TRIM_HORIZON']);

function choices(values: readonly string[], standard: unknown): string {
  const first = typeof standard === 'string' ? standard : values.find((one) => COMMON.has(one));
  const sorted = first === undefined ? values : [first, ...values.filter((one) => one !== first)];
  return sorted.map((one) => one.replace(/[\\,|$}]/g, '\\$&')).join(',');
}

/** Text as it is, inside a snippet. */
export const escaped = (text: string): string => text.replace(/[\\$}]/g, '\\$&');

/** What a snippet leaves when nothing is filled in: for clients that know no snippets. */
export const withoutStops = (snippet: string): string =>
  snippet.replace(
    /\\([\\$},|])|\$\{\d+\|((?:[^\\|,]|\\.)*)(?:[^\\|]|\\.)*\|\}|\$\{\d+:((?:[^\\}]|\\.)*)\}|\$\{\d+\}|\$\d+/g,
    (_, literal: string | undefined, choice: string | undefined, placeholder: string | undefined) =>
      literal ?? (choice ?? placeholder ?? '').replace(/\\([\\$},|])/g, '$1'),
  );
