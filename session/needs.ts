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

/** Of the listeners that services name; the next ones follow. */
const FIRST_PORT = 80;

/** What every cluster has. */
const FARGATE = ['FARGATE', 'FARGATE_SPOT'];

const member = (value: Json | undefined, key: string): Json | undefined => (isObject(value) ? value[key] : undefined);
const text = (value: Json | undefined): string[] => (typeof value === 'string' && value !== '' ? [value] : []);
const list = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);

/** The first of each. */
function distinct<T>(items: readonly T[], key: (item: T) => string): T[] {
  const seen = new Set<string>();
  return items.filter((item) => !seen.has(key(item)) && seen.add(key(item)));
}

type GivenGroup = NonNullable<Given['targetGroups']>[number];

/** The rendered files of one service. */
interface Service {
  readonly service: Json;
  readonly task: Json | undefined;
  readonly deployment: Json | undefined;
}

function servicesOf(workloads: RenderReport['workloads']): Service[] {
  return workloads.flatMap(({ files }) => {
    const rendered = (suffix: string) => files.find((file) => file.suffix === suffix)?.rendered;
    const service = rendered('_svcdef.json');
    const others = { task: rendered('_taskdef.json'), deployment: rendered('_depdef.json') };
    return service === undefined || service === null ? [] : [{ service, ...others }];
  });
}

const balancersOf = ({ service }: Service): readonly Json[] => list(member(service, 'loadBalancers'));

/** Tasks with addresses of their own are targets by these, others by their machines. */
const typeOf = ({ task }: Service): Pick<GivenGroup, 'type'> =>
  isObject(task) && task['networkMode'] !== 'awsvpc' ? { type: 'instance' } : {};

/** ARNs of listeners and of their rules tell their load balancer's. */
const LISTENER =
  /^(arn:[\w-]+:elasticloadbalancing:[\w-]+:\d{12}:)listener(?:-rule)?\/((app|net)\/[\w-]+\/\w+)\/(\w+)(?:\/\w+)?$/;

/** What ECS itself shifts the traffic of: both halves behind the very listeners and rules that the service names. */
function shiftedGroups(services: readonly Service[]): GivenGroup[] {
  const ports = new Map<string, number>();
  const priorities = new Map<string, number>();
  const numberOf = (known: Map<string, number>, name: string, first: number) => {
    if (!known.has(name)) known.set(name, first + known.size);
    return known.get(name)!;
  };
  const balancers = services.flatMap((one) => balancersOf(one).map((balancer) => ({ balancer, type: typeOf(one) })));
  return balancers.flatMap(({ balancer, type }) => {
    const advanced = member(balancer, 'advancedConfiguration');
    const halves = [...text(member(balancer, 'targetGroupArn')), ...text(member(advanced, 'alternateTargetGroupArn'))];
    const rules = ['productionListenerRule', 'testListenerRule'].flatMap((key) => text(member(advanced, key)));
    return rules.flatMap((arn) => {
      const [, prefix, of, kind, id] = LISTENER.exec(arn) ?? [];
      if (prefix === undefined) return [];
      const listenerArn = `${prefix}listener/${of}/${id}`;
      const isRule = arn !== listenerArn;
      return halves.map(
        (half, i): GivenGroup => ({
          ...type,
          arn: half,
          loadBalancer: `${prefix}loadbalancer/${of}`,
          loadBalancerType: kind === 'net' ? 'network' : 'application',
          listenerPort: numberOf(ports, listenerArn, FIRST_PORT),
          listenerArn,
          ...(isRule ? { rule: numberOf(priorities, arn, 1), ruleArn: arn } : {}),
          weight: i === 0 ? 1 : 0,
          deregistrationDelaySeconds: DEREGISTRATION_DELAY_SECONDS,
        }),
      );
    });
  });
}

/** Target groups behind load balancers: the halves of a pair share a listener, and the one that a service names serves. */
function targetGroups(services: readonly Service[]): GivenGroup[] {
  const groups = services.flatMap((one): GivenGroup[][] => {
    const named = balancersOf(one).flatMap((balancer) => text(member(balancer, 'targetGroupArn')));
    const pairs = list(member(one.deployment, 'targetGroupArnPairs')).map((pair) => list(pair).flatMap(text));
    const serving = (arn: string) => Number(named.includes(arn));
    const halves = pairs.map((pair) => pair.toSorted((a, b) => serving(b) - serving(a)));
    return [...halves, ...named.map((arn) => [arn])].map((arns) => arns.map((arn) => ({ arn, ...typeOf(one) })));
  });
  const behind = groups
    // A pair comes before its half alone, and is kept.
    .toSorted((a, b) => b.length - a.length)
    .flatMap((some, i) =>
      some.map((group) => ({
        ...group,
        loadBalancer: `demo-${i + 1}`,
        deregistrationDelaySeconds: DEREGISTRATION_DELAY_SECONDS,
      })),
    );
  const shifted = shiftedGroups(services);
  const known = new Set(shifted.map(({ arn }) => arn));
  const others = distinct(behind, ({ arn }) => arn ?? '');
  return [
    ...distinct(shifted, ({ arn, listenerPort, rule }) => JSON.stringify([arn, listenerPort, rule])),
    ...others.filter(({ arn }) => !known.has(arn)),
  ];
}

/** Each with its capacity providers, where services name others than Fargate's. */
function clustersOf(services: readonly Service[]): Given['clusters'] {
  const wanted = services.map(({ service, deployment }) => {
    const items = [
      ...list(member(service, 'capacityProviderStrategy')),
      ...list(member(deployment, 'fallbackCapacityProviderStrategy')),
    ];
    const [cluster = 'default'] = text(member(service, 'cluster'));
    const providers = items.flatMap((item) => text(member(item, 'capacityProvider')));
    return { name: cluster.replace(/^arn:.*cluster\//, ''), providers };
  });
  return [...Map.groupBy(wanted, ({ name }) => name)].map(([name, some]) => {
    const capacityProviders = [...new Set([...FARGATE, ...some.flatMap(({ providers }) => providers)])];
    return capacityProviders.length === FARGATE.length ? name : { name, capacityProviders };
  });
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
  const services = servicesOf(reports.flatMap(({ workloads }) => workloads));
  const deployments = files.filter(({ suffix }) => /depdef\.json$/.test(suffix)).map(({ rendered }) => rendered);
  const definitions = files.filter(({ suffix }) => suffix === '_lambdaeventsourcedef.json');
  const sources = pushSources(definitions.map(({ rendered }) => rendered));
  const watching = [...deployments, ...services.map(({ service }) => member(service, 'deploymentConfiguration'))];
  const alarms = watching.flatMap((one) => list(member(member(one, 'alarms'), 'alarmNames')).flatMap(text));
  const accounts = deployments.flatMap((deployment) => text(member(member(deployment, 'environment'), 'account')));
  return {
    accounts: [...new Set(accounts)],
    given: {
      clusters: clustersOf(services),
      alarms: [...new Set(alarms)].map((name) => ({ name, state: 'OK' })),
      targetGroups: [...targetGroups(services), ...functionGroups(sources)],
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
