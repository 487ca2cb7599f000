/**
 * Real Git repositories in temporary folders, for tests.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openRepository, type Repository } from '../../../engine/git/index.ts';

/** Keeps the machine's own Git configuration out, and commits at a fixed time. */
const ENVIRONMENT = {
  PATH: process.env.PATH ?? '',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_DATE: '2026-01-02T03:04:05Z',
  GIT_COMMITTER_DATE: '2026-01-02T03:04:05Z',
};

const folders: string[] = [];
const opened: Repository[] = [];

/** Ends what the tests opened and removes what they made; for `afterEach`. */
export async function cleanUp(): Promise<void> {
  await Promise.all(opened.splice(0).map((repository) => repository.close()));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'gitmoxi-git-')));
  folders.push(folder);
  return folder;
}

export function git(folder: string, ...args: string[]): string {
  const settings = [
    'user.name=Ada',
    'user.email=ada@example.com',
    'init.defaultBranch=main',
    'protocol.file.allow=always',
  ];
  const options = settings.flatMap((setting) => ['-c', setting]);
  return execFileSync('git', [...options, ...args], {
    cwd: folder,
    env: ENVIRONMENT,
    encoding: 'utf8',
    stdio: 'pipe',
  }).trimEnd();
}

/** Puts a shell script in git's place. Gives the PATH that finds it. */
export function fakeGit(script: string): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'git'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return `${folder}:${process.env.PATH}`;
}

export interface TestRepository {
  readonly root: string;
  git(...args: string[]): string;
  /** Writes files, by path; nothing (`null`) deletes, `{ link }` makes a symbolic link. */
  write(files: Readonly<Record<string, string | Uint8Array | null | { readonly link: string }>>): void;
  /** Writes, adds everything and commits. Gives the commit's id. */
  commit(files: Parameters<TestRepository['write']>[0], message?: string): string;
  /** Opens it, or a folder in it, through the engine. */
  open(folder?: string): Promise<Repository>;
}

export function testRepository(root = temporaryFolder()): TestRepository {
  git(root, 'init', '--quiet');
  const repository: TestRepository = {
    root,
    git: (...args) => git(root, ...args),
    write(files) {
      for (const [path, content] of Object.entries(files)) {
        const file = join(root, path);
        rmSync(file, { force: true, recursive: true });
        if (content === null) continue;
        mkdirSync(dirname(file), { recursive: true });
        if (typeof content === 'object' && 'link' in content) symlinkSync(content.link, file);
        else writeFileSync(file, content);
      }
    },
    commit(files, message = 'change') {
      repository.write(files);
      git(root, 'add', '--all');
      git(root, 'commit', '--quiet', '--allow-empty', '--message', message);
      return git(root, 'rev-parse', 'HEAD');
    },
    open: (folder = '') => openFolder(join(root, folder)),
  };
  return repository;
}

/** Opens a repository that `cleanUp` closes. */
export async function openFolder(folder: string): Promise<Repository> {
  const repository = await openRepository(folder, { environment: ENVIRONMENT });
  opened.push(repository);
  return repository;
}
