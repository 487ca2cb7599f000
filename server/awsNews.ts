/**
 * Keeps what is shown of an account right: open workloads are checked again when something about it is known, and now
 * and then, so that what is known gets asked for again as long as somebody looks.
 */
import type { Connection } from 'vscode-languageserver';
import type { Clock } from '../engine/clock.ts';
import type { AwsSource } from './providers.ts';
import type { Settings } from './settings.ts';
import type { Workloads } from './workloads.ts';

/** Between two looks, ms. */
const LOOK_MS = 60_000;

export interface AwsNewsOptions {
  readonly aws: AwsSource;
  readonly workloads: Workloads;
  readonly connection: Connection;
  readonly settings: Settings;
  readonly clock: Clock;
  /** Ends it. */
  readonly signal: AbortSignal;
}

export async function followAws(options: AwsNewsOptions): Promise<void> {
  const { aws, workloads, connection, settings, clock, signal } = options;
  aws.listen?.({
    news: () => workloads.recheckOpen(),
    trouble: (message) => connection.console.warn(message),
  });
  while (!signal.aborted) {
    await clock.sleepUntil(clock.now() + LOOK_MS, signal);
    if (settings.current.aws.knowledge && !signal.aborted) workloads.recheckOpen();
  }
}
