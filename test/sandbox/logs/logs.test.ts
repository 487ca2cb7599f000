import assert from 'node:assert/strict';
import {
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  ResourceAlreadyExistsException,
  ResourceNotFoundException,
} from '@aws-sdk/client-cloudwatch-logs';
import { writeLog } from '../../../sandbox/logs/index.ts';
import { ACCOUNT, type Aws, errorOf, REGION, startAws } from '../aws.ts';

const logGroupName = '/ecs/web';

function write(aws: Aws, stream: string, ...lines: string[]): void {
  writeLog(aws.sandbox.world.region(ACCOUNT, REGION), logGroupName, stream, lines);
}

describe('CloudWatch Logs', () => {
  it('lists groups by the beginning or a part of their names', async () => {
    await using aws = await startAws({ given: { logGroups: ['/ecs/web', '/ecs/api', '/aws/lambda/f'] }, pageSize: 1 });
    const names = async (input: object) =>
      (await aws.logs.send(new DescribeLogGroupsCommand(input))).logGroups?.map((group) => group.logGroupName);
    assert.deepEqual(await names({ logGroupNamePattern: 'API' }), ['/ecs/api']);
    const first = await aws.logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: '/ecs/' }));
    assert.equal(first.logGroups?.[0]?.arn, `arn:aws:logs:us-west-2:${ACCOUNT}:log-group:/ecs/api:*`);
    assert.deepEqual(await names({ logGroupNamePrefix: '/ecs/', nextToken: first.nextToken }), ['/ecs/web']);
  });

  it('creates a group once, and deletes it', async () => {
    await using aws = await startAws();
    const create = () => aws.logs.send(new CreateLogGroupCommand({ logGroupName }));
    await create();
    await assert.rejects(create(), (error) => error instanceof ResourceAlreadyExistsException);
    await aws.logs.send(new DeleteLogGroupCommand({ logGroupName }));
    const streams = aws.logs.send(new DescribeLogStreamsCommand({ logGroupName }));
    await assert.rejects(streams, (error) => error instanceof ResourceNotFoundException);
  });

  it('reads a stream from its head or its end, forward and backward, each event once', async () => {
    await using aws = await startAws();
    write(aws, 's', 'a', 'b', 'c', 'd', 'e');
    const read = async (input: object) => {
      const answer = await aws.logs.send(
        new GetLogEventsCommand({ logGroupName, logStreamName: 's', limit: 2, ...input }),
      );
      const { nextForwardToken, nextBackwardToken } = answer;
      return { text: answer.events?.map(({ message }) => message).join(''), nextForwardToken, nextBackwardToken };
    };
    const end = await read({});
    assert.equal(end.text, 'de');
    const before = await read({ nextToken: end.nextBackwardToken });
    assert.equal(before.text, 'bc');
    assert.equal((await read({ nextToken: before.nextBackwardToken })).text, 'a');
    const head = await read({ startFromHead: true });
    assert.equal(head.text, 'ab');
    const next = await read({ nextToken: head.nextForwardToken });
    assert.equal(next.text, 'cd');
    const last = await read({ nextToken: next.nextForwardToken });
    assert.equal(last.text, 'e');
    const beyond = await read({ nextToken: last.nextForwardToken });
    assert.deepEqual([beyond.text, beyond.nextForwardToken], ['', last.nextForwardToken]);
    write(aws, 's', 'f');
    assert.equal((await read({ nextToken: beyond.nextForwardToken })).text, 'f');
  });

  it('finds events by words, phrases, alternatives and exclusions, over all streams in the order of time', async () => {
    await using aws = await startAws({ pageSize: 2 });
    const start = aws.clock.now();
    write(aws, 'one', 'info listening on 80', 'error cannot connect');
    await aws.clock.advance(1000);
    write(aws, 'two', 'warn slow', 'error [fatal] disk');
    const found = async (input: object) => {
      const messages: (string | undefined)[] = [];
      let nextToken: string | undefined;
      do {
        const answer = await aws.logs.send(new FilterLogEventsCommand({ logGroupName, nextToken, ...input }));
        messages.push(...(answer.events ?? []).map(({ message }) => message));
        nextToken = answer.nextToken;
      } while (nextToken !== undefined);
      return messages;
    };
    const [listening, connect, slow, disk] = await found({});
    assert.deepEqual(await found({ filterPattern: 'error' }), [connect, disk]);
    assert.deepEqual(await found({ filterPattern: '"cannot connect"' }), [connect]);
    assert.deepEqual(await found({ filterPattern: '?listening ?slow' }), [listening, slow]);
    assert.deepEqual(await found({ filterPattern: 'error -disk' }), [connect]);
    assert.deepEqual(await found({ logStreamNames: ['two'] }), [slow, disk]);
    assert.deepEqual(await found({ endTime: start }), [listening, connect]);
    assert.match(await errorOf(found({ filterPattern: '{ $.level = "error" }' })), /^InvalidParameterException/);
  });
});
