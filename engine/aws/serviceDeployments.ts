/** ECS's records of deployments: found, and read in ECS's own words. */
import {
  DescribeServiceDeploymentsCommand,
  DescribeServiceRevisionsCommand,
  type ECSClient,
  ListServiceDeploymentsCommand,
  type ServiceDeployment,
} from '@aws-sdk/client-ecs';
import type { EcsTarget } from '../plan/index.ts';
import type { ServiceDeploymentSeen } from '../rollout/index.ts';
import { batches } from './batching.ts';
import { orAbsent } from './errors.ts';

/** Source: Amazon ECS API reference, DescribeServiceDeployments. */
export const DEPLOYMENTS_PER_CALL = 20;

/** Source: Amazon ECS API reference, DescribeServiceRevisions. */
const REVISIONS_PER_CALL = 20;

/** A service that is deployed all the time has more: the newest count. */
const MOST_LISTED = 100;

function seen(record: ServiceDeployment, taskDefinitions: ReadonlyMap<string, string>): ServiceDeploymentSeen {
  const { targetServiceRevision: target, rollback, deploymentCircuitBreaker: breaker } = record;
  return {
    arn: record.serviceDeploymentArn ?? '',
    createdAt: record.createdAt?.getTime() ?? 0,
    updatedAt: record.updatedAt?.getTime() ?? 0,
    status: record.status ?? '',
    statusReason: record.statusReason,
    stage: record.lifecycleStage,
    taskDefinition: taskDefinitions.get(target?.arn ?? '') ?? '',
    requestedCount: target?.requestedTaskCount ?? 0,
    runningCount: target?.runningTaskCount ?? 0,
    trafficPercent: target?.requestedProductionTrafficWeight,
    hooks: (record.lifecycleHookDetails ?? []).map((hook) => ({
      id: hook.hookId,
      type: hook.targetType ?? '',
      targetArn: hook.targetArn,
      status: hook.status ?? '',
      expiresAt: hook.expiresAt?.getTime(),
      timeoutAction: hook.timeoutAction,
    })),
    rollback: rollback && {
      reason: rollback.reason,
      taskDefinition: taskDefinitions.get(rollback.serviceRevisionArn ?? '') ?? '',
    },
    breaker: breaker && {
      status: breaker.status ?? '',
      failures: breaker.failureCount ?? 0,
      threshold: breaker.threshold ?? 0,
    },
    triggeredAlarms: record.alarms?.triggeredAlarmNames ?? [],
  };
}

/** ARNs of the service deployments that began after a time, newest first. */
async function listed(
  ecs: ECSClient,
  { cluster, service }: EcsTarget,
  after: number,
  abortSignal: AbortSignal | undefined,
): Promise<string[]> {
  const found: { readonly arn: string; readonly createdAt: number }[] = [];
  let nextToken: string | undefined;
  do {
    const input = {
      cluster,
      service,
      maxResults: MOST_LISTED,
      createdAt: { after: new Date(after) },
      ...(nextToken === undefined ? {} : { nextToken }),
    };
    const page = await orAbsent(
      ecs.send(new ListServiceDeploymentsCommand(input), abortSignal ? { abortSignal } : {}),
      'ServiceNotFoundException',
      'ServiceNotActiveException',
    );
    for (const { serviceDeploymentArn: arn = '', createdAt } of page?.serviceDeployments ?? [])
      found.push({ arn, createdAt: createdAt?.getTime() ?? 0 });
    nextToken = page?.nextToken;
  } while (nextToken !== undefined && found.length < MOST_LISTED);
  // The API says "after", and not whether that moment itself is part of it.
  const later = found.filter(({ createdAt }) => createdAt > after);
  return later.sort((a, b) => b.createdAt - a.createdAt).map(({ arn }) => arn);
}

async function taskDefinitionsOf(
  ecs: ECSClient,
  revisions: readonly string[],
  abortSignal: AbortSignal | undefined,
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const serviceRevisionArns of batches(revisions, REVISIONS_PER_CALL)) {
    const { serviceRevisions = [] } = await ecs.send(
      new DescribeServiceRevisionsCommand({ serviceRevisionArns }),
      abortSignal ? { abortSignal } : {},
    );
    for (const { serviceRevisionArn = '', taskDefinition = '' } of serviceRevisions)
      found.set(serviceRevisionArn, taskDefinition);
  }
  return found;
}

/** One call, for at most `DEPLOYMENTS_PER_CALL`. */
export async function describeDeployments(
  ecs: ECSClient,
  arns: readonly string[],
  abortSignal?: AbortSignal,
): Promise<ServiceDeployment[]> {
  const { serviceDeployments = [] } = await ecs.send(
    new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [...arns] }),
    abortSignal ? { abortSignal } : {},
  );
  return serviceDeployments;
}

/**
 * The wished-for service deployments, oldest first, at most the newest 20. One that ECS does not know is left out.
 *
 * @param wish those that began after a time, ms since the epoch, with their task definitions; or one
 * @param describe gives the records of so many ARNs at most as one call takes. @default asks for them alone
 */
export async function readServiceDeployments(
  ecs: ECSClient,
  target: EcsTarget,
  wish: { readonly after: number } | { readonly arn: string },
  abortSignal?: AbortSignal,
  describe = (arns: readonly string[]) => describeDeployments(ecs, arns, abortSignal),
): Promise<ServiceDeploymentSeen[]> {
  const most = DEPLOYMENTS_PER_CALL;
  const arns = 'arn' in wish ? [wish.arn] : (await listed(ecs, target, wish.after, abortSignal)).slice(0, most);
  if (arns.length === 0) return [];
  const records = await describe(arns);
  const revisions = records.flatMap(({ targetServiceRevision, rollback }) => [
    'arn' in wish ? undefined : targetServiceRevision?.arn,
    rollback?.serviceRevisionArn,
  ]);
  const wanted = [...new Set(revisions.filter((arn) => arn !== undefined))];
  const taskDefinitions = await taskDefinitionsOf(ecs, wanted, abortSignal);
  return records.map((record) => seen(record, taskDefinitions)).sort((a, b) => a.createdAt - b.createdAt);
}
