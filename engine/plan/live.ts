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
  /** AWS's error code, for example `AccessDeniedException`. */
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
  readonly requestId: string | undefined;
  /** The same call may go through later: throttling, time-outs, 5xx, lost connections. */
  readonly passing: boolean;
}
