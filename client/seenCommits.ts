/**
 * Where the branches of the window's repositories stood when they were last looked at, to tell a new commit from a branch
 * that was only checked out. Plain data, kept from one opening of the window to the next. Pure.
 */

/** Where a repository stands. */
export interface Standing {
  /** Whose commits count: those made here, or those of the upstream branch. */
  readonly from: 'local' | 'remote';
  /** Undefined while the head is detached, as during a rebase. */
  readonly branch: string | undefined;
  /** Undefined where there is none: no upstream, or no commit yet. */
  readonly commit: string | undefined;
}

export interface News {
  readonly branch: string;
  readonly commit: string;
  /** The commit that the branch was at before; empty where it had none. */
  readonly before: string;
  /** It came while nobody looked. */
  readonly isOld: boolean;
}

/** By repository, then by `from branch`. */
export type Seen = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Branches remembered of one repository: the ones looked at last. */
const MOST_BRANCHES = 50;

/** A branch without a commit. */
const UNBORN = '';

export class SeenCommits {
  readonly #seen: Map<string, Map<string, string>>;
  readonly #looked = new Set<string>();

  /** @param kept what `kept` was when the window was closed; anything else than that counts as nothing */
  constructor(kept?: unknown) {
    this.#seen = new Map(
      entries(kept).map(([root, branches]) => [
        root,
        new Map(entries(branches).filter((one): one is [string, string] => typeof one[1] === 'string')),
      ]),
    );
  }

  get kept(): Seen {
    return Object.fromEntries([...this.#seen].map(([root, branches]) => [root, Object.fromEntries(branches)]));
  }

  /** Notes where a repository stands. @returns what is new in that; a branch that was never seen before is not */
  moved(root: string, { from, branch, commit }: Standing): News | undefined {
    if (branch === undefined || (commit === undefined && from === 'remote')) return undefined;
    const key = `${from} ${branch}`;
    const branches = this.#seen.get(root) ?? new Map<string, string>();
    this.#seen.set(root, branches);
    const before = branches.get(key);
    const isOld = !this.#looked.has(`${root}\n${key}`);
    this.#looked.add(`${root}\n${key}`);
    // The last one looked at comes last.
    branches.delete(key);
    branches.set(key, commit ?? UNBORN);
    const [oldest] = branches.keys();
    if (branches.size > MOST_BRANCHES && oldest !== undefined) branches.delete(oldest);
    if (commit === undefined || before === undefined || before === commit) return undefined;
    return { branch, commit, before, isOld };
  }

  /** Is it where the branch stands still? */
  isNewest(root: string, from: Standing['from'], { branch, commit }: News): boolean {
    return this.#seen.get(root)?.get(`${from} ${branch}`) === commit;
  }
}

const entries = (value: unknown): [string, unknown][] =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
