/** What the files take for granted in their AWS accounts, so that the simulated one can have it from the start. */
import { isObject, type Json, type RenderReport } from '../engine/index.ts';
import type { Scenario } from '../sandbox/index.ts';

type Given = Scenario['given'];

export interface Needs {
  /** Those that files name, the first one first. */
  readonly accounts: readonly string[];
  readonly given: Given;
}

/** Short, so that a demo does not spend its time on draining, seconds. */
const DEREGISTRATION_DELAY_SECONDS = 20;

const member = (value: Json | undefined, key: string): Json | undefined => (isObject(value) ? value[key] : undefined);
const text = (value: Json | undefined): string[] => (typeof value === 'string' && value !== '' ? [value] : []);
const list = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);

const distinct = <T>(items: readonly T[], key: (item: T) => string): T[] => [
  ...new Map(items.map((item) => [key(item), item])).values(),
];

/** Target groups behind load balancers: the halves of a pair share a listener, and the one that a service names serves. */
function targetGroups(services: readonly Json[], deployments: readonly Json[]): NonNullable<Given['targetGroups']> {
  const named = services.flatMap((service) =>
    list(member(service, 'loadBalancers')).flatMap((balancer) => text(member(balancer, 'targetGroupArn'))),
  );
  const pairs = deployments.flatMap((deployment) =>
    list(member(deployment, 'targetGroupArnPairs')).map((pair) => list(pair).flatMap(text)),
  );
  const groups = [...pairs, ...named.map((arn) => [arn])];
  const behind = groups.flatMap((halves, i) =>
    halves
      .toSorted((a, b) => Number(named.includes(b)) - Number(named.includes(a)))
      .map((arn) => ({ arn, loadBalancer: `demo-${i + 1}`, deregistrationDelaySeconds: DEREGISTRATION_DELAY_SECONDS })),
  );
  // A pair comes before its half alone, and is kept.
  return distinct(behind.toReversed(), ({ arn }) => arn).toReversed();
}

/** One object, or a list of them. */
const objects = (value: Json | undefined): readonly Json[] =>
  Array.isArray(value) ? value : isObject(value) ? [value] : [];

const pushSources = (definitions: readonly Json[]): readonly Json[] =>
  definitions.flatMap((definition) => objects(member(definition, 'PushEventSources')));

/** Target groups that call functions, each behind a load balancer of its own. */
function functionGroups(sources: readonly Json[]): NonNullable<Given['targetGroups']> {
  const arns = new Set(sources.flatMap((source) => text(member(source, 'TargetGroupArn'))));
  return [...arns].map((arn, i) => ({ arn, type: 'lambda' as const, loadBalancer: `demo-function-${i + 1}` }));
}

/** HTTP APIs with the routes that are named, and nothing behind them yet. */
function apis(sources: readonly Json[]): NonNullable<Given['apis']> {
  const routes = sources.flatMap((source) => {
    const [apiId] = text(member(source, 'ApiId'));
    const [routeId] = text(member(source, 'RouteId'));
    return apiId === undefined || routeId === undefined ? [] : [{ apiId, routeId }];
  });
  return [...Map.groupBy(routes, ({ apiId }) => apiId)].map(([apiId, named]) => ({
    apiId,
    routes: [...new Set(named.map(({ routeId }) => routeId))].map((routeId) => ({
      routeId,
      routeKey: `GET /${routeId}`,
    })),
  }));
}

/** Clusters, target groups, APIs, alarms and the accounts that the rendered files of all revisions name. */
export function needsOf(reports: readonly RenderReport[]): Needs {
  const files = reports.flatMap(({ workloads }) => workloads.flatMap((workload) => workload.files));
  const services = files.filter(({ suffix }) => suffix === '_svcdef.json').map(({ rendered }) => rendered);
  const deployments = files.filter(({ suffix }) => /depdef\.json$/.test(suffix)).map(({ rendered }) => rendered);
  const definitions = files.filter(({ suffix }) => suffix === '_lambdaeventsourcedef.json');
  const sources = pushSources(definitions.map(({ rendered }) => rendered));
  const clusters = services.flatMap((service) => text(member(service, 'cluster') ?? 'default'));
  const alarms = deployments.flatMap((deployment) =>
    list(member(member(deployment, 'alarms'), 'alarmNames')).flatMap(text),
  );
  const accounts = deployments.flatMap((deployment) => text(member(member(deployment, 'environment'), 'account')));
  return {
    accounts: [...new Set(accounts)],
    given: {
      clusters: [...new Set(clusters.map((name) => name.replace(/^arn:.*cluster\//, '')))],
      alarms: [...new Set(alarms)].map((name) => ({ name, state: 'OK' })),
      targetGroups: [...targetGroups(services, deployments), ...functionGroups(sources)],
      apis: apis(sources),
    },
  };
}

/** What the scenario gives itself, by name, is not given again. */
export function withNeeds(own: Given, needed: Given): Given {
  const names = new Set(own.alarms.map(({ name }) => name));
  return {
    ...own,
    clusters: [...own.clusters, ...needed.clusters],
    alarms: [...own.alarms, ...needed.alarms.filter(({ name }) => !names.has(name))],
    targetGroups: [...(own.targetGroups ?? []), ...(needed.targetGroups ?? [])],
    apis: [...(own.apis ?? []), ...(needed.apis ?? [])],
  };
}

/** How accounts of a sandbox are worked in, as the settings have it: any role may be assumed there. */
export const sandboxAccess = (accounts: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(accounts.map((id) => [id, `role:arn:aws:iam::${id}:role/sandbox`]));
