/**
 * Failures of an evaluation, named as Python names them, because templates are judged by what Jinja2 does: some
 * filters and lookups recover from a `TypeError` but not from an `OverflowError`.
 *
 * Failures never leave the folder above: the renderer turns each into a problem at its place in the source.
 */

import { EngineError } from '../../errors.ts';

/**
 * `LimitError` (a bound of the renderer was exceeded) and `Refused` (Jinja2 would print something that differs from
 * run to run) have no counterpart in Python. `Silent` is the consequence of a problem that was reported already, or of
 * an input that could not be read.
 */
export type FailureKind =
  | 'UndefinedError'
  | 'TypeError'
  | 'ValueError'
  | 'KeyError'
  | 'IndexError'
  | 'AttributeError'
  | 'ZeroDivisionError'
  | 'OverflowError'
  | 'RuntimeError'
  | 'FilterArgumentError'
  | 'TemplateRuntimeError'
  | 'LimitError'
  | 'Refused'
  | 'Silent';

const CODES: Partial<Record<FailureKind, string>> = {
  UndefinedError: 'template.undefined-name',
  LimitError: 'template.limit',
  Refused: 'template.not-deterministic',
};

export class Failure extends EngineError {
  readonly failure: FailureKind;
  /** For an `UndefinedError`: the undefined value that was used. */
  readonly subject: unknown;

  constructor(failure: FailureKind, message: string, hint?: string, subject?: unknown) {
    super(CODES[failure] ?? 'template.evaluation', message, hint === undefined ? {} : { hint });
    this.failure = failure;
    this.subject = subject;
  }
}

export function typeError(message: string, hint?: string): Failure {
  return new Failure('TypeError', message, hint);
}

export function valueError(message: string, hint?: string): Failure {
  return new Failure('ValueError', message, hint);
}

/** Whether an exception is a failure of one of the kinds. Anything else is a bug of ours and must go on. */
export function isFailure(error: unknown, ...kinds: readonly FailureKind[]): error is Failure {
  return error instanceof Failure && (kinds.length === 0 || kinds.includes(error.failure));
}
