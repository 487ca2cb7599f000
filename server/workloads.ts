/**
 * Keeps all workloads checked: those with an open document at once, the others of the workspace in the background.
 * After each change to a file that a workload was made of, in the editor or on disk, it is checked again.
 *
 * Owns: which workloads there are, what each was made of, and the checks that are due. Checks in the background are done
 * in slices, between which the event loop is free, and only while nobody waits for an answer.
 */
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { type CheckedWorkload, checkInSteps, inputsOf } from '../engine/check/index.ts';
import type { Clock } from '../engine/clock.ts';
import type { WorkloadSource } from '../engine/config/index.ts';
import { type Inputs, keepReferenced } from '../engine/template/index.ts';
import { isInAny } from './below.ts';
import type { Documents } from './documents.ts';
import { pauses } from './pauses.ts';
import { filesOf, type LoadedWorkload, placeKey, type WorkloadPlace, type Workspace } from './workspace.ts';

/** Longest time between two checks of a workload that somebody is typing in, ms. */
const LONGEST_REST_MS = 150;
/** Workloads without an open document that are checked at once: while one waits for its files, another has the time. */
const CLOSED_AT_ONCE = 4;
/** Referenced files whose values are kept parsed. */
const KEPT_REFERENCES = 64;

export interface CheckedPlace {
  readonly key: string;
  readonly place: WorkloadPlace;
  readonly checked: CheckedWorkload;
  /** Versions of the open documents that were checked, by absolute path. */
  readonly versions: LoadedWorkload['versions'];
  readonly isOpen: boolean;
}

export interface WorkloadsListener {
  checked(result: CheckedPlace): void;
  /** It has no files any more, or is not part of the workspace. */
  gone(key: string): void;
}

export interface WorkloadsOptions {
  readonly workspace: Workspace;
  readonly documents: Documents;
  readonly clock: Clock;
  /** Resolves when nobody waits for an answer: until then, workloads without an open document wait. */
  readonly quiet: () => Promise<void>;
  /** Told of what must not happen: a check that throws. */
  readonly failed: (what: string, error: unknown) => void;
}

interface Entry {
  readonly key: string;
  readonly place: WorkloadPlace;
  isOpen: boolean;
  /** Absolute paths whose change makes a check due. */
  looked: ReadonlySet<string>;
  /** Whether `looked` is what it is made of, and not only what it is called. */
  isKnown: boolean;
  /** Counts the changes; a check of an older generation is abandoned. */
  generation: number;
  /** The last check, while open. */
  last: { readonly result: CheckedPlace; readonly generation: number } | undefined;
  /** How long the last check took, ms. */
  tookMs: number;
  /** When the last check ended. */
  checkedAt: number;
}

export class Workloads {
  readonly #options: WorkloadsOptions;
  readonly #listeners: WorkloadsListener[] = [];
  readonly #entries = new Map<string, Entry>();
  /** Keys by the absolute paths that they looked at. */
  readonly #lookers = new Map<string, Set<string>>();
  readonly #dueOpen = new Set<string>();
  readonly #dueClosed = new Set<string>();
  /** Before each step in the background. */
  readonly #pause: () => Promise<void>;
  readonly #readReferenced = keepReferenced(KEPT_REFERENCES);
  #running = false;
  #closed = new AbortController();
  #wake = new AbortController();

