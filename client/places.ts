/** Where a workload is in AWS, for people who want to look there: its ARN, and its page in the console. Pure. */
import type { Target } from '../engine/index.ts';

/** China and GovCloud are partitions of their own. */
function partitionOf(region: string): { readonly name: string; readonly console: string } {
  if (region.startsWith('cn-')) return { name: 'aws-cn', console: 'console.amazonaws.cn' };
  if (region.startsWith('us-gov-')) return { name: 'aws-us-gov', console: 'console.amazonaws-us-gov.com' };
  return { name: 'aws', console: `${region}.console.aws.amazon.com` };
}

/** Undefined where the account or region is not known. */
export function arnOf(target: Target): string | undefined {
  const { account, region } = target;
  if (account === undefined || region === undefined) return undefined;
  const { name } = partitionOf(region);
  return target.kind === 'ecs'
    ? `arn:${name}:ecs:${region}:${account}:service/${target.cluster}/${target.service}`
    : `arn:${name}:lambda:${region}:${account}:function:${target.function}`;
}

/** Undefined where the region is not known. */
export function consoleUrl(target: Target): string | undefined {
  const { region } = target;
  if (region === undefined) return undefined;
  const root = `https://${partitionOf(region).console}`;
  const part = encodeURIComponent;
  return target.kind === 'ecs'
    ? `${root}/ecs/v2/clusters/${part(target.cluster)}/services/${part(target.service)}/health?region=${part(region)}`
    : `${root}/lambda/home?region=${part(region)}#/functions/${part(target.function)}`;
}
