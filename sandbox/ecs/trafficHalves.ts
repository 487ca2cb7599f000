/**
 * The two halves of a service that ECS shifts traffic for: the target groups named first and the alternate ones. Each
 * revision serves from one half, and a listener rule's weights say how much. Owns: nothing.
 */
import { setWeights } from '../elbv2/index.ts';
import { AwsFault } from '../fault.ts';
import { shiftsTraffic } from './shiftSettings.ts';
import { weightsFor } from './shiftSteps.ts';
import type { EcsService, LoadBalancer, Revision } from './state.ts';

/** The revision as it will be deployed: on the half of the target groups that does not serve now. */
export function placeRevision(service: EcsService, revision: Revision): Revision {
  const serving = service.lastCompleted?.revision.alternate ?? false;
  const alternate = service.lastCompleted !== undefined && shiftsTraffic(service.settings) ? !serving : serving;
  return alternate ? { ...revision, alternate } : revision;
}

/** The load balancers of a revision's tasks, each with the target group that they serve from. */
export function servingBalancers(revision: Revision): readonly LoadBalancer[] {
  return revision.loadBalancers.map((balancer) => ({ ...balancer, targetGroupArn: servingGroup(revision, balancer) }));
}

export function servingGroup(
  { alternate }: Revision,
  { targetGroupArn, advancedConfiguration }: LoadBalancer,
): string | undefined {
  return alternate && advancedConfiguration ? advancedConfiguration.alternateTargetGroupArn : targetGroupArn;
}

/** Gives a revision its percentage of the traffic, and the rest to the other half. @returns what went wrong */
export function setShare(
  service: EcsService,
  revision: Revision,
  rule: 'productionListenerRule' | 'testListenerRule',
  percent: number,
): string | undefined {
  const { target, source } = weightsFor(percent);
  for (const { targetGroupArn, advancedConfiguration } of revision.loadBalancers) {
    const arn = advancedConfiguration?.[rule];
    if (advancedConfiguration === undefined || targetGroupArn === undefined || arn === undefined) continue;
    const [main, alternate] = revision.alternate ? [source, target] : [target, source];
    const weights = new Map([
      [targetGroupArn, main],
      [advancedConfiguration.alternateTargetGroupArn, alternate],
    ]);
    try {
      setWeights(service.cluster.ecs.region, arn, weights);
    } catch (error) {
      if (!(error instanceof AwsFault)) throw error;
      return `Unable to shift traffic on ${arn}: ${error.message}`;
    }
  }
  return undefined;
}
