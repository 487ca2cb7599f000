/**
 * What stops a command, in one layout: what, what to do, AWS's request id; on stderr, and with `--json` on stdout too.
 * Never a stack trace, but for `--log-level debug`.
 */
import { CommanderError } from 'commander';
import { EngineError } from '../engine/index.ts';
import { EXIT, type ExitStatus, exitStatusOf } from './exitStatus.ts';
import { harmless } from './terminal/columns.ts';
import { styleFor } from './terminal/style.ts';

export interface Complaint {
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
  readonly requestId: string | undefined;
  readonly status: ExitStatus;
}

/** `error: unknown option '--fore'\n(Did you mean --force?)` */
function fromCommander(error: CommanderError): Complaint {
  // Help was shown instead of an answer: there was no verb, or `help` was asked about one that does not exist.
  const text = error.code === 'commander.help' ? 'no such command, or none given' : error.message;
  const [first = '', suggestion] = text.split('\n');
  const hint = /^\(Did you mean (.*)\?\)$/.exec(suggestion ?? '')?.[1];
  return {
    code: error.code.replace(/^commander\./, 'cli.').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
    message: first.replace(/^error: /, '').replace(/\.$/, ''),
    hint: hint === undefined ? 'see `gitmoxi --help`' : `did you mean ${hint}?`,
    requestId: undefined,
    status: EXIT.usage,
  };
}

/** An error of the sandbox's own class has a code and a hint as well; it is about what was asked of it. */
function fromSandbox(error: Error & { code: string; hint?: unknown }): Complaint {
  const hint = typeof error.hint === 'string' ? error.hint : undefined;
  return { code: error.code, message: error.message, hint, requestId: undefined, status: EXIT.usage };
}

export function complaintOf(error: unknown): Complaint {
  if (error instanceof EngineError) {
    const { code, message, hint, requestId } = error;
    return { code, message, hint, requestId, status: exitStatusOf(error.kind) };
  }
  if (error instanceof CommanderError) return fromCommander(error);
  if (error instanceof Error && error.name === 'SandboxError') return fromSandbox(error as Error & { code: string });
  return {
    code: 'cli.unexpected',
    message: `unexpected error: ${error instanceof Error ? error.message : String(error)}`,
    hint: 'this is a mistake in gitmoxi: please report it, with the output of the same command and --log-level debug',
    requestId: undefined,
    status: EXIT.problems,
  };
}

export interface Reporting {
  readonly json: boolean;
  /** Show where in the program it happened. */
  readonly debug: boolean;
}

/** @returns the exit status */
export function reportError(error: unknown, { json, debug }: Reporting): ExitStatus {
  const { status, code, message, hint, requestId } = complaintOf(error);
  const { color } = styleFor(process.stderr, process.env);
  const more = (name: string, text: string) => `  ${color.dim(`${name}:`)} ${harmless(text)}`;
  const lines = [`${color.red('error:')} ${harmless(message)}`];
  if (hint !== undefined) lines.push(more('hint', hint));
  // Messages of AWS often carry the id already.
  if (requestId !== undefined && !message.includes(requestId)) lines.push(more('request id', requestId));
  if (debug && error instanceof Error && error.stack) lines.push(color.dim(error.stack));
  process.stderr.write(`${lines.join('\n')}\n`);
  if (json) {
    const shown = { code, message, hint: hint ?? null, requestId: requestId ?? null };
    process.stdout.write(`${JSON.stringify({ error: shown })}\n`);
  }
  return status;
}
