/** How things stand in AWS after a thread was played, without ids and times. */
import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ListTaskDefinitionsCommand,
  ListTasksCommand,
} from '@aws-sdk/client-ecs';
import { GetAliasCommand, ListVersionsByFunctionCommand } from '@aws-sdk/client-lambda';
import type { RunOptions } from '../../../engine/api.ts';
import type { RolloutRecord } from '../../../engine/rollout/index.ts';
import type { Files, Stage } from '../rollout/stage.ts';

const short = (arn = ''): string => arn.replace(/.*\//, '');

/** The service: what it runs, with how many tasks, and which of its revisions are still to be had. */
export async function ecsWorld(stage: Stage, service = 'web') {
  const { services } = await stage.ecs.send(new DescribeServicesCommand({ cluster: 'prod', services: [service] }));
  const { taskDefinition, desiredCount, runningCount, status } = services?.[0] ?? {};
  const described =
    taskDefinition === undefined
      ? undefined
      : (await stage.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }))).taskDefinition;
  const { taskDefinitionArns = [] } = await stage.ecs.send(
    new ListTaskDefinitionsCommand({ familyPrefix: service, status: 'ACTIVE' }),
  );
  return {
    status,
    runs: short(taskDefinition),
    revision: described?.status,
    image: described?.containerDefinitions?.[0]?.image,
    tasks: [runningCount, desiredCount],
    active: taskDefinitionArns.map(short),
  };
}

/** Running tasks by the revision they run. */
export async function runningTasks(stage: Stage): Promise<Record<string, number>> {
  const { taskArns = [] } = await stage.ecs.send(new ListTasksCommand({ cluster: 'prod', serviceName: 'web' }));
  if (taskArns.length === 0) return {};
  const { tasks = [] } = await stage.ecs.send(new DescribeTasksCommand({ cluster: 'prod', tasks: taskArns }));
  const counts: Record<string, number> = {};
  for (const { lastStatus, taskDefinitionArn } of tasks) {
    const name = short(taskDefinitionArn);
    if (lastStatus === 'RUNNING') counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** An alias as version and further shares, and the versions there are. */
export async function lambdaWorld(stage: Stage, alias = 'live') {
  const FunctionName = 'resize';
  const { FunctionVersion, RoutingConfig } = await stage.lambda.send(
    new GetAliasCommand({ FunctionName, Name: alias }),
  );
  const { Versions = [] } = await stage.lambda.send(new ListVersionsByFunctionCommand({ FunctionName }));
  return {
    serves: FunctionVersion,
    shares: { ...RoutingConfig?.AdditionalVersionWeights },
    versions: Versions.map(({ Version }) => Version),
  };
}

/** Deploys to the end and gives the record of it, with its story for when a test fails. */
export async function played(
  stage: Stage,
  files: Files,
  options: Partial<RunOptions> = {},
  path = files['function'] ? 'dev/resize' : 'dev/web',
): Promise<RolloutRecord & { readonly story: string }> {
  const { rollouts } = await stage.deploy(path, files, undefined, options);
  const stored = await stage.store.load(rollouts[0]!.rollout!);
  return { ...stored!.record, story: stage.story().join('\n') };
}

/** Changing calls of a name that AWS has heard so far. */
export const countOf = (stage: Stage, operation: string): number =>
  stage.changes.filter((name) => name === operation).length;

/** Asks something of a rollout once, when it is so far. */
export function askOnce(
  stage: Stage,
  command: Parameters<Stage['store']['ask']>[1],
  when: (record: RolloutRecord) => boolean,
): (record: RolloutRecord) => void {
  let asked = false;
  return (record) => {
    if (asked || !when(record)) return;
    asked = true;
    void stage.store.ask(record.id, command, 'ada@laptop');
  };
}
