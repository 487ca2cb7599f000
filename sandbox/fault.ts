/**
 * The two error classes of the sandbox: `AwsFault` is what a simulated service answers to its client, `SandboxError`
 * is for whoever runs the sandbox (a bad scenario, an option out of range).
 */
import type { Output } from './json.ts';

/** An error answer of a simulated service; `http/wire.ts` gives it the shape of the service's protocol. */
export class AwsFault extends Error {
  /** AWS's error code, for example `ClusterNotFoundException`. */
  readonly code: string;
  /** HTTP status. */
  readonly status: number;
  /** Further members of the modelled error, and headers under their lower-case names in `headers`. */
  readonly members: Output;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: string,
    message: string,
    status = 400,
    extra: { members?: Output; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message);
    this.name = 'AwsFault';
    this.code = code;
    this.status = status;
    this.members = extra.members ?? {};
    this.headers = extra.headers ?? {};
  }

  get type(): 'Sender' | 'Receiver' {
    return this.status < 500 ? 'Sender' : 'Receiver';
  }
}

/** Message style: lower case, no full stop, the wrong value included; `hint` is an instruction. */
export class SandboxError extends Error {
  readonly code: string;
  readonly hint: string | undefined;

  constructor(code: string, message: string, hint?: string) {
    super(message);
    this.name = 'SandboxError';
    this.code = code;
    this.hint = hint;
  }
}
