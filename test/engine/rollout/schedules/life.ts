/**
 * The life of a workload under a schedule: commits come, processes are born that carry them out, die at their crash
 * points, and others take up what they left, until all is over. Owns: the counts of what was touched, who is alive, and
 * the commits that came.
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { type DeployPorts, deployPlan, resumeAll } from '../../../../engine/deploying.ts';
import { EngineError } from '../../../../engine/errors.ts';
import { keepReturning } from '../../../../engine/returning.ts';
import type { Command, RolloutRecord } from '../../../../engine/rollout/index.ts';
import { LEASE_MS, type Store } from '../../../../engine/store/index.ts';
import type { LocalRequest } from '../../../../sandbox/index.ts';
import { Crash } from '../crash.ts';
import type { Clients, Files, Stage } from '../stage.ts';
import { lead } from '../transport.ts';
import type { Fault, Touched } from './faults.ts';
import type { Revision, Watch } from './story.ts';

/** Calls of the store that write. */
const WRITES = new Set(['create', 'claim', 'append', 'release', 'markProcessed']);

/** What is not over after so many processes never will be. */
const MOST_PROCESSES = 60;

/** A watched service that has not come to rest after so many looks never will. */
const MOST_LOOKS = 2_000;

/** Looks at a rollout that nobody moves, before its lease lapses. */
const PATIENT_LOOKS = 30;

/** Between a process that let go and the next one, ms. */
const REST_MS = 20_000;

interface Process {
  readonly id: string;
  readonly shop: Clients;
  dead: boolean;
  /** It has ended, by itself or not. */
  over: boolean;
}

/** A workload's files at one commit; undefined where they are deleted. */
export interface Commit {
  readonly id: string;
  readonly revision: Revision;
  readonly files: Files | undefined;
}

/** What commits are about. */
interface Workload {
  readonly path: string;
  readonly before: Files | undefined;
  /** Rollouts before this time belong to the past, ms. */
  readonly since: number;
}

/** The engine's clients, which outlive the processes that they are lent to. */
export interface Shops {
  lend(): Clients;
  giveBack(shop: Clients): void;
}

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
  readonly #workload: Workload;
  readonly #faults: readonly Fault[];
  readonly #shops: Shops;
  readonly #touched: Record<Touched, number> = { write: 0, call: 0, change: 0 };
  readonly #rivals: Promise<unknown>[] = [];
  readonly #passTime: (ms: number) => void;
  /** The process that holds the rollout, as far as claims tell. */
  #holder: Process | undefined;
  /** Told of each change that a process makes. */
  watch: Watch | undefined;
  /** What processes did that they must not. */
  readonly violations: string[] = [];
  /** Oldest first. */
  readonly commits: Commit[] = [];

  /** @param passTime lets real time pass, as the store sees it */
  constructor(
    stage: Stage,
    workload: Workload,
    faults: readonly Fault[],
    shops: Shops,
    passTime: (ms: number) => void,
  ) {
    this.#stage = stage;
    this.#workload = workload;
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
    void this.#missed(process);
    throw new Crash();
  }

  /** What a dead process held is anybody's after a while. */
  async #missed(process: Process): Promise<void> {
    const { clock } = this.#stage;
    await clock.sleepUntil(clock.now() + REST_MS);
    if (this.#holder === process) this.#passTime(LEASE_MS + 1);
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

  /** Has a new process do something. Never rejects for its death, but gives nothing then. */
  async #process<T>(work: (ports: DeployPorts) => Promise<T>): Promise<T | undefined> {
    const process: Process = { id: randomUUID(), shop: this.#shops.lend(), dead: false, over: false };
    try {
      return await work(this.#portsOf(process));
    } catch (error) {
      unlessDead(error);
      return undefined;
    } finally {
      process.over = true;
      this.#shops.giveBack(process.shop);
    }
  }

  #portsOf(process: Process): DeployPorts {
    const { line, aws } = process.shop;
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

  #resume(): Promise<unknown> {
    return this.#process((ports) => resumeAll(ports, this.#stage.options()));
  }

  /** Plans a commit, and deploys it. */
  #deploy(commit: Commit): Promise<unknown> {
    const stage = this.#stage;
    return this.#process(async (ports) => {
      // Compared with what runs; a deletion with what was there.
      const base = commit.files === undefined ? this.#workload.before : undefined;
      stage.commit = commit.id;
      const plan = await stage.plan(this.#workload.path, commit.files, base);
      const { rollouts } = await deployPlan(ports, plan, stage.options());
      for (const { rollout, phase, reason } of rollouts) {
        if (phase !== 'busy') continue;
        const present = (await stage.store.load(rollout!))?.record.revision.commit;
        // What it brings may be on its way already.
        const isOther = this.commits.find(({ id }) => id === present)?.revision !== commit.revision;
        if (isOther) this.violations.push(`${commit.revision} was turned away: ${reason}`);
      }
    });
  }

  /** A commit comes, brought by so many processes. */
  bring(commit: Commit, processes = 1): void {
    this.commits.push(commit);
    for (let i = 0; i < processes; i++) this.#rivals.push(this.#deploy(commit));
  }

  /** Watches the service in one process after the other, until told to stop. */
  async watchOver(signal: AbortSignal): Promise<void> {
    const { clock } = this.#stage;
    while (!signal.aborted) {
      await this.#process((ports) => {
        const latest = async () => (await ports.store.latest()).map(({ record }) => record);
        return keepReturning(ports, latest, this.#stage.options({ signal }));
      });
      if (!signal.aborted) await clock.sleepUntil(clock.now() + REST_MS, signal);
    }
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

  /**
   * Takes up what is left, and brings the newest commit again where nobody did, until nothing is left.
   *
   * @param isAtRest asked when nothing is left to do
   * @returns all rollouts, oldest first; undefined when it is never over
   */
  async toTheEnd(isAtRest: () => Promise<boolean> = async () => true): Promise<RolloutRecord[] | undefined> {
    const { store, clock } = this.#stage;
    let processes = 0;
    let heldLooks = 0;
    for (let looks = 0; looks < MOST_LOOKS && processes < MOST_PROCESSES; looks++) {
      while (this.#rivals.length > 0) await Promise.all(this.#rivals.splice(0));
      const all = (await store.list({})).map(({ record }) => record).reverse();
      const records = all.filter(({ startedAt }) => startedAt >= this.#workload.since);
      const newest = this.commits.at(-1)!;
      const [open] = await store.list({ unfinished: true });
      const processed = (await store.lastProcessed('test', 'main'))?.commit === newest.id;
      const isDone = processed || records.some(({ revision }) => revision.commit === newest.id);
      if (open === undefined && isDone && (await isAtRest())) return records;
      // Whoever watches has what is under way in hand.
      const isHeld = open?.owner !== undefined && this.#holder?.over === false && ++heldLooks < PATIENT_LOOKS;
      if (!isHeld) heldLooks = 0;
      if (!isHeld && open !== undefined) this.#passTime(LEASE_MS + 1);
      await clock.sleepUntil(clock.now() + REST_MS);
      // Who came meanwhile may have it in hand.
      if (isHeld || (open === undefined && (isDone || this.#rivals.length > 0))) continue;
      processes++;
      await (open !== undefined ? this.#resume() : this.#deploy(this.commits.at(-1)!));
    }
    return undefined;
  }
}
