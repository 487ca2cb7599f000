/** Services on Spot with on-demand capacity behind it, and shortages of either. */
import { DescribeServicesCommand, DescribeTasksCommand, ListTasksCommand } from '@aws-sdk/client-ecs';
import type { JsonObject } from '../../../engine/json.ts';
import { web } from './fixtures.ts';
import { type Files, Stage } from './stage.ts';

export const SPOT: JsonObject[] = [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }];
export const ON_DEMAND: JsonObject[] = [{ capacityProvider: 'FARGATE', weight: 1 }];

/** Files whose service asks for Spot, and may fall back. */
export function onSpot(files: Files, deployment: JsonObject = {}): Files {
  const { launchType: _none, ...service } = files.service!;
  return {
    ...files,
    service: { ...service, capacityProviderStrategy: SPOT },
    ecsDeployment: {
      fallbackCapacityProviderStrategy: ON_DEMAND,
      ...files.ecsDeployment,
      ...deployment,
    },
  };
}

export const spotWeb = (options: Parameters<typeof web>[0] = {}, deployment: JsonObject = {}): Files =>
  onSpot(web(options), deployment);

/** A scenario rule: a provider has no room in this time, in seconds of the sandbox. */
export const shortage = (provider: 'FARGATE_SPOT' | 'FARGATE', fromSeconds = 0, untilSeconds?: number): object => ({
  when: { capacityProvider: provider, fromSeconds, ...(untilSeconds === undefined ? {} : { untilSeconds }) },
  then: { capacity: 'unavailable' },
});

/** A stage whose cluster has both providers. */
export const spotStage = (rules: readonly object[], given: object = {}): Promise<Stage> =>
  Stage.open({ clusters: [], scenario: { given: { clusters: ['prod'], ...given }, rules } });

/** Where the service's tasks run, and what it says of itself. */
export async function whereRuns(stage: Stage) {
  const { services = [] } = await stage.ecs.send(
    new DescribeServicesCommand({ cluster: 'prod', services: ['web'], include: ['TAGS'] }),
  );
  const [service] = services;
  const { taskArns = [] } = await stage.ecs.send(new ListTasksCommand({ cluster: 'prod', serviceName: 'web' }));
  const { tasks = [] } =
    taskArns.length === 0 ? {} : await stage.ecs.send(new DescribeTasksCommand({ cluster: 'prod', tasks: taskArns }));
  const running = tasks.filter(
    ({ lastStatus, desiredStatus }) => lastStatus === 'RUNNING' && desiredStatus === 'RUNNING',
  );
  return {
    providers: [...new Set(running.map(({ capacityProviderName, launchType }) => capacityProviderName ?? launchType))],
    running: running.length,
    revision: [...new Set(running.map(({ taskDefinitionArn }) => taskDefinitionArn?.replace(/.*\//, '')))].join(),
    strategy: service?.capacityProviderStrategy?.map(({ capacityProvider }) => capacityProvider),
    mark: service?.tags?.find(({ key }) => key === 'gitmoxi:fallback')?.value,
  };
}
