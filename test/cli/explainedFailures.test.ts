/**
 * What `gitmoxi explain` says of failures of every kind, as a person reads it and as a machine does: deployed at once,
 * each in a workload of its own, and gone wrong in the sandbox.
 */
import assert from 'node:assert/strict';
import { buildCommand, cleanUp, jsonLines, openDesk, type Result, SHOP, shopFile, shopRepository } from './command.ts';

const TARGETS = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/shop/943f017f100becff';
const SECRET = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop/db-AbCdEf';

/** What goes wrong with a service whose image has the tag, and with a function whose code has the version. */
const SCENARIO = {
  given: {
    clusters: ['shop'],
    alarms: JSON.parse(shopFile('scenario.json')).given.alarms,
    targetGroups: [{ arn: TARGETS, loadBalancer: 'shop', healthCheckIntervalSeconds: 10 }],
  },
  rules: [
    { when: { image: '*:missing' }, then: { pull: 'not-found' } },
    {
      when: { image: '*:crash' },
      then: { exit: { code: 1, afterSeconds: 3 }, logs: ['reading /etc/shop', 'cannot connect to db:5432'] },
    },
    { when: { image: '*:hungry' }, then: { exit: { code: 137, afterSeconds: 20 }, logs: ['loading the catalogue'] } },
    { when: { image: '*:sick' }, then: { health: 'failing' } },
    { when: { image: '*:unreached' }, then: { targets: 'failing' } },
    { when: { image: '*:secretive' }, then: { init: 'secret-denied' } },
    { when: { image: '*:roomless' }, then: { capacity: 'unavailable' } },
    { when: { code: '*/3.0.0.zip' }, then: { invocations: { errorPercent: 33 } } },
    {
      when: { code: '*/2.9.9.zip' },
      then: { update: 'FunctionError.RuntimeInitError', reason: "Cannot find module 'sharp'" },
    },
  ],
  traffic: [{ alias: 'shop-thumbnails:live', perSecond: 20 }],
};

/** Changes of the example's service, by what goes wrong with it. */
const SERVICES: Readonly<Record<string, { service?: [string, string]; task?: [string, string] }>> = {
  missing: {},
  crash: {},
  hungry: {},
  sick: {},
  unreached: {
    service: [
      '"launchType"',
      `"loadBalancers": [{ "targetGroupArn": "${TARGETS}", "containerName": "web", "containerPort": {{ port }} }],\n  "launchType"`,
    ],
    // The container has no check of its own: the load balancer's decides.
    task: ['"healthCheck"', '"dockerLabels": {},\n      "healthCheck_"'],
  },
  secretive: { task: ['"essential"', `"secrets": [{ "name": "DB", "valueFrom": "${SECRET}" }],\n      "essential"`] },
  roomless: {
    service: [
      '"launchType": "FARGATE"',
      '"capacityProviderStrategy": [{ "capacityProvider": "FARGATE_SPOT", "weight": 1 }]',
    ],
  },
};

const text = (name: string, change: readonly [string, string] | undefined, renamed: readonly [string, string]) =>
  shopFile(name)
    .replace(...renamed)
    .replace(...(change ?? ['', '']));

function filesOf(name: string): Record<string, string> {
  const { service, task } = SERVICES[name]!;
  const path = `${SHOP}/${name}`;
  const withoutCheck = (taskdef: string) =>
    name === 'unreached' ? taskdef.replace(/"dockerLabels"[\s\S]*?"logConfiguration"/, '"logConfiguration"') : taskdef;
  return {
    [`${path}_svcdef.json`]: text('web_svcdef.json', service, ['"web"', `"${name}"`]),
    [`${path}_taskdef.json`]: withoutCheck(text('web_taskdef.json', task, ['"shop-web"', `"shop-${name}"`])),
    [`${path}_depdef.json`]: shopFile('web_depdef.json'),
    [`${path}_input.json`]: shopFile('web_input.json'),
  };
}

/** A second function, whose code will not load. */
const LOADER = Object.fromEntries(
  ['def', 'depdef', 'input'].map((part) => [
    `${SHOP}/loader_lambda${part}.json`,
    shopFile(`thumbnails_lambda${part}.json`)
      .replace('"shop-thumbnails"', '"shop-loader"')
      .replace(/"alarms":.*\n/, ''),
  ]),
);

