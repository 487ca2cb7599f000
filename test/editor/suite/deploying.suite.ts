/** From nothing to a rollback on the sandbox, by the documented commands. */
import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { DeployReport, Explanation, PlanReport, RolloutEvent, RolloutRecord } from '../../../engine/index.ts';
import { changeFile, commitAll, firstCommit, git, repo, restore, run, shopFile, WEB } from './window.ts';

describe('a window on the sandbox', function () {
  this.timeout(60_000);

  before(async () => {
    const started = await Promise.all([run('gitmoxi.sandbox.start'), run('gitmoxi.sandbox.start')]);
    assert.deepEqual(started[0], started[1], 'asked for twice, there is one');
  });
  after(async () => {
    await run('gitmoxi.sandbox.stop');
    restore();
  });

  it('plans what the files ask for, and shows it as differences', async () => {
    const plan = await run<PlanReport>('gitmoxi.plan', { workload: WEB });
    assert.deepEqual(
      plan.workloads.map(({ workload, action }) => [workload, action]),
      [[WEB, 'create']],
    );
    assert.match(vscode.window.tabGroups.activeTabGroup.activeTab?.label ?? '', /^Plan/);
  });

  it('deploys a service without asking where it is told not to', async () => {
    const report = await run<DeployReport>('gitmoxi.deploy', { workload: WEB, confirm: false });
    assert.deepEqual(
      report.rollouts.map(({ phase }) => phase),
      ['succeeded'],
    );
  });

  it('knows a rollout by every name of its workload as soon as it is over', async () => {
    const path = shopFile('web').fsPath;
    // As a folder is named that was opened by a link.
    const link = `${repo()}.link`;
    symlinkSync(repo(), link);
    const byLink = join(link, WEB);
    for (const workload of [WEB, `./${WEB}`, `${WEB}_input.json`, path, `${path}_depdef.json`, byLink]) {
      const events = await run<RolloutEvent[]>('gitmoxi.logs', { workload, confirm: false });
      assert.equal(events.at(-1)?.phase, 'succeeded', workload);
    }
    const plan = await run<PlanReport>('gitmoxi.plan', { workload: byLink, confirm: false });
    assert.deepEqual(
      plan.workloads.map(({ workload, action }) => [workload, action]),
      [[WEB, 'unchanged']],
    );
  });

  it('has nothing to deploy when what runs is what the files ask for', async () => {
    const report = await run<DeployReport>('gitmoxi.deploy', { workload: WEB, confirm: false });
    assert.deepEqual(report.rollouts, []);
  });

  it('compares the rendered files with what runs', async () => {
    await changeFile('web_input.json', (text) => text.replace('"tasks": 2', '"tasks": 3'));
    const sides = await run<{ path: string; live: vscode.Uri; desired: vscode.Uri }[]>('gitmoxi.compareWithLive', {
      workload: WEB,
    });
    const service = sides.find(({ path }) => path.endsWith('_svcdef.json'))!;
    const text = async (uri: vscode.Uri) => JSON.parse((await vscode.workspace.openTextDocument(uri)).getText());
    assert.equal((await text(service.live)).desiredCount, 2);
    assert.equal((await text(service.desired)).desiredCount, 3);
    commitAll('Serve more');
  });

  it('rolls an update out and back again', async () => {
    const updated = await run<DeployReport>('gitmoxi.deploy', { workload: WEB, confirm: false });
    assert.equal(updated.rollouts[0]?.phase, 'succeeded');
    const back = await run<DeployReport>('gitmoxi.rollback', { workload: WEB, confirm: false });
    assert.equal(back.rollouts[0]?.phase, 'succeeded');
    assert.notEqual(back.revision, updated.revision);
  });

  it('rolls back to a commit that is named, and to none that never was a good rollout', async () => {
    const asked = { workload: WEB, confirm: false };
    const unknown = run('gitmoxi.rollback', { ...asked, revision: 'no-such-branch' });
    await assert.rejects(unknown, /no-such-branch/);
    git('commit', '-q', '--allow-empty', '-m', 'Change nothing');
    await assert.rejects(run('gitmoxi.rollback', { ...asked, revision: 'HEAD' }), /HEAD was never rolled out well to/);
    const report = await run<DeployReport>('gitmoxi.rollback', { ...asked, revision: firstCommit() });
    assert.equal(report.revision, firstCommit());
    assert.equal(report.rollouts[0]?.phase, 'succeeded');
  });

  it('explains a rollout that failed', async () => {
    await changeFile('web_input.json', (text) => text.replace('web:1.4.0', 'web:1.5.0-broken'));
    commitAll('Break the image');
    await run('gitmoxi.release', { workload: WEB, confirm: false });
    const failed = await run<DeployReport>('gitmoxi.deploy', { workload: WEB, confirm: false });
    assert.equal(failed.rollouts[0]?.phase, 'rolled back');
    const rollout = failed.rollouts[0]!.rollout!;
    const explanation = await run<Explanation>('gitmoxi.explain', { rollout, confirm: false });
    assert.equal(explanation.failure?.class, 'image');
    const events = await run<RolloutEvent[]>('gitmoxi.logs', { rollout, confirm: false });
    assert.equal(events[0]?.code, 'rollout.started');
  });

  it('gives other extensions its engine and rollouts', async () => {
    const { engine, rollouts } = vscode.extensions.getExtension('gitmoxi.gitmoxi')!.exports;
    const history = await engine.history({ workload: WEB });
    assert.ok(history.length >= 4);
    assert.equal((await rollouts()).length, 1);
  });

  it('previews a workload by its name', async () => {
    const uri = await run<vscode.Uri>('gitmoxi.preview', { workload: WEB });
    assert.match(uri.path, /web_taskdef/);
  });

  it('previews a workload by its absolute path, and in the repository that is named', async () => {
    const path = shopFile('web').fsPath;
    for (const workload of [path, `${path}_svcdef.json`]) {
      assert.match((await run<vscode.Uri>('gitmoxi.preview', { workload })).path, /web_(taskdef|svcdef)/);
    }
    const elsewhere = { workload: WEB, repo: '/', confirm: false };
    await assert.rejects(run('gitmoxi.preview', elsewhere), /no file of a workload/);
  });

  it('says of a revision that there is none to preview', async () => {
    const asked = { workload: WEB, revision: 'no-such-branch', confirm: false };
    await assert.rejects(run('gitmoxi.preview', asked), (error: Error) => {
      assert.match(error.message, /^there is no revision "no-such-branch"/);
      return true;
    });
  });

  it('previews a commit beside the present', async () => {
    const uri = await run<vscode.Uri>('gitmoxi.preview', {
      workload: 'examples/shop/web_taskdef.json',
      revision: firstCommit(),
    });
    const document = await vscode.workspace.openTextDocument(uri);
    assert.match(document.getText(), /shop\/web:1\.4\.0/);
  });

  it('previews what a rollout brought, and not what there is now', async () => {
    const { engine } = vscode.extensions.getExtension('gitmoxi.gitmoxi')!.exports;
    const history: RolloutRecord[] = await engine.history({ workload: WEB });
    const failed = history.find(({ failure }) => failure !== null)!;
    const uri = await run<vscode.Uri>('gitmoxi.preview', { rollout: failed.id, confirm: false });
    const document = await vscode.workspace.openTextDocument(uri);
    assert.match(document.getText(), /shop\/web:1\.5\.0-broken/);
    assert.ok(uri.path.includes(failed.revision.commit!.slice(0, 7)), uri.path);
    await assert.rejects(run('gitmoxi.preview', { rollout: 'ro-none', confirm: false }), /no rollout ro-none/);
  });

  it('tells where a workload is', async () => {
    assert.match(await run<string>('gitmoxi.copyArn', { workload: WEB }), /^arn:aws:ecs:.*:service\/shop\//);
    assert.match(await run<string>('gitmoxi.openConsole', { workload: WEB, confirm: false }), /^https:\/\/.*shop/);
  });

  it('pauses a canary, lets it go on, and aborts it', async () => {
    const FUNCTION = 'examples/shop/thumbnails';
    assert.equal(
      (await run<DeployReport>('gitmoxi.deploy', { workload: FUNCTION, confirm: false })).rollouts[0]?.phase,
      'succeeded',
    );
    await changeFile('thumbnails_lambdainput.json', (text) => text.replace('2.0.1', '2.1.0'));
    commitAll('Make better thumbnails');
    const deploying = run<DeployReport>('gitmoxi.deploy', { workload: FUNCTION, confirm: false });
    const rollout = await unfinished();
    // By its workload too, although the view has not been read since it began.
    const asked = { workload: FUNCTION, confirm: false };
    assert.deepEqual(await run('gitmoxi.pause', asked), { rollout, command: 'pause', asked: true });
    assert.deepEqual(await run('gitmoxi.resume', { rollout }), { rollout, command: 'continue', asked: true });
    assert.equal(await run('gitmoxi.timeline', { rollout }), rollout);
    assert.deepEqual(await run('gitmoxi.abort', { rollout, confirm: false }), {
      rollout,
      command: 'abort',
      asked: true,
    });
    assert.equal((await deploying).rollouts[0]?.phase, 'aborted');
  });

  it('rehearses a deployment without touching anything', async () => {
    const before = await run<PlanReport>('gitmoxi.plan', { workload: WEB, confirm: false });
    const ended = await run<DeployReport['rollouts']>('gitmoxi.rehearse', { workload: WEB, confirm: false });
    assert.equal(ended[0]?.phase, 'rolled back');
    const after = await run<PlanReport>('gitmoxi.plan', { workload: WEB, confirm: false });
    assert.deepEqual(after.workloads[0]?.differences, before.workloads[0]?.differences);
  });

  it('rehearses with what goes wrong as it is told, and names what can', async () => {
    await changeFile('web_input.json', (text) => text.replace('web:1.5.0-broken', 'web:1.5.0'));
    commitAll('Mend the image');
    const well = await run<DeployReport['rollouts']>('gitmoxi.rehearse', { workload: WEB, confirm: false });
    assert.equal(well[0]?.phase, 'succeeded');
    const crashed = await run<DeployReport['rollouts']>('gitmoxi.rehearse', {
      workload: WEB,
      scenario: 'crash',
      confirm: false,
    });
    assert.equal(crashed[0]?.phase, 'rolled back');
    const wrong = { workload: WEB, scenario: 'flood', confirm: false };
    await assert.rejects(run('gitmoxi.rehearse', wrong), /there is no scenario flood/);
  });

  it('shows the timeline of a rehearsal, which says what it is', async () => {
    const { showQuickPick } = vscode.window;
    const offered: string[] = [];
    Object.assign(vscode.window, {
      showQuickPick: async (items: readonly vscode.QuickPickItem[]) => {
        offered.push(...items.map(({ label }) => label));
        return items[0];
      },
    });
    try {
      await run('gitmoxi.rehearse', { workload: WEB });
    } finally {
      Object.assign(vscode.window, { showQuickPick });
    }
    assert.deepEqual(offered.slice(0, 2), ['As it is', 'New tasks fail their health checks']);
    assert.equal(vscode.window.tabGroups.activeTabGroup.activeTab?.label, 'Rehearsal: web');
  });
});

/** The id of the rollout under way, as soon as there is one. */
async function unfinished(): Promise<string> {
  const { rollouts } = vscode.extensions.getExtension('gitmoxi.gitmoxi')!.exports;
  for (;;) {
    const found = (await rollouts()).find(
      ({ rollout }: { rollout: { endedAt: number | null } }) => rollout.endedAt === null,
    );
    if (found !== undefined) return found.rollout.id;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
