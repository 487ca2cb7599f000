/** Real failures in the sandbox, from real Git repositories, and how they are explained. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { createEngine, type Engine, type Explanation, openStore, type RolloutRecord } from '../../engine/index.ts';
import { parseScenario, type Sandbox, startSandbox, VirtualClock } from '../../sandbox/index.ts';
import { cleanUp, type TestRepository, temporaryFolder, testRepository } from './git/testRepository.ts';

const SECRET = 'hunter2-of-the-database';

const TERRAFORM = `${JSON.stringify({
  cluster: { sensitive: false, type: 'string', value: 'prod' },
  database: { sensitive: true, type: 'string', value: SECRET },
})}\n`;

const SERVICE = `{
  "cluster": "{{ cluster }}",
  "serviceName": "web",
  "desiredCount": 2,
  "launchType": "FARGATE",
  "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["subnet-0a1b2c3d"] } }
}
`;

const TASK = `{
  "family": "web",
  "networkMode": "awsvpc",
  "requiresCompatibilities": ["FARGATE"],
  "cpu": "256",
  "memory": "512",
  "executionRoleArn": "arn:aws:iam::123456789012:role/execution",
  "containerDefinitions": [
    {
      "name": "web",
      "image": "shop/web:{{ tag }}",
      "environment": [{ "name": "DATABASE", "value": "{{ database }}" }],
      "logConfiguration": {
        "logDriver": "awslogs",
        "options": { "awslogs-group": "/web", "awslogs-region": "eu-west-1", "awslogs-stream-prefix": "web" }
      }
    }
  ]
}
`;

const input = (tag: string) => `{
  "ref": { "file": ["infra/output.json"], "type": "TERRAFORM" },
  "tag": "${tag}"
}
`;

const FIRST = {
  'infra/output.json': TERRAFORM,
  'dev/web_svcdef.json': SERVICE,
  'dev/web_taskdef.json': TASK,
  'dev/web_depdef.json': `{
  "stabilityCheck": { "timeout": 600, "pollInterval": 10 },
  "gmDeploymentCircuitBreaker": { "failureThreshold": 2 }
}
`,
  'dev/web_input.json': input('1'),
};

const FUNCTION = {
  'dev/resize_lambdadef.json': `{
  "FunctionName": "resize",
  "Role": "arn:aws:iam::123456789012:role/resize",
  "Runtime": "nodejs22.x",
  "Handler": "index.handler",
  "Code": { "S3Bucket": "artifacts", "S3Key": "{{ key }}" }
}
`,
  'dev/resize_lambdadepdef.json': `{
  "alias": "live",
  "trafficShiftingConfig": { "type": "CANARY", "percent": 20, "waitInterval": 600 },
  "alarms": { "alarmNames": ["resize-errors"] }
}
`,
  'dev/resize_lambdainput.json': '{ "key": "1.zip" }\n',
};

const WATCHED = {
  name: 'resize-errors',
  state: 'OK',
  metric: {
    Namespace: 'AWS/Lambda',
    MetricName: 'Errors',
    Statistic: 'Sum',
    Period: 60,
    EvaluationPeriods: 1,
    Threshold: 1000,
    ComparisonOperator: 'GreaterThanThreshold',
    TreatMissingData: 'ignore',
    Dimensions: [{ Name: 'FunctionName', Value: 'resize' }],
  },
};

/** A repository, a sandbox on a virtual clock, and an engine with a store of its own. */
class Shop implements AsyncDisposable {
  readonly made: TestRepository;
  readonly engine: Engine;
  readonly #clock: VirtualClock;
  readonly #sandbox: Sandbox;
  readonly #given: object;

  private constructor(clock: VirtualClock, sandbox: Sandbox, given: object) {
    this.made = testRepository();
    this.#clock = clock;
    this.#sandbox = sandbox;
    this.#given = given;
    const location = join(temporaryFolder(), 'store.db');
    this.engine = createEngine({
      clock,
      region: 'eu-west-1',
      endpoint: sandbox.endpoint,
      store: () => openStore(location),
      owner: { id: randomUUID(), host: hostname(), pid: process.pid },
    });
  }

  static async open(given: object = {}): Promise<Shop> {
    process.env['AWS_ACCESS_KEY_ID'] = '123456789012';
    process.env['AWS_SECRET_ACCESS_KEY'] = 'secret';
    const clock = new VirtualClock();
    return new Shop(clock, await startSandbox({ clock, throttling: false }), { clusters: ['prod'], ...given });
  }

