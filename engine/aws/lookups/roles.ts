/** IAM roles and who may assume them. */
import { GetRoleCommand } from '@aws-sdk/client-iam';
import { isObject, type Json } from '../../json.ts';
import { type Lookup, oneOf } from './lookup.ts';

export { IAMClient } from '@aws-sdk/client-iam';

const asList = (value: Json | undefined): readonly Json[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

const ASSUMES = new Set(['sts:assumerole', 'sts:*', '*']);

/**
 * The services that a trust policy lets assume the role; null where it takes more than reading to say: conditions,
 * negations, denials.
 *
 * @param document as IAM gives it: JSON, percent-encoded
 */
export function trustedServices(document: string | undefined): string[] | null {
  if (document === undefined) return null;
  try {
    const policy: unknown = JSON.parse(decodeURIComponent(document));
    const statements = isObject(policy) ? asList(policy['Statement']).filter(isObject) : [];
    if (
      statements.some((one) => one['Effect'] !== 'Allow' || one['Condition'] || one['NotPrincipal'] || one['NotAction'])
    )
      return null;
    return statements
      .filter(({ Action }) => asList(Action).some((action) => ASSUMES.has(String(action).toLowerCase())))
      .flatMap(({ Principal }) => {
        const services = isObject(Principal)
          ? [...asList(Principal['Service']), ...anybody(Principal['AWS'])]
          : anybody(Principal);
        return services.map(String);
      });
  } catch {
    return null;
  }
}

const anybody = (principal: Json | undefined): readonly Json[] => asList(principal).filter((one) => one === '*');

export const roles: Lookup<'role'> = {
  most: 1,
  saysAbsent: oneOf('NoSuchEntity', 'NoSuchEntityException'),
  async ask(clients, region, [id = ''], abortSignal) {
    const iam = await clients.iam(region);
    const RoleName = id.split('/').at(-1)!;
    const { Role } = await iam.send(new GetRoleCommand({ RoleName }), { abortSignal });
    return new Map([[id, { trusts: trustedServices(Role?.AssumeRolePolicyDocument) }]]);
  },
};
