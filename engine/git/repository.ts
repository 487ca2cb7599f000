/**
 * A Git repository, read-only: revisions, trees and what differs between them.
 *
 * Owns: one reader process (`git cat-file`), started on the first read and ended by `close`.
 * Must not: write to the repository, touch the network, or run programs that the repository names where Git can be kept
 * from it.
 */
import { stat } from 'node:fs/promises';
import type { FileChange } from '../config/index.ts';
import { EngineError } from '../errors.ts';
import { listChanges } from './changes.ts';
import { type Commit, parseCommit } from './commit.ts';
import { openCommitTree } from './commitTree.ts';
import { type GitCommand, gitCommand } from './gitCommand.ts';
import { gitEnvironment } from './gitEnvironment.ts';
import { notARepository } from './gitErrors.ts';
import { repositoryIdentity } from './identity.ts';
import { ObjectReader } from './objectReader.ts';
import type { Revision, Tree } from './tree.ts';
import { openWorktree } from './worktree.ts';

export interface Repository extends AsyncDisposable {
  /** The folder of the working tree, absolute; of the repository itself where it is bare. */
  readonly root: string;
  /** The opened folder from the root, with `/`; empty at the root. */
  readonly folder: string;
  /** The same for all clones: the remote `origin` without protocol and credentials, else the root. */
  readonly identity: string;
  /** The branch that is checked out; nothing where HEAD is detached. */
  branch(): Promise<string | undefined>;
  /**
   * Finds the commit that a person's text names: a branch, a tag, an id or its beginning, `HEAD~2`, `main@{yesterday}`.
   *
   * @throws EngineError `git.unknown-revision` (usage), or `git.no-commits` for `HEAD` of an empty repository
   */
  resolve(revision: string): Promise<Commit>;
  /** @throws EngineError `git.no-worktree` for the working tree of a bare repository */
  tree(revision: Revision): Promise<Tree>;
  /**
   * Compares two revisions as they are, whatever their history: after a force push, too. Without a base, every file is
   * `added`. Sorted by path. Ignored files are no changes of the working tree.
   *
   * @param base a full commit id
   * @throws EngineError `git.unknown-revision` where the base is not in this clone
   */
  changes(base: string | undefined, head: Revision): Promise<FileChange[]>;
  /** Ends the reader process. */
  close(): Promise<void>;
}

/** Commits are read whole to show their author and subject; a longer message than this, bytes, is no message. */
const MAX_COMMIT_BYTES = 1024 * 1024;

