/**
 * Targets: the account, region and cluster/service or function where a workload runs. Pure.
 */
import type { JsonObject } from '../json.ts';

export interface EcsTarget {
  readonly kind: 'ecs';
  /** 12 digits, or undefined while nobody has said (offline, without `environment.account`). */
  readonly account: string | undefined;
  readonly region: string | undefined;
  readonly cluster: string;
  readonly service: string;
}

export interface LambdaTarget {
  readonly kind: 'lambda';
  readonly account: string | undefined;
  readonly region: string | undefined;
  readonly function: string;
}

export type Target = EcsTarget | LambdaTarget;

/** Where a workload goes when its files do not say: the installation's own account and region. */
export interface Surroundings {
  readonly account?: string;
  readonly region?: string;
}

/** The shape that the command line and the store show: AWS's names only. */
export function targetView(target: Target): Record<string, string | null> {
  const place = { account: target.account ?? null, region: target.region ?? null };
  return target.kind === 'ecs'
    ? { ...place, cluster: target.cluster, service: target.service }
    : { ...place, function: target.function };
}

/** One string per target: equal for equal targets, the key of locks and look-ups. */
export function targetKey(target: Target): string {
  const place = `${target.account ?? '-'}/${target.region ?? '-'}`;
  return target.kind === 'ecs'
    ? `ecs/${place}/${target.cluster}/${target.service}`
    : `lambda/${place}/${target.function}`;
}

/** For people: `web on prod (123456789012, eu-west-1)`. */
export function targetLabel(target: Target): string {
  const place = [target.account, target.region].filter(Boolean).join(', ');
  const name = target.kind === 'ecs' ? `${target.cluster}/${target.service}` : target.function;
  return place ? `${name} (${place})` : name;
}

interface ArnParts {
  readonly region: string | undefined;
  readonly account: string | undefined;
  readonly resource: string;
}

/** Splits `arn:partition:service:region:account:resource`; undefined when it is not an ARN. */
export function parseArn(text: string): ArnParts | undefined {
  const parts = text.split(':');
  if (parts.length < 6 || parts[0] !== 'arn') return undefined;
  return { region: parts[3] || undefined, account: parts[4] || undefined, resource: parts.slice(5).join(':') };
}

/**
 * The target of an ECS service definition. `cluster` may be a name or an ARN, and is `default` where it is left out
 * (CreateService's own default).
 */
export function ecsTarget(service: JsonObject, environment: Surroundings): EcsTarget {
  const cluster = typeof service['cluster'] === 'string' && service['cluster'] !== '' ? service['cluster'] : 'default';
  const arn = parseArn(cluster);
  return {
    kind: 'ecs',
    account: environment.account ?? arn?.account,
    region: environment.region ?? arn?.region,
    cluster: arn ? arn.resource.replace(/^cluster\//, '') : cluster,
    service: String(service['serviceName'] ?? ''),
  };
}

/** The target of a Lambda function definition. `FunctionName` may be a name, a partial ARN or an ARN. */
export function lambdaTarget(definition: JsonObject, environment: Surroundings): LambdaTarget {
  const name = String(definition['FunctionName'] ?? '');
  const arn = parseArn(name);
  const partial = /^(\d{12}):function:(.+)$/.exec(name);
  return {
    kind: 'lambda',
    account: environment.account ?? arn?.account ?? partial?.[1],
    region: environment.region ?? arn?.region,
    function: (arn ? arn.resource.replace(/^function:/, '') : (partial?.[2] ?? name)).replace(/:.*$/, ''),
  };
}
