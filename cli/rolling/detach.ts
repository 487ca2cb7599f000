/** Hands rollouts to a process of their own, which goes on when the terminal is closed. */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Context } from '../session/context.ts';

/**
 * Starts `gitmoxi resume` for the rollouts, with the same options and environment.
 *
 * @returns the process, and the file that its output goes to
 */
export function continueDetached(context: Context, rollouts: readonly string[]): { pid: number; log: string } {
  const store = resolve(context.storePath);
  const log = join(dirname(store), `${rollouts[0]}.log`);
  mkdirSync(dirname(log), { recursive: true });
  const { profile, region, endpointUrl, account, accounts, awsTimeout, parallel } = context.globals;
  const options = {
    only: rollouts.join(','),
    store,
    profile,
    region,
    account,
    accounts: accounts && resolve(accounts),
    'endpoint-url': endpointUrl,
    'aws-timeout': awsTimeout?.toString(),
    parallel: parallel?.toString(),
  };
  const words = Object.entries(options).flatMap(([name, value = []]) =>
    [value].flat().flatMap((one) => [`--${name}`, one]),
  );
  const output = openSync(log, 'a', 0o600);
  const child = spawn(process.execPath, [process.argv[1]!, 'resume', ...words], {
    detached: true,
    stdio: ['ignore', output, output],
    windowsHide: true,
  });
  closeSync(output);
  child.unref();
  return { pid: child.pid ?? 0, log };
}
