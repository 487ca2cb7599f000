/** Questions to the person at the terminal. */
import { createInterface } from 'node:readline/promises';
import type { Output } from './output.ts';

/**
 * Asks one question.
 *
 * @returns what was typed, trimmed; undefined when the person interrupted or ended the input
 */
export async function ask(out: Output, question: string, signal?: AbortSignal): Promise<string | undefined> {
  const lines = createInterface({ input: process.stdin, output: out.people });
  try {
    return await new Promise<string | undefined>((resolve, reject) => {
      const stop = () => resolve(undefined);
      lines.once('SIGINT', stop);
      lines.once('close', stop);
      signal?.addEventListener('abort', stop, { once: true });
      lines.question(question).then((answer) => resolve(answer.trim()), reject);
    });
  } finally {
    lines.close();
  }
}

/** Asks a yes/no question whose default is no. */
export async function confirm(out: Output, question: string): Promise<boolean | undefined> {
  const answer = await ask(out, `${question} [y/N] `);
  return answer === undefined ? undefined : /^y(es)?$/i.test(answer);
}
