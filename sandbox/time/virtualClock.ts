/**
 * A clock for tests: time stands still until it is moved, and moves from one sleeper's wake-up to the next, so that an
 * hour passes in milliseconds and every run is the same.
 *
 * Owns: the virtual time, its sleepers, and the count of work that is under way. Time moves only while nothing is under
 * way: no request is open in either direction (the sandbox reports those of its server, and those of HTTP clients in
 * this process), no `busy` work is unfinished, and the event loop has nothing left to do.
 */
import { setImmediate as nextTurn, setTimeout as realSleep } from 'node:timers/promises';
import { SandboxError } from '../fault.ts';
import type { SandboxClock } from './clock.ts';
import { DueHeap } from './heap.ts';

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
  cancelled: boolean;
}

/** 2026-01-01T00:00:00Z: a fixed start, so that recorded times of two runs are equal. */
const DEFAULT_ORIGIN = Date.UTC(2026, 0, 1);

/** Turns of the event loop without any sign of work before time may move; a loopback round trip shows up within one. */
const QUIET_TURNS = 4;

/** Real milliseconds between looks while work is under way that shows up nowhere, for example in another process. */
const IDLE_LOOK_MS = 1;

export class VirtualClock implements SandboxClock {
  readonly speed = 0;
  readonly #sleepers = new DueHeap<Sleeper>();
  #now: number;
  #underWay = 0;
  /** Is somebody about to move time? */
  #isMoved = false;
  /** Grows with every sign of work, so that work which came and went between two looks is noticed. */
  #activity = 0;

  /** @param origin the time at which the clock starts, ms since the epoch. @default 2026-01-01T00:00:00Z */
  constructor(origin = DEFAULT_ORIGIN) {
    this.#now = origin;
  }

  now(): number {
    return this.#now;
  }

  sleepUntil(at: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.#activity++;
      if (signal?.aborted || at <= this.#now) return resolve();
      const done = () => {
        sleeper.cancelled = true;
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const sleeper: Sleeper = { at, wake: done, cancelled: false };
      signal?.addEventListener('abort', done, { once: true });
      this.#sleepers.push(sleeper);
    });
  }

  /** Holds time still until the work has settled; for work that leaves the process, such as a child process. */
  async busy<T>(work: Promise<T>): Promise<T> {
    const leave = this.enter();
    try {
      return await work;
    } finally {
      leave();
    }
  }

  /** Holds time still until the returned function is called; calling it again does nothing. */
  enter(): () => void {
    this.#underWay++;
    this.#activity++;
    let inside = true;
    return () => {
      if (!inside) return;
      inside = false;
      this.#underWay--;
      this.#activity++;
    };
  }

  /** Moves time on by `ms` (0 or more), waking every sleeper on the way at its own time. */
  advance(ms: number): Promise<void> {
    return this.advanceTo(this.#now + ms);
  }

  /**
   * Moves time to `at`, ms since the epoch, waking every sleeper on the way at its own time.
   * @throws SandboxError `clock.backwards`
   */
  async advanceTo(at: number): Promise<void> {
    if (!(at >= this.#now)) {
      throw new SandboxError('clock.backwards', `the clock stands at ${this.#now} and cannot go back to ${at}`);
    }
    await this.#quiet();
    for (let next = this.#nextSleeper(); next !== undefined && next.at <= at; next = this.#nextSleeper()) {
      this.#wakeNext();
      await this.#quiet();
    }
    this.#now = Math.max(this.#now, at);
  }

  /**
   * Lets time run, from wake-up to wake-up, until `work` settles; gives its result. Several may run at once: they move
   * time in turns.
   */
  async run<T>(work: Promise<T>): Promise<T> {
    let settled = false;
    const settle = () => {
      settled = true;
    };
    work.then(settle, settle);
    while (!settled) {
      if (this.#isMoved) await nextTurn();
      else await this.#move(() => settled);
    }
    return work;
  }

  async #move(stop: () => boolean): Promise<void> {
    this.#isMoved = true;
    try {
      await this.#quiet(stop);
      if (stop()) return;
      if (this.#nextSleeper() === undefined) await realSleep(IDLE_LOOK_MS);
      else this.#wakeNext();
    } finally {
      this.#isMoved = false;
    }
  }

  #nextSleeper(): Sleeper | undefined {
    while (this.#sleepers.peek()?.cancelled) this.#sleepers.pop();
    return this.#sleepers.peek();
  }

  #wakeNext(): void {
    const sleeper = this.#sleepers.pop()!;
    this.#now = Math.max(this.#now, sleeper.at);
    sleeper.wake();
  }

  async #quiet(stop: () => boolean = () => false): Promise<void> {
    let seen = this.#activity;
    for (let turns = 0; turns < QUIET_TURNS && !stop(); turns++) {
      await nextTurn();
      if (this.#activity !== seen || this.#underWay > 0 || systemRequestsOpen()) {
        seen = this.#activity;
        turns = -1;
      }
    }
  }
}

/** Whether a file, name or connection request of this process waits for the system (idle sockets do not count). */
function systemRequestsOpen(): boolean {
  return process.getActiveResourcesInfo().some((name) => name.startsWith('FSReq') || SYSTEM_REQUESTS.has(name));
}

const SYSTEM_REQUESTS = new Set(['GetAddrInfoReqWrap', 'GetNameInfoReqWrap', 'TCPConnectWrap', 'RandomBytesRequest']);
