import assert from 'node:assert/strict';
import { join } from 'node:path';
import {
  buildCommand,
  cleanUp,
  gitmoxi,
  hasEscapes,
  repository,
  shopRepository,
  startSandbox,
  temporaryFolder,
} from './command.ts';

interface Refusal {
  readonly words: readonly string[];
  readonly status: number;
  readonly message: RegExp;
  readonly hint?: RegExp;
  readonly cwd?: string;
  readonly env?: Record<string, string>;
}

/** The command ends with this status and this complaint, in the fixed layout, and with `--json` on stdout as well. */
async function checkRefusal({ words, status, message, hint = /./, cwd, env }: Refusal): Promise<void> {
  const store = join(temporaryFolder(), 'store.db');
  const surroundings = { env: { GITMOXI_STORE: store, ...env }, ...(cwd === undefined ? {} : { cwd }) };
  const said = await gitmoxi([...words, '--json'], surroundings);
  assert.equal(said.status, status, said.stderr);
  const [first = '', second = ''] = said.stderr.trim().split('\n');
  assert.match(first, /^error: ([^A-Z]|AWS)/);
  assert.match(first, message);
  assert.match(second, /^ {2}hint: /);
  assert.match(second, hint);
  assert.doesNotMatch(said.stderr, /^\s+at |\[object Object\]/m);
  assert.ok(!hasEscapes(said.stderr));
  const last = JSON.parse(said.stdout.trim().split('\n').at(-1)!) as { error: Record<string, unknown> };
  assert.deepEqual(Object.keys(last.error), ['code', 'message', 'hint', 'requestId']);
  assert.match(String(last.error['message']), message);
}

describe('a wrong command line', () => {
  before(buildCommand);
  afterEach(cleanUp);

  it('names the verb that may have been meant', () =>
    checkRefusal({ words: ['plna'], status: 2, message: /unknown command 'plna'/, hint: /did you mean plan\?/ }));

  it('is one without a verb', async () => {
    const { status, stdout, stderr } = await gitmoxi([]);
    assert.deepEqual({ status, stdout }, { status: 2, stdout: '' });
    assert.match(stderr, /^Usage: gitmoxi .*\nerror: no such command, or none given\n/s);
  });

  it('names the option that may have been meant', () =>
    checkRefusal({ words: ['plan', '--offlin'], status: 2, message: /unknown option '--offlin'/, hint: /--offline/ }));

  it('is one where an option lacks its value', () =>
    checkRefusal({ words: ['plan', '--since'], status: 2, message: /'--since <rev>' argument missing/ }));

  it('is one where a value is not among the choices', () =>
    checkRefusal({ words: ['validate', '--format', 'xml'], status: 2, message: /'xml' is invalid/ }));

  it('is one where --revision and --worktree come together', () =>
    checkRefusal({ words: ['plan', '--revision', 'HEAD', '--worktree'], status: 2, message: /cannot be used with/ }));

  it('is one where no workload matches', () =>
    checkRefusal({
      words: ['render', 'no/such'],
      cwd: shopRepository().root,
      status: 2,
      message: /no workload matches no\/such/,
    }));

  it('is one where the revision does not exist', () =>
    checkRefusal({
      words: ['render', '--revision', 'nowhere'],
      cwd: shopRepository().root,
      status: 2,
      message: /nowhere/,
    }));

  it('is one where the rollout does not exist', () =>
    checkRefusal({ words: ['logs', 'ro-none'], status: 2, message: /no rollout ro-none/ }));

  it('is one where a sandbox is to run at no speed', () =>
    checkRefusal({ words: ['sandbox', '--clock', '0x'], status: 2, message: /'0x' is invalid/ }));

  it('is one where the scenario is not there', () =>
    checkRefusal({ words: ['sandbox', '--scenario', 'no.json'], status: 2, message: /cannot be read .*no\.json/ }));

  it('takes global options before the verb and after it', async () => {
    const { root } = shopRepository();
    const [before, after] = await Promise.all([
      gitmoxi(['--repo', root, '--json', 'render']),
      gitmoxi(['render', '--repo', root, '--json']),
    ]);
    assert.equal(before.status, 0);
    assert.equal(before.stdout, after.stdout);
  });
});

describe('wrong surroundings', () => {
  before(buildCommand);
  afterEach(cleanUp);

  it('are a folder without a repository', () =>
    checkRefusal({ words: ['plan'], cwd: temporaryFolder(), status: 3, message: /no git repository at/ }));

  it('are a repository without a commit', () =>
    checkRefusal({ words: ['plan'], cwd: repository().root, status: 3, message: /commit/ }));

  it('are no credentials', () =>
    checkRefusal({
      words: ['plan'],
      cwd: shopRepository().root,
      status: 3,
      message: /no AWS credentials/,
      hint: /--profile/,
    }));

  it('are an endpoint where nobody answers', () =>
    checkRefusal({
      words: ['plan', '--endpoint-url', 'http://127.0.0.1:9'],
      cwd: shopRepository().root,
      env: { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' },
      status: 3,
      message: /cannot be reached/,
      hint: /--endpoint-url/,
    }));

  it('are credentials of another account than the files name', async () => {
    const { endpoint } = await startSandbox();
    await checkRefusal({
      words: ['deploy', '--yes', '--endpoint-url', endpoint],
      cwd: shopRepository().root,
      env: { AWS_ACCESS_KEY_ID: '999999999999', AWS_SECRET_ACCESS_KEY: 'b' },
      status: 3,
      message: /belongs in account 123456789012.*999999999999/,
    });
  });

  it('are a store that cannot be opened', () =>
    checkRefusal({
      words: ['history', '--store', temporaryFolder()],
      status: 3,
      message: /the store .* cannot be used/,
    }));
});
