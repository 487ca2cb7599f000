/** What was asked of the sandbox. Owns: the last calls, at most `KEPT`. */

export interface CallRecord {
  /** Milliseconds since the epoch, on the sandbox's clock. */
  readonly time: number;
  /** Signing name, for example `ecs`; `-` where the request did not say. */
  readonly service: string;
  readonly operation: string;
  readonly account: string;
  readonly region: string;
  readonly requestId: string;
  /** HTTP status; 0 where no answer was sent. */
  readonly status: number;
  /** AWS error code. */
  readonly error?: string;
  readonly mutating: boolean;
}

const KEPT = 100_000;

export class CallLog {
  readonly #records: CallRecord[] = [];
  #dropped = 0;

  /** The number that the next call will have, counted from 0. */
  get next(): number {
    return this.#dropped + this.#records.length;
  }

  /** All calls kept, oldest first. */
  get records(): readonly CallRecord[] {
    return this.#records;
  }

  add(record: CallRecord): void {
    this.#records.push(record);
    if (this.#records.length >= 2 * KEPT) {
      this.#records.splice(0, KEPT);
      this.#dropped += KEPT;
    }
  }

  /** The calls from number `first` on, as far as they are kept. */
  since(first: number): readonly CallRecord[] {
    return this.#records.slice(Math.max(0, first - this.#dropped));
  }
}
