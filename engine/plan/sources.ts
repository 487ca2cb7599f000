/**
 * The event sources that a rendered `_lambdaeventsourcedef.json` asks for, and the links that a rollout makes for them,
 * as data. Pure.
 */
import { isObject, type Json, type JsonObject } from '../json.ts';
import { type Difference, pointer } from './differences.ts';

export interface TargetGroupSource {
  readonly kind: 'target-group';
  /** JSON pointer of its object in the rendered file. */
  readonly at: string;
  readonly targetGroup: string;
}

export interface RouteSource {
  readonly kind: 'route';
  readonly at: string;
  readonly apiId: string;
  readonly routeId: string;
  /** Stage variable that holds the alias; null where the integration names the alias itself. */
  readonly variable: string | null;
  /** As the file spells it. */
  readonly variableKey: string;
}

export interface MappingSource {
  readonly kind: 'mapping';
  readonly at: string;
  /** CreateEventSourceMapping's request body, without `FunctionName`: that is the alias. */
  readonly body: JsonObject;
}

export type EventSource = TargetGroupSource | RouteSource | MappingSource;

/** One thing to connect to the alias or to take away from it. Plain data: it is kept in a rollout's record. */
export type SourceLink =
  | { readonly kind: 'mark'; readonly wanted: string | null; readonly before: string | null }
  | {
      readonly kind: 'permission';
      readonly statement: string;
      readonly principal: string;
      /** ARN of what may invoke the alias; null for no such permission. */
      readonly wanted: string | null;
      readonly before: string | null;
    }
  | {
      readonly kind: 'target';
      readonly targetGroup: string;
      /** Is the alias to be the group's target? */
      readonly wanted: boolean;
      readonly before: readonly string[];
    }
  | {
      readonly kind: 'stage-variable';
      readonly apiId: string;
      readonly stage: string;
      readonly name: string;
      readonly before: string | null;
    }
  | {
      readonly kind: 'route';
      readonly apiId: string;
      readonly routeId: string;
      readonly variable: string | null;
      /** The integration is this route's alone and of a function: its URI is changed. Else the route gets one of its own. */
      readonly inPlace: boolean;
      readonly before: { readonly target: string | null; readonly uri: string | null };
    }
  | { readonly kind: 'deployment'; readonly apiId: string; readonly stage: string; readonly before: string | null }
  | {
      readonly kind: 'mapping';
      /** Which of the file's mappings it is; null for one to delete. */
      readonly index: number | null;
      /** For people. */
      readonly source: string;
      /** Null for one to create. */
      readonly uuid: string | null;
      /** Members that change. */
      readonly members: readonly string[];
      /** Those members as they were; of one to delete, its whole body. */
      readonly before: JsonObject;
    };

export interface SourceChange {
  readonly link: SourceLink;
  /** Empty for what only follows from another change. */
  readonly differences: readonly Difference[];
}

const listed = (value: Json | undefined): readonly Json[] =>
  Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];

/** Elements of a list, or the one that stands there by itself, each with its pointer. */
const elements = (value: Json | undefined, at: string): { value: JsonObject; at: string }[] =>
  listed(value).flatMap((element, i) =>
    isObject(element) ? [{ value: element, at: Array.isArray(value) ? pointer(at, i) : at }] : [],
  );

/** The event sources of a rendered definition; none where there is no file. Lists may be left out around one element. */
export function eventSourcesOf(definition: JsonObject | undefined): EventSource[] {
  const push = elements(definition?.['PushEventSources'], '/PushEventSources').flatMap(
    ({ value, at }): EventSource[] => {
      if (typeof value['TargetGroupArn'] === 'string') {
        return [{ kind: 'target-group', at, targetGroup: value['TargetGroupArn'] }];
      }
      if (typeof value['ApiId'] !== 'string' || typeof value['RouteId'] !== 'string') return [];
      const variableKey =
        value['AliasStageVariableName'] === undefined && value['AlaisStageVariableName'] !== undefined
          ? 'AlaisStageVariableName'
          : 'AliasStageVariableName';
      const variable = value[variableKey];
      return [
        {
          kind: 'route',
          at,
          apiId: value['ApiId'],
          routeId: value['RouteId'],
          variable: typeof variable === 'string' && variable !== '' ? variable : null,
          variableKey,
        },
      ];
    },
  );
  const pull = elements(definition?.['PullEventSources'], '/PullEventSources').flatMap((group) =>
    elements(group.value['EventSourceMapping'], `${group.at}/EventSourceMapping`).map(({ value, at }): EventSource => {
      const { FunctionName: _alias, ...body } = value;
      return { kind: 'mapping', at, body };
    }),
  );
  return [...push, ...pull];
}
