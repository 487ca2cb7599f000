import assert from 'node:assert/strict';
import { parseScenario, startSandbox, VirtualClock } from '../../sandbox/index.ts';

const listClusters = {
  method: 'POST',
  path: '/',
  headers: {
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': 'AmazonEC2ContainerServiceV20141113.ListClusters',
    authorization: 'AWS4-HMAC-SHA256 Credential=123456789012/20260101/eu-west-1/ecs/aws4_request',
  },
  body: Buffer.from('{}'),
};

const open = (then: object) =>
  startSandbox({
    clock: new VirtualClock(),
    scenario: parseScenario(
      JSON.stringify({ rules: [{ when: { operation: 'ecs:ListClusters', nth: 1 }, then }] }),
      'scenario.json',
    ),
  });

describe('a request that comes by no socket', () => {
  it('is answered as one that comes by HTTP', async () => {
    const sandbox = await open({ error: 'ThrottlingException' });
    const { method, path, headers, body } = listClusters;
    const refused = await sandbox.request(listClusters);
    assert.equal(refused?.status, 400);
    assert.match(String(refused?.body), /ThrottlingException/);
    const local = await sandbox.request(listClusters);
    const remote = await fetch(`${sandbox.endpoint}${path}`, { method, headers, body });
    assert.deepEqual([local?.status, String(local?.body)], [remote.status, await remote.text()]);
    assert.match(local?.headers['x-amzn-requestid'] ?? '', /^[\da-f-]{36}$/);
    await sandbox.stop();
  });

  it('takes effect without an answer where the answer is lost', async () => {
    const sandbox = await open({ loseAnswer: true });
    assert.equal(await sandbox.request(listClusters), undefined);
    assert.equal(sandbox.calls.at(-1)?.operation, 'ListClusters');
    await sandbox.stop();
  });

  it('holds time still until it is answered, and not while its answer is delayed', async () => {
    const sandbox = await open({ delaySeconds: 30 });
    const clock = sandbox.clock as VirtualClock;
    const before = clock.now();
    const answer = await clock.run(sandbox.request(listClusters));
    assert.deepEqual([answer?.status, clock.now() - before], [200, 30_000]);
    await sandbox.stop();
  });
});
