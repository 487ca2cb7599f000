/**
 * Desired state: what a workload's rendered files ask for, as AWS requests plus settings. Pure.
 *
 * It may hold secrets (an environment variable from a sensitive Terraform output): it is passed to AWS and compared,
 * and is never stored, logged or shown. `digest` of it is what a record keeps.
 */
import type { JsonObject } from '../json.ts';
import type { EcsSettings, LambdaSettings } from './settings.ts';
import type { EcsTarget, LambdaTarget } from './target.ts';

export interface EcsDesired {
  readonly kind: 'ecs';
  readonly target: EcsTarget;
  /** CreateService's request body, as rendered. */
  readonly service: JsonObject;
  /** RegisterTaskDefinition's request body; undefined where the service definition names a task definition itself. */
  readonly taskDefinition: JsonObject | undefined;
  readonly settings: EcsSettings;
  /** Texts of sensitive inputs, to be taken out of whatever AWS says. */
  readonly secrets: readonly string[];
}

export interface LambdaDesired {
  readonly kind: 'lambda';
  readonly target: LambdaTarget;
  /** CreateFunction's request body, as rendered. */
  readonly function: JsonObject;
  /** The rendered event source definition, where there is one. */
  readonly eventSources: JsonObject | undefined;
  readonly settings: LambdaSettings;
  readonly secrets: readonly string[];
}

export type Desired = EcsDesired | LambdaDesired;

/** Keys that GitMoxi writes on what it makes; comparisons leave them out. */
export const OWN_TAG_PREFIX = 'gitmoxi:';
