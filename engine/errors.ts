/**
 * The one error class of the engine, the server and the command line. Expected outcomes are values (a finding, a
 * blocked plan, a failed rollout); an `EngineError` is for what stops an operation as a whole.
 */

/**
 * Where the cause lies, which decides the exit status of the command line: `usage` 2, `surroundings` 3 (no repository,
 * no credentials, AWS unreachable, wrong account, store locked), `problem` 1.
 */
export type ErrorKind = 'problem' | 'usage' | 'surroundings';

export interface ErrorDetails {
  readonly kind?: ErrorKind;
  /** What to do next, as an instruction. */
  readonly hint?: string;
  /** The AWS request id, where AWS answered. */
  readonly requestId?: string;
  /** The same operation may go through later: throttling, time-outs, lost connections. @default false */
  readonly passing?: boolean;
  readonly cause?: unknown;
}

/** Message style: lower case, no full stop, the wrong value included near the end, no stack trace, no secret. */
export class EngineError extends Error {
  readonly code: string;
  readonly kind: ErrorKind;
  readonly hint: string | undefined;
  readonly requestId: string | undefined;
  readonly passing: boolean;

  constructor(code: string, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'EngineError';
    this.code = code;
    this.kind = details.kind ?? 'problem';
    this.hint = details.hint;
    this.requestId = details.requestId;
    this.passing = details.passing ?? false;
  }
}
