/** A service behind a load balancer, for blue/green rollouts. */
import { DescribeTaskSetsCommand } from '@aws-sdk/client-ecs';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DescribeListenersCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { JsonObject } from '../../../engine/json.ts';
import { web } from './fixtures.ts';
import type { Files, Stage } from './stage.ts';

/**
 * A load balancer with one listener and two target groups, the first of which gets all traffic.
 *
 * @param name of the load balancer; another one than the first also names its groups by it
 */
export async function balanced(stage: Stage, name = 'shop') {
  const elb = new ElasticLoadBalancingV2Client(stage.client);
  const group = async (Name: string) => {
    const made = await elb.send(
      new CreateTargetGroupCommand({ Name, Protocol: 'HTTP', Port: 80, VpcId: 'vpc-0a1b2c3d', TargetType: 'ip' }),
    );
    return made.TargetGroups?.[0]?.TargetGroupArn ?? '';
  };
  const prefix = name === 'shop' ? '' : `${name}-`;
  const [blue, green] = [await group(`${prefix}blue`), await group(`${prefix}green`)];
  const balancer = await elb.send(
    new CreateLoadBalancerCommand({ Name: name, Subnets: ['subnet-0a1b2c3d', 'subnet-1a1b2c3d'] }),
  );
  const LoadBalancerArn = balancer.LoadBalancers?.[0]?.LoadBalancerArn;
  const DefaultActions = [{ Type: 'forward' as const, TargetGroupArn: blue }];
  const listener = await elb.send(
    new CreateListenerCommand({ LoadBalancerArn, Protocol: 'HTTP', Port: 80, DefaultActions }),
  );
  const ListenerArn = listener.Listeners?.[0]?.ListenerArn ?? '';
  const weights = async () => {
    const { Listeners } = await elb.send(new DescribeListenersCommand({ ListenerArns: [ListenerArn] }));
    const groups = Listeners?.[0]?.DefaultActions?.[0]?.ForwardConfig?.TargetGroups ?? [];
    return Object.fromEntries(
      groups.map(({ TargetGroupArn, Weight }) => [TargetGroupArn === blue ? 'blue' : 'green', Weight]),
    );
  };
  return { elb, blue, green, listener: ListenerArn, weights };
}

export function external(
  blue: string,
  green: string,
  image = 'shop/web:1',
  shifting: JsonObject = { type: 'LINEAR', percent: 50, waitInterval: 60 },
  rest: JsonObject = {},
): Files {
  const plain = web({ image });
  return {
    ...plain,
    service: {
      ...plain.service!,
      deploymentController: { type: 'EXTERNAL' },
      loadBalancers: [{ targetGroupArn: blue, containerName: 'web', containerPort: 8080 }],
    },
    ecsDeployment: {
      stabilityCheck: { timeout: 600, pollInterval: 10 },
      gmDeploymentCircuitBreaker: { failureThreshold: 2 },
      trafficShiftingConfig: shifting,
      targetGroupArnPairs: [[blue, green]],
      ...rest,
    },
  };
}

/** Status, revision, running tasks and target group of each task set. */
export async function taskSets(stage: Stage) {
  const { taskSets: sets = [] } = await stage.ecs.send(
    new DescribeTaskSetsCommand({ cluster: 'prod', service: 'web' }),
  );
  return sets.map(({ status, taskDefinition, runningCount, loadBalancers }) => [
    status,
    taskDefinition?.replace(/.*\//, ''),
    runningCount,
    loadBalancers?.[0]?.targetGroupArn,
  ]);
}
