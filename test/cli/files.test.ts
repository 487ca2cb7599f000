import assert from 'node:assert/strict';
import { join } from 'node:path';
import {
  buildCommand,
  cleanUp,
  gitmoxi,
  jsonLines,
  repository,
  SHOP,
  shopFile,
  shopRepository,
  temporaryFolder,
} from './command.ts';

interface Problem {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly severity: string;
  readonly code: string;
}

/** A workload whose task definition uses a name that no input has, on line 3. */
function brokenRepository(): string {
  const { root, commit } = repository();
  commit({
    'dev/web_svcdef.json': '{ "serviceName": "web", "cluster": "dev", "desiredCount": 1, "launchType": "FARGATE" }',
    'dev/web_taskdef.json': '{\n  "family": "web",\n  "cpu": "{{ cpuu }}"\n}',
    'dev/web_input.json': '{ "cpu": "256" }',
  });
  return root;
}

describe('gitmoxi render', () => {
  before(buildCommand);
  afterEach(cleanUp);

  it('gives parsed JSON, inputs with their places, and no secrets among them', async () => {
    const { root, first } = shopRepository();
    const said = await gitmoxi(['render', '--json', `${SHOP}/web`], { cwd: root });
    assert.equal(said.status, 0);
    const [report] = jsonLines<{ revision: string; workloads: Record<string, unknown>[] }>(said);
    assert.equal(report!.revision, first);
    const [web] = report!.workloads;
    assert.deepEqual(Object.keys(web!), ['workload', 'kind', 'files', 'inputs', 'problems']);
    const files = web!['files'] as { path: string; suffix: string; rendered: Record<string, unknown> }[];
    const service = files.find(({ suffix }) => suffix === '_svcdef.json')!;
    assert.deepEqual(Object.keys(service), ['path', 'suffix', 'rendered']);
    assert.equal(service.rendered['cluster'], 'shop');
    const inputs = web!['inputs'] as Record<string, object>;
    assert.deepEqual(inputs['tasks'], { value: 2, path: `${SHOP}/web_input.json`, line: 5, sensitive: false });
    assert.deepEqual(
      { ...inputs['api_token'], line: 0 },
      {
        value: '(sensitive)',
        path: `${SHOP}/terraform_output.json`,
        line: 0,
        sensitive: true,
      },
    );
  });

  it('reads the commit, and the files on disk only when told to', async () => {
    const made = shopRepository();
    made.commit({ [`${SHOP}/web_input.json`]: shopFile('web_input.json.next-1-update') });
    const image = async (...words: string[]) => {
      const { stdout } = await gitmoxi(['render', '--json', `${SHOP}/web`, ...words], { cwd: made.root });
      return /shop\/web:([\d.]+)/.exec(stdout)?.[1];
    };
    assert.deepEqual(await Promise.all([image(), image('--revision', 'HEAD~1'), image('--worktree')]), [
      '1.5.0',
      '1.4.0',
      '1.5.0',
    ]);
  });

  it('has null for a file that does not render, and exits 1', async () => {
    const said = await gitmoxi(['render', '--json'], { cwd: brokenRepository() });
    const [report] = jsonLines<{
      workloads: { files: { suffix: string; rendered: unknown }[]; problems: Problem[] }[];
    }>(said);
    assert.equal(said.status, 1);
    const [workload] = report!.workloads;
    assert.equal(workload!.files.find(({ suffix }) => suffix === '_taskdef.json')?.rendered, null);
    assert.ok(workload!.problems.length > 0);
  });
});

describe('gitmoxi validate', () => {
  before(buildCommand);
  afterEach(cleanUp);

  it('says that nothing is wrong with the example', async () => {
    const { status, stdout } = await gitmoxi(['validate'], { cwd: shopRepository().root });
    assert.deepEqual({ status, stdout }, { status: 0, stdout: '✔ nothing wrong in 2 workloads\n' });
  });

  it('shows place, code, message and hint, and exits 1', async () => {
    const { status, stdout } = await gitmoxi(['validate'], { cwd: brokenRepository() });
    assert.equal(status, 1);
    assert.match(stdout, /^✖ dev\/web_taskdef\.json:3:\d+ template\.\S+\n {2}.*cpuu.*\n {2}hint: .*cpu/m);
    assert.match(stdout, /error.* in 1 workload\n$/);
  });

  it('gives the same problems as JSON', async () => {
    const root = brokenRepository();
    const [byFormat, byOption] = await Promise.all([
      gitmoxi(['validate', '--format', 'json'], { cwd: root }),
      gitmoxi(['validate', '--json'], { cwd: root }),
    ]);
    assert.equal(byFormat.stdout, byOption.stdout);
    const [report] = jsonLines<{ revision: string; workloads: number; problems: Problem[] }>(byFormat);
    assert.equal(report!.workloads, 1);
    const problem = report!.problems.find(({ path }) => path === 'dev/web_taskdef.json')!;
    assert.deepEqual([problem.line, problem.severity], [3, 'error']);
  });

  it('gives SARIF with the rules that are used', async () => {
    const { stdout } = await gitmoxi(['validate', '--format', 'sarif'], { cwd: brokenRepository() });
    const sarif = JSON.parse(stdout) as {
      version: string;
      runs: [{ tool: { driver: { rules: { id: string }[] } }; results: { ruleId: string }[] }];
    };
    assert.equal(sarif.version, '2.1.0');
    const [{ tool, results }] = sarif.runs;
    assert.ok(results.length > 0);
    const rules = tool.driver.rules.map(({ id }) => id);
    assert.deepEqual([...new Set(results.map(({ ruleId }) => ruleId))].sort(), rules);
  });

  it('gives annotations for GitHub, one line each', async () => {
    const { stdout } = await gitmoxi(['validate', '--format', 'github'], { cwd: brokenRepository() });
    assert.match(
      stdout,
      /^::error file=dev\/web_taskdef\.json,line=3,col=\d+,endLine=3,endColumn=\d+,title=template\.[^:]*::.*cpuu/m,
    );
  });
});

describe('gitmoxi plan --offline', () => {
  before(buildCommand);
  afterEach(cleanUp);

  it('lists what a change touches, and nothing else, in the shape of the contract', async () => {
    const made = shopRepository();
    const head = made.commit({ [`${SHOP}/web_input.json`]: shopFile('web_input.json.next-1-update') });
    const store = join(temporaryFolder(), 'store.db');
    const said = await gitmoxi(['plan', '--offline', '--json', '--since', made.first, '--store', store], {
      cwd: made.root,
    });
    assert.equal(said.status, 0, said.stderr);
    assert.deepEqual(jsonLines(said), [
      {
        revision: head,
        since: made.first,
        workloads: [
          {
            workload: `${SHOP}/web`,
            kind: 'ecs',
            action: 'deploy',
            reason: 'the rendered result is new or changed; AWS was not asked',
            changedFiles: [{ path: `${SHOP}/web_input.json`, change: 'modified' }],
            target: { account: '123456789012', region: 'eu-west-1', cluster: 'shop', service: 'web' },
            strategy: 'ecs-rolling',
            differences: [],
            problems: [],
          },
        ],
      },
    ]);
  });

  it('exits 1 where a workload is blocked', async () => {
    const store = join(temporaryFolder(), 'store.db');
    const { status, stdout } = await gitmoxi(['plan', '--offline', '--store', store], { cwd: brokenRepository() });
    assert.equal(status, 1);
    assert.match(stdout, /^! dev\/web {2}blocked$/m);
    assert.match(stdout, /^1 blocked$/m);
  });
});
