/** One link of an event source: how it is looked at and set, and what all kinds of links need. */
import { GetAliasCommand, GetFunctionCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import type { LambdaTarget, SourceLink } from '../../plan/index.ts';
import type { ActionContext, LinkStateSeen, LinkWay } from '../../rollout/index.ts';
import type { Clients } from '../clients.ts';
import { orAbsent } from '../errors.ts';

/** What links are set on. */
export interface LinkPlace {
  readonly clients: Clients;
  readonly lambda: LambdaClient;
  readonly target: LambdaTarget;
  readonly alias: string;
}

export interface Setting extends LinkPlace {
  readonly context: ActionContext;
}

export type Of<K extends SourceLink['kind']> = Extract<SourceLink, { kind: K }>;

export interface LinkKind<L extends SourceLink> {
  look(place: LinkPlace, link: L, way: LinkWay): Promise<LinkStateSeen>;
  set(setting: Setting, link: L, way: LinkWay): Promise<void>;
}

export const GONE = 'ResourceNotFoundException';

export const setOrOpen = (isSet: boolean): LinkStateSeen => (isSet ? 'set' : 'open');

/** Undefined where there is no such alias. */
export async function aliasArnOf({ lambda, target, alias }: LinkPlace): Promise<string | undefined> {
  const found = await orAbsent(lambda.send(new GetAliasCommand({ FunctionName: target.function, Name: alias })), GONE);
  return found?.AliasArn;
}

export async function functionOf({ lambda, target }: LinkPlace) {
  const got = await orAbsent(lambda.send(new GetFunctionCommand({ FunctionName: target.function })), GONE);
  return { arn: got?.Configuration?.FunctionArn, tags: got?.Tags ?? {} };
}
