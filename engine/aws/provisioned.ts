/** Provisioned concurrency of a function's versions and aliases: reading, setting, releasing. */
import {
  DeleteProvisionedConcurrencyConfigCommand,
  GetProvisionedConcurrencyConfigCommand,
  type LambdaClient,
  ListProvisionedConcurrencyConfigsCommand,
  PutProvisionedConcurrencyConfigCommand,
} from '@aws-sdk/client-lambda';
import type { ProvisionedSeen } from '../rollout/index.ts';
import { orAbsent } from './errors.ts';

const NONE = ['ProvisionedConcurrencyConfigNotFoundException', 'ResourceNotFoundException'];

/** Executions asked for by qualifier; those that failed count as none. */
export async function listProvisioned(lambda: LambdaClient, FunctionName: string): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  let Marker: string | undefined;
  do {
    const input = { FunctionName, ...(Marker === undefined ? {} : { Marker }) };
    const page = await lambda.send(new ListProvisionedConcurrencyConfigsCommand(input));
    for (const one of page.ProvisionedConcurrencyConfigs ?? []) {
      const qualifier = one.FunctionArn?.split(':').at(-1) ?? '';
      if (one.Status !== 'FAILED') found[qualifier] = one.RequestedProvisionedConcurrentExecutions ?? 0;
    }
    Marker = page.NextMarker;
  } while (Marker);
  return found;
}

export async function provisionedSeen(
  lambda: LambdaClient,
  FunctionName: string,
  Qualifier: string,
): Promise<ProvisionedSeen | undefined> {
  const found = await orAbsent(
    lambda.send(new GetProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier })),
    ...NONE,
  );
  if (found === undefined) return undefined;
  const { RequestedProvisionedConcurrentExecutions: requested = 0, Status: status = '', StatusReason: reason } = found;
  return { requested, status, reason };
}

export async function releaseProvisioned(lambda: LambdaClient, FunctionName: string, Qualifier: string): Promise<void> {
  await orAbsent(lambda.send(new DeleteProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier })), ...NONE);
}

/**
 * Asking again for what is being allocated would begin anew, so it is looked at first.
 *
 * @param executions null for none
 */
export async function setProvisioned(
  lambda: LambdaClient,
  FunctionName: string,
  Qualifier: string,
  executions: number | null,
): Promise<void> {
  if (executions === null) return releaseProvisioned(lambda, FunctionName, Qualifier);
  const there = await provisionedSeen(lambda, FunctionName, Qualifier);
  if (there?.requested === executions && there.status !== 'FAILED') return;
  const input = { FunctionName, Qualifier, ProvisionedConcurrentExecutions: executions };
  await lambda.send(new PutProvisionedConcurrencyConfigCommand(input));
}
