/** Target groups and the health of their targets. */
import { DescribeTargetGroupsCommand, DescribeTargetHealthCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { type Lookup, oneOf } from './lookup.ts';

const saysAbsent = oneOf('TargetGroupNotFound', 'TargetGroupNotFoundException');

export const targetGroups: Lookup<'target-group'> = {
  // AWS publishes no limit; requests are kept short.
  most: 20,
  saysAbsent,
  async ask(clients, region, ids, abortSignal) {
    const elb = await clients.elb(region);
    const command = new DescribeTargetGroupsCommand({ TargetGroupArns: [...ids] });
    const { TargetGroups = [] } = await elb.send(command, { abortSignal });
    return new Map(
      TargetGroups.map((one) => [
        one.TargetGroupArn ?? '',
        { type: one.TargetType ?? '', loadBalancers: one.LoadBalancerArns?.length ?? 0 },
      ]),
    );
  },
};

export const targets: Lookup<'targets'> = {
  most: 1,
  saysAbsent,
  async ask(clients, region, [id = ''], abortSignal) {
    const elb = await clients.elb(region);
    const command = new DescribeTargetHealthCommand({ TargetGroupArn: id });
    const { TargetHealthDescriptions = [] } = await elb.send(command, { abortSignal });
    const states = TargetHealthDescriptions.map(({ TargetHealth }) => TargetHealth?.State);
    const count = (...wanted: readonly string[]) => states.filter((state) => wanted.includes(state ?? '')).length;
    const healthy = count('healthy');
    // A target that drains serves no new request.
    const draining = count('unhealthy.draining', 'draining');
    const unhealthy = count('unhealthy');
    return new Map([[id, { healthy, unhealthy, draining, other: states.length - healthy - unhealthy - draining }]]);
  },
};
