/**
 * What differs between two revisions, by Git's own comparison of their trees.
 */
import type { ChangeKind, FileChange } from '../config/index.ts';
import type { GitCommand } from './gitCommand.ts';
import type { Revision } from './tree.ts';
import { names, worktreeFiles } from './worktree.ts';

/**
 * Lists the files that differ, sorted by path; all of the head's as added where there is no base.
 *
 * @param base a full commit id that the repository has
 */
export async function listChanges(git: GitCommand, base: string | undefined, head: Revision): Promise<FileChange[]> {
  if (base === undefined) return allAdded(git, head);
  if (head === 'worktree') return worktreeChanges(git, base);
  return head.commit === base ? [] : commitChanges(git, base, head.commit);
}

async function allAdded(git: GitCommand, head: Revision): Promise<FileChange[]> {
  const files =
    head === 'worktree'
      ? await worktreeFiles(git)
      : names(await git('ls-tree', '-r', '-z', '--name-only', '--full-tree', head.commit));
  return files.sort().map((path) => ({ path, change: 'added' }));
}

async function commitChanges(git: GitCommand, base: string, head: string): Promise<FileChange[]> {
  const list = await git('diff-tree', '-r', '-z', '--name-status', '--no-renames', base, head, '--');
  return toChanges(parseNameStatus(list));
}

async function worktreeChanges(git: GitCommand, base: string): Promise<FileChange[]> {
  // A submodule's own dirt is no change of this repository, and looking for it would run git in there.
  const options = [
    '-z',
    '--name-status',
    '--no-renames',
    '--no-ext-diff',
    '--no-textconv',
    '--ignore-submodules=dirty',
  ];
  const [tracked, untracked] = await Promise.all([
    git('diff', ...options, base, '--'),
    git('ls-files', '-z', '--others', '--exclude-standard'),
  ]);
  const changes = parseNameStatus(tracked);
  // Taken out of the index, but still on disk: deleted for git, changed for us.
  for (const path of names(untracked)) changes.set(path, changes.has(path) ? 'modified' : 'added');
  return toChanges(changes);
}

function parseNameStatus(list: string): Map<string, ChangeKind> {
  const fields = list.split('\0');
  const changes = new Map<string, ChangeKind>();
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const status = fields[i];
    changes.set(fields[i + 1]!, status === 'A' ? 'added' : status === 'D' ? 'deleted' : 'modified');
  }
  return changes;
}

function toChanges(changes: ReadonlyMap<string, ChangeKind>): FileChange[] {
  return [...changes.keys()].sort().map((path) => ({ path, change: changes.get(path)! }));
}
