/**
 * What a task's containers write to CloudWatch Logs, and what a task needs of other services before it can start. Owns:
 * nothing. A scenario may make what is needed be there (`strict`); otherwise it is taken to exist.
 */
import { object, objects, text } from '../input.ts';
import type { JsonObject } from '../json.ts';
import { hasLogGroup, writeLog } from '../logs/index.ts';
import type { InitFailure } from '../scenario/index.ts';
import { hasSecret } from '../secretsmanager/index.ts';
import { hasParameter } from '../ssm/index.ts';
import type { Region } from '../world.ts';
import type { Task, TaskContainer, TaskDefinition } from './state.ts';

interface LogTarget {
  readonly region: Region;
  readonly group: string;
  readonly prefix: string | undefined;
  /** The task makes the group where there is none. */
  readonly creates: boolean;
}

/** Where a container's `awslogs` driver writes; undefined for other drivers. */
function logTarget(region: Region, container: JsonObject): LogTarget | undefined {
  const configuration = object(container, 'logConfiguration') ?? {};
  const options = object(configuration, 'options') ?? {};
  const group = text(options, 'awslogs-group');
  if (text(configuration, 'logDriver') !== 'awslogs' || group === undefined) return undefined;
  return {
    region: region.world.region(region.account, text(options, 'awslogs-region') ?? region.name),
    group,
    prefix: text(options, 'awslogs-stream-prefix'),
    creates: text(options, 'awslogs-create-group') === 'true',
  };
}

function containersOf({ definition }: TaskDefinition): readonly JsonObject[] {
  return objects(definition, 'containerDefinitions') ?? [];
}

/** Lets one container of a task log. */
export function logFrom(region: Region, task: Task, container: TaskContainer, lines: readonly string[]): void {
  const { name } = container.spec;
  const given = containersOf(task.request.taskDefinition).find((candidate) => candidate['name'] === name);
  const target = given && logTarget(region, given);
  if (target === undefined) return;
  const stream = target.prefix === undefined ? task.id : `${target.prefix}/${name}/${task.id}`;
  writeLog(target.region, target.group, stream, lines);
}

/** Something that a task needs and a strict scenario does not have. */
export interface Missing {
  readonly failure: InitFailure;
  readonly name: string;
}

/** The first thing missing, in the order in which a starting task asks; undefined when all is there. */
export function missingFor(region: Region, definition: TaskDefinition): Missing | undefined {
  if (region.scenario.given.strict !== true) return undefined;
  const containers = containersOf(definition);
  for (const name of containers.flatMap(secretsOf)) {
    const isSecret = name.includes(':secretsmanager:');
    if (isSecret && !hasSecret(region, name)) return { failure: 'secret-missing', name };
    if (!isSecret && !hasParameter(region, name)) return { failure: 'parameter-missing', name };
  }
  for (const container of containers) {
    const target = logTarget(region, container);
    if (target !== undefined && !target.creates && !hasLogGroup(target.region, target.group)) {
      return { failure: 'log-group-missing', name: target.group };
    }
  }
  return undefined;
}

function secretsOf(container: JsonObject): readonly string[] {
  return (objects(container, 'secrets') ?? []).map((secret) => text(secret, 'valueFrom') ?? '');
}

/** What the definition's first secret is called. */
export function firstSecret(definition: TaskDefinition): string | undefined {
  return containersOf(definition).flatMap(secretsOf)[0];
}
