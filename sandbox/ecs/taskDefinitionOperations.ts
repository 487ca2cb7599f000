/** ECS operations on task definitions. */
import { text, texts } from '../input.ts';
import type { Output } from '../json.ts';
import type { Operation } from '../service.ts';
import { clientFault, invalidParameter } from './faults.ts';
import { ecsOf, ecsPage, findTaskDefinition, readTags, seconds, showTags } from './lookup.ts';
import type { TaskDefinition } from './state.ts';
import { readTaskDefinition } from './taskDefinitions.ts';

export function showTaskDefinition(definition: TaskDefinition): Output {
  return {
    taskDefinitionArn: definition.arn,
    ...definition.definition,
    revision: definition.revision,
    status: definition.status,
    registeredAt: seconds(definition.registeredAt),
    registeredBy: definition.registeredBy,
    deregisteredAt: seconds(definition.deregisteredAt),
  };
}

const registerTaskDefinition: Operation = (input, { region, caller }) => {
  const ecs = ecsOf(region);
  const { family, definition, containers } = readTaskDefinition(input);
  const tags = readTags(input);
  const revisions = ecs.families.get(family) ?? [];
  const revision = revisions.length + 1;
  const registered: TaskDefinition = {
    arn: region.arn('ecs', `task-definition/${family}:${revision}`),
    family,
    revision,
    status: 'ACTIVE',
    definition,
    containers,
    tags,
    registeredAt: region.now,
    registeredBy: caller.arn,
    deregisteredAt: undefined,
  };
  ecs.families.set(family, [...revisions, registered]);
  return { taskDefinition: showTaskDefinition(registered), ...(tags.size > 0 ? { tags: showTags(tags) } : {}) };
};

const describeTaskDefinition: Operation = (input, { region }) => {
  const definition = findTaskDefinition(ecsOf(region), text(input, 'taskDefinition') ?? '');
  if (definition === undefined) throw clientFault('Unable to describe task definition.');
  const withTags = texts(input, 'include')?.includes('TAGS');
  return {
    taskDefinition: showTaskDefinition(definition),
    ...(withTags ? { tags: showTags(definition.tags) } : {}),
  };
};

const deregisterTaskDefinition: Operation = (input, { region }) => {
  const reference = text(input, 'taskDefinition') ?? '';
  if (!/:\d+$/.test(reference)) {
    const number = /:([^/:]+)$/.exec(reference)?.[1];
    if (reference.startsWith('arn:') || number === undefined) throw clientFault('Revision is missing.');
    throw invalidParameter(`Invalid revision number. Number: ${number}`);
  }
  const definition = findTaskDefinition(ecsOf(region), reference);
  if (definition === undefined) throw clientFault('Unable to describe task definition.');
  if (definition.status === 'ACTIVE') {
    definition.status = 'INACTIVE';
    definition.deregisteredAt = region.now;
  }
  return { taskDefinition: showTaskDefinition(definition) };
};

const deleteTaskDefinitions: Operation = (input, { region }) => {
  const ecs = ecsOf(region);
  const references = texts(input, 'taskDefinitions') ?? [];
  if (references.length === 0) throw invalidParameter('taskDefinitions cannot be empty.');
  if (references.length > 10) throw invalidParameter('taskDefinitions can have at most 10 items');
  const failures: Output[] = [];
  const deleted: Output[] = [];
  for (const reference of references) {
    const definition = findTaskDefinition(ecs, reference);
    if (definition === undefined) {
      failures.push({
        arn: reference,
        reason:
          'The specified task definition does not exist. Specify a valid account, family, revision and try again.',
      });
    } else if (definition.status === 'ACTIVE') {
      failures.push({
        arn: definition.arn,
        reason: 'The specified task definition is still in ACTIVE status. Please deregister the target and try again.',
      });
    } else {
      definition.status = 'DELETE_IN_PROGRESS';
      deleted.push(showTaskDefinition(definition));
    }
  }
  return { taskDefinitions: deleted, failures };
};

const listTaskDefinitions: Operation = (input, { region }) => {
  const family = text(input, 'familyPrefix');
  const status = text(input, 'status') ?? 'ACTIVE';
  const families = [...ecsOf(region).families].sort(([a], [b]) => (a < b ? -1 : 1));
  const arns = families
    .filter(([name]) => family === undefined || name === family)
    .flatMap(([, revisions]) => revisions.filter((revision) => revision.status === status).map(({ arn }) => arn));
  if (text(input, 'sort') === 'DESC') arns.reverse();
  const page = ecsPage(region, input, arns, (arn) => arn);
  return { taskDefinitionArns: page.items, nextToken: page.nextToken };
};

const listTaskDefinitionFamilies: Operation = (input, { region }) => {
  const prefix = text(input, 'familyPrefix') ?? '';
  const status = text(input, 'status') ?? 'ALL';
  const families = [...ecsOf(region).families]
    .filter(([name, revisions]) => {
      const isActive = revisions.some((revision) => revision.status === 'ACTIVE');
      return name.startsWith(prefix) && (status === 'ALL' || (status === 'ACTIVE') === isActive);
    })
    .map(([name]) => name)
    .sort();
  const page = ecsPage(region, input, families, (name) => name);
  return { families: page.items, nextToken: page.nextToken };
};

export const taskDefinitionOperations = {
  RegisterTaskDefinition: registerTaskDefinition,
  DescribeTaskDefinition: describeTaskDefinition,
  DeregisterTaskDefinition: deregisterTaskDefinition,
  DeleteTaskDefinitions: deleteTaskDefinitions,
  ListTaskDefinitions: listTaskDefinitions,
  ListTaskDefinitionFamilies: listTaskDefinitionFamilies,
};
