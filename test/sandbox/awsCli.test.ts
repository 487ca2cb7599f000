/**
 * The `aws` command and boto3 as they are, with their own waiters, against the sandbox. Their looks are seconds of real
 * time apart, so the sandbox's clock runs fast: what they wait for is there at their first or second look.
 */
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { realClock, type Sandbox, speedClock, startSandbox } from '../../sandbox/index.ts';

const run = promisify(execFile);

const ACCOUNT = '111122223333';

/** A tool that is still at it by then never ends, ms. */
const TOO_LONG_MS = 100_000;

/** Why a tool cannot be tried; undefined where it can. */
function missing(command: string, ...args: string[]): string | undefined {
  try {
    execFileSync(command, args, { stdio: 'ignore', timeout: 30_000 });
    return undefined;
  } catch {
    return `\`${[command, ...args].join(' ')}\` does not run here`;
  }
}

/** What every AWS tool reads, and nothing of whoever runs the tests. */
const environment = ({ endpoint }: Sandbox) => ({
  PATH: process.env['PATH'] ?? '',
  HOME: process.env['HOME'] ?? '',
  AWS_ENDPOINT_URL: endpoint,
  AWS_ACCESS_KEY_ID: ACCOUNT,
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_DEFAULT_REGION: 'us-west-2',
  AWS_PAGER: '',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
});

/** Skips the suite, and says in its place why. */
function onlyWhere(absent: string | undefined): void {
  if (absent !== undefined) it(`is skipped: ${absent}`);
}

describe('the aws command', function () {
  this.timeout(120_000);
  const absent = missing('aws', '--version');
  onlyWhere(absent);
  if (absent !== undefined) return;

  let sandbox: Sandbox;
  beforeEach(async () => {
    sandbox = await startSandbox({ clock: speedClock(1200) });
  });
  afterEach(() => sandbox.stop());

  async function aws(...args: string[]) {
    const { stdout } = await run('aws', [...args, '--output', 'json'], {
      env: environment(sandbox),
      timeout: TOO_LONG_MS,
    });
    return stdout === '' ? {} : JSON.parse(stdout);
  }

  it('creates a service and waits until it is stable and its targets are healthy', async () => {
    assert.equal((await aws('sts', 'get-caller-identity')).Account, ACCOUNT);
    const group = ['--name', 'web', '--protocol', 'HTTP', '--port', '80', '--vpc-id', 'vpc-1', '--target-type', 'ip'];
    const { TargetGroups } = await aws('elbv2', 'create-target-group', ...group);
    const arn = TargetGroups[0].TargetGroupArn;
    const subnets = ['--subnets', 'subnet-0a1b2c3d', 'subnet-1a1b2c3d'];
    const { LoadBalancers } = await aws('elbv2', 'create-load-balancer', '--name', 'shop', ...subnets);
    const balancer = LoadBalancers[0].LoadBalancerArn;
    await aws('elbv2', 'wait', 'load-balancer-available', '--load-balancer-arns', balancer);
    const action = ['--default-actions', `Type=forward,TargetGroupArn=${arn}`];
    await aws(
      'elbv2',
      'create-listener',
      '--load-balancer-arn',
      balancer,
      '--protocol',
      'HTTP',
      '--port',
      '80',
      ...action,
    );
    await aws('ecs', 'create-cluster', '--cluster-name', 'main');
    const container = '[{"name":"app","image":"app:1","portMappings":[{"containerPort":80}]}]';
    const fargate = [
      '--network-mode',
      'awsvpc',
      '--requires-compatibilities',
      'FARGATE',
      '--cpu',
      '256',
      '--memory',
      '512',
    ];
    await aws('ecs', 'register-task-definition', '--family', 'web', '--container-definitions', container, ...fargate);
    const where = ['--cluster', 'main', '--service-name', 'web', '--task-definition', 'web', '--desired-count', '1'];
    const network = ['--launch-type', 'FARGATE', '--network-configuration', 'awsvpcConfiguration={subnets=[subnet-1]}'];
    const behind = ['--load-balancers', `targetGroupArn=${arn},containerName=app,containerPort=80`];
    await aws('ecs', 'create-service', ...where, ...network, ...behind);
    await aws('ecs', 'wait', 'services-stable', '--cluster', 'main', '--services', 'web');
    const { services } = await aws('ecs', 'describe-services', '--cluster', 'main', '--services', 'web');
    assert.equal(services[0].runningCount, 1);
    await aws('elbv2', 'wait', 'target-in-service', '--target-group-arn', arn);
    const absentCluster = aws('ecs', 'describe-services', '--cluster', 'none', '--services', 'web');
    await assert.rejects(absentCluster, /ClusterNotFoundException/);
  });

  it('updates a function and waits for it, its version and its alarm', async () => {
    const role = `arn:aws:iam::${ACCOUNT}:role/resize`;
    const code = (key: string) => ['--s3-bucket', 'artifacts', '--s3-key', key];
    const create = [
      '--function-name',
      'resize',
      '--role',
      role,
      '--runtime',
      'nodejs22.x',
      '--handler',
      'index.handler',
    ];
    await aws('lambda', 'create-function', ...create, '--code', 'S3Bucket=artifacts,S3Key=resize-1.zip');
    await aws('lambda', 'wait', 'function-active-v2', '--function-name', 'resize');
    await aws('lambda', 'update-function-code', '--function-name', 'resize', ...code('resize-2.zip'));
    await aws('lambda', 'wait', 'function-updated-v2', '--function-name', 'resize');
    const { Version } = await aws('lambda', 'publish-version', '--function-name', 'resize');
    await aws('lambda', 'wait', 'published-version-active', '--function-name', 'resize', '--qualifier', Version);
    const metric = ['--namespace', 'AWS/Lambda', '--metric-name', 'Errors', '--statistic', 'Sum', '--period', '60'];
    const limit = ['--evaluation-periods', '1', '--threshold', '1', '--comparison-operator', 'GreaterThanThreshold'];
    await aws('cloudwatch', 'put-metric-alarm', '--alarm-name', 'errors', ...metric, ...limit);
    await aws('cloudwatch', 'wait', 'alarm-exists', '--alarm-names', 'errors');
  });
});

