/** IAM roles, with the services that may assume them. */
import { ListRolesCommand } from '@aws-sdk/client-iam';
import { trustedServices } from '../lookups/roles.ts';
import type { Listing } from './page.ts';

/** Source: IAM API reference, ListRoles: MaxItems. */
const PER_PAGE = 1_000;

function trust(document: string | undefined): string {
  const services = trustedServices(document)?.map((service) => service.replace(/\.amazonaws\.com(\.cn)?$/, ''));
  return services === undefined || services.length === 0 ? 'role' : `role for ${services.join(', ')}`;
}

export const roles: Listing = async ({ clients, region, token: Marker, abortSignal }) => {
  const iam = await clients.iam(region);
  const page = await iam.send(new ListRolesCommand({ MaxItems: PER_PAGE, Marker }), { abortSignal });
  const things = (page.Roles ?? []).map(({ Arn = '', AssumeRolePolicyDocument }) => ({
    id: Arn,
    detail: trust(AssumeRolePolicyDocument),
  }));
  return { things, token: page.IsTruncated ? page.Marker : undefined };
};
