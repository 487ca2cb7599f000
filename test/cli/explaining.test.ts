import assert from 'node:assert/strict';
import { buildCommand, cleanUp, hasEscapes, jsonLines, openDesk, SHOP, shopFile, shopRepository } from './command.ts';

const WEB = `${SHOP}/web`;
const INPUT = `${WEB}_input.json`;

const SCENARIO = {
  given: { clusters: ['shop'] },
  rules: [
    { when: { image: '*:*broken*' }, then: { pull: 'not-found' } },
    {
      when: { image: '*:*crash*' },
      then: {
        exit: { code: 3, afterSeconds: 3 },
        logs: ['token not-a-real-token-4f1c rejected', 'cannot read /etc/web'],
      },
    },
  ],
};

interface Explained {
  readonly rollout: string;
  readonly outcome: string;
  readonly class: string | null;
  readonly cause: string | null;
  readonly rule: string | null;
  readonly logs: readonly { readonly container: string; readonly lines: readonly { readonly text: string }[] }[];
  readonly change: {
    readonly author: string;
    readonly subject: string;
    readonly differences: readonly object[];
  } | null;
  readonly edit: { readonly place: { readonly path: string; readonly line: number; readonly newText: string } } | null;
  readonly missing: readonly string[];
}

describe('gitmoxi explain', function () {
  this.timeout(60_000);
  before(buildCommand);
  afterEach(cleanUp);

  async function shop() {
    const made = shopRepository();
    const { run } = await openDesk(made, SCENARIO);
    const ship = (tag: string) => {
      made.commit({ [INPUT]: shopFile('web_input.json').replace('1.4.0', tag) }, `ship ${tag}`);
      return run('deploy', WEB, '--yes');
    };
    return { made, run, ship };
  }

  it('tells why, what was logged, who changed what, and the edit that would mend it', async () => {
    const { run, ship, made } = await shop();
    const first = await run('deploy', WEB, '--yes', '--json');
    assert.equal(first.status, 0, first.stderr);
    const { rollouts } = jsonLines<{ summary: { rollouts: { rollout: string }[] } }>(first).at(-1)!.summary;
    const good = await run('explain', rollouts[0]!.rollout);
    assert.deepEqual([good.status, good.stderr], [0, '']);
    assert.match(good.stdout, /how it ended {3}2 of 2 tasks run shop-web:1; it succeeded: there is nothing to explain/);

    const broken = await ship('1.6.0-broken');
    assert.equal(broken.status, 1);
    const id = /gitmoxi explain (ro-\S+)/.exec(broken.stdout)?.[1] ?? '';
    const told = await run('explain', id);
    assert.deepEqual([told.status, told.stderr], [0, '']);
    assert.ok(!hasEscapes(told.stdout));
    assert.match(told.stdout, /what happened {2}3 new tasks failed: the circuit breaker trips at 3 \(image\)/);
    assert.match(told.stdout, /why +the registry has no public\.ecr\.aws\/shop\/web:1\.6\.0-broken/);
    assert.match(told.stdout, /evidence +· task [0-9a-f]{32} stopped: TaskFailedToStart/);
    assert.match(told.stdout, /what changed +[0-9a-f]{7} ship 1\.6\.0-broken by Ada <ada@example\.com>/);
    assert.match(told.stdout, /next +push public/);
    assert.match(
      told.stdout,
      /web_input\.json:3\n +- {3}"image": "\S+:1\.6\.0-broken",\n +\+ {3}"image": "\S+:1\.4\.0",\n/,
    );

    const crashed = await ship('1.7.0-crash');
    const [explained] = jsonLines<Explained>(
      await run('explain', /gitmoxi explain (ro-\S+)/.exec(crashed.stdout)?.[1] ?? '', '--json'),
    );
    assert.equal(explained!.outcome, 'failed');
    assert.deepEqual([explained!.class, explained!.rule], ['crash', 'program-error']);
    assert.match(explained!.cause ?? '', /exit code 3/);
    assert.deepEqual(
      explained!.logs
        .at(-1)!
        .lines.map(({ text }) => text)
        .slice(1),
      ['token (sensitive) rejected', 'cannot read /etc/web', 'exiting with status 3'],
    );
    assert.deepEqual([explained!.change?.author, explained!.change?.subject], ['Ada', 'ship 1.7.0-crash']);
    assert.deepEqual(explained!.change?.differences, [
      {
        path: '/taskDefinition/containerDefinitions/0/image',
        before: 'public.ecr.aws/shop/web:1.4.0',
        after: 'public.ecr.aws/shop/web:1.7.0-crash',
      },
    ]);
    assert.deepEqual([explained!.edit, explained!.missing], [null, []]);

    // The edit of the first failure, made, is what mends it.
    const [again] = jsonLines<Explained>(await run('explain', id, '--json'));
    const { place } = again!.edit!;
    assert.equal(place.path, INPUT);
    made.commit(
      { [INPUT]: shopFile('web_input.json').replace('"public.ecr.aws/shop/web:1.4.0"', place.newText) },
      'mend',
    );
    assert.equal((await run('deploy', WEB, '--yes')).status, 0);
  });

  it('says when there is no such rollout', async () => {
    const { run } = await shop();
    const none = await run('explain', 'ro-nothing');
    assert.equal(none.status, 2);
    assert.match(none.stderr, /no rollout ro-nothing in this store/);
  });
});
