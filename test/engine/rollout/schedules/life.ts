/**
 * The life of one rollout under a schedule: processes are born, die at their crash points, and others take up what they
 * left, until it is over. Owns: the counts of what was touched, and who is alive.
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { PlanReport } from '../../../../engine/api.ts';
import { type DeployPorts, deployPlan, resumeAll } from '../../../../engine/deploying.ts';
import { EngineError } from '../../../../engine/errors.ts';
import type { Command, RolloutRecord } from '../../../../engine/rollout/index.ts';
import { LEASE_MS, type Store } from '../../../../engine/store/index.ts';
import type { LocalRequest } from '../../../../sandbox/index.ts';
import { Crash } from '../crash.ts';
import type { Clients, Stage } from '../stage.ts';
import { lead } from '../transport.ts';
import type { Fault, Touched } from './faults.ts';
import type { Watch } from './story.ts';

/** Calls of the store that write. */
const WRITES = new Set(['create', 'claim', 'append', 'release', 'markProcessed']);

/** A rollout that is not over after so many processes never will be. */
const MOST_PROCESSES = 60;

/** Between a process that let go and the next one, ms. */
const REST_MS = 20_000;

interface Process {
  readonly id: string;
  dead: boolean;
}

/** The engine's clients of processes that live at the same time; they are lent to one after the other. */
export type Shops = readonly Clients[];

/** The operation of a request, as it is on the wire; method and path where the path says it. */
function operationOf({ method, path, headers, body }: LocalRequest): string {
  const target = headers['x-amz-target']?.split('.')[1] ?? new URLSearchParams(body.toString('latin1')).get('Action');
  return target ?? `${method} ${path}`;
}

/** Does it change AWS, judged by its name? */
const changes = (operation: string): boolean => !/^(?:Get|List|Describe|GET )/.test(operation);

function unlessDead(error: unknown): void {
  const isPassing = error instanceof EngineError && error.code === 'store.locked';
  if (!(error instanceof Crash || isPassing)) throw error;
}

export class Life {
  readonly #stage: Stage;
  readonly #faults: readonly Fault[];
  readonly #shops: Shops;
  readonly #touched: Record<Touched, number> = { write: 0, call: 0, change: 0 };
  readonly #rivals: Promise<unknown>[] = [];
  readonly #passTime: (ms: number) => void;
  #births = 0;
  /** The process that holds the rollout, as far as claims tell. */
  #holder: Process | undefined;
  /** Told of each change that a process makes. */
  watch: Watch | undefined;
  /** What processes did that they must not. */
  readonly violations: string[] = [];

  /** @param passTime lets real time pass, as the store sees it */
  constructor(stage: Stage, faults: readonly Fault[], shops: Shops, passTime: (ms: number) => void) {
    this.#stage = stage;
    this.#faults = faults;
    this.#shops = shops;
    this.#passTime = passTime;
  }

  /** Counts a touch, and lets the process die at its point. */
  async #touch<T>(process: Process, touched: readonly Touched[], work: () => Promise<T>): Promise<T> {
    if (process.dead) throw new Crash();
    const here = touched.map((one) => [one, ++this.#touched[one]] as const);
    const dies = (when: 'before' | 'after') =>
      this.#faults.some(
        (fault) =>
          fault.kind === 'crash' &&
          fault.when === when &&
          here.some(([one, nth]) => one === fault.touched && nth === fault.nth),
      );
    if (dies('before')) this.#die(process);
    const result = await work();
    if (dies('after')) this.#die(process);
    if (process.dead) throw new Crash();
    return result;
  }

  #die(process: Process): never {
    process.dead = true;
    this.#stage.note('the process dies');
    throw new Crash();
  }

  #storeOf(process: Process): Store {
    const { store } = this.#stage;
    const wrapped = Object.entries(store).map(([name, method]) => {
      if (typeof method !== 'function') return [name, method];
      const call = method as (...args: unknown[]) => Promise<unknown>;
      const isWrite = WRITES.has(name);
      const work = async (args: unknown[]) => {
        if (isWrite && this.#isLocked()) {
          throw new EngineError('store.locked', 'the store is locked', { kind: 'surroundings', hint: 'try again' });
        }
        const result = await call(...args);
        const claimed = name === 'create' || name === 'claim';
        if (claimed && typeof result === 'object' && result !== null && 'claim' in result) this.#holder = process;
        return result;
      };
      return [name, (...args: unknown[]) => this.#touch(process, isWrite ? ['write'] : [], () => work(args))];
    });
    return Object.fromEntries(wrapped) as Store;
  }

  #isLocked(): boolean {
    return this.#faults.some(
      ({ kind, ...fault }) => kind === 'store locked' && 'nth' in fault && fault.nth === this.#touched.write,
    );
  }

  /** Ports of a new process. */
  #born(): DeployPorts {
    const process: Process = { id: randomUUID(), dead: false };
    const { line, aws } = this.#shops[this.#births++ % this.#shops.length]!;
    lead(line, this.#stage.sandbox, this.#stage.clock);
    line.gate = (request, send) => {
      const operation = operationOf(request);
      if (!changes(operation)) return this.#touch(process, ['call'], send);
      return this.#touch(process, ['call', 'change'], () => {
        const wrong = this.watch?.(operation, request.body.toString('utf8'));
        if (wrong !== undefined) this.violations.push(wrong);
        return send();
      });
    };
    const ports = this.#stage.ports();
    return {
      ...ports,
      owner: { id: process.id, host: hostname(), pid: globalThis.process.pid },
      store: this.#storeOf(process),
      aws: {
        ...aws,
        perform: (action, context, repeated) => {
          if (!process.dead && this.#holder !== process)
            this.violations.push(`a process that had lost the rollout performed ${action.type}`);
          return aws.perform(action, context, repeated);
        },
      },
    };
  }

  /** Never rejects for a death. */
  #resume(): Promise<unknown> {
    return resumeAll(this.#born(), this.#stage.options()).catch(unlessDead);
  }

  #deploy(plan: PlanReport): Promise<unknown> {
    return deployPlan(this.#born(), plan, this.#stage.options()).catch(unlessDead);
  }

  /** Whatever befalls the processes from outside. */
  happen(kind: Command | 'rival' | 'takeover'): void {
    this.#stage.note(kind);
    if (kind === 'takeover') this.#passTime(LEASE_MS + 1);
    this.#rivals.push(kind === 'rival' || kind === 'takeover' ? this.#resume() : this.#ask(kind));
  }

  async #ask(command: Command): Promise<void> {
    const [open] = await this.#stage.store.list({ unfinished: true });
    if (open) await this.#stage.store.ask(open.record.id, command, 'somebody');
  }

  /** Deploys, and takes up what is left until nothing is. Undefined when it is never over. */
  async live(plan: PlanReport): Promise<RolloutRecord | undefined> {
    const { store, clock } = this.#stage;
    await this.#deploy(plan);
    for (let i = 0; i < MOST_PROCESSES; i++) {
      await Promise.all(this.#rivals.splice(0));
      const [last] = await store.list({ limit: 1 });
      if (last !== undefined && last.record.endedAt !== null) return last.record;
      this.#passTime(LEASE_MS + 1);
      await clock.sleepUntil(clock.now() + REST_MS);
      if (last === undefined) await this.#deploy(plan);
      else await this.#resume();
    }
    return undefined;
  }
}
