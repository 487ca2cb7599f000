/** The window under test: its repository and its commands. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import * as vscode from 'vscode';

/** The service of the example. */
export const WEB = 'examples/shop/web';

export const run = async <T>(command: string, argument?: unknown): Promise<T> =>
  (await vscode.commands.executeCommand(command, argument)) as T;

export const repo = (): string => vscode.workspace.workspaceFolders![0]!.uri.fsPath;

export const shopFile = (name: string): vscode.Uri => vscode.Uri.file(join(repo(), 'examples/shop', name));

export async function changeFile(name: string, change: (text: string) => string): Promise<void> {
  const uri = shopFile(name);
  const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(change(text)));
}

const WHO = ['-c', 'user.name=Ada Lovelace', '-c', 'user.email=ada@example.com', '-c', 'commit.gpgsign=false'];

export function commitAll(message: string): void {
  execFileSync('git', [...WHO, 'commit', '-q', '-a', '-m', message], { cwd: repo() });
}

export const firstCommit = (): string =>
  execFileSync('git', ['rev-list', '--max-parents=0', 'HEAD'], { cwd: repo(), encoding: 'utf8' }).trim();

export const git = (...args: string[]): string =>
  execFileSync('git', [...WHO, ...args], { cwd: repo(), encoding: 'utf8', stdio: 'pipe' });

/** Changes a setting of the extension; undefined gives it back its default. */
export const configure = (name: string, value: unknown): Thenable<void> =>
  vscode.workspace.getConfiguration('gitmoxi').update(name, value, vscode.ConfigurationTarget.Global);

/** Waits for what has no event of its own; the suite's own time limit ends it. */
export async function until(check: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await check())) await new Promise((resolve) => setTimeout(resolve, 50));
}

/** Commits the files as they were at first. */
export function restore(): void {
  git('checkout', '-q', firstCommit(), '--', '.');
  git('commit', '-q', '--allow-empty', '-a', '-m', 'As it was');
}
