/** The demo's Git repository, made anew in a temporary folder, apart from the person's own Git settings. */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { devNull } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Step } from './folder.ts';

const execute = promisify(execFile);

async function git(folder: string, ...words: string[]): Promise<string> {
  const { stdout } = await execute('git', words, {
    cwd: folder,
    env: {
      ...process.env,
      GIT_CONFIG_GLOBAL: devNull,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_AUTHOR_NAME: 'Demo',
      GIT_AUTHOR_EMAIL: 'demo@example.com',
      GIT_COMMITTER_NAME: 'Demo',
      GIT_COMMITTER_EMAIL: 'demo@example.com',
    },
  });
  return stdout.trim();
}

/**
 * Makes a repository with one commit per step.
 *
 * @param root an empty folder
 * @param at where in the repository the files stand; empty for its root
 * @returns the commits' ids, in order
 */
export async function makeRepository(root: string, at: string, steps: readonly Step[]): Promise<string[]> {
  await mkdir(root, { recursive: true });
  await git(root, 'init', '--quiet', '--initial-branch=main');
  const commits: string[] = [];
  for (const { title, files } of steps) {
    for (const [path, content] of files) {
      const file = join(root, at, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content);
    }
    await git(root, 'add', '--all');
    await git(root, 'commit', '--quiet', '--allow-empty', '--message', title);
    commits.push(await git(root, 'rev-parse', 'HEAD'));
  }
  return commits;
}