export interface OpenOptions {
  /** @default process.env */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/**
 * Opens the repository around a folder: the folder itself, one inside, a linked worktree, a submodule, or a bare one.
 *
 * @throws EngineError of kind `surroundings`: `git.not-a-repository`, `git.not-installed`, `git.dubious-ownership`
 */
export async function openRepository(folder: string, options: OpenOptions = {}): Promise<Repository> {
  const environment = gitEnvironment(options.environment ?? process.env);
  const isFolder = await stat(folder).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  if (!isFolder) throw notARepository(folder);

  const around = gitCommand(folder, environment);
  const [where, settings] = await Promise.all([
    whereIs(around),
    around('config', '-z', '--get-regexp', '^(core\\.repositoryformatversion|remote\\.origin\\.url)$'),
  ]);
  if (where === undefined) throw notARepository(folder);
  const { root, prefix, hasWorktree } = where;
  return connect({
    root,
    folder: prefix,
    identity: repositoryIdentity(remoteOf(settings), root),
    hasWorktree,
    git: gitCommand(root, environment),
    objects: new ObjectReader(root, environment),
  });
}

interface Place {
  readonly root: string;
  /** The folder from the root, with `/`. */
  readonly prefix: string;
  readonly hasWorktree: boolean;
}

/** Undefined in what is no part of a repository's files, for example in its `.git`. */
async function whereIs(around: GitCommand): Promise<Place | undefined> {
  // Every process takes an editor many milliseconds to start, so the usual case is asked about in one go. It fails
  // where there is no working tree.
  const usual = await around('rev-parse', '--is-inside-work-tree', '--show-toplevel', '--show-prefix').catch(() => '');
  const [isInside, top, folder, ...more] = usual.split('\n');
  // More lines are of names with line feeds.
  if (isInside === 'true' && more.join() === '')
    return { root: top!, prefix: withoutSlash(folder!), hasWorktree: true };
  const flags = await around('rev-parse', '--is-inside-work-tree', '--is-bare-repository', '--show-prefix');
  const [hasWorktree, isBare, ...prefix] = flags.split('\n');
  if (hasWorktree !== 'true' && isBare !== 'true') return undefined;
  const root = line(await around('rev-parse', hasWorktree === 'true' ? '--show-toplevel' : '--absolute-git-dir'));
  return { root, prefix: withoutSlash(line(prefix.join('\n'))), hasWorktree: hasWorktree === 'true' };
}

const withoutSlash = (folder: string): string => folder.replace(/\/$/, '');

interface Opened extends Pick<Repository, 'root' | 'folder' | 'identity'> {
  readonly hasWorktree: boolean;
  readonly git: GitCommand;
  readonly objects: ObjectReader;
}

function connect({ root, folder, identity, hasWorktree, git, objects }: Opened): Repository {
  const readCommit = async (name: string): Promise<Commit | undefined> => {
    let object = await objects.read(name, MAX_COMMIT_BYTES);
    if (object.type === 'tag' && 'id' in object) object = await objects.read(`${object.id}^{commit}`, MAX_COMMIT_BYTES);
    if (object.type !== 'commit' || !('id' in object)) return undefined;
    return parseCommit(object.id, object.bytes ?? Buffer.alloc(0));
  };
  const requireRevision = (revision: Revision) => {
    if (revision !== 'worktree') requireId(revision.commit);
    else if (!hasWorktree) throw noWorktree(root);
  };
  return {
    root,
    folder,
    identity,
    async branch() {
      return line(await git('symbolic-ref', '--quiet', '--short', 'HEAD')) || undefined;
    },
    async resolve(revision) {
      const commit = await readCommit(revision);
      if (commit) return commit;
      if (revision === 'HEAD' || revision === '@') throw noCommits(root);
      throw unknownRevision(revision);
    },
    async tree(revision) {
      requireRevision(revision);
      return revision === 'worktree' ? openWorktree(git, root) : openCommitTree(git, objects, revision.commit);
    },
    async changes(base, head) {
      requireRevision(head);
      if (base !== undefined) {
        requireId(base);
        if ((await readCommit(base)) === undefined) throw missingBase(base);
      }
      return listChanges(git, base, head);
    },
    close: () => objects.close(),
    [Symbol.asyncDispose]: () => objects.close(),
  };
}

/** Lets only object ids through to a command line. */
function requireId(id: string): void {
  if (!/^[0-9a-f]{40,64}$/.test(id)) throw unknownRevision(id);
}

/**
 * Finds the remote among settings, each a name, a line feed and a value. The format's version is asked for only so that
 * there is output: simple-git waits 50 ms for what a silent command might still say.
 */
function remoteOf(settings: string): string | undefined {
  const name = 'remote.origin.url\n';
  return settings
    .split('\0')
    .find((setting) => setting.startsWith(name))
    ?.slice(name.length);
}

/** A command's only line. */
function line(output: string): string {
  return output.replace(/\r?\n$/, '');
}

function noWorktree(root: string): EngineError {
  return new EngineError('git.no-worktree', `the repository has no working tree: ${root}`, {
    kind: 'usage',
    hint: 'name a commit with --revision instead of --worktree',
  });
}

function noCommits(root: string): EngineError {
  return new EngineError('git.no-commits', `the repository has no commits yet: ${root}`, {
    kind: 'surroundings',
    hint: 'commit the files, or read them from disk with --worktree',
  });
}

function unknownRevision(revision: string): EngineError {
  return new EngineError('git.unknown-revision', `no commit named ${JSON.stringify(revision)}`, {
    kind: 'usage',
    hint: 'name a branch, a tag or a commit that git log shows; after a shallow clone, run git fetch --unshallow',
  });
}

function missingBase(base: string): EngineError {
  return new EngineError('git.unknown-revision', `the commit to compare with is not in this clone: ${base}`, {
    kind: 'usage',
    hint: `run git fetch origin ${base}, or name another commit with --since`,
  });
}
