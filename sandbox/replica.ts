/**
 * Eventual consistency: a copy of the world that hears of every change some seconds later, so that a read can be
 * answered as it would have been then. It is exact because the world is: the same changes at the same times of its own
 * clock make the same world.
 *
 * Owns: the copy, and how far into the world's journal it is.
 */
import { Traffic } from './traffic/index.ts';
import { World } from './world.ts';

export class Replica {
  readonly #origin: World;
  readonly #lagMs: number;
  readonly #copy: World;
  /** The time at which the copy stands. */
  #now: number;
  #replayed = 0;

  /** @param lagSeconds how long a change takes to get here, 0 or more */
  constructor(origin: World, lagSeconds: number) {
    this.#origin = origin;
    this.#lagMs = lagSeconds * 1000;
    this.#now = origin.startedAt;
    this.#copy = new World({ ...origin.options, clock: { now: () => this.#now } });
    // Metrics and their alarms follow from it.
    new Traffic(this.#copy);
  }

  /** The world as it was. */
  get world(): World {
    const until = this.#origin.now - this.#lagMs;
    const { journal } = this.#origin;
    for (let next = journal[this.#replayed]; next !== undefined && next.at <= until; next = journal[this.#replayed]) {
      this.#moveTo(next.at);
      next.replay(this.#copy);
      this.#replayed++;
    }
    this.#moveTo(until);
    return this.#copy;
  }

  #moveTo(at: number): void {
    this.#now = Math.max(this.#now, at);
    this.#copy.catchUp();
  }
}
