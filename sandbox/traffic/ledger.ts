/** The accounts of one source of requests. Owns: its totals. Whatever is counted once is counted as served or failed. */

/** Requests; fractions arise where a rate is divided, and a part of a request is as good as none. */
export interface Tally {
  readonly requests: number;
  readonly served: number;
  readonly failed: number;
  /** Failed ones by reason. */
  readonly failures: Readonly<Record<string, number>>;
}

export interface SourceReport extends Tally {
  readonly account: string;
  readonly region: string;
  /** As the scenario names it: `web:80`, `web:80/10` with a rule's priority, or `function:alias`. */
  readonly source: string;
  /** By target group ARN or function version; `-` for what the load balancer answered itself. */
  readonly parts: Readonly<Record<string, Tally>>;
}

/** Sums of products of rates and times are rounded to millionths of a request, far below what matters. */
const DIGITS = 1e6;

export class Ledger {
  readonly #name: Pick<SourceReport, 'account' | 'region' | 'source'>;
  readonly #parts = new Map<string, { served: number; readonly failures: Map<string, number> }>();

  constructor(name: Pick<SourceReport, 'account' | 'region' | 'source'>) {
    this.#name = name;
  }

  add(part: string, requests: number, failure: string | undefined): void {
    const entry = this.#part(part);
    if (failure === undefined) entry.served += requests;
    else entry.failures.set(failure, (entry.failures.get(failure) ?? 0) + requests);
  }

  /** Requests that were counted as served when they were sent, and then were not. */
  lose(part: string, requests: number, failure: string): void {
    this.#part(part).served -= requests;
    this.add(part, requests, failure);
  }

  report(): SourceReport {
    const parts = [...this.#parts].map(([part, entry]) => [part, tally([entry])] as const);
    return { ...this.#name, ...tally([...this.#parts.values()]), parts: Object.fromEntries(parts) };
  }

  #part(part: string) {
    const known = this.#parts.get(part);
    if (known !== undefined) return known;
    const entry = { served: 0, failures: new Map<string, number>() };
    this.#parts.set(part, entry);
    return entry;
  }
}

function tally(entries: readonly { served: number; failures: ReadonlyMap<string, number> }[]): Tally {
  const failures = new Map<string, number>();
  for (const entry of entries) {
    for (const [reason, count] of entry.failures) failures.set(reason, (failures.get(reason) ?? 0) + count);
  }
  const served = entries.reduce((sum, entry) => sum + entry.served, 0);
  const failed = [...failures.values()].reduce((sum, count) => sum + count, 0);
  return {
    requests: rounded(served + failed),
    served: rounded(served),
    failed: rounded(failed),
    failures: Object.fromEntries([...failures].map(([reason, count]) => [reason, rounded(count)])),
  };
}

const rounded = (value: number) => Math.round(value * DIGITS) / DIGITS;
