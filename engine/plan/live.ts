/**
 * Live state: what AWS says about a target now, in AWS's own spelling, as far as a plan needs it. `engine/aws` reads
 * it; this module owns the shape.
 */
import type { JsonObject } from '../json.ts';

export interface LiveEcs {
  readonly kind: 'ecs';
  /** DescribeServices' answer for the service, tags included; undefined when no such service is ACTIVE. */
  readonly service: JsonObject | undefined;
  /** The service's task definition as DescribeTaskDefinition gives it, with `tags` put beside its members. */
  readonly taskDefinition: JsonObject | undefined;
}

export interface LiveLambda {
  readonly kind: 'lambda';
  /** `$LATEST`'s configuration; undefined when there is no such function. */
  readonly latest: JsonObject | undefined;
  /** Where `$LATEST`'s code came from (GetFunction's `Code`), without the signed `Location`. */
  readonly code: JsonObject | undefined;
  readonly tags: Readonly<Record<string, string>>;
  /** GetAlias' answer; undefined when there is no such alias. */
  readonly alias: JsonObject | undefined;
  /** The configuration of the version that the alias points to: what serves. */
  readonly serving: JsonObject | undefined;
  /** What invokes the alias; undefined where nothing is asked for and nothing was connected. */
  readonly eventSources: LiveEventSources | undefined;
  /** Provisioned concurrency by qualifier, as requested; undefined where nobody asked. */
  readonly provisioned: Readonly<Record<string, number>> | undefined;
}

/** What is connected to an alias, and the state of what is to be connected. */
export interface LiveEventSources {
  /** Of the alias's resource policy. */
  readonly statements: readonly {
    readonly id: string;
    readonly principal: string;
    readonly sourceArn: string;
  }[];
  readonly targetGroups: readonly {
    readonly arn: string;
    /** Target type; null where there is no such group. */
    readonly type: string | null;
    readonly targets: readonly string[];
  }[];
  readonly routes: readonly LiveRoute[];
  /** Mappings of the asked-for sources to this function, and all of the alias. */
  readonly mappings: readonly LiveMapping[];
}

export interface LiveRoute {
  readonly apiId: string;
  readonly routeId: string;
  /** What does not exist. */
  readonly missing: 'api' | 'route' | null;
  /** For example `GET /orders`. */
  readonly key: string;
  /** `integrations/…`. */
  readonly target: string | null;
  readonly integration: {
    readonly uri: string;
    /** Is it a proxy integration with a function? */
    readonly isOfFunction: boolean;
    /** Has another route of the API the same one? */
    readonly isShared: boolean;
  } | null;
  readonly stages: readonly {
    readonly name: string;
    readonly deploysItself: boolean;
    readonly deployment: string | null;
    readonly variables: Readonly<Record<string, string>>;
  }[];
}

export interface LiveMapping {
  readonly uuid: string;
  readonly functionArn: string;
  /** Members of CreateEventSourceMapping, `Enabled` by its state, `Tags` without GitMoxi's and AWS's own. */
  readonly body: JsonObject;
  /** Did GitMoxi make it? */
  readonly isOurs: boolean;
}

export type Live = LiveEcs | LiveLambda;

/** Is there a service or function? */
export const exists = (live: Live): boolean =>
  live.kind === 'ecs' ? live.service !== undefined : live.latest !== undefined;

/** What serves: the service's task definition (ARN), or the version that the alias gives all traffic to. */
export function servingOf(live: Live): string | null {
  if (live.kind === 'ecs') return live.service === undefined ? null : String(live.service['taskDefinition'] ?? '');
  return live.alias === undefined ? null : String(live.alias['FunctionVersion']);
}

/** Why a target's live state could not be read. */
export interface LiveFailure {
  readonly kind: 'failure';
  /**
   * AWS's error code, for example `AccessDeniedException`; or where AWS was not heard, a code of our own such as
   * `aws.unreachable`, and then the message is a whole sentence.
   */
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
  readonly requestId: string | undefined;
  /** The same call may go through later: throttling, time-outs, 5xx, lost connections. */
  readonly passing: boolean;
}

/** Is it a code of our own, and none of AWS's? */
export const isOurs = (code: string): boolean => code.startsWith('aws.');
