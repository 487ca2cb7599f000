/**
 * What a rollout's own doings are called in its events: each is told once, in the words of who reads along. Pure.
 */
import type { JsonObject } from '../json.ts';
import { taskDefinitionName } from '../plan/index.ts';
import type { Action } from './actions.ts';
import { linkDone } from './lambdaEventSources.ts';
import { type EventDraft, isFinal, type Phase, type Progress, type RolloutRecord } from './record.ts';
import type { ForwardWeights } from './weights.ts';

/** What a phase is about. Final phases are told by the rollout's last words. */
const PHASE_WORDS: Partial<Record<Phase, string>> = {
  preparing: 'preparing what is to serve',
  launching: 'launching the new revision',
  stabilizing: 'waiting for the new revision to be stable',
  shifting: 'moving traffic to the new revision',
  finishing: 'finishing',
  'rolling back': 'going back to what was before',
};

/**
 * A change that was made.
 *
 * @param data the handles of what was made
 * @param asked what was said when it was begun
 */
export function doneWords(action: Action, data: JsonObject, asked: string): string {
  switch (action.type) {
    case 'ecs.register-task-definition':
      return `registered ${taskDefinitionName(String(data['taskDefinitionArn']))}`;
    case 'ecs.create-service':
      return 'created the service';
    case 'ecs.update-service':
      return data['deploymentId']
        ? `updated the service: its deployment is ${data['deploymentId']}`
        : 'updated the service';
    case 'ecs.restore-service':
      return data['deploymentId']
        ? `put the service back: its deployment is ${data['deploymentId']}`
        : 'put the service back';
    case 'ecs.stop-service-deployment':
      return 'asked ECS to roll the deployment back';
    case 'ecs.continue-service-deployment':
      return `answered the hook ${action.hook}: the deployment goes on`;
    case 'ecs.create-task-set':
      return `created the task set ${data['taskSet']}`;
    case 'ecs.set-primary-task-set':
      return `${action.taskSet} is the primary task set`;
    case 'ecs.delete-task-set':
      return `asked ECS to delete the task set ${action.taskSet}`;
    case 'ecs.delete-service':
      return 'asked ECS to delete the service';
    case 'ecs.deregister-task-definition':
      return action.taskDefinition === null
        ? 'nothing is left registered'
        : `deregistered ${taskDefinitionName(action.taskDefinition)}`;
    case 'ecs.tag-service':
      return 'tagged the service';
    case 'ecs.mark-fallback':
      return action.mark === null
        ? 'the service is no longer tagged as running on its fallback'
        : 'tagged the service as running on its fallback';
    case 'elb.set-weights':
      return `set ${action.forwards.map(weightWords).join('; ')}`;
    case 'lambda.create-function':
      return 'created the function';
    case 'lambda.update-configuration':
      return "Lambda has taken the function's configuration";
    case 'lambda.update-code':
      return "Lambda has taken the function's code";
    case 'lambda.tag-function':
      return 'tagged the function';
    case 'lambda.restore-configuration':
      return `Lambda has taken the configuration of version ${action.version}`;
    case 'lambda.restore-code':
      return `Lambda has taken the code of version ${action.version}`;
    case 'lambda.delete-function':
    case 'lambda.delete-own-function':
      return 'deleted the function';
    case 'lambda.delete-version':
      return `deleted version ${action.version}`;
    case 'lambda.delete-alias':
      return `deleted the alias ${action.alias}`;
    case 'lambda.publish-version':
      return data['published'] === true
        ? `published version ${data['version']}`
        : `version ${data['version']} has it already: nothing was published`;
    case 'lambda.create-alias':
      return `the alias ${action.alias} points to version ${action.version}`;
    case 'lambda.set-alias':
      return action.additional === undefined
        ? `the alias ${action.alias} points to version ${action.version}`
        : `the alias ${action.alias} points to version ${action.version}, and for ${action.additional.percent} % to version ${action.additional.version}`;
    case 'lambda.set-link':
      return linkDone(action.link, action.way);
    case 'lambda.set-provisioned':
      return action.executions === null
        ? `version ${action.version} has no provisioned concurrency any more`
        : `asked Lambda to keep ${action.executions} executions of version ${action.version} ready`;
    case 'lambda.retire':
      return retiredWords(data);
    default:
      return `done: ${asked}`;
  }
}

function retiredWords({ deleted, kept }: JsonObject): string {
  const gone = Array.isArray(deleted) && deleted.length > 0 ? [`deleted version ${deleted.join(', ')}`] : [];
  const staying = Array.isArray(kept) ? kept : [];
  return [...gone, ...staying].join('; ') || 'nothing is left to delete';
}

const nameOf = (arn: string): string => arn.split('/').at(-2) ?? arn;

/** Target groups by their names, which stand last but one in their ARNs. */
function weightWords({ kind, weights }: ForwardWeights): string {
  return `a ${kind}'s weights to ${Object.entries(weights)
    .map(([group, weight]) => `${nameOf(group)} ${weight}`)
    .join(', ')}`;
}

/** Stages have events of their own. */
const countsOf = ({ ready, desired, trafficPercent }: Progress): string => `${ready}/${desired} ${trafficPercent}`;

/** The events that follow from what a record became. */
export function changes(before: RolloutRecord, after: RolloutRecord): EventDraft[] {
  const events: EventDraft[] = [];
  if (isFinal(after.phase)) return [ended(after)];
  if (after.phase !== before.phase) {
    const message = PHASE_WORDS[after.phase] ?? after.message;
    events.push({ code: 'rollout.phase', message, data: { from: before.phase, to: after.phase } });
  }
  if (after.pending !== null) {
    events.push({ code: 'action.started', message: after.message, data: { action: after.pending.type } });
  } else if (countsOf(before.progress) !== countsOf(after.progress)) {
    events.push({ code: 'rollout.progress', message: after.message, data: { ...after.progress } });
  }
  return events;
}

function ended({ phase, message, failure }: RolloutRecord): EventDraft {
  const level = phase === 'succeeded' ? 'info' : phase === 'failed' ? 'error' : 'warning';
  const data: JsonObject =
    failure === null
      ? {}
      : { class: failure.class, cause: failure.cause ?? null, next: failure.next, evidence: [...failure.evidence] };
  return { code: 'rollout.ended', level, message, data };
}