interface Explained {
  readonly class: string;
  readonly reason: string;
  readonly cause: string;
  readonly next: string;
  readonly rule: string;
  readonly source: string;
  readonly evidence: readonly { readonly kind: string; readonly text: string; readonly time: string | null }[];
  readonly logs: readonly { readonly lines: readonly { readonly text: string }[] }[];
  readonly change: {
    readonly commit: string;
    readonly subject: string;
    readonly author: string;
    readonly authorEmail: string;
    readonly files: readonly { readonly path: string; readonly change: string }[];
    readonly differences: readonly { readonly path: string; readonly after: unknown }[];
  };
  readonly edit: {
    readonly description: string;
    readonly what: { readonly pointer: string | null; readonly value: unknown };
    readonly place: { readonly path: string; readonly newText: string } | null;
  } | null;
  readonly missing: readonly string[];
}

interface Expected {
  readonly class: string;
  readonly rule: string;
  readonly cause: RegExp;
  readonly next: RegExp;
  readonly evidence: RegExp;
  readonly kind: string;
  readonly logs?: readonly string[];
  /** Where the edit goes and what it brings; null where none is mechanical. */
  readonly edit: readonly [place: string | null, text: RegExp] | null;
}

const EXPECTED: Readonly<Record<string, Expected>> = {
  missing: {
    class: 'image',
    rule: 'image-not-found',
    cause: /the registry has no public\.ecr\.aws\/shop\/web:missing/,
    next: /push public\.ecr\.aws\/shop\/web:missing, or correct its name and tag/,
    evidence: /TaskFailedToStart: CannotPullContainerError: .*web:missing: not found/,
    kind: 'task',
    edit: ['missing_input.json', /"public\.ecr\.aws\/shop\/web:1\.4\.0"/],
  },
  crash: {
    class: 'crash',
    rule: 'program-error',
    cause: /an error of its own \(exit code 1\); by its last lines, what it needs at db:5432 does not answer/,
    next: /see that it runs, and that its security group lets these tasks in/,
    evidence: /EssentialContainerExited: Essential container in task exited \[web exit code 1\]/,
    kind: 'task',
    logs: ['reading /etc/shop', 'cannot connect to db:5432', 'exiting with status 1'],
    edit: null,
  },
  hungry: {
    class: 'crash',
    rule: 'out-of-memory',
    cause: /the container web used more memory than it may and was killed/,
    next: /raise memory in the task definition/,
    evidence: /web exit code 137 \(OutOfMemoryError/,
    kind: 'task',
    logs: ['loading the catalogue'],
    edit: ['hungry_taskdef.json', /^1024$/],
  },
  sick: {
    class: 'health check',
    rule: 'container-unhealthy',
    cause: /the container's own health check fails/,
    next: /run the command of healthCheck in the image/,
    evidence: /ServiceSchedulerInitiated: Task failed container health checks/,
    kind: 'task',
    edit: null,
  },
  unreached: {
    class: 'health check',
    rule: 'target-wrong-answer',
    cause: /the new tasks answer the health check with 5\d\d/,
    next: /health check/,
    evidence:
      /is unhealthy in \(target-group \S+targetgroup\/shop\/\S+\) due to \(reason Health checks failed with these codes: \[5\d\d\]\)/,
    kind: 'event',
    edit: null,
  },
  secretive: {
    class: 'permission',
    rule: 'secret-denied',
    cause: /the task's execution role may not read a secret/,
    next: /allow secretsmanager:GetSecretValue on arn:aws:secretsmanager:\S+:secret:shop\/db-AbCdEf to the role \S+/,
    evidence: /AccessDeniedException: User: \S+ is not authorized to perform: secretsmanager:GetSecretValue/,
    kind: 'task',
    edit: [null, /"secretsmanager:GetSecretValue".*secret:shop\/db-AbCdEf/],
  },
  roomless: {
    class: 'capacity',
    rule: 'capacity-unavailable',
    cause: /AWS has no capacity of this kind/,
    next: /another capacity provider/,
    evidence: /unable to place a task\. Reason: Capacity is unavailable at this time/,
    kind: 'event',
    edit: ['roomless_depdef.json', /fallbackCapacityProviderStrategy.*"FARGATE"/s],
  },
  thumbnails: {
    class: 'alarm',
    rule: 'alarm-fired',
    cause: /the metric that the alarm watches got worse while the new revision took over/,
    next: /look at the metric of the alarm and the logs of the new version/,
    evidence:
      /^alarm shop-thumbnails-errors: Threshold Crossed: .* It watches Errors \(Sum over 60 s\) of AWS\/Lambda, FunctionName=shop-thumbnails/,
    kind: 'alarm',
    edit: null,
  },
  loader: {
    class: 'crash',
    rule: 'function-module-missing',
    cause: /the code loads sharp and the package does not have it/,
    next: /put it into the package or a layer/,
    evidence: /FunctionError\.RuntimeInitError: Cannot find module 'sharp'/,
    kind: 'reason',
    edit: null,
  },
};

const lastOf = (result: Result) =>
  jsonLines<{ summary: { rollouts: { rollout: string; workload: string; phase: string }[] } }>(result).at(-1)!.summary
    .rollouts;

describe('a failed rollout, explained', function () {
  this.timeout(180_000);
  const told = new Map<string, { readonly json: Explained; readonly people: string }>();
  let commit = '';

  before(async () => {
    buildCommand();
    const made = shopRepository();
    const { run } = await openDesk(made, SCENARIO, { env: { COLUMNS: '200' } });
    const names = Object.keys(SERVICES);
    made.commit({ ...Object.assign({}, ...names.map(filesOf)), ...LOADER }, 'what works');
    const first = await run('deploy', '--yes', '--json');
    assert.deepEqual(
      [first.status, first.stderr.includes('error')],
      [0, false],
      first.stderr + first.stdout.slice(-3000),
    );
    const inputs = Object.fromEntries(
      names.map((name) => [`${SHOP}/${name}_input.json`, shopFile('web_input.json').replace('1.4.0', name)]),
    );
    const code = (version: string) => shopFile('thumbnails_lambdainput.json').replace('2.0.1', version);
    commit = made.commit(
      {
        ...inputs,
        [`${SHOP}/thumbnails_lambdainput.json`]: code('3.0.0'),
        [`${SHOP}/loader_lambdainput.json`]: code('2.9.9'),
      },
      'what does not',
    );
    const second = await run('deploy', '--yes', '--json');
    assert.equal(second.status, 1, second.stderr);
    for (const { rollout, workload, phase } of lastOf(second)) {
      assert.equal(phase, 'rolled back', `${workload}\n${second.stdout.slice(-3000)}`);
      const [json] = jsonLines<Explained>(await run('explain', rollout, '--json'));
      const { stdout: people } = await run('explain', rollout);
      told.set(workload.split('/').at(-1)!, { json: json!, people });
    }
  });
  after(cleanUp);

  it('is explained for every one', () => {
    assert.deepEqual([...told.keys()].sort(), Object.keys(EXPECTED).sort());
  });

  for (const [name, expected] of Object.entries(EXPECTED)) {
    it(`says what happened, why, what was seen, what changed and what to do: ${name}`, () => {
      const { json, people } = told.get(name)!;
      assert.deepEqual([json.class, json.rule], [expected.class, expected.rule], JSON.stringify(json, null, 1));
      assert.match(json.cause, expected.cause);
      assert.match(json.next, expected.next);
      assert.ok(json.source.length > 10);
      const seen = json.evidence.find(({ text }) => expected.evidence.test(text));
      assert.equal(seen?.kind, expected.kind, JSON.stringify(json.evidence, null, 1));
      assert.deepEqual(json.missing, []);
      // For people: the same in their words, one after the other.
      const flat = people.replaceAll(/\s+/g, ' ');
      for (const part of [
        expected.cause,
        expected.next,
        `(${expected.class})`,
        'what changed',
        'by Ada <ada@example.com>',
      ])
        assert.ok(typeof part === 'string' ? flat.includes(part) : part.test(flat), `${part}\n${people}`);
    });

    it(`names the commit and its author: ${name}`, () => {
      const { change } = told.get(name)!.json;
      assert.deepEqual(
        [change.commit, change.subject, change.author, change.authorEmail],
        [commit, 'what does not', 'Ada', 'ada@example.com'],
      );
      const isFunction = name === 'thumbnails' || name === 'loader';
      assert.deepEqual(change.files, [
        { path: `${SHOP}/${name}_${isFunction ? 'lambda' : ''}input.json`, change: 'modified' },
      ]);
      assert.deepEqual(
        change.differences.map(({ path }) => path),
        [isFunction ? '/Code/S3Key' : '/taskDefinition/containerDefinitions/0/image'],
      );
    });
  }

  for (const name of ['crash', 'hungry']) {
    it(`shows the last log lines: ${name}`, () => {
      const { json, people } = told.get(name)!;
      const lines = json.logs.at(-1)?.lines.map(({ text: line }) => line) ?? [];
      assert.deepEqual(lines.slice(1), EXPECTED[name]!.logs, JSON.stringify(json.logs));
      for (const line of EXPECTED[name]!.logs!) assert.ok(people.includes(line), people);
    });
  }

  for (const [name, { edit }] of Object.entries(EXPECTED)) {
    it(`${edit === null ? 'proposes no edit where none is mechanical' : 'proposes the edit at its place'}: ${name}`, () => {
      const found = told.get(name)!.json.edit;
      if (edit === null) return assert.equal(found, null);
      const [place, wanted] = edit;
      assert.equal(found?.place?.path ?? null, place === null ? null : `${SHOP}/${place}`);
      assert.match(found?.place?.newText ?? JSON.stringify(found?.what.value), wanted);
    });
  }
});