  constructor(options: WorkloadsOptions) {
    this.#options = options;
    this.#pause = pauses(async () => {
      await turn();
      await options.quiet();
    });
  }

  listen(listener: WorkloadsListener): void {
    this.#listeners.push(listener);
  }

  /** Every workload that is known, in no order. */
  places(): WorkloadPlace[] {
    return Array.from(this.#entries.values(), ({ place }) => place);
  }

  /** The workloads that are made of a file, among others. Those that were not checked yet are looked at now. */
  async madeOf(path: string): Promise<WorkloadPlace[]> {
    const pause = pauses();
    for (const entry of [...this.#entries.values()].filter(({ isKnown }) => !isKnown)) {
      await pause();
      const looked = new Set(filesOf(entry.place));
      await this.#options.workspace.load(entry.place, { looking: (one) => looked.add(one) });
      if (!entry.isKnown && this.#entries.get(entry.key) === entry) this.#look(entry, looked);
    }
    return Array.from(this.#lookers.get(path) ?? [], (key) => this.#entries.get(key)!.place);
  }

  /** The files of a workload and its inputs as they are now, without checking it. */
  async inputsOf(place: WorkloadPlace): Promise<{ readonly source: WorkloadSource; readonly inputs: Inputs }> {
    const { source } = await this.#options.workspace.load(place);
    return { source, inputs: inputsOf(source, this.#readReferenced) };
  }

  /** The files in some folders that workloads were made of, absolute. */
  lookedAtIn(folders: ReadonlySet<string>): string[] {
    return [...this.#lookers.keys()].filter((path) => isInAny(path, folders));
  }

  /** How many checks are due. */
  get due(): number {
    return this.#dueOpen.size + this.#dueClosed.size;
  }

  /** A workload of the workspace, none of whose files needs to be open. */
  add(place: WorkloadPlace): void {
    const key = placeKey(place);
    if (!this.#entries.has(key)) this.#schedule(this.#enter(key, place));
  }

  /** A document was opened or edited. */
  documentChanged(path: string): void {
    this.fileChanged(path);
    const { workspace, documents, failed } = this.#options;
    const owners = this.#owners(path);
    if (owners.some(({ isOpen }) => isOpen)) return;
    workspace
      .locate(path)
      .then((place) => {
        // It may have been closed again in the meantime.
        if (place === undefined || !documents.has(path)) return;
        const key = placeKey(place);
        const entry = this.#entries.get(key) ?? this.#enter(key, place);
        entry.isOpen = true;
        this.#schedule(entry);
      })
      .catch((error) => failed(`finding the workload of ${path}`, error));
  }

  documentClosed(path: string): void {
    for (const entry of this.#owners(path)) {
      if (filesOf(entry.place).some((file) => this.#options.documents.has(file))) continue;
      entry.isOpen = false;
      entry.last = undefined;
      this.#dueOpen.delete(entry.key);
      if (this.#options.workspace.contains(join(entry.place.root, entry.place.path))) this.#schedule(entry);
      else this.#leave(entry);
    }
    this.fileChanged(path);
  }

  /** All findings are to be told again, because they are weighed in another way. */
  recheckAll(): void {
    for (const entry of this.#entries.values()) this.#schedule(entry);
  }

  /** The same for those with an open document. */
  recheckOpen(): void {
    for (const entry of this.#entries.values()) if (entry.isOpen) this.#schedule(entry);
  }

  /** A file appeared, changed or went on disk, or its document did. */
  fileChanged(path: string): void {
    for (const key of this.#lookers.get(path) ?? []) this.#schedule(this.#entries.get(key)!);
  }

  /** Paths may start elsewhere now: every open document is placed anew. */
  foldersChanged(): void {
    for (const entry of this.#entries.values()) this.#leave(entry);
    for (const path of this.#options.documents.paths()) this.documentChanged(path);
  }

  /**
   * The last check of a workload; made now where there is none.
   *
   * @param fresh whether it has to be of the texts as they are now
   */
  async current(place: WorkloadPlace, fresh: boolean): Promise<CheckedPlace | undefined> {
    const entry = this.#entries.get(placeKey(place));
    const last = entry?.last;
    if (last !== undefined && (!fresh || last.generation === entry!.generation)) return last.result;
    if (entry === undefined) return this.#check(place, placeKey(place), false, () => {});
    await this.#checkEntry(entry);
    return entry.last?.result ?? this.#check(place, entry.key, entry.isOpen, () => {});
  }

  /** Abandons everything. */
  close(): void {
    this.#closed.abort();
    this.#wake.abort();
    this.#dueOpen.clear();
    this.#dueClosed.clear();
    this.#entries.clear();
    this.#lookers.clear();
  }

  #owners(path: string): Entry[] {
    return [...(this.#lookers.get(path) ?? [])]
      .map((key) => this.#entries.get(key)!)
      .filter(({ place }) => filesOf(place).includes(path));
  }

  #enter(key: string, place: WorkloadPlace): Entry {
    const entry: Entry = {
      key,
      place,
      isOpen: false,
      looked: new Set(),
      isKnown: false,
      generation: 0,
      last: undefined,
      tookMs: 0,
      checkedAt: 0,
    };
    this.#entries.set(key, entry);
    this.#look(entry, new Set(filesOf(place)));
    return entry;
  }

  #leave(entry: Entry): void {
    this.#look(entry, new Set());
    this.#entries.delete(entry.key);
    this.#dueOpen.delete(entry.key);
    this.#dueClosed.delete(entry.key);
    entry.generation++;
    for (const listener of this.#listeners) listener.gone(entry.key);
  }

  #look(entry: Entry, looked: ReadonlySet<string>): void {
    for (const path of entry.looked) {
      if (looked.has(path)) continue;
      const lookers = this.#lookers.get(path);
      lookers?.delete(entry.key);
      if (lookers?.size === 0) this.#lookers.delete(path);
    }
    for (const path of looked) {
      const lookers = this.#lookers.get(path);
      if (lookers) lookers.add(entry.key);
      else this.#lookers.set(path, new Set([entry.key]));
    }
    entry.looked = looked;
  }

  #schedule(entry: Entry): void {
    if (this.#closed.signal.aborted) return;
    entry.generation++;
    (entry.isOpen ? this.#dueOpen : this.#dueClosed).add(entry.key);
    if (entry.isOpen) this.#dueClosed.delete(entry.key);
    if (this.#running) {
      // What one open document asks for does not wait for another's rest.
      if (entry.isOpen) this.#wake.abort();
      return;
    }
    this.#running = true;
    this.#run().catch((error) => this.#options.failed('checking', error));
  }

  async #run(): Promise<void> {
    try {
      // What made the first check due may make others due at once.
      await turn();
      for (;;) {
        // Messages that came in the meantime go first: of a burst of edits, only the last is checked.
        await (this.#dueOpen.size > 0 ? turn() : this.#pause());
        if (this.due === 0 || this.#closed.signal.aborted) return;
        await this.#checkNext();
      }
    } finally {
      // At once: what becomes due from here on has to begin anew.
      this.#running = false;
    }
  }

  async #checkNext(): Promise<void> {
    const { clock } = this.#options;
    const [open] = this.#dueOpen;
    const restMs = open === undefined ? 0 : this.#restOf(this.#entries.get(open)!);
    if (open !== undefined && restMs <= 0) {
      this.#dueOpen.delete(open);
      await this.#checkEntry(this.#entries.get(open)!);
    } else if (this.#dueClosed.size > 0) {
      // While an open workload rests, there is time for the others.
      await Promise.all(this.#nextClosed().map((entry) => this.#checkEntry(entry, this.#pause)));
    } else {
      this.#wake = new AbortController();
      await clock.sleepUntil(clock.now() + restMs, this.#wake.signal);
    }
  }

  #nextClosed(): Entry[] {
    const next: Entry[] = [];
    for (const key of this.#dueClosed) {
      if (next.length === CLOSED_AT_ONCE) break;
      this.#dueClosed.delete(key);
      next.push(this.#entries.get(key)!);
    }
    return next;
  }

  /**
   * How long an open workload has to rest before its next check, ms: as long as the last one took, so that checking
   * takes at most half of the time, however fast somebody types. The first check since it was opened comes at once.
   */
  #restOf({ last, tookMs, checkedAt }: Entry): number {
    return last === undefined ? 0 : checkedAt + Math.min(LONGEST_REST_MS, tookMs) - this.#options.clock.now();
  }

  /** Checks a workload and tells the listeners, unless it changes meanwhile: then a newer check is due. */
  async #checkEntry(entry: Entry, pause = pauseOf(entry)): Promise<void> {
    const { generation } = entry;
    const looked = new Set<string>(filesOf(entry.place));
    try {
      const looking = (path: string) => {
        looked.add(path);
        // At once, so that a file that changes while it is read makes another check due.
        if (!entry.looked.has(path)) this.#look(entry, new Set([...entry.looked, path]));
      };
      const result = await this.#check(entry.place, entry.key, entry.isOpen, looking, pause);
      if (entry.generation !== generation || this.#entries.get(entry.key) !== entry) return;
      this.#dueOpen.delete(entry.key);
      this.#dueClosed.delete(entry.key);
      this.#look(entry, looked);
      entry.isKnown = true;
      if (result === undefined) {
        if (!entry.isOpen) this.#leave(entry);
        return;
      }
      entry.tookMs = result.tookMs;
      entry.checkedAt = this.#options.clock.now();
      if (entry.isOpen) entry.last = { result, generation };
      for (const listener of this.#listeners) listener.checked(result);
    } catch (error) {
      this.#options.failed(`checking ${entry.place.path}`, error);
    }
  }

  async #check(
    place: WorkloadPlace,
    key: string,
    isOpen: boolean,
    looking: (path: string) => void,
    pause?: () => Promise<void>,
  ): Promise<(CheckedPlace & { readonly tookMs: number }) | undefined> {
    const { source, versions } = await this.#options.workspace.load(place, { looking });
    if (source.files.length === 0) return undefined;
    return { key, place, versions, isOpen, ...(await this.#checkSource(source, pause)) };
  }

  /** @param pause lets others have their turn in the middle of it, whose time does not count */
  async #checkSource(
    source: WorkloadSource,
    pause: (() => Promise<void>) | undefined,
  ): Promise<{ checked: CheckedWorkload; tookMs: number }> {
    const steps = checkInSteps(source, this.#readReferenced);
    for (let tookMs = 0; ; ) {
      if (pause) await pause();
      const startedAt = performance.now();
      const { done, value } = steps.next();
      tookMs += performance.now() - startedAt;
      if (done) return { checked: value, tookMs };
    }
  }
}

/** Where somebody types, a check that lets the next key come in between would never be right at its end. */
const pauseOf = ({ isOpen, last }: Entry) => (isOpen && last !== undefined ? undefined : pauses());
