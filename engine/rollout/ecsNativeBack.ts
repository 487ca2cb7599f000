/**
 * The way back of a rollout by ECS's own traffic shifting: ECS rolls its own deployment back, traffic first; what belongs
 * to no revision is put back after it. Only where ECS cannot, the service is updated to what it was.
 *
 *   returning → restoring → settling-back, or deleting what was created → cleaning → rolled back
 *
 * Pure.
 */
import { sameTaskDefinition } from '../plan/index.ts';
import {
  type EcsNativeState,
  follower,
  goingOnText,
  isPausing,
  isStale,
  type NativePass,
  type NativeTable,
  noted,
  recordOf,
  STALE_LOOK_MS,
  UNSEEN_MS,
} from './ecsNativeState.ts';
import {
  DRAINING_TIMEOUT_MS,
  type EcsServiceState,
  firstStepBack,
  isSameDeployment,
  serviceSteps,
} from './ecsServiceSteps.ts';
import { said } from './failures.ts';
import type { EcsSeen, ServiceDeploymentSeen } from './observation.ts';
import { endings, type StepTable, waited } from './stepwise.ts';
import type { Decision } from './strategy.ts';

/** Members of a service that belong to its revision, which ECS itself puts back. Source: API, ServiceRevision. */
const OF_THE_REVISION: ReadonlySet<string> = new Set([
  'capacityProviderStrategy',
  'loadBalancers',
  'networkConfiguration',
  'platformVersion',
  'serviceConnectConfiguration',
  'serviceRegistries',
  'volumeConfigurations',
  'vpcLatticeConfigurations',
]);

/** The first step back, from wherever the rollout is. */
export function back(state: EcsNativeState): string {
  const byUpdate = state.stoppedByEcs || !state.applied || isSameDeployment(state);
  return firstStepBack(state, byUpdate ? 'restoring' : 'returning');
}

/**
 * @param table the strategy's own, which these steps are part of
 * @param stopped what is done where ECS stopped the deployment without a rollback
 */
export function stepsBack(table: NativeTable, stopped: (pass: NativePass) => Decision) {
  const { act, goOn, wait } = endings(table);
  const follow = follower(table);
  const { settlingBack, notRestored } = serviceSteps(
    table as unknown as () => StepTable<EcsServiceState, EcsSeen>,
    'launching',
  );

  /** First step back: ECS rolls its own deployment back, traffic first. Only where it cannot the service is updated. */
  function returning(first: NativePass): Decision {
    const { state, seen } = first;
    const record = recordOf(first);
    // The service can still be updated to what it was.
    if (seen.outcome?.ok === false) return goOn(first, 'restoring');
    if (record === undefined) {
      if (waited(first) < UNSEEN_MS) return wait(first, STALE_LOOK_MS, 'looking for the deployment, to roll it back');
      return goOn(first, 'restoring');
    }
    if (isStale(record, state)) return wait(first, STALE_LOOK_MS, 'waiting for ECS to show the deployment again');
    const pass = noted(first, record);
    switch (record.status) {
      case 'PENDING':
      case 'IN_PROGRESS':
        return askForRollback(pass, record);
      case 'STOP_REQUESTED':
      case 'ROLLBACK_REQUESTED':
      case 'ROLLBACK_IN_PROGRESS':
        return rollingBack(pass, record);
      case 'ROLLBACK_SUCCESSFUL':
        return restoreRest(pass, record);
      case 'STOPPED':
        return stopped(pass);
      case 'SUCCESSFUL':
        // It was over before it could be stopped.
        return goOn(pass, 'restoring', { deploymentsAfter: record.createdAt });
      default:
        return notRestored(
          pass,
          `ECS reports ${record.status}: ${said(record.rollback?.reason ?? record.statusReason)}`,
        );
    }
  }

  function askForRollback(pass: NativePass, { arn }: ServiceDeploymentSeen): Decision {
    const { rollout: key, stopAskedAt } = pass.state;
    // What was asked for shows only after a while.
    if (stopAskedAt !== null && pass.now - stopAskedAt < UNSEEN_MS) return follow(pass, 'waiting for ECS to roll back');
    const action = { type: 'ecs.stop-service-deployment', key, serviceDeployment: arn } as const;
    return act(pass, action, 'having ECS roll the deployment back', { stopAskedAt: pass.now });
  }

  function rollingBack(pass: NativePass, { stage, hooks }: ServiceDeploymentSeen): Decision {
    const { shown, timeoutMs } = pass.state;
    const limit = Math.max(timeoutMs, DRAINING_TIMEOUT_MS);
    if (hooks.length === 0 && pass.now - (shown?.progressAt ?? pass.now) >= limit)
      return notRestored(pass, `ECS's rollback has got no further for ${limit / 1000} s`);
    return follow(pass, stage === undefined ? 'ECS rolls back' : `ECS rolls back: ${stage}`);
  }

  /** ECS has put its revision of the service back; settings that belong to no revision are this rollout's to put back. */
  function restoreRest(pass: NativePass, record: ServiceDeploymentSeen): Decision {
    const was = pass.state.wayBack!;
    const values = Object.fromEntries(Object.entries(was.values).filter(([key]) => !OF_THE_REVISION.has(key)));
    // ECS chose what to go back to.
    const wayBack = { ...was, taskDefinition: record.rollback?.taskDefinition || was.taskDefinition, values };
    return goOn(pass, 'restoring', { wayBack, backByEcs: true, deploymentsAfter: record.createdAt });
  }

  /** An update back is a deployment of its own, with stages, bakes and pauses; what it brings back needs no approval. */
  function returningByUpdate(pass: NativePass): Decision {
    const { state, world, seen } = pass;
    const back = state.wayBack?.taskDefinition ?? '';
    const record = world.serviceDeployments.find(
      ({ arn, status, taskDefinition }) =>
        arn !== state.serviceDeployment &&
        (status === 'PENDING' || status === 'IN_PROGRESS') &&
        sameTaskDefinition(taskDefinition, back),
    );
    if (record === undefined) return settlingBack(pass);
    const pause = record.hooks.find((hook) => isPausing(hook) && state.pauses[hook.id!] !== 'answered');
    const message = `rolling back: ${goingOnText(record, 0)}`;
    if (pause !== undefined && seen.outcome === undefined) {
      const { rollout: key } = state;
      const action = {
        type: 'ecs.continue-service-deployment',
        key,
        serviceDeployment: record.arn,
        hook: pause.id!,
      } as const;
      return act(pass, action, 'going on past a pause of the way back', {
        pauses: { ...state.pauses, [pause.id!]: 'answered' },
      });
    }
    return wait(pass, state.pollIntervalMs, message, { waitingSince: pass.now }, { for: 'stage' });
  }

  return { returning, 'settling-back': returningByUpdate };
}
