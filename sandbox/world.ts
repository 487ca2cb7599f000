/**
 * The simulated world: one `Region` per account and AWS region, and the queue of everything that will happen in it.
 *
 * Owns: the queue and the time at which the world stands. Events run in order of their time, each at exactly its own
 * time, whenever somebody looks (`catchUp`); so the world behaves the same however seldom it is looked at. Must not: set
 * a timer, or know any AWS service (each keeps its own state in the region, under its own constructor).
 */
import { type Random, randomFor } from './random.ts';
import { noScenario, type Scenario, type Subject } from './scenario/index.ts';
import { DueHeap, type SandboxClock } from './time/index.ts';

interface WorldEvent {
  readonly at: number;
  readonly run: () => void;
}

/** A change that came from outside, for whoever wants to make it again elsewhere. */
export interface Change {
  readonly at: number;
  readonly replay: (world: World) => void;
}

/** An assumed role's temporary access key. */
export interface Session {
  readonly account: string;
  readonly arn: string;
  readonly userId: string;
  readonly expiresAt: number;
}

export interface WorldOptions {
  readonly clock: Pick<SandboxClock, 'now'>;
  readonly scenario?: Scenario;
  /** Any text; equal seeds give equal ids and durations. @default 'sandbox' */
  readonly seed?: string;
  /** Upper limit for every page of every list, for tests of pagination. @default AWS's own limits */
  readonly pageSize?: number;
}

export class World {
  readonly seed: string;
  readonly pageSize: number;
  readonly sessions = new Map<string, Session>();
  readonly options: WorldOptions;
  readonly startedAt: number;
  readonly #journal: Change[] = [];
  readonly #onElapsed: ((from: number, to: number) => void)[] = [];
  readonly #clock: WorldOptions['clock'];
  readonly #events = new DueHeap<WorldEvent>();
  readonly #regions = new Map<string, Region>();
  #now: number;
  #scenario: Scenario;
  #scenarioSince: number;

  constructor(options: WorldOptions) {
    this.options = options;
    this.#clock = options.clock;
    this.#now = options.clock.now();
    this.startedAt = this.#now;
    this.#scenario = options.scenario ?? noScenario;
    this.#scenarioSince = this.#now;
    this.seed = options.seed ?? 'sandbox';
    this.pageSize = options.pageSize ?? Number.POSITIVE_INFINITY;
    this.#markRules();
  }

  /** The time of the event being run, or of the last look at the clock; ms since the epoch. */
  get now(): number {
    return this.#now;
  }

  get scenario(): Scenario {
    return this.#scenario;
  }

  /** Replaces the scenario; what has already begun keeps the fate it was given. */
  setScenario(scenario: Scenario): void {
    this.catchUp();
    this.#scenario = scenario;
    this.#scenarioSince = this.#now;
    this.#markRules();
    this.record((world) => world.setScenario(scenario));
  }

  /** The times at which rules begin and end to hold are events too, so that nothing changes between two events. */
  #markRules(): void {
    for (const { when } of this.#scenario.rules) {
      for (const seconds of [when.fromSeconds, when.untilSeconds]) {
        if (seconds !== undefined) this.at(this.#scenarioSince + seconds * 1000, () => {});
      }
    }
  }

  /** Every change from outside, oldest first. */
  get journal(): readonly Change[] {
    return this.#journal;
  }

  /** Notes a change that has just been made, so that it can be made again. */
  record(replay: Change['replay']): void {
    this.#journal.push({ at: this.#now, replay });
  }

  /** Seconds since the scenario was set. */
  get scenarioSeconds(): number {
    return (this.#now - this.#scenarioSince) / 1000;
  }

  regions(): Iterable<Region> {
    return this.#regions.values();
  }

  region(account: string, name: string): Region {
    const key = `${account}/${name}`;
    let region = this.#regions.get(key);
    if (region === undefined) {
      region = new Region(this, account, name);
      this.#regions.set(key, region);
      // A region is there from when it is first asked for, and so is what the scenario gives it.
      this.record((world) => world.region(account, name));
    }
    return region;
  }

  /** Runs `action` when the world's time reaches `at`; a time that has passed means at once after the present event. */
  at(at: number, action: () => void): void {
    this.#events.push({ at: Math.max(at, this.#now), run: action });
  }

  /**
   * Has `action` told of each stretch of time in which nothing changes, when it is over and before what ends it, ms. The
   * world stands at its beginning meanwhile.
   */
  onElapsed(action: (from: number, to: number) => void): void {
    this.#onElapsed.push(action);
  }

  #elapse(to: number): void {
    if (to <= this.#now) return;
    for (const action of this.#onElapsed) action(this.#now, to);
    this.#now = to;
  }

  /** Lets everything happen that is due by now. */
  catchUp(): void {
    const now = this.#clock.now();
    for (let next = this.#events.peek(); next !== undefined && next.at <= now; next = this.#events.peek()) {
      this.#events.pop();
      this.#elapse(next.at);
      next.run();
    }
    this.#elapse(now);
  }
}

/** What one account has in one AWS region. */
export class Region {
  readonly world: World;
  /** Twelve digits. */
  readonly account: string;
  /** For example `us-west-2`. */
  readonly name: string;
  readonly #parts = new Map<unknown, unknown>();

  constructor(world: World, account: string, name: string) {
    this.world = world;
    this.account = account;
    this.name = name;
  }

  get now(): number {
    return this.world.now;
  }

  get scenario(): Scenario {
    return this.world.scenario;
  }

  /** The state that a service keeps here, made by `create` at first use. */
  part<T>(create: (region: Region) => T): T {
    if (!this.#parts.has(create)) this.#parts.set(create, create(this));
    return this.#parts.get(create) as T;
  }

  at(at: number, action: () => void): void {
    this.world.at(at, action);
  }

  after(ms: number, action: () => void): void {
    this.world.at(this.now + ms, action);
  }

  /** Place and time, as the conditions of a scenario's rules know them. */
  get subject(): Subject {
    return { account: this.account, region: this.name, elapsedSeconds: this.world.scenarioSeconds };
  }

  /** A generator for the thing named by `key`, the same in each run with the same seed. */
  random(key: string): Random {
    return randomFor(`${this.world.seed}/${this.account}/${this.name}/${key}`);
  }

  arn(service: string, resource: string): string {
    return `arn:${partition(this.name)}:${service}:${this.name}:${this.account}:${resource}`;
  }
}

function partition(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}
