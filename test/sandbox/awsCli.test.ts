import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { speedClock, startSandbox } from '../../sandbox/index.ts';

const run = promisify(execFile);

function isInstalled(): boolean {
  try {
    execFileSync('aws', ['--version'], { stdio: 'ignore', timeout: 15_000 });
    return true;
  } catch {
    return false;
  }
}

describe('the aws command, where it is installed', () => {
  it('creates a service and waits until it is stable', async function () {
    this.timeout(60_000);
    if (!isInstalled()) this.skip();
    // The command waits 15 real seconds between looks, so the service is stable before its first one.
    const sandbox = await startSandbox({ clock: speedClock(1200) });
    const aws = async (...args: string[]) => {
      const env = {
        PATH: process.env['PATH'] ?? '',
        HOME: process.env['HOME'] ?? '',
        AWS_ENDPOINT_URL: sandbox.endpoint,
        AWS_ACCESS_KEY_ID: '111122223333',
        AWS_SECRET_ACCESS_KEY: 'secret',
        AWS_DEFAULT_REGION: 'us-west-2',
        AWS_PAGER: '',
        AWS_CONFIG_FILE: '/dev/null',
        AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      };
      const { stdout } = await run('aws', [...args, '--output', 'json'], { env });
      return stdout === '' ? {} : JSON.parse(stdout);
    };
    try {
      assert.equal((await aws('sts', 'get-caller-identity')).Account, '111122223333');
      await aws('ecs', 'create-cluster', '--cluster-name', 'main');
      const container = '[{"name":"app","image":"app:1","memory":128}]';
      await aws('ecs', 'register-task-definition', '--family', 'web', '--container-definitions', container);
      const service = [
        '--cluster',
        'main',
        '--service-name',
        'web',
        '--task-definition',
        'web',
        '--desired-count',
        '1',
      ];
      await aws('ecs', 'create-service', ...service);
      await aws('ecs', 'wait', 'services-stable', '--cluster', 'main', '--services', 'web');
      const { services } = await aws('ecs', 'describe-services', '--cluster', 'main', '--services', 'web');
      assert.equal(services[0].runningCount, 1);
      await assert.rejects(
        aws('ecs', 'describe-services', '--cluster', 'none', '--services', 'web'),
        /ClusterNotFoundException/,
      );
    } finally {
      await sandbox.stop();
    }
  });
});
