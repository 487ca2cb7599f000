import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { buildCommand, cleanUp, gitmoxi, ROOT, start, temporaryFolder } from './command.ts';

const version = (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version;

/** A Node on this machine that is too old for the program, where there is one. */
function oldNode(): string | undefined {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const found = (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .filter(existsSync);
  return [...new Set(found)].find((file) => {
    const major = Number(execFileSync(file, ['-p', 'process.versions.node.split(".")[0]'], { encoding: 'utf8' }));
    return major >= 18 && major < 22;
  });
}

describe('the launcher', () => {
  before(buildCommand);
  afterEach(cleanUp);

  it('tells the version', async () => {
    const { status, stdout } = await gitmoxi(['--version']);
    assert.deepEqual({ status, stdout }, { status: 0, stdout: `${version}\n` });
  });

  it('is linked for npx by the build', () => {
    assert.ok(lstatSync(join(ROOT, 'node_modules', '.bin', 'gitmoxi')).size > 0);
  });

  it('warns of nothing by itself', async () => {
    const store = join(temporaryFolder(), 'store.db');
    const { stdout, stderr } = await gitmoxi(['history', '--json', '--store', store]);
    assert.deepEqual({ stdout, stderr }, { stdout: '[]\n', stderr: '' });
  });

  describe('under an old Node', () => {
    const node = oldNode();
    before(function () {
      if (node === undefined) this.skip();
    });

    it('runs the program with the Node that is installed beside it, and passes the status on', async () => {
      const { status, stderr } = await gitmoxi(['no-such-verb'], { node: node! });
      assert.equal(status, 2);
      assert.match(stderr, /^error: unknown command 'no-such-verb'\n/);
    });

    it('passes signals on', async () => {
      const sandbox = start(['sandbox', '--json'], { node: node! });
      await sandbox.lines.next();
      sandbox.child.kill('SIGTERM');
      assert.equal((await sandbox.result).status, 0);
    });

    it('takes the program along when it is killed', async () => {
      const sandbox = start(['sandbox', '--json'], { node: node! });
      const first = JSON.parse((await sandbox.lines.next()).value) as { endpoint: string };
      sandbox.child.kill('SIGKILL');
      await sandbox.result;
      await assert.rejects(fetch(`${first.endpoint}/_sandbox`));
    });
  });
});

describe('the bundles', () => {
  before(buildCommand);

  it('know of AWS what is asked, and no more', () => {
    const texts = ['cli', 'editor'].map((folder) =>
      readdirSync(join(ROOT, 'dist', folder))
        .map((name) => readFileSync(join(ROOT, 'dist', folder, name), 'utf8'))
        .join('\n'),
    );
    for (const text of texts) {
      for (const asked of ['DescribeSubnets', 'RegisterTaskDefinition']) assert.ok(text.includes(`"${asked}"`), asked);
      for (const never of ['DescribeVpcPeeringConnections', 'CreateCapacityProvider', 'PutDashboard', 'CreateRule']) {
        assert.ok(!text.includes(`"${never}"`), never);
      }
    }
  });
});
