import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildCommand,
  cleanUp,
  type Desk,
  hasEscapes,
  jsonLines,
  openDesk,
  type Result,
  SCENARIO,
  SHOP,
  shopFile,
  shopRepository,
  type TestRepository,
  untilPhase,
} from './command.ts';

const WEB = `${SHOP}/web`;
const INPUT = `${WEB}_input.json`;

interface Summary {
  readonly summary: { readonly revision: string; readonly rollouts: readonly RolloutEnd[] };
}
interface RolloutEnd {
  readonly rollout: string;
  readonly workload: string;
  readonly target: object;
  readonly phase: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly reason?: string;
}
interface Plan {
  readonly workloads: readonly {
    readonly workload: string;
    readonly action: string;
    readonly differences: { readonly path: string }[];
  }[];
}

interface Stage extends Desk {
  readonly made: TestRepository;
  /** Calls that changed something in AWS. */
  changes(): Promise<{ operation: string }[]>;
}

async function stage(clock?: string): Promise<Stage> {
  const made = shopRepository();
  const desk = await openDesk(made, SCENARIO, { clock });
  return {
    ...desk,
    made,
    async changes() {
      const answer = await fetch(`${desk.endpoint}/_sandbox/calls`);
      const { calls } = (await answer.json()) as { calls: { operation: string; mutating: boolean }[] };
      return calls.filter(({ mutating }) => mutating);
    },
  };
}

const endOf = (result: Result): Summary['summary'] => jsonLines<Summary>(result).at(-1)!.summary;
const phases = (result: Result) => endOf(result).rollouts.map(({ workload, phase }) => `${workload} ${phase}`);

describe('gitmoxi hold', function () {
  this.timeout(60_000);
  before(buildCommand);
  afterEach(cleanUp);

  it('keeps a workload from being deployed until it is released', async () => {
    const { run } = await stage();
    const held = await run('hold', WEB, '--reason', 'sale this weekend');
    assert.deepEqual([held.status, held.stdout.includes(`gitmoxi release ${WEB}`)], [0, true]);
    const actions = async () => jsonLines<Plan>(await run('plan', WEB, '--json'))[0]!.workloads[0]!;
    const plan = (await actions()) as { action: string; reason?: string };
    assert.equal(plan.action, 'blocked');
    assert.match(plan.reason!, /^held: by .*: sale this weekend$/);
    assert.equal((await run('release', WEB)).stdout.trim(), `${WEB} is released`);
    assert.equal((await actions()).action, 'create');
    assert.equal((await run('release', WEB)).stdout.trim(), `${WEB} was not held`);
  });
});

