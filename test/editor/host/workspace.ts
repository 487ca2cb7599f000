/** A repository to work in: the example, committed, where its references find what they name. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './folders.ts';

const WHO = ['-c', 'user.name=Ada Lovelace', '-c', 'user.email=ada@example.com', '-c', 'commit.gpgsign=false'];

export function git(repo: string, ...args: string[]): string {
  return execFileSync('git', [...WHO, ...args], { cwd: repo, encoding: 'utf8' });
}

export function temporaryFolder(name: string): string {
  return realpathSync(mkdtempSync(join(tmpdir(), `gitmoxi-${name}-`)));
}

/** @returns the repository's folder, which the caller removes */
export function makeWorkspace(): string {
  const repo = join(temporaryFolder('editor'), 'shop');
  const shop = join(repo, 'examples/shop');
  mkdirSync(shop, { recursive: true });
  cpSync(join(ROOT, 'examples/shop'), shop, { recursive: true, filter: (path) => !path.includes('.next-') });
  git(repo, 'init', '-q', '-b', 'main');
  git(repo, 'add', '.');
  git(repo, 'commit', '-q', '-m', 'Open the shop');
  return repo;
}
