import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createEngine, type DeployReport, openStore } from '../../engine/index.ts';
import { startSandbox, VirtualClock } from '../../sandbox/index.ts';
import { cleanUp, testRepository } from './git/testRepository.ts';
import { lambdaFiles } from './workloads.ts';

/** So many functions in a region. */
const functions = (region: string, count: number): Record<string, string> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, i) =>
      Object.entries(lambdaFiles({ 'dev/resize_lambdadepdef.json': { alias: 'live', environment: { region } } })).map(
        ([path, text]) => [
          path.replace('dev/resize', `${region}/resize-${i}`),
          text.replace('"resize"', `"resize-${i}"`),
        ],
      ),
    ).flat(),
  );

interface Rolled {
  readonly report: DeployReport;
  /** Most rollouts that were under way at once, by region. */
  readonly most: Readonly<Record<string, number>>;
}

async function rollOut(files: Record<string, string>, parallel: number): Promise<Rolled> {
  process.env['AWS_ACCESS_KEY_ID'] = '123456789012';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'x';
  const repository = testRepository();
  repository.commit(files);
  const clock = new VirtualClock();
  await using sandbox = { it: await startSandbox({ clock }), [Symbol.asyncDispose]: () => sandbox.it.stop() };
  const engine = createEngine({
    clock,
    endpoint: sandbox.it.endpoint,
    parallel,
    store: () => openStore(join(repository.root, '.git', 'store.db')),
    owner: { id: 'test', host: 'test', pid: process.pid },
  });
  const active = new Map<string, Set<string>>();
  const most: Record<string, number> = {};
  try {
    const plan = await clock.run(engine.plan({ repo: repository.root }));
    const report = await clock.run(
      engine.deploy(plan, {
        signal: new AbortController().signal,
        onEvent: () => {},
        onRecord({ id, target, phase, endedAt }) {
          const region = target.region!;
          const here = active.get(region) ?? new Set();
          active.set(region, here);
          if (endedAt !== null) here.delete(id);
          else if (phase !== 'queued') here.add(id);
          most[region] = Math.max(most[region] ?? 0, here.size);
        },
      }),
    );
    return { report, most };
  } finally {
    await engine.close();
    rmSync(repository.root, { recursive: true, force: true });
  }
}

/** From when it was planned to its end, ms, the longest of a region. */
const longest = ({ report }: Rolled, region: string): number =>
  Math.max(
    ...report.rollouts
      .filter(({ target }) => target.region === region)
      .map(({ startedAt, endedAt }) => endedAt! - startedAt!),
  );

describe('rollouts in parallel', function () {
  this.timeout(60_000);
  afterEach(cleanUp);

  it('are no more at a time than allowed, in each region for itself, and 20 in one do not delay 2 in another', async () => {
    const two = functions('us-east-1', 2);
    const alone = await rollOut(two, 2);
    const beside = await rollOut({ ...functions('eu-west-1', 20), ...two }, 2);
    assert.deepEqual([...new Set(beside.report.rollouts.map(({ phase }) => phase))], ['succeeded']);
    assert.deepEqual(beside.most, { 'eu-west-1': 2, 'us-east-1': 2 });
    const [before, after, crowd] = [
      longest(alone, 'us-east-1'),
      longest(beside, 'us-east-1'),
      longest(beside, 'eu-west-1'),
    ];
    // Looks of several rollouts are put together, which moves each by seconds at most.
    assert.ok(after <= before + 5_000, `${after} ms instead of ${before} ms`);
    assert.ok(crowd > 5 * after, `${crowd} ms`);
  });
});
