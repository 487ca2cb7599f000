/** Commits as requests to deploy: which of them count, by the settings, through the built-in Git extension. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { DeployReport, StatusEntry } from '../../../engine/index.ts';
import { changeFile, commitAll, configure, git, repo, restore, run, until, WEB } from './window.ts';

const head = () => git('rev-parse', 'HEAD').trim();

const latest = async (): Promise<StatusEntry | undefined> => {
  const { rollouts } = vscode.extensions.getExtension('gitmoxi.gitmoxi')!.exports;
  return (await rollouts()).find(({ workload }: StatusEntry) => workload === WEB);
};

/** Commits one change and has the editor notice. */
async function commit(tasks: number): Promise<string> {
  await changeFile('web_input.json', (text) => text.replace(/"tasks": \d+/, `"tasks": ${tasks}`));
  commitAll(`Serve with ${tasks}`);
  await run('git.refresh');
  return head();
}

const isDeployed = (id: string) =>
  until(async () => {
    const entry = await latest();
    return entry?.rollout.revision.commit === id && entry.rollout.phase === 'succeeded';
  });

describe('commits', function () {
  this.timeout(90_000);

  before(async () => {
    await vscode.extensions.getExtension('vscode.git')!.activate();
    await run('gitmoxi.sandbox.start');
    // The first of all, so that later commits change one workload only.
    const { engine } = vscode.extensions.getExtension('gitmoxi.gitmoxi')!.exports;
    const all = await engine.plan({ repo: repo() });
    const options = { signal: new AbortController().signal, onEvent: () => {} };
    const report: DeployReport = await engine.deploy(all, options);
    assert.deepEqual([...new Set(report.rollouts.map(({ phase }) => phase))], ['succeeded']);
  });

  after(async () => {
    for (const name of ['deployOnCommit', 'deployBranches', 'deployFrom']) await configure(name, undefined);
    await run('gitmoxi.sandbox.stop');
    restore();
  });

  it('are deployed by themselves where the setting says so', async () => {
    await configure('deployOnCommit', 'auto');
    await isDeployed(await commit(4));
    assert.equal((await latest())?.rollout.trigger, 'commit');
  });

  it('of other branches, and while it is off, are not', async () => {
    await configure('deployBranches', ['release/*']);
    const other = await commit(5);
    await configure('deployBranches', ['main']);
    await configure('deployOnCommit', 'off');
    const off = await commit(6);
    await configure('deployOnCommit', 'auto');
    // Whatever would come of the two has come when a third was deployed.
    await isDeployed(await commit(7));
    const { engine } = vscode.extensions.getExtension('gitmoxi.gitmoxi')!.exports;
    const history: { revision: { commit?: string } }[] = await engine.history({ workload: WEB });
    const deployed = history.map(({ revision }) => revision.commit);
    assert.ok(!deployed.includes(other) && !deployed.includes(off));
  });

  it('of the remote are deployed when they were fetched, and local ones are not', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gitmoxi-remote-'));
    const [remote, elsewhere] = [join(folder, 'origin.git'), join(folder, 'elsewhere')];
    try {
      execFileSync('git', ['clone', '-q', '--bare', repo(), remote]);
      git('remote', 'add', 'origin', remote);
      git('fetch', '-q', 'origin');
      git('branch', '-q', '--set-upstream-to=origin/main');
      await run('git.refresh');
      await configure('deployFrom', 'remote');
      execFileSync('git', ['clone', '-q', remote, elsewhere]);
      const who = ['-c', 'user.name=Grace', '-c', 'user.email=grace@example.com'];
      const theirs = (...args: string[]) =>
        execFileSync('git', [...who, ...args], { cwd: elsewhere, encoding: 'utf8' }).trim();
      theirs('revert', '--no-edit', 'HEAD');
      theirs('push', '-q');
      git('fetch', '-q');
      await run('git.refresh');
      await isDeployed(theirs('rev-parse', 'HEAD'));
      assert.equal((await latest())?.rollout.trigger, 'poll');
    } finally {
      git('branch', '--unset-upstream');
      git('remote', 'remove', 'origin');
      await run('git.refresh');
      rmSync(folder, { recursive: true, force: true });
    }
  });

  describe('where it asks', () => {
    /** What the person is shown, and how they answer: with the first button whose name is among these. */
    const shown: string[] = [];
    let answers: readonly string[] = [];
    const before_ = { ...vscode.window };

    before(async () => {
      await configure('deployFrom', undefined);
      await configure('deployBranches', undefined);
      await configure('deployOnCommit', 'ask');
      for (const name of ['showInformationMessage', 'showWarningMessage', 'showErrorMessage'] as const) {
        Object.assign(vscode.window, {
          [name]: async (text: string, ...items: unknown[]) => {
            shown.push(text);
            return items.find((item) => typeof item === 'string' && answers.includes(item));
          },
        });
      }
    });

    after(() => {
      const { showInformationMessage, showWarningMessage, showErrorMessage } = before_;
      Object.assign(vscode.window, { showInformationMessage, showWarningMessage, showErrorMessage });
    });

    beforeEach(() => {
      shown.length = 0;
      answers = [];
    });

    const asked = (id: string) =>
      until(() => shown.some((text) => text.startsWith(`Commit ${id.slice(0, 7)} on main`)));

    it('asks about a commit of a chosen branch, and deploys it when told to', async () => {
      answers = ['Plan and Deploy', 'Deploy'];
      const id = await commit(2);
      await asked(id);
      assert.match(shown[0]!, /on main changes web\./);
      await isDeployed(id);
    });

    it('says nothing of other branches, of a detached head, of coming back, and of a commit that is taken back', async () => {
      git('checkout', '-q', '-b', 'topic');
      await run('git.refresh');
      await commit(8);
      git('checkout', '-q', '--detach');
      await run('git.refresh');
      await commit(9);
      git('checkout', '-q', 'main');
      await run('git.refresh');
      const first = await commit(10);
      await asked(first);
      git('reset', '-q', '--hard', 'HEAD~1');
      await run('git.refresh');
      const second = await commit(11);
      await asked(second);
      const said = shown.filter((text) => text.startsWith('Commit '));
      assert.deepEqual(
        said.map((text) => text.slice(7, 14)),
        [first.slice(0, 7), second.slice(0, 7)],
      );
    });

    it('says why a commit cannot be deployed', async () => {
      await changeFile('web_input.json', (text) => text.replace(/"tasks": \d+/, '"tasks": -1'));
      commitAll('Serve with less than nothing');
      await run('git.refresh');
      const id = head();
      await until(() => shown.some((text) => text.includes(id.slice(0, 7))));
      assert.match(shown.join('\n'), /is not deployed to web: /);
    });
  });
});
