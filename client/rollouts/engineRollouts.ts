/**
 * Reads the workloads of the window's folders from Git, and their rollouts from the engine's store. AWS is not asked.
 * Names of files are quick to read, however many; what is in them follows, once for every commit.
 *
 * Owns: the workloads as they were last read, and what is in their files.
 */
import type { Engine, StatusEntry, WorkloadList } from '../../engine/index.ts';
import type { EngineSession } from '../engine/session.ts';
import { codeOf, timeHere } from '../words.ts';
import type { Rollouts, WorkloadRow } from './rollout.ts';

/** Git is looked at anew after this long, ms: commits made elsewhere show by then. */
const KEPT_MS = 20_000;

/** Files that are rendered and checked within this are waited for: small repositories show at once as they are, ms. */
const SOON_MS = 150;

/** Of more workloads the names are shown first, before anything is rendered. */
const SOON_WORKLOADS = 100;

/** What a rollout waits for, in words. */
type Waits = (entry: StatusEntry) => readonly string[];

interface Read {
  readonly repo: string;
  readonly list?: WorkloadList;
  readonly error?: unknown;
}

/** What the tree needs to know of one workload's files. */
type Known = Pick<WorkloadRow, 'target' | 'errors'>;

/** What the files of one revision say, as far as it is known. */
interface Files {
  readonly engine: Engine;
  readonly revision: string;
  /** Of an earlier revision until the present one is read. */
  known: ReadonlyMap<string, Known>;
  error?: unknown;
  planning: Promise<void>;
  /** Whoever read it first has not waited for it to the end. */
  isLate: boolean;
}

/** A look for files of workloads in a folder outside of repositories; there may be a great many others. */
interface Search {
  found: boolean;
  searching: Promise<void>;
  /** Whoever began it has not waited for it to the end. */
  isLate: boolean;
}

export interface EngineRolloutsOptions {
  readonly session: EngineSession;
  /** Absolute paths of the window's folders, now. */
  readonly folders: () => readonly string[];
  /** Whether there are files of workloads in a folder, or below it. */
  readonly hasWorkloads: (folder: string) => Promise<boolean>;
  /** Told when there is more to read than there was. */
  readonly changed: () => void;
}

export class EngineRollouts {
  readonly #options: EngineRolloutsOptions;
  #kept: { readonly key: string; readonly until: number; readonly read: Promise<readonly Read[]> } | undefined;
  /** By the repository's root. */
  readonly #files = new Map<string, Files>();
  /** By the folder. */
  readonly #searches = new Map<string, Search>();

  constructor(options: EngineRolloutsOptions) {
    this.#options = options;
  }

