/**
 * What is known of AWS accounts, for the language server: lists that are asked for in the background when somebody
 * needs them, and asked for again when they are old and still needed.
 *
 * Owns: the lists, until the settings lead elsewhere. Must not: keep anybody waiting, or take a failure for an answer.
 */
import { type Clock, EngineError, type Inventory, type InventoryQuestion, systemClock } from '../engine/index.ts';
import type { AwsKind, AwsList, AwsListener, AwsPlace, AwsSource } from '../server/index.ts';

/** A list is asked for again, if somebody needs it, after so long, ms. */
const FRESH_MS = 60_000;
/** What takes long to list is listed less often: this many times as long passes in between. */
const REST = 20;
/** Lists that are asked for at a time: whoever deploys with the same account has the better part of its rates. */
const AT_A_TIME = 4;
/** Lists that are kept. */
const MOST_LISTS = 300;

/** What a region may be called, and nothing that a file could lead a request elsewhere with. */
const REGION = /^[a-z]{2,4}(-[a-z]+){1,3}-\d$/;
const ACCOUNT = /^\d{12}$/;

const NOTHING: AwsList = { things: [], complete: false };

interface Known {
  list: AwsList;
  /** When another answer is wanted; undefined before there was one. */
  oldAt: number | undefined;
  isAsked: boolean;
}

/** A list may be asked for; while a place is half typed, it may not. */
const isAskable = ({ account, region }: AwsPlace): boolean =>
  (account === undefined || ACCOUNT.test(account)) && (region === undefined || REGION.test(region));

export class Knowledge implements AwsSource {
  readonly #ask: (question: InventoryQuestion) => Promise<Inventory>;
  readonly #clock: Clock;
  readonly #listeners: AwsListener[] = [];
  #known = new Map<string, Known>();
  #isOn = false;
  #waiting: (() => Promise<void>)[] = [];
  #asking = 0;
  /** What was said in the log. */
  #said = new Set<string>();

  /** @param ask lists things; rejects where they cannot be listed */
  constructor(ask: (question: InventoryQuestion) => Promise<Inventory>, clock: Clock = systemClock()) {
    this.#ask = ask;
    this.#clock = clock;
  }

  listen(listener: AwsListener): void {
    this.#listeners.push(listener);
  }

  /** Forgets everything. @param isOn whether anything may be asked from now on */
  reset(isOn: boolean): void {
    const had = this.#known.size > 0;
    this.#known = new Map();
    this.#waiting = [];
    this.#said = new Set();
    this.#isOn = isOn;
    if (had || isOn) this.#tellNews();
  }

  list(kind: AwsKind, place: AwsPlace, of?: string): AwsList {
    if (!this.#isOn || !isAskable(place)) return NOTHING;
    const { account, region } = place;
    const key = JSON.stringify([kind, account, region, of]);
    const known = this.#known.get(key) ?? { list: NOTHING, oldAt: undefined, isAsked: false };
    // The one needed last at the end.
    this.#known.delete(key);
    this.#known.set(key, known);
    if (this.#known.size > MOST_LISTS) this.#known.delete(this.#known.keys().next().value!);
    const isOld = known.oldAt === undefined || this.#clock.now() >= known.oldAt;
    if (isOld && !known.isAsked) {
      known.isAsked = true;
      this.#waiting.push(() => this.#refresh(known, { kind, account, region, of }));
      this.#askNext();
    }
    return known.list;
  }

  #askNext(): void {
    while (this.#asking < AT_A_TIME) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#asking++;
      void next().finally(() => {
        this.#asking--;
        this.#askNext();
      });
    }
  }

  async #refresh(known: Known, question: InventoryQuestion): Promise<void> {
    const all = this.#known;
    const before = known.list;
    const askedAt = this.#clock.now();
    try {
      known.list = await this.#ask(question);
    } catch (error) {
      // What was there may still be offered, and nothing is missing for certain.
      known.list = { ...before, complete: false };
      if (all === this.#known) this.#tellTrouble(question, error);
    }
    known.isAsked = false;
    const now = this.#clock.now();
    known.oldAt = now + Math.max(FRESH_MS, REST * (now - askedAt));
    if (all === this.#known && JSON.stringify(known.list) !== JSON.stringify(before)) this.#tellNews();
  }

  #tellNews(): void {
    for (const { news } of this.#listeners) news();
  }

  #tellTrouble({ kind, account, region }: InventoryQuestion, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    const code = error instanceof EngineError ? error.code : '';
    // Without credentials every list fails in the same way.
    const key = code === 'aws.error' ? JSON.stringify([kind, account, region]) : message;
    if (this.#said.has(key)) return;
    this.#said.add(key);
    const hint = error instanceof EngineError && error.hint !== undefined ? `; ${error.hint}` : '';
    for (const { trouble } of this.#listeners) trouble(`AWS knowledge: ${message}${hint}`);
  }
}
