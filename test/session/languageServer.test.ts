/** What language servers are given, with a real engine, a repository, and a simulated AWS. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readScenario, speedClock, startSandbox } from '../../sandbox/index.ts';
import type { AwsAccess } from '../../server/index.ts';
import { editorProviders, openEngine } from '../../session/index.ts';
import { ecsFiles } from '../engine/workloads.ts';

const ACCOUNT = '123456789012';
const credentials = { accessKeyId: ACCOUNT, secretAccessKey: 'sandbox' };

/** @param speed of the simulated AWS */
async function provided(files: Record<string, string>, speed = 1) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'gitmoxi-provided-')));
  const git = (...words: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...words], { cwd: folder });
  git('init', '-q');
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const clock = speedClock(speed);
  const sandbox = await startSandbox({
    clock,
    throttling: false,
    scenario: readScenario({ given: { clusters: ['prod'] } }, 'test'),
  });
  const opened: AwsAccess[] = [];
  const providers = editorProviders(async (access) => {
    opened.push(access);
    const { region = '', endpoint = sandbox.endpoint } = access;
    const place = { store: join(folder, '.git', 'store.db'), region, profile: '', accounts: {}, endpoint, credentials };
    return (await openEngine(place)).engine;
  });
  const place = { root: folder, path: 'dev/web', kind: 'ecs' } as const;
  return {
    folder,
    git,
    sandbox,
    opened,
    providers,
    place,
    plan: (live: boolean, texts: Record<string, string> = {}) =>
      providers.plans.plan(place, live, new Map(Object.entries(texts))),
    async [Symbol.asyncDispose]() {
      // Elsewhere, so that the engine is closed.
      providers.follow({ knowledge: false, live: false, access: { region: 'nowhere' } });
      await sandbox.stop();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

describe('a plan for an editor', () => {
  const FILES = ecsFiles();

  it('is of texts that are not saved: templates, inputs, and what these refer to', async () => {
    await using t = await provided(FILES);
    assert.deepEqual((await t.plan(true)).action, 'create');
    const other = FILES['terraform/output.json']!.replace('"prod"', '"gone"');
    const edits: readonly Record<string, string>[] = [
      { 'dev/web_svcdef.json': FILES['dev/web_svcdef.json']!.replace('{{ cluster_name }}', 'gone') },
      { 'dev/web_input.json': FILES['dev/web_input.json']!.replace('{', '{ "cluster_name": "gone",') },
      { 'terraform/output.json': other },
    ];
    for (const texts of edits) {
      const plan = await t.plan(true, texts);
      assert.deepEqual([plan.action, plan.live], ['blocked', true], Object.keys(texts)[0]);
    }
    const broken = await t.plan(false, { 'dev/web_svcdef.json': '{ "serviceName": ' });
    assert.deepEqual([broken.action, broken.live], ['blocked', false]);
  });

  it('is of files that exist in the editor only, and not of texts beyond limits', async () => {
    await using t = await provided({ 'README.md': 'nothing yet' });
    assert.equal((await t.plan(false, FILES)).action, 'deploy');
    const huge = { ...FILES, 'dev/web_svcdef.json': `${' '.repeat(1_100_000)}{}` };
    const { action, problems } = await t.plan(false, huge);
    assert.equal(action, 'blocked');
    assert.ok(problems.some(({ code }) => code === 'file.too-large'));
  });

  it('asks AWS once for many edits, and again for what an edit makes another question', async () => {
    await using t = await provided(FILES);
    const reads = () => t.sandbox.calls.filter(({ operation }) => operation === 'DescribeServices').length;
    const counts = ['1', '2', '3'].map((count) => ({
      'dev/web_input.json': FILES['dev/web_input.json']!.replace('"count": 2', `"count": ${count}`),
    }));
    const plans = await Promise.all(counts.map((texts) => t.plan(true, texts)));
    assert.deepEqual(
      plans.map(({ action }) => action),
      ['create', 'create', 'create'],
    );
    assert.equal(reads(), 1);
    await t.plan(true, { 'dev/web_svcdef.json': FILES['dev/web_svcdef.json']!.replace('"web"', '"other"') });
    assert.equal(reads(), 2);
  });

  it('goes where the settings lead, with another engine', async () => {
    await using t = await provided(FILES);
    await t.plan(false);
    t.providers.follow({ knowledge: false, live: true, access: { region: 'us-east-1' } });
    await t.plan(false);
    await t.plan(false);
    assert.deepEqual(t.opened, [{}, { region: 'us-east-1' }]);
  });

  it('is refused in words outside of a repository', async () => {
    await using t = await provided(FILES);
    rmSync(join(t.folder, '.git'), { recursive: true });
    await assert.rejects(t.plan(false), { code: 'git.not-a-repository' });
  });
});

describe('the last rollout for an editor', () => {
  it('is that of the store, with its commit', async () => {
    await using t = await provided(ecsFiles(), 1_000);
    assert.equal(await t.providers.rollouts.last(t.place), undefined);
    t.git('add', '-A');
    t.git('commit', '-qm', 'first');
    const { engine } = await openEngine({
      store: join(t.folder, '.git', 'store.db'),
      region: '',
      profile: '',
      accounts: {},
      endpoint: t.sandbox.endpoint,
      credentials,
    });
    const plan = await engine.plan({ repo: t.folder });
    await engine.deploy(plan, { signal: new AbortController().signal, onEvent: () => {} });
    await engine.close();
    const last = await t.providers.rollouts.last(t.place);
    assert.equal(last?.phase, 'succeeded');
    assert.equal(last.commit, t.git('rev-parse', 'HEAD').toString().trim());
    assert.ok(last.endedAt !== null && last.startedAt <= last.endedAt);
  }).timeout(30_000);
});
