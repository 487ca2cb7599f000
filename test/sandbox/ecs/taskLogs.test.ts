import assert from 'node:assert/strict';
import { DescribeLogStreamsCommand, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  DescribeTasksCommand,
  ListTasksCommand,
  RunTaskCommand,
  StopTaskCommand,
  type Task,
} from '@aws-sdk/client-ecs';
import { type Aws, createCluster, MINUTE, register, SECOND, startAws } from '../aws.ts';

const ROLE = 'arn:aws:iam::111122223333:role/execution';
const LOGGED = {
  logConfiguration: {
    logDriver: 'awslogs' as const,
    options: { 'awslogs-group': '/ecs/web', 'awslogs-region': 'us-west-2', 'awslogs-stream-prefix': 'web' },
  },
};
const SECRET = 'arn:aws:secretsmanager:us-west-2:111122223333:secret:db';

async function run(aws: Aws, container: object): Promise<void> {
  await createCluster(aws);
  const taskDefinition = await register(aws, 'shop:1', { ...LOGGED, ...container }, 'web', { executionRoleArn: ROLE });
  const networkConfiguration = { awsvpcConfiguration: { subnets: ['subnet-0a1b2c3d'] } };
  await aws.ecs.send(
    new RunTaskCommand({ cluster: 'main', taskDefinition, launchType: 'FARGATE', networkConfiguration }),
  );
}

async function theTask(aws: Aws, desiredStatus: 'RUNNING' | 'STOPPED'): Promise<Task> {
  const { taskArns } = await aws.ecs.send(new ListTasksCommand({ cluster: 'main', desiredStatus }));
  const { tasks } = await aws.ecs.send(new DescribeTasksCommand({ cluster: 'main', tasks: taskArns }));
  return tasks![0]!;
}

async function logged(aws: Aws): Promise<{ stream: string | undefined; lines: (string | undefined)[] }> {
  const logGroupName = '/ecs/web';
  const { logStreams } = await aws.logs.send(new DescribeLogStreamsCommand({ logGroupName }));
  const logStreamName = logStreams?.[0]?.logStreamName;
  const { events } = await aws.logs.send(new GetLogEventsCommand({ logGroupName, logStreamName, startFromHead: true }));
  return { stream: logStreamName, lines: (events ?? []).map(({ message }) => message) };
}

describe('a task’s logs', () => {
  it('stand in a stream named after prefix, container and task', async () => {
    await using aws = await startAws();
    await run(aws, {});
    await aws.clock.advance(MINUTE);
    const { taskArn = '' } = await theTask(aws, 'RUNNING');
    const { stream, lines } = await logged(aws);
    assert.equal(stream, `web/app/${taskArn.split('/').at(-1)}`);
    assert.deepEqual(lines, ['started shop:1']);
    await aws.ecs.send(new StopTaskCommand({ cluster: 'main', task: taskArn }));
    await aws.clock.advance(MINUTE);
    assert.deepEqual((await logged(aws)).lines, ['started shop:1', 'received SIGTERM, shutting down']);
  });

  it('say what the scenario says before the container exits', async () => {
    await using aws = await startAws({
      rules: [{ then: { exit: { code: 1, afterSeconds: 5 }, logs: ['TypeError: x is undefined', '    at main'] } }],
    });
    await run(aws, {});
    await aws.clock.advance(2 * MINUTE);
    assert.deepEqual((await logged(aws)).lines, [
      'started shop:1',
      'TypeError: x is undefined',
      '    at main',
      'exiting with status 1',
    ]);
  });

  it('say it at the start where nothing exits, and of a task that is killed nothing more', async () => {
    await using aws = await startAws({ rules: [{ when: { container: 'app' }, then: { logs: ['listening'] } }] });
    await run(aws, {});
    await aws.clock.advance(MINUTE);
    assert.deepEqual((await logged(aws)).lines, ['started shop:1', 'listening']);
    await using killed = await startAws({ rules: [{ then: { exit: { code: 137 } } }] });
    await run(killed, {});
    await killed.clock.advance(MINUTE);
    assert.deepEqual((await logged(killed)).lines, ['started shop:1']);
  });
});

describe('a task in a strict scenario', () => {
  const stopped = async (given: object, container: object = {}) => {
    const aws = await startAws({ given: { strict: true, ...given } });
    await run(aws, container);
    await aws.clock.advance(90 * SECOND);
    const { stopCode, stoppedReason } = await theTask(aws, 'STOPPED').catch(() => ({}) as Task);
    await aws[Symbol.asyncDispose]();
    return stopCode === undefined ? 'runs' : `${stopCode}: ${stoppedReason}`;
  };

  it('does not start without its log group', async () => {
    assert.match(await stopped({}), /^TaskFailedToStart: .*The specified log group does not exist/);
    assert.equal(await stopped({ logGroups: ['/ecs/web'] }), 'runs');
    const options = { ...LOGGED.logConfiguration.options, 'awslogs-create-group': 'true' };
    assert.equal(await stopped({}, { logConfiguration: { ...LOGGED.logConfiguration, options } }), 'runs');
  });

  it('does not start without its secrets and parameters, and names the one', async () => {
    const logGroups = ['/ecs/web'];
    const secrets = [
      { name: 'DB', valueFrom: `${SECRET}:password::` },
      { name: 'LEVEL', valueFrom: '/app/level' },
    ];
    const noSecret = await stopped({ logGroups }, { secrets });
    assert.ok(noSecret.includes(`failed to fetch secret ${SECRET}:password:: from`), noSecret);
    const noParameter = await stopped({ logGroups, secrets: [{ name: 'db', value: '{}' }] }, { secrets });
    assert.ok(noParameter.endsWith('invalid ssm parameters: /app/level'), noParameter);
    const all = { logGroups, secrets: [{ name: 'db', value: '{}' }], parameters: [{ name: '/app/level', value: 'x' }] };
    assert.equal(await stopped(all, { secrets }), 'runs');
  });
});
