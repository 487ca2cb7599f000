/** Which lines of CloudWatch Logs are read, from answers as AWS gives them. */
import assert from 'node:assert/strict';
import type { Clients } from '../../../engine/aws/clients.ts';
import { tailLogs } from '../../../engine/aws/logs.ts';

type Answers = Readonly<Record<string, (input: Record<string, unknown>) => unknown>>;

/** Clients that answer by the name of the command; a missing answer is AWS's "there is none". */
function answering(answers: Answers) {
  const asked: [string, string, Record<string, unknown>][] = [];
  const client = (region: string) => ({
    send: async (command: { readonly constructor: { readonly name: string }; readonly input: object }) => {
      const input = command.input as Record<string, unknown>;
      asked.push([command.constructor.name, region, input]);
      const answer = answers[command.constructor.name]?.(input);
      if (answer !== undefined) return answer;
      throw Object.assign(new Error('there is none'), { name: 'ResourceNotFoundException' });
    },
  });
  const any = async (region: string) => client(region);
  const clients = { ecs: any, lambda: any, logs: any } as unknown as Clients;
  return { clients, asked };
}

const LIMITS = { lines: 20, columns: 12, signal: new AbortController().signal };
const FUNCTION = { kind: 'lambda', region: 'eu-west-1', account: '123456789012', function: 'resize' } as const;
const SERVICE = { kind: 'ecs', region: 'eu-west-1', account: '123456789012', cluster: 'prod', service: 'web' } as const;

const definition = (options: object, logDriver = 'awslogs') => ({
  taskDefinition: {
    containerDefinitions: [{ name: 'web', logConfiguration: { logDriver, options } }, { name: 'proxy' }],
  },
});

const task = (containers: readonly string[]) =>
  ({
    kind: 'task',
    target: SERVICE,
    task: 'arn:aws:ecs:eu-west-1:1:task/prod/0f3a',
    taskDefinition: 'web:2',
    containers,
  }) as const;

describe('the log tail of a function', () => {
  it('is of the newest stream of the version, in the group that the function names', async () => {
    const { clients, asked } = answering({
      GetFunctionConfigurationCommand: () => ({ LoggingConfig: { LogGroup: '/shop/resize' } }),
      DescribeLogStreamsCommand: () => ({
        logStreams: [
          { logStreamName: '2026/11/22/[$LATEST]aa' },
          { logStreamName: '2026/11/22/[7]bb' },
          { logStreamName: '2026/11/21/[7]cc' },
        ],
      }),
      GetLogEventsCommand: () => ({ events: [{ timestamp: 5, message: 'INIT_START\n' }, { timestamp: 6 }] }),
    });
    const { tails } = await tailLogs(clients, { kind: 'function', target: FUNCTION, version: '7' }, LIMITS);
    const lines = [
      { at: 5, text: 'INIT_START' },
      { at: 6, text: '' },
    ];
    assert.deepEqual(tails, [{ group: '/shop/resize', stream: '2026/11/22/[7]bb', lines }]);
    assert.deepEqual(asked.at(-1)?.[2], { logGroupName: '/shop/resize', logStreamName: '2026/11/22/[7]bb', limit: 20 });
  });

  it('is found by the usual group where the function is gone, and empty where it never logged', async () => {
    const { clients, asked } = answering({});
    const { tails } = await tailLogs(clients, { kind: 'function', target: FUNCTION, version: '7' }, LIMITS);
    assert.deepEqual(tails, []);
    assert.equal(asked.at(-1)?.[2]['logGroupName'], '/aws/lambda/resize');
  });
});

describe('the log tail of a task', () => {
  it('is of the containers asked for, in the region of their group, with long lines cut', async () => {
    const options = { 'awslogs-group': '/web', 'awslogs-region': 'us-east-1', 'awslogs-stream-prefix': 'p' };
    const { clients, asked } = answering({
      DescribeTaskDefinitionCommand: () => definition(options),
      GetLogEventsCommand: () => ({ events: [{ timestamp: 1, message: 'a line that is too long' }] }),
    });
    const { tails, elsewhere } = await tailLogs(clients, task(['web']), LIMITS);
    const lines = [{ at: 1, text: 'a line that ' }];
    assert.deepEqual(tails, [{ group: '/web', stream: 'p/web/0f3a', container: 'web', lines }]);
    assert.deepEqual(elsewhere, []);
    assert.equal(asked.at(-1)?.[1], 'us-east-1');
  });

  it('tells which containers log elsewhere', async () => {
    const { clients } = answering({ DescribeTaskDefinitionCommand: () => definition({}, 'splunk') });
    const { tails, elsewhere } = await tailLogs(clients, task(['web', 'proxy']), LIMITS);
    assert.deepEqual(tails, []);
    assert.deepEqual(elsewhere, [
      { container: 'web', driver: 'splunk' },
      { container: 'proxy', driver: undefined },
    ]);
  });

  it('is empty where the container never wrote', async () => {
    const options = { 'awslogs-group': '/web', 'awslogs-stream-prefix': 'p' };
    const { clients } = answering({ DescribeTaskDefinitionCommand: () => definition(options) });
    const { tails } = await tailLogs(clients, task(['web']), LIMITS);
    assert.deepEqual(tails[0]?.lines, []);
  });
});