  /** Has the next reading look at Git again, and try again what could not be read. */
  forget(): void {
    this.#kept = undefined;
    this.#searches.clear();
    for (const [root, { error }] of this.#files) if (error !== undefined) this.#files.delete(root);
  }

  async read(): Promise<Rollouts> {
    const { engine } = await this.#options.session.open();
    const read = await this.#workloads(engine);
    const entries = await engine.status();
    // The engine is loaded only when it is needed, its words too.
    const { waitWords } = await import('../engine/loaded.ts');
    const waits: Waits = ({ rollout: { waiting }, ahead }) =>
      waiting == null ? [] : waitWords(waiting, undefined, timeHere, ahead);
    // Two folders of one repository have the same workloads.
    const repositories = new Map(
      read.flatMap(({ list }) => (list === undefined ? [] : [[list.repository.root, list]])),
    );
    const files = [...repositories].map(([root, list]) => this.#filesOf(engine, root, list));
    const count = [...repositories.values()].reduce((sum, { workloads }) => sum + workloads.length, 0);
    const inRepository = repositories.size > 0 || read.some(({ error }) => error !== undefined);
    // Where no folder is in a repository, that is all there is to say.
    const outside = inRepository ? read.filter(({ list, error }) => list === undefined && error === undefined) : [];
    const searches = outside.map(({ repo }) => this.#searchOf(repo));
    if (count <= SOON_WORKLOADS) {
      const soon = [...files.map(({ planning }) => planning), ...searches.map(({ searching }) => searching)];
      await Promise.race([Promise.all(soon), after(SOON_MS)]);
    }
    for (const one of [...files, ...searches]) one.isLate = true;
    const rows = [...repositories.values()].flatMap((list, i) => rowsOf(list, files[i]!, entries, waits));
    const unread = [...repositories.keys()].flatMap((repo, i) =>
      files[i]!.error === undefined ? [] : [{ repo, error: files[i]!.error }],
    );
    return {
      rows,
      inRepository,
      unversioned: outside.flatMap(({ repo }, i) => (searches[i]!.found ? [repo] : [])),
      failures: [...read.flatMap(({ repo, error }) => (error === undefined ? [] : [{ repo, error }])), ...unread],
    };
  }

  #workloads(engine: Engine): Promise<readonly Read[]> {
    const folders = this.#options.folders();
    const key = JSON.stringify(folders);
    const now = performance.now();
    if (this.#kept?.key === key && this.#kept.until > now) return this.#kept.read;
    const read = Promise.all(folders.map((repo) => readRepository(engine, repo)));
    this.#kept = { key, until: now + KEPT_MS, read };
    // A working tree may have changed without another commit to tell.
    for (const [root, { revision }] of this.#files) if (revision === WORKTREE) this.#files.delete(root);
    return read;
  }

  #searchOf(folder: string): Search {
    const before = this.#searches.get(folder);
    if (before !== undefined) return before;
    const search: Search = { found: false, searching: Promise.resolve(), isLate: false };
    search.searching = this.#options.hasWorkloads(folder).then(
      (found) => {
        search.found = found;
        if (found && search.isLate) this.#options.changed();
      },
      () => {},
    );
    this.#searches.set(folder, search);
    return search;
  }

  #filesOf(engine: Engine, root: string, { revision, workloads }: WorkloadList): Files {
    const before = this.#files.get(root);
    if (before?.revision === revision && before.engine === engine) return before;
    const known = before?.known ?? new Map();
    const files: Files = { engine, revision, known, planning: Promise.resolve(), isLate: false };
    const begin = workloads.length <= SOON_WORKLOADS ? Promise.resolve() : after(SOON_MS);
    files.planning = begin
      .then(() => knownFrom(engine, root, revision))
      .then(
        (found) => {
          files.known = found;
        },
        (error: unknown) => {
          files.error = error;
        },
      )
      .then(() => {
        if (files.isLate) this.#options.changed();
      });
    this.#files.set(root, files);
    return files;
  }
}

async function knownFrom(engine: Engine, repo: string, revision: string): Promise<ReadonlyMap<string, Known>> {
  const at = revision === WORKTREE ? ({ worktree: true } as const) : revision;
  const { workloads } = await engine.plan({ repo, revision: at, offline: true, all: true });
  return new Map(
    workloads.map((plan) => [
      keyOf(plan),
      { target: plan.target, errors: plan.problems.filter(({ severity }) => severity === 'error').length },
    ]),
  );
}

const WORKTREE = 'worktree';

const after = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const keyOf = ({ kind, workload }: { readonly kind: string; readonly workload: string }) => `${kind}:${workload}`;

/** The workloads of the head; of the working tree where nothing was committed yet. */
async function readRepository(engine: Engine, repo: string): Promise<Read> {
  try {
    return { repo, list: await engine.workloads({ repo }) };
  } catch (error) {
    const code = codeOf(error);
    if (code === 'git.not-a-repository') return { repo };
    if (code !== 'git.no-commits') return { repo, error };
    return { repo, list: await engine.workloads({ repo, revision: { worktree: true } }) };
  }
}

function rowsOf(
  { repository, revision, workloads }: WorkloadList,
  files: Files,
  entries: readonly StatusEntry[],
  waits: Waits,
): WorkloadRow[] {
  const { identity, root } = repository;
  const head = revision === WORKTREE ? undefined : revision;
  const latest = new Map<string, StatusEntry>();
  for (const entry of entries) {
    if (entry.rollout.repository.identity !== identity) continue;
    const known = latest.get(keyOf(entry));
    if (known === undefined || known.rollout.startedAt < entry.rollout.startedAt) latest.set(keyOf(entry), entry);
  }
  const listed = workloads.map(({ workload, kind, held }): WorkloadRow => {
    const key = keyOf({ workload, kind });
    const entry = latest.get(key);
    latest.delete(key);
    const known = files.known.get(key);
    return {
      ...rowOf(entry, waits),
      id: `${identity} ${key}`,
      workload,
      kind,
      repo: root,
      head,
      held,
      target: known === undefined ? entry?.target : placed(known.target, entry),
      errors: known?.errors,
    };
  });
  // What has no files any more, but was rolled out once.
  const gone = [...latest].map(([key, entry]): WorkloadRow => {
    const { workload, kind, target } = entry;
    return {
      ...rowOf(entry, waits),
      id: `${identity} ${key}`,
      workload,
      kind,
      repo: root,
      head,
      held: undefined,
      target,
      errors: 0,
    };
  });
  return [...listed, ...gone];
}

const rowOf = (entry: StatusEntry | undefined, waits: Waits) => ({
  record: entry?.rollout,
  owner: entry?.owner,
  waits: entry === undefined ? [] : waits(entry),
  fallback: entry?.fallback,
});

/** Where a rollout went says more than files that leave the account or region open. */
function placed(target: WorkloadRow['target'], entry: StatusEntry | undefined): WorkloadRow['target'] {
  if (target === undefined || entry === undefined) return target ?? entry?.target;
  return target.account === undefined || target.region === undefined ? entry.target : target;
}
