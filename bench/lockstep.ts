/**
 * This process's virtual time, and a simulated AWS in another process that follows it, so that memory and CPU of what is
 * measured are its own. Time moves from one sleeper's wake-up to the next, and only while no request is under way and
 * nothing is left to do here; nobody spins meanwhile. Owns the time, its sleepers and the other process.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../engine/clock.ts';
import type { CallRecord, LocalRequest, WireResponse } from '../sandbox/index.ts';
import { DueHeap } from '../sandbox/time/index.ts';

export type Asked = { readonly id: number; readonly at: number } & (
  | { readonly kind: 'request'; readonly request: LocalRequest }
  | { readonly kind: 'calls'; readonly from: number }
);

export type Told = { readonly id: number } & (
  | { readonly answer: WireResponse | undefined }
  | { readonly calls: readonly CallRecord[] }
  | { readonly endpoint: string }
);

type Ask = Asked extends infer One ? (One extends Asked ? Omit<One, 'id' | 'at'> : never) : never;

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
  isOver: boolean;
}

/** Turns of the event loop without any sign of work before time may move. */
const QUIET_TURNS = 3;

export class Lockstep implements Clock {
  readonly endpoint: string;
  readonly #process: ChildProcess;
  readonly #sleepers = new DueHeap<Sleeper>();
  readonly #waiting = new Map<number, (told: Told) => void>();
  #now: number;
  #asked = 0;
  #activity = 0;
  #wakeUp = () => {};

  private constructor(child: ChildProcess, endpoint: string, now: number) {
    this.#process = child;
    this.endpoint = endpoint;
    this.#now = now;
    child.on('message', (told: Told) => {
      this.#activity++;
      this.#waiting.get(told.id)?.(told);
      this.#waiting.delete(told.id);
      this.#wakeUp();
    });
  }

  static async open(now = Date.UTC(2026, 0, 1)): Promise<Lockstep> {
    const child = fork(join(import.meta.dirname, 'sandboxProcess.ts'), [String(now)], { serialization: 'advanced' });
    const told = await new Promise<Told>((resolve) => child.once('message', resolve));
    return new Lockstep(child, 'endpoint' in told ? told.endpoint : '', now);
  }

  now(): number {
    return this.#now;
  }

  sleepUntil(at: number, signal?: AbortSignal): Promise<void> {
    this.#activity++;
    if (signal?.aborted || at <= this.#now) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        sleeper.isOver = true;
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const sleeper: Sleeper = { at, wake, isOver: false };
      signal?.addEventListener('abort', wake, { once: true });
      this.#sleepers.push(sleeper);
    });
  }

  /** Answers a request as the other process's endpoint would. */
  async request(request: LocalRequest): Promise<WireResponse | undefined> {
    const told = await this.#ask({ kind: 'request', request });
    return 'answer' in told ? told.answer : undefined;
  }

  /** The calls made so far, from the given number on. */
  async calls(from: number): Promise<readonly CallRecord[]> {
    const told = await this.#ask({ kind: 'calls', from });
    return 'calls' in told ? told.calls : [];
  }

  /** Lets time run until the work has settled; gives its result. */
  async run<T>(work: Promise<T>): Promise<T> {
    let isOver = false;
    const over = () => {
      isOver = true;
      this.#wakeUp();
    };
    work.then(over, over);
    while (!isOver) {
      await this.#quiet();
      if (this.#waiting.size > 0) await new Promise<void>((resolve) => (this.#wakeUp = resolve));
      else if (!isOver) this.#wakeNext();
    }
    return work;
  }

  stop(): void {
    this.#process.disconnect();
  }

  #ask(ask: Ask): Promise<Told> {
    this.#activity++;
    const id = ++this.#asked;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#process.send({ ...ask, id, at: this.#now });
    });
  }

  #wakeNext(): void {
    while (this.#sleepers.peek()?.isOver) this.#sleepers.pop();
    const sleeper = this.#sleepers.pop();
    if (sleeper === undefined) return;
    this.#now = Math.max(this.#now, sleeper.at);
    sleeper.wake();
  }

  async #quiet(): Promise<void> {
    let seen = this.#activity;
    for (let turns = 0; turns < QUIET_TURNS; turns++) {
      await nextTurn();
      const isLoading = process.getActiveResourcesInfo().some((name) => name.startsWith('FSReq'));
      if (this.#activity === seen && !isLoading) continue;
      seen = this.#activity;
      turns = -1;
    }
  }
}
