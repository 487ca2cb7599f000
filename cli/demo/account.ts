/** What the files take for granted in their AWS account, so that the simulated one can have it from the start. */
import { isObject, type Json, type RenderReport } from '../../engine/index.ts';
import type { Scenario } from '../../sandbox/index.ts';

export interface Needs {
  readonly account: string | undefined;
  readonly given: Pick<Scenario['given'], 'clusters' | 'alarms'>;
}

const member = (value: Json | undefined, key: string): Json | undefined => (isObject(value) ? value[key] : undefined);
const text = (value: Json | undefined): string[] => (typeof value === 'string' && value !== '' ? [value] : []);

/** Clusters, alarms and the account that the rendered files of all revisions name. */
export function needsOf(reports: readonly RenderReport[]): Needs {
  const files = reports.flatMap(({ workloads }) => workloads.flatMap((workload) => workload.files));
  const services = files.filter(({ suffix }) => suffix === '_svcdef.json').map(({ rendered }) => rendered);
  const deployments = files.filter(({ suffix }) => /depdef\.json$/.test(suffix)).map(({ rendered }) => rendered);
  const clusters = services.flatMap((service) => text(member(service, 'cluster') ?? 'default'));
  const alarms = deployments.flatMap((deployment) => {
    const names = member(member(deployment, 'alarms'), 'alarmNames');
    return Array.isArray(names) ? names.flatMap(text) : [];
  });
  const [account] = deployments.flatMap((deployment) => text(member(member(deployment, 'environment'), 'account')));
  return {
    account,
    given: {
      clusters: [...new Set(clusters.map((name) => name.replace(/^arn:.*cluster\//, '')))],
      alarms: [...new Set(alarms)].map((name) => ({ name, state: 'OK' })),
    },
  };
}
