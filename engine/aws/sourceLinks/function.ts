/** Links that the function itself holds: the mark of what GitMoxi connected, and permissions to call its alias. */
import {
  AddPermissionCommand,
  RemovePermissionCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-lambda';
import { SOURCES_TAG } from '../../plan/index.ts';
import { orAbsent } from '../errors.ts';
import { readStatements } from '../eventSources.ts';
import { functionOf, GONE, type LinkKind, type LinkPlace, type Of, setOrOpen } from './link.ts';

export const mark: LinkKind<Of<'mark'>> = {
  async look(place, link, way) {
    const { tags } = await functionOf(place);
    return setOrOpen((tags[SOURCES_TAG] ?? null) === (way === 'forward' ? link.wanted : link.before));
  },
  async set(place, link, way) {
    const value = way === 'forward' ? link.wanted : link.before;
    const { arn: Resource } = await functionOf(place);
    if (Resource === undefined) return;
    if (value === null) await place.lambda.send(new UntagResourceCommand({ Resource, TagKeys: [SOURCES_TAG] }));
    else await place.lambda.send(new TagResourceCommand({ Resource, Tags: { [SOURCES_TAG]: value } }));
  },
};

async function permittedSource({ lambda, target, alias }: LinkPlace, statement: string): Promise<string | null> {
  const statements = await readStatements(lambda, target.function, alias);
  return statements.find(({ id }) => id === statement)?.sourceArn ?? null;
}

export const permission: LinkKind<Of<'permission'>> = {
  async look(place, link, way) {
    const there = await permittedSource(place, link.statement);
    return setOrOpen(there === (way === 'forward' ? link.wanted : link.before));
  },
  async set(place, link, way) {
    const SourceArn = way === 'forward' ? link.wanted : link.before;
    const named = { FunctionName: place.target.function, Qualifier: place.alias, StatementId: link.statement };
    const add = () =>
      place.lambda.send(
        new AddPermissionCommand({
          ...named,
          Action: 'lambda:InvokeFunction',
          Principal: link.principal,
          SourceArn: SourceArn ?? '',
        }),
      );
    const remove = () => orAbsent(place.lambda.send(new RemovePermissionCommand(named)), GONE);
    // Done without looking first: a read may be older than the last change.
    if (SourceArn === null) {
      await remove();
    } else if ((await orAbsent(add(), 'ResourceConflictException')) === undefined) {
      if ((await permittedSource(place, link.statement)) === SourceArn) return;
      await remove();
      await add();
    }
  },
};
