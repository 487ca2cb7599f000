import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lambdaFiles } from '../engine/workloads.ts';
import {
  buildCommand,
  cleanUp,
  gitmoxi,
  jsonLines,
  type Result,
  repository,
  startSandbox,
  temporaryFolder,
} from './command.ts';

const OWN = '111111111111';
const OTHER = '222222222222';
const THIRD = '333333333333';
const roleOf = (account: string) => `arn:aws:iam::${account}:role/deploy`;

/** A function in each of the accounts. */
const workloads = (): Record<string, string> =>
  Object.fromEntries(
    [OWN, OTHER, THIRD].flatMap((account) =>
      Object.entries(
        lambdaFiles({
          'dev/resize_lambdadepdef.json': { alias: 'live', environment: { region: 'eu-west-1', account } },
        }),
      ).map(([path, text]) => [path.replace(/^dev\//, `${account}/`), text]),
    ),
  );

async function stage() {
  const made = repository();
  made.commit(workloads());
  const folder = temporaryFolder();
  const { endpoint } = await startSandbox();
  const config = join(folder, 'config');
  const keys = (account: string) => `aws_access_key_id=${account}\naws_secret_access_key=x\n`;
  writeFileSync(config, `[profile own]\n${keys(OWN)}[profile third]\n${keys(THIRD)}`);
  const env = {
    AWS_CONFIG_FILE: config,
    AWS_PROFILE: 'own',
    AWS_ENDPOINT_URL: endpoint,
    GITMOXI_STORE: join(folder, 'store.db'),
  };
  return {
    folder,
    run: (words: readonly string[], more: Readonly<Record<string, string>> = {}) =>
      gitmoxi(words, { cwd: made.root, env: { ...env, ...more } }),
  };
}

interface End {
  readonly phase: string;
  readonly reason?: string;
  readonly target: { readonly account: string };
}

const phases = (result: Result): Record<string, string> =>
  Object.fromEntries(
    jsonLines<{ summary: { rollouts: End[] } }>(result)
      .at(-1)!
      .summary.rollouts.map(({ target, phase }) => [target.account, phase]),
  );

describe('gitmoxi with several accounts', function () {
  this.timeout(60_000);
  before(buildCommand);
  afterEach(cleanUp);

  it('works in each with its profile or role, from the command line and from a file', async () => {
    const { folder, run } = await stage();
    const file = join(folder, 'accounts.json');
    // What the command line says of an account counts before what the file says.
    writeFileSync(file, JSON.stringify({ [OTHER]: `role:${roleOf(OTHER)}`, [THIRD]: 'profile:nobody' }));
    const words = ['deploy', '--json', '--yes', '--account', `${THIRD}=profile:third`];
    const result = await run(words, { GITMOXI_ACCOUNTS: file });
    assert.equal(result.status, 0, result.stderr);
    assert.deepEqual(phases(result), { [OWN]: 'succeeded', [OTHER]: 'succeeded', [THIRD]: 'succeeded' });
  });

  it('says which profile of which account has no credentials, and rolls out the others', async () => {
    const { run } = await stage();
    const words = [`${OTHER}=role:${roleOf(OTHER)}`, `${THIRD}=profile:nobody`].flatMap((one) => ['--account', one]);
    const result = await run(['deploy', '--json', '--yes', ...words]);
    assert.equal(result.status, 3, result.stderr);
    assert.deepEqual(phases(result), { [OWN]: 'succeeded', [OTHER]: 'succeeded' });
    assert.match(result.stderr, /no AWS credentials for account 333333333333 with the profile nobody: /);
    assert.match(result.stderr, /aws sso login --profile nobody/);
  });

  it('changes nothing anywhere, and names the option, where an account has none', async () => {
    const { run } = await stage();
    const result = await run(['deploy', '--json', '--yes', '--account', `${OTHER}=role:${roleOf(OTHER)}`]);
    assert.equal(result.status, 3);
    const [{ error }] = jsonLines<{ error: { code: string; message: string; hint: string } }>(result) as [never];
    assert.equal((error as { code: string }).code, 'aws.wrong-account');
    assert.match(result.stderr, /account 333333333333, and these credentials are of account 111111111111/);
    assert.match(result.stderr, /--account 333333333333=profile:NAME/);
  });

  it('hands its accounts on to a process in the background, and tells drift where it has credentials', async () => {
    const { run } = await stage();
    const accounts = [OTHER, THIRD].flatMap((account) => ['--account', `${account}=role:${roleOf(account)}`]);
    const detached = await run(['deploy', '--json', '--yes', '--detach', ...accounts, '--parallel', '1']);
    assert.equal(detached.status, 0, detached.stderr);
    // The process in the background has been told of the accounts too.
    for (let i = 0; i < 100; i++) {
      const [entries] = jsonLines<{ target: { account: string }; phase: string }[]>(
        await run(['status', '--json', '--offline']),
      );
      if (entries!.length === 3 && entries!.every(({ phase }) => phase === 'succeeded')) break;
      assert.ok(i < 99, JSON.stringify(entries));
    }
    const status = await run(['status', '--json', ...accounts.slice(0, 2)]);
    assert.equal(status.status, 0);
    const [entries] = jsonLines<{ target: { account: string }; drift: string | null; unread?: string }[]>(status);
    assert.deepEqual(Object.fromEntries(entries!.map(({ target, drift }) => [target.account, drift])), {
      [OWN]: 'none',
      [OTHER]: 'none',
      [THIRD]: null,
    });
    assert.match(entries!.find(({ unread }) => unread !== undefined)?.unread ?? '', /account 333333333333/);
  });

  it('refuses what it does not understand', async () => {
    const { folder, run } = await stage();
    const file = join(folder, 'accounts.json');
    writeFileSync(file, '{ "222222222222": "admin" }');
    for (const [words, status, said] of [
      [['--account', 'prod=profile:x'], 2, /--account: not an account id: prod/],
      [['--account', `${OTHER}=role:${roleOf(THIRD)}`], 2, /cannot be worked in with a role of account 333333333333/],
      [['--accounts', file], 2, /accounts\.json: account 222222222222 is worked in with .* not "admin"/],
      [['--accounts', join(folder, 'none')], 3, /cannot be read/],
      [['--parallel', '0'], 2, /1 or more/],
      [['--aws-timeout', 'long'], 2, /give a number/],
      [['--endpoint-url', 'eu-west-1=localhost'], 2, /not a URL: localhost/],
    ] as const) {
      const result = await run(['plan', ...words]);
      assert.deepEqual([words, result.status], [words, status], result.stderr);
      assert.match(result.stderr, said);
      assert.match(result.stderr, /hint: /);
    }
  });
});
