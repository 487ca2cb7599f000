/** ECS operations on tags. */
import { AwsFault } from '../fault.ts';
import { text, texts } from '../input.ts';
import type { Operation } from '../service.ts';
import { invalidParameter } from './faults.ts';
import { ecsOf, readTags, showTags } from './lookup.ts';
import type { Ecs, Tags } from './state.ts';

/** The tags of what the ARN names: a cluster, service, task set, task or task definition. */
function tagsOf(ecs: Ecs, arn: string): Tags {
  const [, kind, path] = /^arn:[\w-]+:ecs:[\w-]+:\d{12}:([\w-]+)\/(.+)$/.exec(arn) ?? [];
  const [first = '', second = ''] = (path ?? '').split('/');
  const found = {
    cluster: () => ecs.clusters.get(first)?.tags,
    service: () => ecs.clusters.get(first)?.services.get(second)?.tags,
    'task-set': () =>
      ecs.clusters
        .get(first)
        ?.services.get(second)
        ?.taskSets.find((set) => set.arn === arn)?.tags,
    task: () => ecs.clusters.get(first)?.tasks.get(second)?.request.tags,
    'task-definition': () => {
      const [family = '', revision] = first.split(':');
      return ecs.families.get(family)?.[Number(revision) - 1]?.tags;
    },
  };
  if (kind === undefined || !Object.hasOwn(found, kind))
    throw invalidParameter(`Long arn format must be used for tagging operations: ${arn}`);
  const tags = found[kind as keyof typeof found]();
  if (tags === undefined) throw new AwsFault('ResourceNotFoundException', 'The specified resource could not be found.');
  return tags;
}

const tagResource: Operation = (input, { region }) => {
  const tags = tagsOf(ecsOf(region), text(input, 'resourceArn') ?? '');
  for (const [key, value] of readTags(input)) tags.set(key, value);
  return {};
};

const untagResource: Operation = (input, { region }) => {
  const tags = tagsOf(ecsOf(region), text(input, 'resourceArn') ?? '');
  for (const key of texts(input, 'tagKeys') ?? []) tags.delete(key);
  return {};
};

const listTagsForResource: Operation = (input, { region }) => ({
  tags: showTags(tagsOf(ecsOf(region), text(input, 'resourceArn') ?? '')),
});

export const tagOperations = {
  TagResource: tagResource,
  UntagResource: untagResource,
  ListTagsForResource: listTagsForResource,
};
