/** A service behind one listener rule with two target groups, for tests of ECS's own traffic shifting. */
import assert from 'node:assert/strict';
import {
  type CreateServiceCommandInput,
  DescribeServiceDeploymentsCommand,
  ListServiceDeploymentsCommand,
  type ServiceDeployment,
  UpdateServiceCommand,
  type UpdateServiceCommandInput,
} from '@aws-sdk/client-ecs';
import {
  CreateListenerCommand,
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTargetGroupsCommand,
  type Listener,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { type Aws, createService, describe1, MINUTE, register, SECOND } from '../aws.ts';

export const GIVEN = {
  clusters: ['main'],
  alarms: [{ name: 'errors' }],
  targetGroups: [
    { name: 'blue', loadBalancer: 'front', rule: 10, healthCheckIntervalSeconds: 5, deregistrationDelaySeconds: 10 },
    { name: 'green', loadBalancer: 'front', rule: 10, healthCheckIntervalSeconds: 5, deregistrationDelaySeconds: 10 },
  ],
};
export const PORT = { portMappings: [{ containerPort: 80 }] };
export const ROLE = 'arn:aws:iam::111122223333:role/ecsInfrastructure';

export interface Front {
  readonly rule: string;
  readonly test: string;
  readonly groups: { readonly blue: string; readonly green: string };
  readonly loadBalancers: NonNullable<CreateServiceCommandInput['loadBalancers']>;
}

/** The first listener of a load balancer. */
export async function listenerOf(aws: Aws, name: string): Promise<Listener> {
  const { LoadBalancers = [] } = await aws.elbv2.send(new DescribeLoadBalancersCommand({ Names: [name] }));
  const { LoadBalancerArn } = LoadBalancers[0]!;
  const { Listeners = [] } = await aws.elbv2.send(new DescribeListenersCommand({ LoadBalancerArn }));
  return Listeners[0]!;
}

export async function front(aws: Aws): Promise<Front> {
  const { TargetGroups = [] } = await aws.elbv2.send(new DescribeTargetGroupsCommand({}));
  const arnOf = (name: string) => TargetGroups.find((group) => group.TargetGroupName === name)?.TargetGroupArn ?? '';
  const groups = { blue: arnOf('blue'), green: arnOf('green') };
  const { LoadBalancerArn, ListenerArn } = await listenerOf(aws, 'front');
  const { Rules = [] } = await aws.elbv2.send(new DescribeRulesCommand({ ListenerArn }));
  const rule = Rules.find(({ Priority }) => Priority === '10')?.RuleArn ?? '';
  const created = await aws.elbv2.send(
    new CreateListenerCommand({
      LoadBalancerArn,
      Port: 8080,
      Protocol: 'HTTP',
      DefaultActions: [{ Type: 'forward', TargetGroupArn: groups.blue }],
    }),
  );
  const test = created.Listeners?.[0]?.ListenerArn ?? '';
  const advancedConfiguration = {
    alternateTargetGroupArn: groups.green,
    productionListenerRule: rule,
    testListenerRule: test,
    roleArn: ROLE,
  };
  const balancer = { targetGroupArn: groups.blue, containerName: 'app', containerPort: 80, advancedConfiguration };
  return { rule, test, groups, loadBalancers: [balancer] };
}

/** Weights of the two groups on a rule, or on a listener's default rule: blue, green. */
export async function weights(aws: Aws, { rule, groups }: Front, arn = rule): Promise<(number | undefined)[]> {
  const isListener = arn.includes(':listener/');
  const actions = isListener
    ? (await aws.elbv2.send(new DescribeListenersCommand({ ListenerArns: [arn] }))).Listeners?.[0]?.DefaultActions
    : (await aws.elbv2.send(new DescribeRulesCommand({ RuleArns: [arn] }))).Rules?.[0]?.Actions;
  const shares = actions?.[0]?.ForwardConfig?.TargetGroups ?? [];
  return [groups.blue, groups.green].map(
    (group) => shares.find(({ TargetGroupArn }) => TargetGroupArn === group)?.Weight,
  );
}

export type Configuration = NonNullable<CreateServiceCommandInput['deploymentConfiguration']>;

export const BLUE_GREEN: Configuration = { strategy: 'BLUE_GREEN', bakeTimeInMinutes: 5 };

/** A service whose first deployment is complete. */
export async function served(aws: Aws, deploymentConfiguration: Configuration, desiredCount = 2): Promise<Front> {
  const there = await front(aws);
  const taskDefinition = await register(aws, 'shop:1', PORT);
  await createService(aws, taskDefinition, {
    desiredCount,
    loadBalancers: there.loadBalancers,
    deploymentConfiguration,
  });
  await aws.clock.advance(5 * MINUTE);
  assert.equal((await describe1(aws)).deployments?.[0]?.rolloutState, 'COMPLETED');
  return there;
}

export async function update(
  aws: Aws,
  image = 'shop:2',
  input: Partial<UpdateServiceCommandInput> = {},
): Promise<void> {
  const taskDefinition = await register(aws, image, PORT);
  await aws.ecs.send(new UpdateServiceCommand({ cluster: 'main', service: 'web', taskDefinition, ...input }));
}

export async function deployment(aws: Aws, arn?: string): Promise<ServiceDeployment> {
  const list = new ListServiceDeploymentsCommand({ cluster: 'main', service: 'web' });
  const newest = arn ?? (await aws.ecs.send(list)).serviceDeployments?.[0]?.serviceDeploymentArn ?? '';
  const describe = new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [newest] });
  return (await aws.ecs.send(describe)).serviceDeployments![0]!;
}

/** Moves time until the deployment is there, and gives it; at most six hours. */
export async function until(aws: Aws, is: (deployment: ServiceDeployment) => boolean): Promise<ServiceDeployment> {
  for (let i = 0; i < 6 * 3600; i += 2) {
    const now = await deployment(aws);
    if (is(now)) return now;
    await aws.clock.advance(2 * SECOND);
  }
  assert.fail(`still ${(await deployment(aws)).lifecycleStage}`);
}
