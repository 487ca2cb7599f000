/**
 * Desired state: what a workload's rendered files ask for, as AWS requests plus settings. Pure.
 *
 * It may hold secrets (an environment variable from a sensitive Terraform output): it is passed to AWS and compared,
 * and is never stored, logged or shown. `digest` of it is what a record keeps.
 */
import { type CheckedWorkload, objectOf } from '../check/checked.ts';
import type { JsonObject } from '../json.ts';
import { secretTexts } from '../redact.ts';
import type { Live, LiveEcs } from './live.ts';
import { type EcsSettings, ecsSettings, environmentOf, type LambdaSettings, lambdaSettings } from './settings.ts';
import { type EventSource, eventSourcesOf } from './sources.ts';
import {
  type EcsTarget,
  ecsTarget,
  type LambdaTarget,
  lambdaTarget,
  type Surroundings,
  type Target,
} from './target.ts';

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

/** What has to be read of a target to compare it with what is asked for, beyond the target itself. */
export function wantedFor(desired: Desired | undefined): {
  readonly alias?: string;
  readonly eventSources?: readonly EventSource[];
  readonly provisioned?: boolean;
} {
  if (desired?.kind !== 'lambda') return {};
  const { settings, eventSources } = desired;
  return {
    alias: settings.alias,
    eventSources: eventSourcesOf(eventSources),
    provisioned: settings.provisionedConcurrency !== null,
  };
}

/** Keys that GitMoxi writes on what it makes; comparisons leave them out. */
export const OWN_TAG_PREFIX = 'gitmoxi:';

/** The target of a workload, as far as its files render. */
export function targetOf(workload: CheckedWorkload, surroundings: Surroundings): Target | undefined {
  if (workload.kind === 'ecs') {
    const service = objectOf(workload, 'service');
    const environment = environmentOf(objectOf(workload, 'deployment'));
    return service && ecsTarget(service, { ...surroundings, ...environment });
  }
  const definition = objectOf(workload, 'function');
  const environment = environmentOf(objectOf(workload, 'deployment'));
  return definition && lambdaTarget(definition, { ...surroundings, ...environment });
}

/** Live `desiredCount` counts where the file leaves the number to others. */
function desiredCount(service: JsonObject, live: LiveEcs | undefined): number {
  const said = service['desiredCount'] ?? live?.service?.['desiredCount'];
  return typeof said === 'number' ? said : 1;
}

/** Texts of a workload's sensitive inputs. */
export const secretsOf = (workload: CheckedWorkload): string[] =>
  [...workload.inputs.values()].flatMap(({ sensitive, value }) => (sensitive ? secretTexts(value) : []));

/** What the files ask for; undefined when they do not render far enough. */
export function desiredOf(
  workload: CheckedWorkload,
  surroundings: Surroundings,
  live: Live | undefined,
): Desired | undefined {
  const target = targetOf(workload, surroundings);
  const deployment = objectOf(workload, 'deployment');
  const secrets = secretsOf(workload);
  if (target?.kind === 'ecs') {
    const service = objectOf(workload, 'service')!;
    const count = desiredCount(service, live?.kind === 'ecs' ? live : undefined);
    const taskDefinition = objectOf(workload, 'task');
    return { kind: 'ecs', target, service, taskDefinition, settings: ecsSettings(deployment, count), secrets };
  }
  if (target?.kind === 'lambda') {
    return {
      kind: 'lambda',
      target,
      function: objectOf(workload, 'function')!,
      eventSources: objectOf(workload, 'eventSource'),
      settings: lambdaSettings(deployment, objectOf(workload, 'function')),
      secrets,
    };
  }
  return undefined;
}
