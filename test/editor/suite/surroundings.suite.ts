/** Surroundings that are not as they should be: what a person is told, and that nothing hangs. */
import assert from 'node:assert/strict';
import { readdirSync, statSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { DeployReport, PlanReport } from '../../../engine/index.ts';
import { parseScenario, speedClock, startSandbox } from '../../../sandbox/index.ts';
import { configure, git, repo, run, shopFile, until, WEB } from './window.ts';

describe('a window in difficult surroundings', function () {
  this.timeout(90_000);

  it('says that a profile does not exist', async () => {
    await configure('profile', 'no-such-profile');
    try {
      await assert.rejects(run('gitmoxi.plan', { workload: WEB, confirm: false }), /profile|credentials/);
    } finally {
      await configure('profile', undefined);
    }
  });

  it('reads the files of a detached head', async () => {
    const branch = git('branch', '--show-current').trim();
    git('checkout', '-q', '--detach');
    try {
      await run('gitmoxi.sandbox.start');
      const plan = await run<PlanReport>('gitmoxi.plan', { workload: WEB, confirm: false });
      assert.equal(plan.workloads[0]?.action, 'create');
    } finally {
      await run('gitmoxi.sandbox.stop');
      git('checkout', '-q', branch);
    }
  });

  it('says in a preview that its file is gone', async () => {
    const source = shopFile('gone_taskdef.json');
    await vscode.workspace.fs.writeFile(source, new TextEncoder().encode('{ "family": "gone" }'));
    const uri = await run<vscode.Uri>('gitmoxi.preview', source);
    const document = await vscode.workspace.openTextDocument(uri);
    assert.match(document.getText(), /"gone"/);
    await run('workbench.action.closeAllEditors');
    await vscode.workspace.fs.delete(source);
    assert.equal(await run('gitmoxi.preview', source), undefined);
  });

  it('ends a question that an endpoint takes and never answers', async () => {
    const sockets = new Set<Socket>();
    const server: Server = createServer((socket) => sockets.add(socket)).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    await configure('endpoint', `http://127.0.0.1:${port}`);
    try {
      const { engine } = vscode.extensions.getExtension('gitmoxi.gitmoxi')!.exports;
      // What needs no AWS is not held up by it.
      const offline = await engine.plan({ repo: repo(), offline: true });
      assert.equal(offline.workloads.length, 2);
      await assert.rejects(run('gitmoxi.plan', { workload: WEB, confirm: false }));
    } finally {
      await configure('endpoint', undefined);
      for (const socket of sockets) socket.destroy();
      server.close();
    }
  });

  it('says in an open preview that its file was deleted', async () => {
    const source = shopFile('short_taskdef.json');
    await vscode.workspace.fs.writeFile(source, new TextEncoder().encode('{ "family": "short" }'));
    const uri = await run<vscode.Uri>('gitmoxi.preview', source);
    const document = await vscode.workspace.openTextDocument(uri);
    await until(() => document.getText().includes('"short"'));
    const deletion = new vscode.WorkspaceEdit();
    deletion.deleteFile(source);
    await vscode.workspace.applyEdit(deletion);
    await until(() => /^\/\/ .*short_taskdef\.json is not a template, or is gone/.test(document.getText()));
    await run('workbench.action.closeAllEditors');
  });

  it('shows fifty findings at once, and none when they are mended', async () => {
    const source = shopFile('many_taskdef.json');
    const wrong = Array.from({ length: 50 }, (_, i) => `  "unknown${i}": ${i}`);
    await vscode.workspace.fs.writeFile(source, new TextEncoder().encode(`{\n${wrong.join(',\n')}\n}\n`));
    const document = await vscode.workspace.openTextDocument(source);
    const editor = await vscode.window.showTextDocument(document);
    const found = () => vscode.languages.getDiagnostics(source).filter(({ message }) => /unknown\d/.test(message));
    await until(() => found().length === 50);
    assert.deepEqual(
      found().map(({ range }) => range.start.line),
      Array.from({ length: 50 }, (_, i) => i + 1),
    );
    const all = new vscode.Range(0, 0, document.lineCount, 0);
    await editor.edit((edit) => edit.replace(all, '{ "family": "many" }'));
    await until(() => found().length === 0);
    await run('workbench.action.revertAndCloseActiveEditor');
    await vscode.workspace.fs.delete(source);
  });

  it('says that a token has expired, and how to get another', async () => {
    const expired = { when: { operation: '*' }, then: { error: 'ExpiredTokenException', message: 'it has expired' } };
    const sandbox = await startSandbox({
      clock: speedClock(1),
      scenario: parseScenario(JSON.stringify({ rules: [expired] }), 'expired'),
    });
    await configure('endpoint', sandbox.endpoint);
    try {
      const refused = run('gitmoxi.plan', { workload: WEB, confirm: false });
      await assert.rejects(refused, /token|credentials|expired/i);
      // What is in Git is shown all the same.
      const { engine } = vscode.extensions.getExtension('gitmoxi.gitmoxi')!.exports;
      assert.equal((await engine.workloads({ repo: repo() })).workloads.length, 2);
    } finally {
      await configure('endpoint', undefined);
      await sandbox.stop();
    }
  });

  it('says once that a rollout ended with the sandbox it ran on, and shows it nowhere as going on', async () => {
    const { rollouts } = vscode.extensions.getExtension('gitmoxi.gitmoxi')!.exports;
    const { showInformationMessage } = vscode.window;
    const said: string[] = [];
    await run('gitmoxi.sandbox.start');
    try {
      const deploying = run<DeployReport>('gitmoxi.deploy', { workload: WEB, confirm: false });
      await until(async () => (await rollouts()).length === 1);
      const [{ rollout }] = await rollouts();
      assert.equal(rollout.endedAt, null);
      await run('gitmoxi.timeline', { rollout: rollout.id });
      const timelines = () =>
        vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.filter(({ label }) => label === 'Timeline: web'));
      await until(() => timelines().length === 1);
      Object.assign(vscode.window, { showInformationMessage: async (text: string) => void said.push(text) });
      await run('gitmoxi.sandbox.stop');
      const [ended] = (await deploying).rollouts;
      assert.deepEqual([ended?.phase, ended?.rollout], ['unfinished', rollout.id]);
      assert.match(ended?.reason ?? '', /sandbox was stopped/);
      assert.doesNotMatch(ended?.next ?? '', /gitmoxi resume/);
      assert.deepEqual(said, [`The rollout of ${WEB} ended with the sandbox, unfinished. Nothing real was touched.`]);
      assert.ok(!(await rollouts()).some((one: { rollout: { id: string } }) => one.rollout.id === rollout.id));
      await until(() => timelines().length === 0);
    } finally {
      Object.assign(vscode.window, { showInformationMessage });
      await run('gitmoxi.sandbox.stop');
    }
  });

  it('writes nothing into the workspace: it may be read-only', async () => {
    await run('gitmoxi.sandbox.start');
    const before = filesOf(repo());
    try {
      await run('gitmoxi.plan', { workload: WEB });
      await run('gitmoxi.preview', { workload: WEB });
      const { rollouts } = await run<DeployReport>('gitmoxi.deploy', { workload: WEB, confirm: false });
      assert.equal(rollouts[0]?.phase, 'succeeded');
      await run('gitmoxi.logs', { workload: WEB });
      await run('gitmoxi.timeline', { workload: WEB });
      assert.deepEqual(filesOf(repo()), before);
    } finally {
      await run('gitmoxi.sandbox.stop');
      await run('workbench.action.closeAllEditors');
    }
  });
});

/** Every file with the time of its last change; of Git's own, what the editor's Git extension does not touch. */
function filesOf(folder: string): Record<string, number> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const own = paths.filter((path) => !/^\.git\/(?!objects|refs\/heads|HEAD)/.test(path));
  return Object.fromEntries(own.map((path) => [path, statSync(join(folder, path)).mtimeMs]));
}
