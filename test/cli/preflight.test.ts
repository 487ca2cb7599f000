/** `plan --preflight`, and what deployments make of it, as the command line shows it. */
import assert from 'node:assert/strict';
import { buildCommand, cleanUp, jsonLines, openDesk, repository } from './command.ts';

const REGION = 'eu-west-1';
const ROLE = 'arn:aws:iam::123456789012:role/resize';

const FILES = {
  'dev/resize_lambdadef.json': `{
  "FunctionName": "resize",
  "Role": "{{ role }}",
  "Runtime": "nodejs22.x",
  "Handler": "index.handler",
  "Code": { "S3Bucket": "artifacts", "S3Key": "1.zip" }
}
`,
  'dev/resize_lambdadepdef.json': `{
  "alias": "live",
  "environment": { "region": "${REGION}" },
  "alarms": { "alarmNames": ["errors"] }
}
`,
  'dev/resize_lambdainput.json': JSON.stringify({ role: ROLE }),
};

interface Plan {
  readonly workloads: readonly {
    readonly workload: string;
    readonly action: string;
    readonly reason: string;
    readonly problems: readonly {
      readonly code: string;
      readonly severity: string;
      readonly path: string;
      readonly line: number;
      readonly column: number;
      readonly endLine: number;
      readonly endColumn: number;
      readonly message: string;
      readonly hint?: string;
    }[];
  }[];
}

async function desk(scenario: object) {
  const made = repository();
  made.commit(FILES);
  return (await openDesk(made, scenario)).run;
}

describe('gitmoxi plan --preflight', function () {
  this.timeout(60_000);
  before(buildCommand);
  afterEach(cleanUp);

  it('blocks what would fail, at its place in the template, and lets it through by name', async () => {
    const run = await desk({ given: { alarms: [{ name: 'errors', state: 'ALARM' }], iamRoles: [] } });
    const plain = jsonLines<Plan>(await run('plan', '--json'))[0]!.workloads[0]!;
    assert.deepEqual(
      plain.problems.map(({ code }) => code),
      ['preflight.alarm-firing'],
    );

    const looked = await run('plan', '--preflight', '--json');
    assert.equal(looked.status, 1);
    const [workload] = jsonLines<Plan>(looked)[0]!.workloads;
    assert.equal(workload!.action, 'blocked');
    assert.deepEqual(
      workload!.problems.map(({ code, severity, path, line, column }) => [code, severity, path, line, column]),
      [
        ['preflight.alarm-firing', 'error', 'dev/resize_lambdadepdef.json', 4, 30],
        ['preflight.role-missing', 'error', 'dev/resize_lambdadef.json', 3, 11],
      ],
    );

    const skipped = await run(
      'plan',
      '--preflight',
      '--skip-preflight',
      'alarm-firing,preflight.role-missing',
      '--json',
    );
    assert.equal(skipped.status, 0);
    const [through] = jsonLines<Plan>(skipped)[0]!.workloads;
    assert.deepEqual(
      [through!.action, through!.problems.map(({ severity }) => severity)],
      ['create', ['warning', 'warning']],
    );

    const people = await run('plan', '--preflight');
    assert.match(people.stdout, /there is no role arn:aws:iam::123456789012:role\/resize/);
    assert.match(people.stdout.replace(/\s+/g, ' '), /--skip-preflight role-missing/);
  });

  it('is part of a deployment, which changes nothing, until it is told to go on', async () => {
    const run = await desk({ given: { alarms: [{ name: 'errors' }], objects: [] } });
    const refused = await run('deploy', '--yes', '--json');
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /there is no s3:\/\/artifacts\/1\.zip/);
    const done = await run('deploy', '--yes', '--skip-preflight', 'all', '--json');
    assert.equal(done.status, 0, done.stderr);
  });

  it('says which checks there are to skip, and that AWS is asked', async () => {
    const run = await desk({ given: {} });
    const unknown = await run('plan', '--skip-preflight', 'everything');
    assert.equal(unknown.status, 2);
    assert.match(unknown.stderr, /everything.*there is no such check to skip; choose all, or of alarm-missing, /);
    const offline = await run('plan', '--preflight', '--offline');
    assert.equal(offline.status, 2);
    assert.match(offline.stderr, /--preflight.*cannot be used with.*--offline/);
  });

  it('tells what it may not look at, and goes on', async () => {
    const denied = (operation: string) => ({ when: { operation }, then: { error: 'AccessDenied', status: 403 } });
    const run = await desk({
      given: { alarms: [{ name: 'errors' }] },
      rules: ['iam:*', 's3:*'].map(denied),
    });
    const looked = await run('plan', '--preflight', '--json');
    assert.equal(looked.status, 0);
    const [workload] = jsonLines<Plan>(looked)[0]!.workloads;
    assert.deepEqual(
      workload!.problems.map(({ code, severity, hint }) => [code, severity, hint?.match(/\w+:\w+/)?.[0]]),
      [
        ['preflight.not-checked', 'info', 'iam:GetRole'],
        ['preflight.not-checked', 'info', 's3:GetObject'],
      ],
    );
  });
});
