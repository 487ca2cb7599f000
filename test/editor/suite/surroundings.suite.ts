/** Surroundings that are not as they should be: what a person is told, and that nothing hangs. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createServer, type Server, type Socket } from 'node:net';
import * as vscode from 'vscode';
import type { PlanReport } from '../../../engine/index.ts';
import { repo, run, shopFile, WEB } from './window.ts';

const set = (name: string, value: string | undefined) =>
  vscode.workspace.getConfiguration('gitmoxi').update(name, value, vscode.ConfigurationTarget.Global);

const git = (...args: string[]) => execFileSync('git', args, { cwd: repo(), encoding: 'utf8' });

describe('a window in difficult surroundings', function () {
  this.timeout(90_000);

  it('says that a profile does not exist', async () => {
    await set('profile', 'no-such-profile');
    try {
      await assert.rejects(run('gitmoxi.plan', { workload: WEB, confirm: false }), /profile|credentials/);
    } finally {
      await set('profile', undefined);
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
    await set('endpoint', `http://127.0.0.1:${port}`);
    try {
      const { engine } = vscode.extensions.getExtension('gitmoxi.gitmoxi')!.exports;
      // What needs no AWS is not held up by it.
      const offline = await engine.plan({ repo: repo(), offline: true });
      assert.equal(offline.workloads.length, 2);
      await assert.rejects(run('gitmoxi.plan', { workload: WEB, confirm: false }));
    } finally {
      await set('endpoint', undefined);
      for (const socket of sockets) socket.destroy();
      server.close();
    }
  });
});
