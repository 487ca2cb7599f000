/** Every stable command with arguments as a stranger may give them: a result or a reason, and never a question. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { DeployReport } from '../../../engine/index.ts';
import { changeFile, commitAll, git, run, WEB } from './window.ts';

/** What a rejected command says. */
async function refusal(command: string, argument: unknown): Promise<string> {
  try {
    await run(command, argument);
  } catch (error) {
    const { message } = error as Error;
    assert.doesNotMatch(message, /\n\s+at |\[object|undefined|TypeError/, message);
    return message;
  }
  throw new assert.AssertionError({ message: `${command} was not refused` });
}

const OF_WORKLOADS = ['deploy', 'plan', 'compareWithLive', 'rollback', 'rehearse', 'hold', 'release', 'openConsole'];
const OF_ROLLOUTS = ['pause', 'resume', 'promote', 'abort', 'timeline', 'logs', 'explain'];

describe('commands with odd arguments', function () {
  this.timeout(60_000);

  before(async () => {
    await run('workbench.action.closeAllEditors');
    await run('gitmoxi.sandbox.start');
  });
  after(() => run('gitmoxi.sandbox.stop'));

  for (const name of OF_WORKLOADS) {
    it(`${name} says that there is no such workload`, async () => {
      const said = await refusal(`gitmoxi.${name}`, { workload: 'examples/shop/nothing', confirm: false });
      assert.match(said, /no workload matches examples\/shop\/nothing/);
    });

    it(`${name} wants a name where there are several workloads and nobody is to be asked`, async () => {
      assert.match(await refusal(`gitmoxi.${name}`, { confirm: false }), /name one of 2 workloads/);
    });
  }

  it('preview says that there is no such workload', async () => {
    const said = await refusal('gitmoxi.preview', { workload: 'examples/shop/nothing', confirm: false });
    assert.match(said, /no file of a workload examples\/shop\/nothing/);
  });

  for (const name of OF_ROLLOUTS) {
    it(`${name} says that there is no such rollout`, async () => {
      assert.match(await refusal(`gitmoxi.${name}`, { rollout: 'ro-none', confirm: false }), /no rollout ro-none/);
    });

    it(`${name} says that no rollout fits`, async () => {
      assert.match(await refusal(`gitmoxi.${name}`, { workload: WEB, confirm: false }), /no rollout fits/);
      assert.match(await refusal(`gitmoxi.${name}`, { confirm: false }), /no rollout fits/);
    });
  }

  for (const [what, workload] of [
    ['a path that leaves the repository', '../../etc/passwd'],
    ['a name of every object', '__proto__'],
    ['an option of Git', '--upload-pack=touch'],
    ['a line feed', 'examples/shop/web\nx'],
    ['a very long text', 'x'.repeat(100_000)],
  ] as const) {
    it(`a workload may be ${what}, which names nothing`, async () => {
      assert.match(await refusal('gitmoxi.plan', { workload, confirm: false }), /no workload matches/);
    });
  }

  it('a revision that does not exist is named', async () => {
    for (const revision of ['no-such-branch', '--all', '0'.repeat(40)]) {
      const said = await refusal('gitmoxi.plan', { workload: WEB, revision, confirm: false });
      assert.ok(said.includes(revision), said);
    }
  });

  it('what is no argument at all counts as none', async () => {
    for (const argument of [null, 42, 'web', [], () => {}, Symbol('web'), new Map()]) {
      await assert.doesNotReject(run('gitmoxi.refresh', argument));
    }
    // With its file in front, a command needs no name.
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(await fileOf('web_svcdef.json')));
    const plan = await run<{ workloads: unknown[] }>('gitmoxi.plan', { workload: 7, revision: {}, confirm: false });
    assert.equal(plan.workloads.length, 1);
    await run('workbench.action.closeAllEditors');
  });

  it('a plan that is blocked is not carried out, and the reason is told', async () => {
    await changeFile('web_svcdef.json', (text) =>
      text.replace('"desiredCount": {{ tasks }}', '"desiredCount": "many"'),
    );
    commitAll('Break the service');
    try {
      assert.match(await refusal('gitmoxi.deploy', { workload: WEB, confirm: false }), /web is blocked: /);
    } finally {
      git('revert', '--no-edit', 'HEAD');
    }
  });

  it('a rollout is picked to go back to only where it was good', async () => {
    const said = await refusal('gitmoxi.rollback', { workload: WEB, rollout: 'ro-none', confirm: false });
    assert.match(said, /ro-none is not a successful rollout/);
    assert.match(await refusal('gitmoxi.rollback', { workload: WEB, confirm: false }), /no earlier successful rollout/);
  });

  it('the sandbox may be started twice, and stopped twice', async () => {
    const first = await run<{ endpoint: string }>('gitmoxi.sandbox.start');
    assert.deepEqual(await run('gitmoxi.sandbox.start'), first);
    await run('gitmoxi.sandbox.stop');
    await run('gitmoxi.sandbox.stop');
    await run('gitmoxi.sandbox.start');
  });

  it('the sandbox is started anew where it was asked to stop just before', async () => {
    const { endpoint } = await run<{ endpoint: string }>('gitmoxi.sandbox.start');
    const stopped = run('gitmoxi.sandbox.stop');
    const [anew, again] = await Promise.all([
      run<{ endpoint: string }>('gitmoxi.sandbox.start'),
      run<{ endpoint: string }>('gitmoxi.sandbox.start'),
    ]);
    await stopped;
    assert.notEqual(anew.endpoint, endpoint);
    assert.deepEqual(again, anew);
    await run('gitmoxi.plan', { workload: WEB, confirm: false });
  });

  it('two deployments of one workload at once are one, and the other says who has it', async () => {
    const both = await Promise.all([
      run<DeployReport>('gitmoxi.deploy', { workload: WEB, confirm: false }),
      run<DeployReport>('gitmoxi.deploy', { workload: WEB, confirm: false }),
    ]);
    const phases = both.flatMap(({ rollouts }) => rollouts.map(({ phase }) => phase)).toSorted();
    // The second finds either the first under way, or nothing left to do.
    assert.ok(['busy,succeeded', 'succeeded'].includes(phases.join()), phases.join());
  });
});

async function fileOf(name: string): Promise<vscode.Uri> {
  const [found] = await vscode.workspace.findFiles(`**/${name}`);
  return found!;
}
