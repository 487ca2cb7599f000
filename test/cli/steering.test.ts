/** What people ask from a terminal of their own of a rollout that runs in another process, and what they are answered. */
import assert from 'node:assert/strict';
import {
  buildCommand,
  cleanUp,
  jsonLines,
  openDesk,
  type Result,
  type Running,
  SCENARIO,
  SHOP,
  shopFile,
  shopRepository,
  untilPhase,
} from './command.ts';

const WORKLOAD = `${SHOP}/thumbnails`;
const INPUT = `${WORKLOAD}_lambdainput.json`;

/** Steps that take too long for a test to go by themselves. */
const SLOWLY = JSON.stringify({
  environment: { account: '{{ account }}', region: '{{ region }}' },
  alias: 'live',
  trafficShiftingConfig: { type: 'LINEAR', percent: 25, waitInterval: 21_600 },
});

interface Answer {
  readonly rollout: string;
  readonly workload: string;
  readonly command: string;
  readonly asked: boolean;
  readonly message: string;
  readonly answer: string | null;
}

interface Past {
  readonly rollout: string;
  readonly phase: string;
}

/** A function that was deployed once, and what is needed to deploy it again, step by step. */
async function stage() {
  const made = shopRepository();
  const { run, begin } = await openDesk(made, SCENARIO);
  const first = await run('deploy', '--json', WORKLOAD);
  assert.equal(first.status, 0, first.stderr);
  made.commit({
    [`${WORKLOAD}_lambdadepdef.json`]: SLOWLY,
    [INPUT]: shopFile('thumbnails_lambdainput.json.next-1-update'),
  });
  return {
    run,
    /** Begins the next rollout; it stands at its first step when this resolves. */
    async shifting(): Promise<Running> {
      const deploying = begin('deploy', '--json', WORKLOAD);
      await untilPhase(deploying, 'shifting');
      return deploying;
    },
    async asks(...words: string[]): Promise<[status: number | null, answer: Answer]> {
      const result = await run(...words, '--json');
      return [result.status, jsonLines<Answer>(result)[0]!];
    },
    past: async () => jsonLines<Past[]>(await run('history', '--json', WORKLOAD))[0]!,
  };
}

const phaseOf = (result: Result): string =>
  jsonLines<{ summary: { rollouts: Past[] } }>(result).at(-1)!.summary.rollouts[0]!.phase;

describe('a rollout in another process', function () {
  this.timeout(60_000);
  before(buildCommand);
  afterEach(cleanUp);

  it('is paused, goes on, and is promoted step by step and to its end', async () => {
    const { run, shifting, asks, past } = await stage();
    const deploying = await shifting();
    const [{ rollout }] = (await past()) as [Past];

    const paused = await run('pause', 'thumbnails');
    assert.equal(paused.status, 0, paused.stderr);
    assert.match(
      paused.stdout,
      new RegExp(`^asked process ${deploying.child.pid} on .* to have ${rollout} pause\\n.*thumbnails: paused by `),
    );
    const again = await run('pause', rollout);
    assert.deepEqual([again.status, again.stdout.startsWith(`${rollout} is paused already, by `)], [0, true]);

    const [status, answer] = await asks('resume-rollout', rollout.slice(0, -2));
    assert.deepEqual(
      [status, answer],
      [
        0,
        {
          rollout,
          workload: WORKLOAD,
          command: 'continue',
          asked: true,
          message: answer.message,
          answer: 'rollout.continued',
        },
      ],
    );
    const notPaused = await run('resume-rollout', rollout);
    assert.deepEqual([notPaused.status, notPaused.stdout], [1, `${rollout} is not paused\n`]);

    const backwards = await run('rollback', WORKLOAD, '--yes');
    assert.equal(backwards.status, 3);
    assert.match(backwards.stderr, new RegExp(`hint: abort it with \`gitmoxi abort ${rollout}\``));

    for (const words of [['promote'], ['promote', '--all']]) {
      const [done, { answer: code, message }] = await asks(...words, WORKLOAD);
      assert.deepEqual([done, code], [0, 'rollout.promoted'], message);
    }
    const ended = await deploying.result;
    assert.deepEqual([ended.status, phaseOf(ended)], [0, 'succeeded']);
    const late = await run('abort', rollout);
    assert.equal(late.status, 1);
    assert.equal(
      late.stdout,
      `${rollout} is over already: succeeded; to go back, run \`gitmoxi rollback ${WORKLOAD}\`\n`,
    );
    const unknown = await run('promote', `${rollout}x`);
    assert.equal(unknown.status, 2);
    assert.match(unknown.stderr, new RegExp(`hint: did you mean ${rollout}\\?`));
  });

  it('is aborted, or left as it is, while its workload is held and released', async () => {
    const { run, shifting, asks, past } = await stage();
    const aborted = await shifting();
    const held = await run('hold', WORKLOAD);
    assert.deepEqual([held.status, held.stdout.startsWith(`${WORKLOAD} is held`)], [0, true], held.stderr);
    const [status, { answer, command }] = await asks('abort', 'thumbnails');
    assert.deepEqual([status, answer, command], [0, 'rollout.aborting', 'abort']);
    const ended = await aborted.result;
    assert.deepEqual([ended.status, phaseOf(ended)], [1, 'aborted']);
    assert.equal((await run('release', WORKLOAD)).stdout, `${WORKLOAD} is released\n`);

    const left = await shifting();
    const leaving = await run('abort', '--leave', WORKLOAD);
    assert.equal(leaving.status, 0, leaving.stderr);
    assert.match(leaving.stdout, /thumbnails: left as it is; the new revision gets 25 % of the traffic$/m);
    assert.deepEqual(phaseOf(await left.result), 'aborted');
    assert.deepEqual(
      (await past()).map(({ phase }) => phase),
      ['aborted', 'aborted', 'succeeded'],
    );
  });

  it('is what a rollback to a chosen rollout becomes', async () => {
    const { run, shifting, past } = await stage();
    const deploying = await shifting();
    assert.equal((await run('promote', '--all', WORKLOAD)).status, 0);
    assert.equal((await deploying.result).status, 0);
    const [second, first] = (await past()) as [Past, Past];
    const back = await run('rollback', WORKLOAD, '--to', first.rollout.slice(0, -2), '--yes', '--json');
    assert.deepEqual([back.status, phaseOf(back)], [0, 'succeeded'], back.stderr);
    const nowhere = await run('rollback', WORKLOAD, '--to', `${second.rollout}x`, '--yes');
    assert.deepEqual([nowhere.status, /did you mean/.test(nowhere.stderr)], [2, true]);
  });
});
