/**
 * Requests under way: those sent to a target within its latency. They are lost when what stands behind the target ends,
 * which is what draining prevents. Owns: what was sent to each target of late.
 */
import type { Target } from '../elbv2/index.ts';
import type { Ledger } from './ledger.ts';

interface Sent {
  readonly from: number;
  readonly to: number;
  readonly perMs: number;
  readonly latencyMs: number;
  readonly ledger: Ledger;
  readonly part: string;
}

export class UnderWay {
  readonly #sent = new Map<Target, Sent[]>();

  send(target: Target, sent: Sent): void {
    const before = this.#sent.get(target);
    if (before === undefined) this.#sent.set(target, [sent]);
    else before.push(sent);
  }

  /** Counts what was lost by `now`, and forgets what was answered; to be called before time goes on from `now`. */
  settle(now: number): void {
    for (const [target, all] of this.#sent) {
      const { endedAt } = target.backend;
      if (endedAt !== undefined) {
        for (const { from, to, perMs, latencyMs, ledger, part } of all) {
          const lost = Math.min(to, endedAt) - Math.max(from, endedAt - latencyMs);
          if (lost > 0) ledger.lose(part, lost * perMs, 'closed');
        }
      }
      const open = endedAt === undefined ? all.filter(({ to, latencyMs }) => to + latencyMs > now) : [];
      if (open.length > 0) this.#sent.set(target, open);
      else this.#sent.delete(target);
    }
  }
}