  #play(rules: readonly object[]): void {
    this.#sandbox.setScenario(parseScenario(JSON.stringify({ given: this.#given, rules }), 'scenario.json'));
  }

  /** Commits and deploys; gives the rollout's record. */
  async ship(files: Parameters<TestRepository['commit']>[0], subject: string, rule?: object): Promise<RolloutRecord> {
    this.made.commit(files, subject);
    this.#play(rule === undefined ? [] : [rule]);
    const plan = await this.engine.plan({ repo: this.made.root });
    const run = { signal: new AbortController().signal, onEvent: () => {} };
    const { rollouts } = await this.#clock.run(this.engine.deploy(plan, run));
    assert.ok(rollouts[0], JSON.stringify(plan.workloads.map(({ reason, problems }) => ({ reason, problems }))));
    return (await this.engine.rollout(rollouts[0]!.rollout!)).rollout;
  }

  /** From now on AWS refuses these calls. */
  deny(operation: string): void {
    this.#play([{ when: { operation }, then: { error: 'AccessDeniedException', message: 'not you' } }]);
  }

  async explain({ id }: RolloutRecord): Promise<Explanation> {
    const explained = await this.#clock.run(this.engine.explain(id));
    assert.ok(!JSON.stringify(explained).includes(SECRET), 'a secret is shown');
    return explained;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.engine.close();
    await this.#sandbox.stop();
  }
}

/** An edit as it would be made. */
const madeIn = (text: string, { edit }: Explanation): string => {
  const { line, column, endLine, oldText, newText } = edit!.place!;
  const lines = text.split('\n');
  assert.equal(line, endLine);
  const at = lines[line - 1]!;
  assert.equal(at.slice(column - 1, column - 1 + oldText.length), oldText);
  lines[line - 1] = at.slice(0, column - 1) + newText + at.slice(column - 1 + oldText.length);
  return lines.join('\n');
};

