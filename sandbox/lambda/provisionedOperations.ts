/**
 * Lambda operations on provisioned concurrency, which hangs on a version or an alias. It is allocated over some time,
 * anew whenever its alias moves. Owns: those allocations.
 */
import { AwsFault } from '../fault.ts';
import { text, whole } from '../input.ts';
import type { Output } from '../json.ts';
import { functionEffect } from '../scenario/index.ts';
import type { Operation } from '../service.ts';
import { invalid, validation } from './faults.ts';
import { findVersion, functionOf, lambdaPage, versionOf } from './lookup.ts';
import { ACCOUNT_CONCURRENCY, reservedSum, UNRESERVED } from './quotas.ts';
import type { LambdaFunction, ProvisionedConcurrency } from './state.ts';

/** Until it is ready, seconds (SPEC.md, "Durations"). */
const ALLOCATING = [60, 180] as const;

function show(fn: LambdaFunction, config: ProvisionedConcurrency): Output {
  const { requested, status, startedAt, readyAt } = config;
  const elapsed = (fn.lambda.region.now - startedAt) / (readyAt - startedAt);
  const partly = Math.min(requested - 1, Math.floor(requested * elapsed));
  const allocated = status === 'READY' ? requested : status === 'FAILED' ? 0 : partly;
  return {
    RequestedProvisionedConcurrentExecutions: requested,
    AvailableProvisionedConcurrentExecutions: allocated,
    AllocatedProvisionedConcurrentExecutions: allocated,
    Status: status,
    StatusReason: config.reason,
    LastModified: new Date(config.lastModified).toISOString().replace('Z', '+0000'),
  };
}

/** Begins to allocate, whatever was allocated before. */
function allocate(fn: LambdaFunction, qualifier: string, requested: number, lastModified: number): void {
  const { region } = fn.lambda;
  const version = findVersion(fn, qualifier);
  const effect = functionEffect(region.scenario, {
    ...region.subject,
    function: fn.name,
    code: version?.code.source,
    version: version?.version,
  });
  const drawn = region.random(`lambda/${fn.name}/time/${fn.draws++}`).between(...ALLOCATING);
  const config: ProvisionedConcurrency = {
    requested,
    status: 'IN_PROGRESS',
    reason: undefined,
    lastModified,
    startedAt: region.now,
    readyAt: region.now + Math.ceil((effect.readySeconds ?? drawn) * 1000),
  };
  fn.provisioned.set(qualifier, config);
  region.at(config.readyAt, () => {
    config.status = effect.provisioned === undefined ? 'READY' : 'FAILED';
    config.reason = effect.provisioned;
  });
}

/** To be called when an alias serves another version than before. */
export function reallocate(fn: LambdaFunction, alias: string): void {
  const before = fn.provisioned.get(alias);
  if (before !== undefined) allocate(fn, alias, before.requested, before.lastModified);
}

/** Quotas: what a function reserves bounds what is provisioned on it; without that, what the account must keep free. */
function checkQuota(fn: LambdaFunction, qualifier: string, requested: number): void {
  const sumOf = (other: LambdaFunction) =>
    [...other.provisioned].reduce(
      (sum, [key, config]) => (other === fn && key === qualifier ? sum : sum + config.requested),
      0,
    );
  const own = sumOf(fn) + requested;
  if (fn.reservedConcurrency !== undefined) {
    if (own <= fn.reservedConcurrency) return;
    throw invalid(
      'Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function',
    );
  }
  const unreserved = [...fn.lambda.functions.values()].filter((other) => other.reservedConcurrency === undefined);
  const others = unreserved.filter((other) => other !== fn).reduce((sum, other) => sum + sumOf(other), 0);
  if (own + others + reservedSum(fn.lambda) > ACCOUNT_CONCURRENCY - UNRESERVED) {
    throw invalid(
      `Specified ConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${UNRESERVED}].`,
    );
  }
}

const putProvisionedConcurrencyConfig: Operation = (input, { region }) => {
  const { fn, qualifier, version } = versionOf(region, input);
  if (qualifier === undefined || version.version === '$LATEST') {
    throw invalid('Provisioned Concurrency Configs cannot be applied to unpublished function versions.');
  }
  const requested = whole(input, 'ProvisionedConcurrentExecutions') ?? 0;
  if (requested < 1) {
    throw validation(
      String(requested),
      'provisionedConcurrentExecutions',
      'Member must have value greater than or equal to 1',
    );
  }
  checkQuota(fn, qualifier, requested);
  allocate(fn, qualifier, requested, region.now);
  return show(fn, fn.provisioned.get(qualifier)!);
};

const getProvisionedConcurrencyConfig: Operation = (input, { region }) => {
  const { fn, qualifier = '' } = functionOf(region, input);
  const config = fn.provisioned.get(qualifier);
  if (config !== undefined) return show(fn, config);
  throw new AwsFault(
    'ProvisionedConcurrencyConfigNotFoundException',
    'No Provisioned Concurrency Config found for this function',
    404,
  );
};

const listProvisionedConcurrencyConfigs: Operation = (input, { region }) => {
  const { fn } = functionOf(region, input);
  const page = lambdaPage(region, input, [...fn.provisioned], ([qualifier]) => qualifier);
  return {
    ProvisionedConcurrencyConfigs: page.items.map(([qualifier, config]) => ({
      FunctionArn: `${fn.arn}:${qualifier}`,
      ...show(fn, config),
    })),
    NextMarker: page.nextToken,
  };
};

const deleteProvisionedConcurrencyConfig: Operation = (input, { region }) => {
  const { fn, qualifier } = functionOf(region, input);
  if (text(input, 'Qualifier') === undefined) throw invalid('Qualifier is required');
  fn.provisioned.delete(qualifier ?? '');
  return {};
};

export const provisionedOperations = {
  PutProvisionedConcurrencyConfig: putProvisionedConcurrencyConfig,
  GetProvisionedConcurrencyConfig: getProvisionedConcurrencyConfig,
  ListProvisionedConcurrencyConfigs: listProvisionedConcurrencyConfigs,
  DeleteProvisionedConcurrencyConfig: deleteProvisionedConcurrencyConfig,
};
