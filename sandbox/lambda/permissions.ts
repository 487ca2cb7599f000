/** Whether a service may invoke a function, by the resource policies that AddPermission made. Pure. */
import { object, text } from '../input.ts';
import { matchesGlob } from '../scenario/index.ts';
import type { Region } from '../world.ts';
import { lambdaOf } from './functions.ts';
import { findVersion, readFunctionName } from './lookup.ts';

/**
 * @param functionArn of the function, or of one of its versions or aliases; the policy of that very qualifier counts
 * @param principal for example `elasticloadbalancing.amazonaws.com`
 * @param sourceArn what invokes, for statements that name a source
 */
export function mayInvoke(region: Region, functionArn: string, principal: string, sourceArn: string): boolean {
  const { name, qualifier } = readFunctionName(functionArn);
  const fn = lambdaOf(region).functions.get(name);
  if (fn === undefined || findVersion(fn, qualifier) === undefined) return false;
  const statements = fn.policies.get(qualifier ?? '$LATEST')?.statements.values() ?? [];
  return [...statements].some((statement) => {
    const condition = object(statement, 'Condition') ?? {};
    const source = text(object(condition, 'ArnLike') ?? {}, 'AWS:SourceArn');
    const account = text(object(condition, 'StringEquals') ?? {}, 'AWS:SourceAccount');
    return (
      text(object(statement, 'Principal') ?? {}, 'Service') === principal &&
      (source === undefined || matchesGlob(source, sourceArn)) &&
      (account === undefined || account === region.account)
    );
  });
}
