/**
 * Ctrl-C and signals while rollouts run. At a terminal the first Ctrl-C asks what to do, and a second one lets go at
 * once; without a terminal every signal lets go. Letting go never harms: the rollouts can be taken up again.
 */
import type { Command } from '../../engine/index.ts';
import { EXIT } from '../exitStatus.ts';
import { ask } from '../terminal/ask.ts';
import type { Output } from '../terminal/output.ts';

export interface Interruptible {
  readonly pauseView: () => void;
  readonly resumeView: () => void;
  /** Asks it of every unfinished rollout. */
  readonly askAll: (command: Command) => Promise<void>;
  readonly letGo: () => void;
}

export interface Interrupt {
  /** How it was interrupted: to be left running in the background, or just so. Undefined when it was not. */
  choice(): 'leave' | 'interrupted' | undefined;
  /** Stops listening. */
  stop(): void;
}

const QUESTION = '[l]eave running in the background, [p]ause, [a]bort and roll back, [c]ontinue? ';

export function onInterrupt(out: Output, work: Interruptible): Interrupt {
  const over = new AbortController();
  let choice: 'leave' | 'interrupted' | undefined;
  let isAsking = false;

  const letGo = (why: 'leave' | 'interrupted') => {
    choice = why;
    work.letGo();
  };

  async function question(): Promise<void> {
    isAsking = true;
    work.pauseView();
    const answer = await ask(out, QUESTION, over.signal);
    isAsking = false;
    if (over.signal.aborted) return;
    if (answer === undefined) return letGo('interrupted');
    if (/^a/i.test(answer)) await work.askAll('abort');
    if (/^p/i.test(answer)) await work.askAll('pause');
    if (/^c/i.test(answer)) await work.askAll('continue');
    work.resumeView();
    if (/^l/i.test(answer)) letGo('leave');
  }

  const onSigint = () => {
    if (choice !== undefined) process.exit(EXIT.interrupted);
    // Where asking or aborting fails, nothing is lost: the rollouts can be taken up again.
    if (out.canAsk && !isAsking) question().catch(() => letGo('interrupted'));
    else letGo('interrupted');
  };
  const onSignal = () => {
    if (choice !== undefined) process.exit(EXIT.interrupted);
    letGo('interrupted');
  };
  process.on('SIGINT', onSigint);
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  return {
    choice: () => choice,
    stop() {
      over.abort();
      process.off('SIGINT', onSigint);
      for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.off(signal, onSignal);
    },
  };
}