describe('boto3', function () {
  this.timeout(180_000);
  const absent = missing('python3', '-c', 'import boto3');
  onlyWhere(absent);
  if (absent !== undefined) return;

  async function python(script: string, sandbox: Sandbox): Promise<unknown[]> {
    try {
      const { stdout } = await run('python3', [join(import.meta.dirname, script)], {
        env: environment(sandbox),
        timeout: TOO_LONG_MS,
      });
      return stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
    } finally {
      await sandbox.stop();
    }
  }

  it('comes to the end of each of its waiters', async () => {
    // Slow enough that stopped tasks and inactive services, which are shown for an hour, are there at the second look.
    const lines = await python('waiters.py', await startSandbox({ clock: speedClock(120) }));
    assert.deepEqual(
      (lines as { waiter: string }[]).map(({ waiter }) => waiter),
      [
        'elbv2:load_balancer_available',
        'elbv2:load_balancer_exists',
        'ecs:services_stable',
        'ecs:tasks_running',
        'elbv2:target_in_service',
        'lambda:function_exists',
        'lambda:function_active_v2',
        'lambda:function_updated_v2',
        'lambda:published_version_active',
        'cloudwatch:alarm_exists',
        'cloudwatch:composite_alarm_exists',
        'ecs:tasks_stopped',
        'ecs:services_inactive',
        'elbv2:load_balancers_deleted',
      ],
    );
  });

  it('is throttled as AWS throttles, and gets through with its own retries', async () => {
    const [said] = (await python('throttled.py', await startSandbox({ clock: realClock() }))) as [
      Record<string, { after: number; code?: string; message?: string }>,
    ];
    // 20 at once and 1 a second more; meanwhile real time goes on.
    assert.ok(said['ecs']!.after >= 20 && said['ecs']!.after <= 25, JSON.stringify(said));
    assert.deepEqual([said['ecs']?.code, said['ecs']?.message], ['ThrottlingException', 'Rate exceeded']);
    assert.deepEqual(said['patient'], { after: 3 });
    assert.equal(said['lambda']?.code, 'TooManyRequestsException');
  });
});