describe('an explanation', () => {
  afterEach(cleanUp);

  it('tells the exit code, the last lines without secrets, and what was changed by whom', async () => {
    await using shop = await Shop.open();
    await shop.ship(FIRST, 'begin');
    const rule = {
      when: { image: '*:2' },
      then: { exit: { code: 3, afterSeconds: 2 }, logs: [`cannot log in with ${SECRET}`, 'giving up'] },
    };
    const record = await shop.ship({ 'dev/web_input.json': input('2') }, 'Bring version 2', rule);
    const { outcome, failure, evidence, logs, change, edit, missing } = await shop.explain(record);
    assert.deepEqual([outcome, failure?.class, failure?.rule], ['failed', 'crash', 'program-error']);
    assert.match(failure?.cause ?? '', /exit code 3/);
    assert.match(evidence[0]?.text ?? '', /^task \w+ stopped: EssentialContainerExited: .* \[web exit code 3\]$/);
    assert.ok(evidence.every(({ at, kind }) => at !== null && (kind === 'task' || kind === 'event')));
    const last = logs.at(-1)!;
    assert.deepEqual([last.container, last.group], ['web', '/web']);
    assert.deepEqual(
      last.lines.map(({ text }) => text),
      ['started shop/web:2', 'cannot log in with (sensitive)', 'giving up', 'exiting with status 3'],
    );
    assert.deepEqual(
      { subject: change?.subject, author: change?.author, email: change?.authorEmail, files: change?.files },
      {
        subject: 'Bring version 2',
        author: 'Ada',
        email: 'ada@example.com',
        files: [{ path: 'dev/web_input.json', change: 'modified' }],
      },
    );
    assert.deepEqual(change?.differences, [
      { path: '/taskDefinition/containerDefinitions/0/image', before: 'shop/web:1', after: 'shop/web:2' },
    ]);
    assert.deepEqual([edit, missing], [null, []]);
  });

  it('proposes more memory where that ran out, in the template', async () => {
    await using shop = await Shop.open();
    await shop.ship(FIRST, 'begin');
    const rule = { when: { image: '*:2' }, then: { exit: { code: 137, afterSeconds: 2 } } };
    const explained = await shop.explain(await shop.ship({ 'dev/web_input.json': input('2') }, 'two', rule));
    assert.equal(explained.failure?.rule, 'out-of-memory');
    assert.equal(explained.edit?.place?.path, 'dev/web_taskdef.json');
    assert.equal(madeIn(TASK, explained), TASK.replace('"memory": "512"', '"memory": "1024"'));
  });

  it('proposes the image that ran before where the new one is missing, in the input', async () => {
    await using shop = await Shop.open();
    await shop.ship(FIRST, 'begin');
    const rule = { when: { image: '*:2' }, then: { pull: 'not-found' } };
    const record = await shop.ship({ 'dev/web_input.json': input('2') }, 'two', rule);
    const explained = await shop.explain(record);
    assert.deepEqual([explained.failure?.class, explained.failure?.cause], ['image', record.failure?.cause]);
    assert.equal(explained.edit?.place?.path, 'dev/web_input.json');
    assert.equal(madeIn(input('2'), explained), input('1'));
    assert.deepEqual(explained.edit?.place?.removed, ['  "tag": "2"']);
    assert.deepEqual(explained.edit?.place?.added, ['  "tag": "1"']);
    // A container that never started wrote nothing.
    assert.deepEqual(explained.logs, []);
  });

  it('names the permission that is missing, and the statement that gives it', async () => {
    await using shop = await Shop.open();
    await shop.ship(FIRST, 'begin');
    const service = 'arn:aws:ecs:eu-west-1:123456789012:service/prod/web';
    const message = `User: arn:aws:sts::123456789012:assumed-role/deploy/ci is not authorized to perform: ecs:UpdateService on resource: ${service} because no identity-based policy allows the ecs:UpdateService action`;
    const rule = { when: { operation: 'ecs:UpdateService' }, then: { error: 'AccessDeniedException', message } };
    const record = await shop.ship({ 'dev/web_input.json': input('2') }, 'two', rule);
    const { failure, edit } = await shop.explain(record);
    assert.deepEqual([failure?.class, failure?.rule], ['permission', 'action-denied']);
    assert.ok(failure?.requestId);
    assert.match(failure?.next ?? '', /^allow ecs:UpdateService on arn:aws:ecs:\S+ to the role deploy/);
    assert.deepEqual(edit, {
      description: 'add this statement to a policy of the role deploy',
      what: { pointer: null, value: { Effect: 'Allow', Action: 'ecs:UpdateService', Resource: service } },
      place: null,
    });
  });

  it("tells what a fired alarm watches, and a function's change", async () => {
    await using shop = await Shop.open({ alarms: [WATCHED] });
    await shop.ship(FUNCTION, 'begin');
    const rule = { when: { alarm: 'resize-errors' }, then: { state: 'ALARM', afterSeconds: 30 } };
    const record = await shop.ship({ 'dev/resize_lambdainput.json': '{ "key": "2.zip" }\n' }, 'two', rule);
    const { failure, evidence, change } = await shop.explain(record);
    assert.deepEqual([record.phase, failure?.class], ['rolled back', 'alarm']);
    assert.equal(evidence[0]?.kind, 'alarm');
    assert.match(evidence[0]?.text ?? '', /It watches Errors \(Sum over 60 s\) of AWS\/Lambda, FunctionName=resize$/);
    assert.deepEqual(change?.differences, [{ path: '/Code/S3Key', before: '1.zip', after: '2.zip' }]);
  });

  it('says of a rollout that succeeded that it did, and asks nobody why', async () => {
    await using shop = await Shop.open();
    const explained = await shop.explain(await shop.ship(FIRST, 'begin'));
    assert.deepEqual([explained.outcome, explained.failure, explained.evidence], ['succeeded', null, []]);
  });

  it('says what it could not look at, where the repository is gone', async () => {
    await using shop = await Shop.open();
    await shop.ship(FIRST, 'begin');
    const rule = { when: { image: '*:2' }, then: { exit: { code: 1 }, logs: ['bye'] } };
    const record = await shop.ship({ 'dev/web_input.json': input('2') }, 'two', rule);
    const clone = testRepository(temporaryFolder());
    clone.git('pull', '--quiet', shop.made.root, 'main');
    rmSync(shop.made.root, { recursive: true });
    const { missing, logs, failure, evidence } = await shop.explain(record);
    assert.equal(failure?.class, 'crash');
    assert.ok(evidence.length > 0);
    assert.deepEqual(logs, []);
    assert.match(missing.join('\n'), /^the change: .*\nlog lines: without its files it is not known which secrets/);
    const elsewhere = await shop.engine.explain(record.id, clone.root);
    assert.deepEqual([elsewhere.missing, elsewhere.change?.subject], [[], 'two']);
    assert.ok(elsewhere.logs.length > 0);
  });

  it('goes without log lines that AWS does not let it read, and says so', async () => {
    await using shop = await Shop.open();
    await shop.ship(FIRST, 'begin');
    const rule = { when: { image: '*:2' }, then: { exit: { code: 1 } } };
    const record = await shop.ship({ 'dev/web_input.json': input('2') }, 'two', rule);
    shop.deny('logs:GetLogEvents');
    const { missing, logs, failure } = await shop.explain(record);
    assert.deepEqual([failure?.class, logs], ['crash', []]);
    assert.match(missing[0] ?? '', /^log lines: AWS refused to read the logs of .*AccessDeniedException/);
  });
});
