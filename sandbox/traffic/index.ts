/**
 * Traffic: the requests of a scenario's sources, counted exactly. There is no event per request: between two events of
 * the world nothing changes, so a stretch of time is rate times length, divided by the weights and targets in force.
 *
 * Owns: the totals. Must not: change anything in the world but CloudWatch's metrics.
 */
import type { TrafficSource } from '../scenario/index.ts';
import type { Region, World } from '../world.ts';
import { Ledger, type SourceReport } from './ledger.ts';
import { measure, measureHosts } from './measuring.ts';
import { streamsOf } from './streams.ts';
import { UnderWay } from './underWay.ts';

export type { SourceReport, Tally } from './ledger.ts';

export class Traffic {
  readonly #world: World;
  readonly #ledgers = new Map<string, Ledger>();
  readonly #underWay = new UnderWay();

  constructor(world: World) {
    this.#world = world;
    world.onElapsed((from, to) => this.#flow(from, to));
  }

  /** What became of the requests so far, one entry for each source in each account and region. */
  report(): readonly SourceReport[] {
    this.#world.catchUp();
    this.#underWay.settle(this.#world.now);
    return [...this.#ledgers.values()].map((ledger) => ledger.report());
  }

  #flow(from: number, to: number): void {
    this.#underWay.settle(from);
    const sources = this.#world.scenario.traffic ?? [];
    if (sources.length === 0) return;
    for (const region of this.#world.regions()) {
      for (const source of sources) this.#flowInto(region, source, from, to);
      measureHosts(region, { from, to });
    }
  }

  /** A source begins to flow when what it is for exists; where that is gone again, its requests fail. */
  #flowInto(region: Region, source: TrafficSource, from: number, to: number): void {
    const name = nameOf(source);
    const key = `${region.account}/${region.name}/${name}`;
    const streams = streamsOf(region, source);
    let ledger = this.#ledgers.get(key);
    if (ledger === undefined) {
      if (streams === undefined) return;
      ledger = new Ledger({ account: region.account, region: region.name, source: name });
      this.#ledgers.set(key, ledger);
    }
    const perMs = source.perSecond / 1000;
    const requests = perMs * (to - from);
    if (streams === undefined) ledger.add('-', requests, 'not-found');
    measure(region, streams ?? [], requests, { from, to });
    for (const { part, share, failure, target, latencyMs = 0 } of streams ?? []) {
      ledger.add(part, requests * share, failure);
      if (target === undefined) continue;
      this.#underWay.send(target, { from, to, perMs: perMs * share, latencyMs, ledger, part });
    }
  }
}

function nameOf(source: TrafficSource): string {
  if ('alias' in source) return source.alias;
  if ('api' in source) return `${source.api}/${source.stage ?? '$default'}/${source.route}`;
  const listener = `${source.loadBalancer}:${source.listenerPort ?? 80}`;
  return source.rule === undefined ? listener : `${listener}/${source.rule}`;
}
