/** A service whose traffic ECS itself shifts: behind a production listener, and a test listener where it is asked for. */
import {
  DescribeServiceDeploymentsCommand,
  DescribeServicesCommand,
  ListServiceDeploymentsCommand,
  ListTaskDefinitionsCommand,
} from '@aws-sdk/client-ecs';
import {
  CreateListenerCommand,
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
  ModifyListenerCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { JsonObject } from '../../../engine/json.ts';
import { web } from './fixtures.ts';
import type { Files, Stage } from './stage.ts';

const ROLE = 'arn:aws:iam::123456789012:role/ecsInfrastructure';

/** What a sandbox has before: one listener that gives the first group everything. */
export const SHIFTED_GIVEN = {
  alarms: [{ name: 'errors', state: 'OK' }],
  targetGroups: [
    { name: 'blue', loadBalancer: 'shop', healthCheckIntervalSeconds: 5, deregistrationDelaySeconds: 10 },
    { name: 'green', loadBalancer: 'shop', healthCheckIntervalSeconds: 5, deregistrationDelaySeconds: 10 },
  ],
};

export interface Shifted {
  readonly loadBalancers: readonly JsonObject[];
  /** Weights of the production listener: blue, green. */
  weights(): Promise<(number | undefined)[]>;
  /** Sets them, as somebody else would. */
  set(blue: number, green: number): Promise<void>;
}

const clientOf = (stage: Stage) => new ElasticLoadBalancingV2Client(stage.client);

/** @param withTest whether there is a test listener too */
export async function shifted(stage: Stage, withTest = false): Promise<Shifted> {
  const elb = clientOf(stage);
  const { TargetGroups = [] } = await elb.send(new DescribeTargetGroupsCommand({}));
  const groupOf = (name: string) => TargetGroups.find((group) => group.TargetGroupName === name)?.TargetGroupArn ?? '';
  const [blue, green] = [groupOf('blue'), groupOf('green')];
  const { LoadBalancers } = await elb.send(new DescribeLoadBalancersCommand({ Names: ['shop'] }));
  const LoadBalancerArn = LoadBalancers?.[0]?.LoadBalancerArn ?? '';
  const { Listeners } = await elb.send(new DescribeListenersCommand({ LoadBalancerArn }));
  const production = Listeners?.[0]?.ListenerArn ?? '';
  const test = withTest
    ? await elb.send(
        new CreateListenerCommand({
          LoadBalancerArn,
          Port: 8080,
          Protocol: 'HTTP',
          DefaultActions: [{ Type: 'forward', TargetGroupArn: blue }],
        }),
      )
    : undefined;
  elb.destroy();
  const advancedConfiguration: JsonObject = {
    alternateTargetGroupArn: green,
    productionListenerRule: production,
    ...(test ? { testListenerRule: test.Listeners?.[0]?.ListenerArn ?? '' } : {}),
    roleArn: ROLE,
  };
  return {
    loadBalancers: [{ targetGroupArn: blue, containerName: 'web', containerPort: 8080, advancedConfiguration }],
    async set(...weights) {
      const client = clientOf(stage);
      const TargetGroups = [blue, green].map((TargetGroupArn, i) => ({ TargetGroupArn, Weight: weights[i] }));
      const DefaultActions = [{ Type: 'forward' as const, ForwardConfig: { TargetGroups } }];
      await client.send(new ModifyListenerCommand({ ListenerArn: production, DefaultActions }));
      client.destroy();
    },
    async weights() {
      const client = clientOf(stage);
      const found = await client.send(new DescribeListenersCommand({ ListenerArns: [production] }));
      client.destroy();
      const shares = found.Listeners?.[0]?.DefaultActions?.[0]?.ForwardConfig?.TargetGroups ?? [];
      return [blue, green].map((group) => shares.find(({ TargetGroupArn }) => TargetGroupArn === group)?.Weight);
    },
  };
}

export const pauseAt = (stage: string, timeoutConfiguration: JsonObject = {}): JsonObject => ({
  targetType: 'PAUSE',
  lifecycleStages: [stage],
  timeoutConfiguration,
});

export const BLUE_GREEN: JsonObject = { strategy: 'BLUE_GREEN', bakeTimeInMinutes: 5 };

export const CANARY: JsonObject = {
  strategy: 'CANARY',
  bakeTimeInMinutes: 2,
  canaryConfiguration: { canaryPercent: 10, canaryBakeTimeInMinutes: 5 },
};

export const LINEAR: JsonObject = {
  strategy: 'LINEAR',
  bakeTimeInMinutes: 1,
  linearConfiguration: { stepPercent: 50, stepBakeTimeInMinutes: 2 },
};

export function native(
  { loadBalancers }: Shifted,
  deploymentConfiguration: JsonObject,
  image = 'shop/web:1',
  deployment: JsonObject = {},
  service: JsonObject = {},
): Files {
  return web({ image, deployment, service: { loadBalancers, deploymentConfiguration, ...service } });
}

/** How the service stands, without ids and times. */
export async function serviceNow(stage: Stage) {
  const { services } = await stage.ecs.send(new DescribeServicesCommand({ cluster: 'prod', services: ['web'] }));
  const service = services?.[0];
  const active = await stage.ecs.send(new ListTaskDefinitionsCommand({ familyPrefix: 'web', status: 'ACTIVE' }));
  return {
    status: service?.status,
    runs: service?.taskDefinition?.replace(/.*\//, ''),
    counts: [service?.runningCount, service?.desiredCount],
    rollout: service?.deployments?.map(({ rolloutState }) => rolloutState),
    activeRevisions: active.taskDefinitionArns?.length,
  };
}

/** The newest record of a deployment. */
export async function newestDeployment(stage: Stage) {
  const listed = await stage.ecs.send(new ListServiceDeploymentsCommand({ cluster: 'prod', service: 'web' }));
  const serviceDeploymentArns = [listed.serviceDeployments?.[0]?.serviceDeploymentArn ?? ''];
  const { serviceDeployments } = await stage.ecs.send(new DescribeServiceDeploymentsCommand({ serviceDeploymentArns }));
  return serviceDeployments![0]!;
}