describe('gitmoxi deploy', function () {
  this.timeout(60_000);
  before(buildCommand);
  afterEach(cleanUp);

  it('creates, leaves alone, updates, rolls back, and remembers all of it', async () => {
    const { made, run, changes } = await stage();

    const created = await run('deploy', '--json');
    assert.equal(created.status, 0, created.stderr);
    const events = jsonLines<Record<string, unknown>>(created).slice(0, -1);
    for (const event of events) {
      assert.deepEqual(Object.keys(event), ['time', 'rollout', 'workload', 'code', 'phase', 'message', 'data']);
      assert.match(String(event['time']), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    }
    assert.deepEqual(phases(created), [`${SHOP}/thumbnails succeeded`, `${WEB} succeeded`]);
    const web = endOf(created).rollouts[1]!;
    assert.deepEqual(web.target, { account: '123456789012', region: 'eu-west-1', cluster: 'shop', service: 'web' });
    assert.ok(Date.parse(web.endedAt!) > Date.parse(web.startedAt));

    const soFar = (await changes()).length;
    const [settled] = jsonLines<{ drift: string }[]>(await run('status', '--json'));
    assert.deepEqual(
      settled!.map(({ drift }) => drift),
      ['none', 'none'],
    );
    const [again] = jsonLines<Plan>(await run('plan', '--json'));
    assert.deepEqual(
      again!.workloads.map(({ action, differences }) => [action, differences]),
      [
        ['unchanged', []],
        ['unchanged', []],
      ],
    );
    const nothing = await run('deploy');
    assert.equal(nothing.status, 0);
    assert.match(nothing.stdout, /^nothing to deploy: 2 unchanged$/m);
    assert.equal((await changes()).length, soFar);

    made.commit({ [INPUT]: shopFile('web_input.json.next-1-update') }, 'more tasks');
    const [plan] = jsonLines<Plan>(await run('plan', '--json'));
    assert.deepEqual(
      plan!.workloads.map(({ workload, action }) => [workload, action]),
      [[WEB, 'update']],
    );
    assert.ok(plan!.workloads[0]!.differences.some(({ path }) => path === '/desiredCount'));
    const updated = await run('deploy', '--yes');
    assert.equal(updated.status, 0, updated.stdout + updated.stderr);
    assert.match(updated.stdout, /^\d\d:\d\d:\d\d {2}examples\/shop\/web {2}stabilizing {3}/m);
    assert.ok(!hasEscapes(updated.stdout));

    made.commit({ [INPUT]: shopFile('web_input.json.next-2-broken') }, 'broken');
    const broken = await run('deploy', '--json');
    assert.equal(broken.status, 1);
    assert.deepEqual(phases(broken), [`${WEB} rolled back`]);
    assert.match(broken.stdout, /CannotPullContainerError/);

    const [status] = jsonLines<{ workload: string; phase: string; tasks: object }[]>(
      await run('status', '--json', WEB),
    );
    assert.deepEqual(
      status!.map(({ workload, phase, tasks }) => ({ workload, phase, tasks })),
      [{ workload: WEB, phase: 'rolled back', tasks: { ready: 3, desired: 3 } }],
    );
    const [history] = jsonLines<{ rollout: string; phase: string; revision: { subject: string } }[]>(
      await run('history', '--json', '--service', 'web'),
    );
    assert.deepEqual(
      history!.map(({ phase, revision }) => [phase, revision.subject]),
      [
        ['rolled back', 'broken'],
        ['succeeded', 'more tasks'],
        ['succeeded', 'first version'],
      ],
    );
    const [filtered] = jsonLines<unknown[]>(await run('history', '--json', '--status', 'rolled-back', '-n', '5'));
    assert.equal(filtered!.length, 1);
    const [log] = jsonLines<{ code: string }[]>(await run('logs', '--json', history![0]!.rollout));
    assert.equal(log!.at(-1)!.code, 'rollout.ended');

    const back = await run('rollback', WEB, '--yes', '--json');
    assert.equal(back.status, 0, back.stderr);
    assert.deepEqual(phases(back), [`${WEB} succeeded`]);
    assert.equal(endOf(back).revision, (history![2] as { revision: { commit?: string } }).revision.commit);
  });

  it('refuses where nobody can be asked', async () => {
    const { run, changes } = await stage();
    const { status, stderr } = await run('deploy');
    assert.equal(status, 2);
    assert.match(stderr, /hint: pass --yes/);
    assert.deepEqual(await changes(), []);
  });

  it('deletes only what was agreed to', async () => {
    const { made, run } = await stage();
    assert.equal((await run('deploy', '--json', `${SHOP}/thumbnails`)).status, 0);
    made.commit({ [`${SHOP}/thumbnails_lambdadef.json`]: null }, 'no more thumbnails');
    const refused = await run('deploy', '--json', '--since', 'HEAD~1');
    assert.equal(refused.status, 2);
    assert.match(refused.stderr, /this would delete examples\/shop\/thumbnails/);
    const agreed = await run('deploy', '--json', '--yes', '--since', 'HEAD~1');
    assert.deepEqual([agreed.status, phases(agreed)], [0, [`${SHOP}/thumbnails succeeded`]]);
  });

  it('says who is at it, where another process is rolling out the same', async () => {
    const { run, begin } = await stage('30x');
    const first = begin('deploy', '--json', WEB);
    await untilPhase(first, 'stabilizing');
    const second = await run('deploy', '--json', WEB);
    assert.equal(second.status, 3);
    const [rollout] = endOf(second).rollouts;
    assert.equal(rollout!.phase, 'busy');
    assert.match(rollout!.reason!, new RegExp(`process ${first.child.pid} on .* is rolling it out`));
    assert.equal((await first.result).status, 0);
  });

  it('lets go when interrupted, and goes on with resume', async function () {
    if (process.platform === 'win32') this.skip();
    const { run, begin } = await stage();
    const first = begin('deploy', '--json', WEB);
    await untilPhase(first, 'stabilizing');
    first.child.kill('SIGINT');
    const interrupted = await first.result;
    assert.equal(interrupted.status, 130);
    assert.deepEqual(phases(interrupted), [`${WEB} unfinished`]);
    assert.match(interrupted.stderr, /gitmoxi resume/);
    const resumed = await run('resume', '--json');
    assert.deepEqual([resumed.status, phases(resumed)], [0, [`${WEB} succeeded`]]);
    const nothing = await run('resume');
    assert.deepEqual([nothing.status, nothing.stdout], [0, 'nothing to resume: no rollout is left unfinished\n']);
  });

  it('comes to the same end when it is killed and resumed, with nothing created twice', async () => {
    const { run, begin, changes } = await stage();
    for (const phase of ['launching', 'stabilizing']) {
      const deploying = begin(
        phase === 'launching' ? 'deploy' : 'resume',
        '--json',
        ...(phase === 'launching' ? [WEB] : []),
      );
      await untilPhase(deploying, phase);
      deploying.child.kill('SIGKILL');
      await deploying.result;
    }
    const resumed = await run('resume', '--json');
    assert.deepEqual([resumed.status, phases(resumed)], [0, [`${WEB} succeeded`]]);
    const operations = (await changes()).map(({ operation }) => operation);
    assert.deepEqual(
      ['RegisterTaskDefinition', 'CreateService'].map(
        (name) => operations.filter((operation) => operation === name).length,
      ),
      [1, 1],
    );
    const [plan] = jsonLines<Plan>(await run('plan', '--json', WEB));
    assert.equal(plan!.workloads[0]!.action, 'unchanged');
  });

  it('goes on in the background with --detach', async () => {
    const { run, folder } = await stage();
    const detached = await run('deploy', '--detach', '--yes', WEB);
    assert.equal(detached.status, 0, detached.stderr);
    const [, log] = /writes to (.+)$/m.exec(detached.stdout) ?? [];
    const [rollout] = /ro-[\w-]+/.exec(detached.stdout) ?? [];
    assert.equal(log, join(folder, `${rollout}.log`));
    const followed = await run('logs', '--follow', rollout!);
    assert.equal(followed.status, 0);
    assert.match(followed.stdout, /succeeded .*2 of 2 tasks run/);
    assert.match(readFileSync(log!, 'utf8'), /taken up by process/);
  });

  it('goes back when another process aborts it', async () => {
    const { made, run, begin } = await stage('30x');
    assert.equal((await run('deploy', '--json', WEB)).status, 0);
    made.commit({ [INPUT]: shopFile('web_input.json.next-1-update') });
    const deploying = begin('deploy', '--json', '--since', 'HEAD~1');
    await untilPhase(deploying, 'stabilizing');
    const [[running]] = jsonLines<[{ rollout: string }]>(await run('status', '--json', WEB)) as [[{ rollout: string }]];
    const asked = await run('abort', running.rollout);
    assert.equal(asked.status, 0);
    assert.match(asked.stdout, new RegExp(`asked process ${deploying.child.pid} on`));
    const ended = await deploying.result;
    assert.deepEqual([ended.status, phases(ended)], [1, [`${WEB} aborted`]]);
    assert.equal((await run('abort', running.rollout)).status, 1);
  });
});
