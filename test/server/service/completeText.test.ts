/** The text after a completion: commas, quotes and expressions are as they have to be. */
import assert from 'node:assert/strict';
import { checkWorkload, objectOf } from '../../../engine/check/index.ts';
import { type ConfigDocument, complete, Schemas, withoutStops } from '../../../server/service/index.ts';
import { sourceOf } from '../../engine/check/rules/checkRule.ts';
import { deployment, edited, input, sceneOf, service, task } from './view.ts';

const schemas = new Schemas();

interface Applied {
  readonly label: string;
  readonly order: string;
  readonly files: ReadonlyMap<string, string>;
}

/** Each completion at the cursor, with the files after it. */
async function applied(fixture: string): Promise<Applied[]> {
  const { view, start, files } = sceneOf(fixture);
  const { path } = view.document;
  const items = await complete(view, start, schemas);
  return items.map(({ label, order = label, text, isSnippet, replace, extra = [] }) => {
    const main = { path, ...replace, text: isSnippet ? withoutStops(text) : text };
    return { label, order, files: edited(files, [main, ...extra.map((edit) => ({ path, ...edit }))]) };
  });
}

async function checkApplied(fixture: string, label: string, expected: string): Promise<void> {
  const all = await applied(fixture);
  const item = all.find((one) => one.label === label);
  assert.ok(item, `${label} is not among ${all.map((one) => one.label).join(' · ')}`);
  assert.equal([...item.files.values()][0]!.trimEnd(), expected);
}

async function checkLabels(fixture: string, expected: readonly string[]): Promise<void> {
  assert.deepEqual((await applied(fixture)).map(({ label }) => label).sort(), [...expected].sort());
}

async function checkFirst(fixture: string, expected: readonly string[]): Promise<void> {
  const sorted = (await applied(fixture)).sort((a, b) => (a.order < b.order ? -1 : 1));
  assert.deepEqual(
    sorted.slice(0, expected.length).map(({ label }) => label),
    expected,
  );
}

const lambda = (text: string): string => `//- fn_lambdadef.json
${text}
//- fn_lambdainput.json
{ "ref": { "type": "CDK", "file": ["cdk.json"] }, "my-key": 1, "quoted": "a\\"b", "none": 1, "nothing": null, "flag": true,
  "obj": { "a b": { "c-d": 1, "it's": 2, "items": 3 } }, "list": [{ "name": "x", "port": { "no": 1 } }] }
//- cdk.json
{ "My-Stack": { "Out": "v" }, "MyStack": { "Out": "w", "Out-2": "z" } }
`;

const sources = (text: string): string => `//- fn_lambdaeventsourcedef.json\n${text}\n`;

describe('commas around a completion', () => {
  const CASES: readonly (readonly [fixture: string, label: string, applied: string])[] = [
    [service('{ "cluster": "a" $0 }'), 'serviceName', '{ "cluster": "a", "serviceName": "" }'],
    [service('{ "cluster": "a"\n  $0\n}'), 'serviceName', '{ "cluster": "a",\n  "serviceName": ""\n}'],
    [service('{ "cluster": "a"\r\n\t"$0"\r\n}'), 'serviceName', '{ "cluster": "a",\r\n\t"serviceName": ""\r\n}'],
    [service('{ "cluster": {{ port }}\n  $0 }'), 'serviceName', '{ "cluster": {{ port }},\n  "serviceName": "" }'],
    [
      service('{ "tags": []\n  serv$0\n  "cluster": "a" }'),
      'serviceName',
      '{ "tags": [],\n  "serviceName": "",\n  "cluster": "a" }',
    ],
    [
      service('{ "cluster": "a",\n  "$0"\n  "serviceName": "x" }'),
      'desiredCount',
      '{ "cluster": "a",\n  "desiredCount": 1,\n  "serviceName": "x" }',
    ],
    [service('{ "desi$0": 3, "cluster": "a" }'), 'desiredCount', '{ "desiredCount": 3, "cluster": "a" }'],
    [
      service('{ "loadBalancers": [$0 { "containerName": "a" }] }'),
      '{}',
      '{ "loadBalancers": [{ "targetGroupArn": "", "containerName": "", "containerPort": 1 }, { "containerName": "a" }] }',
    ],
    [
      service('{ "loadBalancers": [{ "containerName": "a" } $0] }'),
      '{}',
      '{ "loadBalancers": [{ "containerName": "a" }, { "targetGroupArn": "", "containerName": "", "containerPort": 1 }] }',
    ],
    [
      deployment('{ "environment": { "region": $0 "account": "1" } }'),
      'us-east-1',
      '{ "environment": { "region": "us-east-1", "account": "1" } }',
    ],
    [
      deployment('{ "environment": { "region": "$0" "account": "1" } }'),
      'us-east-1',
      '{ "environment": { "region": "us-east-1", "account": "1" } }',
    ],
    [
      service('{ "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["a" $0] } } }'),
      '{{ cluster }}',
      '{ "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["a", "{{ cluster }}"] } } }',
    ],
    [
      service('{ "networkConfiguration": { "awsvpcConfiguration": { "subnets": [$0 "b"] } } }'),
      '{{ cluster }}',
      '{ "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["{{ cluster }}", "b"] } } }',
    ],
    [
      service('{ "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["a" "$0"] } } }'),
      '{{ cluster }}',
      '{ "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["a", "{{ cluster }}"] } } }',
    ],
    [
      deployment(
        '{ "alarms": { "alarmNames": [{% for s in subnets %}"{{ s }}"{% if not loop.last %},{% endif %}{% endfor %} $0] } }',
      ),
      '{{ cluster }}',
      '{ "alarms": { "alarmNames": [{% for s in subnets %}"{{ s }}"{% if not loop.last %},{% endif %}{% endfor %} , "{{ cluster }}"] } }',
    ],
    [
      service('{ {% if enabled %}"desiredCount": 1,{% endif %} $0 }'),
      'serviceName',
      '{ {% if enabled %}"desiredCount": 1,{% endif %} "serviceName": "" }',
    ],
    [input('{ "a": 1 $0 }'), 'name', '{ "a": 1, "name": "" }'],
    [input('{ $0 "a": 1 }'), 'count', '{ "count": 1, "a": 1 }'],
    [input('{ "a": 1, "$0": 3 }'), 'count', '{ "a": 1, "count": 3 }'],
    [input('{ na$0 }'), 'name', '{ "name": "" }'],
  ];
  for (const [fixture, label, expected] of CASES) it(expected, () => checkApplied(fixture, label, expected));

  it('offers no object inside a string', async () => {
    const labels = (await applied(lambda('{ "Environment": { "Variables": { "A": "x-$0" } } }'))).map(
      ({ label }) => label,
    );
    assert.ok(!labels.includes('{{ obj }}'));
  });
  it('leaves alone what follows a string that is not closed', () =>
    checkApplied(deployment('{ "environment": { "reg$0 } }'), 'region', '{ "environment": { "region": "" } }'));
  it('closes the quotes of a value', () =>
    checkApplied(
      deployment('{ "environment": { "region": "us-$0 } }'),
      'us-east-1',
      '{ "environment": { "region": "us-east-1" } }',
    ));
  it('takes a word without quotes for the value that is being typed', () =>
    checkApplied(
      deployment('{ "environment": { "region": us$0 } }'),
      'us-east-1',
      '{ "environment": { "region": "us-east-1" } }',
    ));
  it('offers nothing behind the root', () => checkLabels(input('{}\n$0'), []));
});

describe('required parts', () => {
  const CASES: readonly (readonly [fixture: string, label: string, applied: string])[] = [
    [task('{ $0 }'), 'containerDefinitions', '{ "containerDefinitions": [{ "name": "", "image": "" }] }'],
    [
      task('{ "containerDefinitions": [{ $0 }] }'),
      'secrets',
      '{ "containerDefinitions": [{ "secrets": [{ "name": "", "valueFrom": "" }] }] }',
    ],
    [task('{ "containerDefinitions": [{ $0 }] }'), 'essential', '{ "containerDefinitions": [{ "essential": true }] }'],
    [
      task('{ "containerDefinitions": [{ $0 }] }'),
      'logConfiguration',
      '{ "containerDefinitions": [{ "logConfiguration": { "logDriver": "awslogs", "options": {} } }] }',
    ],
    [task('{ "volumes": $0 }'), '[]', '{ "volumes": [{ "name": "" }] }'],
    [service('{ $0 }'), 'deploymentController', '{ "deploymentController": { "type": "ECS" } }'],
    [deployment('{ $0 }'), 'targetGroupArnPairs', '{ "targetGroupArnPairs": [["", ""]] }'],
    [lambda('{ $0 }'), 'Runtime', '{ "Runtime": "" }'],
    [
      task('{ "containerDefinitions": [{ "environment": $0 }] }'),
      '[]',
      '{ "containerDefinitions": [{ "environment": [{ "name": "", "value": "" }] }] }',
    ],
    [
      sources('{ $0 }'),
      'PushEventSources',
      '{ "PushEventSources": [{ "Service": "elasticloadbalancing.amazonaws.com", "TargetGroupArn": "" }] }',
    ],
    [
      sources('{ $0 }'),
      'PullEventSources',
      '{ "PullEventSources": { "EventSourceMapping": { "EventSourceArn": "", "FunctionName": "" } } }',
    ],
    [
      sources('{ "PullEventSources": { "EventSourceMapping": { $0 } } }'),
      'BatchSize',
      '{ "PullEventSources": { "EventSourceMapping": { "BatchSize": 1 } } }',
    ],
    [
      sources('{ "PullEventSources": { "EventSourceMapping": [{ $0 }] } }'),
      'BatchSize',
      '{ "PullEventSources": { "EventSourceMapping": [{ "BatchSize": 1 }] } }',
    ],
    [input('{ $0 }'), 'ref', '{ "ref": { "file": [""], "type": "TERRAFORM" } }'],
    [input('{ "ref": { $0 } }'), 'file', '{ "ref": { "file": "" } }'],
  ];
  for (const [fixture, label, expected] of CASES) it(expected, () => checkApplied(fixture, label, expected));

  it('come before other keys', async () => {
    const byOrder = (await applied(lambda('{ $0 }'))).sort((a, b) => (a.order < b.order ? -1 : 1));
    assert.deepEqual(
      byOrder.slice(0, 3).map(({ label }) => label),
      ['Code', 'FunctionName', 'Role'],
    );
  });
  it('leave deprecated values for the end', async () => {
    const byOrder = (await applied(lambda('{ "Runtime": "$0" }'))).sort((a, b) => (a.order < b.order ? -1 : 1));
    assert.equal(
      byOrder.findIndex(({ label }) => label === '"python2.7"') >
        byOrder.findIndex(({ label }) => label === '"ruby3.4"'),
      true,
    );
  });
});

describe('expressions by the type of their value', () => {
  const CASES: readonly (readonly [fixture: string, label: string, applied: string])[] = [
    [service('{ "desiredCount": "$0" }'), '{{ port }}', '{ "desiredCount": {{ port }} }'],
    [service('{ "desiredCount": 1$0 }'), '{{ port }}', '{ "desiredCount": {{ port }} }'],
    [
      service('{ "enableExecuteCommand": "$0" }'),
      '{{ enabled }}',
      '{ "enableExecuteCommand": {{ enabled | tojson }} }',
    ],
    [
      service('{ "networkConfiguration": { "awsvpcConfiguration": { "subnets": "$0" } } }'),
      '{{ subnets }}',
      '{ "networkConfiguration": { "awsvpcConfiguration": { "subnets": {{ subnets | tojson }} } } }',
    ],
    [
      service('{ "cluster": "arn:aws:ecs:eu-west-1:1:cluster/$0" }'),
      '{{ cluster }}',
      '{ "cluster": "arn:aws:ecs:eu-west-1:1:cluster/{{ cluster }}" }',
    ],
    [service('{ "cluster": "my-clu$0" }'), '{{ cluster }}', '{ "cluster": "my-{{ cluster }}" }'],
    [service('{ "cluster": "{$0}" }'), '{{ cluster }}', '{ "cluster": "{{ cluster }}" }'],
    [service('{ "cluster": "{$0" }'), '{{ cluster }}', '{ "cluster": "{{ cluster }}" }'],
    [service('{ "cluster": "{{ port }}-$0-x" }'), '{{ cluster }}', '{ "cluster": "{{ port }}-{{ cluster }}-x" }'],
    [lambda('{ "FunctionName": $0 }'), '{{ quoted }}', '{ "FunctionName": {{ quoted | tojson }} }'],
  ];
  for (const [fixture, label, expected] of CASES) it(expected, () => checkApplied(fixture, label, expected));

  it('offers variables of the loops around', () =>
    checkApplied(
      task('{ "containerDefinitions": [{% for s in subnets %}{ "name": "$0" }{% endfor %}] }'),
      '{{ s }}',
      '{ "containerDefinitions": [{% for s in subnets %}{ "name": "{{ s }}" }{% endfor %}] }',
    ));
  it('offers no input that a template cannot name', async () => {
    const labels = (await applied(lambda('{ "A": {{ $0 }} }'))).map(({ label }) => label);
    for (const name of ['my-key', 'My-Stack']) assert.ok(!labels.includes(name), `${name} is a difference`);
    assert.ok(labels.includes('MyStack'));
  });
  it('offers no object with other keys than the schema has', async () => {
    const labels = (await applied(service('{ "deploymentController": $0 }'))).map(({ label }) => label);
    assert.ok(!labels.includes('{{ tgs }}'));
  });
  it('offers no text that is none of the values', async () => {
    const labels = (await applied(service('{ "launchType": "$0" }'))).map(({ label }) => label);
    assert.deepEqual(
      labels.filter((label) => label.startsWith('{{')),
      [],
    );
  });
});

describe('members and methods', () => {
  const CASES: readonly (readonly [text: string, label: string, applied: string])[] = [
    ['{{ (list | first).$0 }}', 'name', '{{ (list | first).name }}'],
    ['{{ list[-1].$0 }}', 'name', '{{ list[-1].name }}'],
    ["{{ obj.get('a b').$0 }}", 'c-d', "{{ obj.get('a b')['c-d'] }}"],
    ["{{ obj['a b'].$0 }}", "it's", "{{ obj['a b']['it\\'s'] }}"],
    ["{{ obj['a b'].$0 }}", 'items', "{{ obj['a b']['items'] }}"],
    ["{{ obj['a b']['$0'] }}", "it's", "{{ obj['a b']['it\\'s'] }}"],
    ['{{ obj["a b"]["$0"] }}', "it's", '{{ obj["a b"]["it\'s"] }}'],
    ['{{ MyStack[$0 }}', 'Out-2', "{{ MyStack['Out-2'] }}"],
    ['{{ MyStack[$0] }}', 'Out-2', "{{ MyStack['Out-2'] }}"],
    ["{{ MyStack['$0 }}", 'Out-2', "{{ MyStack['Out-2'] }}"],
    ["{{ MyStack['$0' }}", 'Out-2', "{{ MyStack['Out-2'] }}"],
    ['{{ MyStack.$0 }}', 'values', '{{ MyStack.values() }}'],
    ['{{ MyStack.v$0() }}', 'values', '{{ MyStack.values() }}'],
    ['{{ quoted.sp$0 }}', 'split', '{{ quoted.split() }}'],
    ['{{ list.$0 }}', 'index', '{{ list.index() }}'],
    [
      '{% for k, v in MyStack.items() %}{{ v.$0 }}{% endfor %}',
      'upper',
      '{% for k, v in MyStack.items() %}{{ v.upper() }}{% endfor %}',
    ],
    ["{{ list | map(attribute='$0') }}", 'name', "{{ list | map(attribute='name') }}"],
    ["{{ list | map(attribute='port.$0') }}", 'no', "{{ list | map(attribute='port.no') }}"],
    ["{{ list | selectattr('$0') }}", 'name', "{{ list | selectattr('name') }}"],
    ['{ "😀": "😀{{ MyStack.$0 }}" }', 'Out', '{ "😀": "😀{{ MyStack.Out }}" }'],
    ['{{ MyStack.O$0 | upper }}', 'Out', '{{ MyStack.Out | upper }}'],
    ['{ "A": "{{ MyStack.$0" }', 'Out', '{ "A": "{{ MyStack.Out }}" }'],
    ['{ "A": {{ MyStack.$0, "B": 1 }', 'Out', '{ "A": {{ MyStack.Out | tojson }}, "B": 1 }'],
    ['{ "A": "{{ MyStack.$0}" }', 'Out', '{ "A": "{{ MyStack.Out }}" }'],
    ['{ "A": "{{ quoted | up$0" }', 'upper', '{ "A": "{{ quoted | upper }}" }'],
  ];
  for (const [text, label, expected] of CASES) {
    it(`${text} takes ${label}`, () => checkApplied(lambda(text), label, expected));
  }
});

describe('what may follow', () => {
  it('is an operator, behind a value', () =>
    checkLabels(lambda('{{ quoted $0 }}'), ['in', 'is', 'not', 'and', 'or', 'if', 'else']));
  it('is a value, behind an operator', async () => {
    const labels = (await applied(lambda('{{ quoted if $0 }}'))).map(({ label }) => label);
    assert.ok(labels.includes('flag') && !labels.includes('and'));
  });
  it('is in, behind the variables of a loop', () => checkLabels(lambda('{% for k, v $0 %}'), ['in']));
  it('is nothing, behind the name of a variable', () => checkLabels(lambda('{% set x $0 %}'), []));
  it('is another branch, where the end is there already', async () => {
    const labels = (await applied(lambda('{% if flag %}{% e$0 %}{% endif %}'))).map(({ label }) => label);
    assert.ok(labels.includes('else') && !labels.includes('endif'));
  });
  it('is the end of the innermost block', () =>
    checkApplied(
      lambda('{% if flag %}{% for a in list %}{% $0'),
      'endfor',
      '{% if flag %}{% for a in list %}{% endfor %}',
    ));
  it('is a whole statement, where a tag is not closed', () =>
    checkApplied(lambda('{% i$0'), 'if', '{% if  %}{% endif %}'));
  it('is the end of a block that is set', () =>
    checkApplied(lambda('{% set a = 1 %}{% set x %}{% $0 %}'), 'endset', '{% set a = 1 %}{% set x %}{% endset %}'));
});

describe('what a file names while it gives no JSON', () => {
  const CASES: readonly (readonly [fixture: string, label: string])[] = [
    [task('{ "containerDefinitions": [{ "name": "a" }, { "dependsOn": [{ "containerName": "$0'), 'a'],
    [task('{ "containerDefinitions": [{ "name": "{{ cluster }}" }, { "dependsOn": [{ "containerName": $0'), 'prod'],
    [
      task('{ "volumes": [{ "name": "data" }], "containerDefinitions": [{ "mountPoints": [{ "sourceVolume": "$0'),
      'data',
    ],
    [task('{ "containerDefinitions": [{ "name": "a" }, { "links": ["$0'), 'a'],
    [
      service('{ "loadBalancers": [{ "containerPort": $0').replace(
        '"containerPort": 8080 }] }',
        '"containerPort": {{ port }} }] ',
      ),
      '80',
    ],
  ];
  for (const [fixture, label] of CASES) {
    it(`${label} of ${fixture.split('\n')[1]}`, async () => {
      const labels = (await applied(fixture)).map((one) => one.label);
      assert.ok(labels.includes(label), labels.join(' · '));
    });
  }

  it('has no secrets', async () => {
    const names = await applied(
      task('{ "containerDefinitions": [{ "name": "{{ password }}" }, { "dependsOn": [{ "containerName": "$0" }] }] }'),
    );
    assert.ok(!names.some((one) => one.label.includes('hunter2')));
  });
  it('has keys of log options that are typed to their end', async () => {
    const labels = (
      await applied(
        task('{ "containerDefinitions": [{ "logConfiguration": { "options": { "awslogs-group$0": "x" } } }] }'),
      )
    ).map((one) => one.label);
    assert.ok(labels.includes('awslogs-group'));
  });
});

describe('scaffolds', () => {
  const ECS = ['_svcdef.json', '_taskdef.json', '_depdef.json'];
  const LAMBDA = ['_lambdadef.json', '_lambdadepdef.json', '_lambdaeventsourcedef.json'];

  async function scaffold(suffix: string, label: RegExp): Promise<string> {
    const item = (await applied(`//- web.api${suffix}\n$0\n`)).find((one) => label.test(one.label));
    assert.ok(item, `no scaffold of ${suffix} is called ${label}`);
    return item.files.get(`web.api${suffix}`)!;
  }

  for (const [suffixes, label] of [
    [ECS, /blue\/green|task/],
    [ECS, /^(?!.*blue)/],
    [LAMBDA, /zip|deployment|queue/],
    [LAMBDA, /image|deployment|target/],
  ] as const) {
    it(`make a workload without errors: ${suffixes.join(', ')} (${label.source})`, async () => {
      const files = new Map<string, string>();
      for (const suffix of suffixes) files.set(`web.api${suffix}`, await scaffold(suffix, label));
      const checked = checkWorkload(sourceOf(files));
      assert.deepEqual(
        checked.findings.filter(({ severity }) => severity === 'error'),
        [],
      );
      assert.ok(objectOf(checked, suffixes === ECS ? 'service' : 'function'));
    });
  }

  it('name the output that is there', async () => {
    const [item] = await applied('//- a_input.json\n$0\n//- infra/terraform_output.json\n{}\n//- package.json\n{}\n');
    assert.match(item!.files.get('a_input.json')!, /\["infra\/terraform_output.json"\]/);
  });
  it('replace no more than a line', async () => {
    const { view } = sceneOf('//- a_depdef.json\n\n  \n\n');
    const items = await complete(view, 2, schemas);
    assert.deepEqual(items[0]!.replace, { start: 1, end: 3 });
  });
});

describe('a completion at any hole of a file', () => {
  const TEXTS: readonly (readonly [text: string, fixture: (text: string) => string])[] = [
    [
      `{
  "cluster": "{{ cluster }}", "serviceName": "web", "desiredCount": {{ port }},
  "loadBalancers": [
    { "containerName": "app", "containerPort": 80, "targetGroupArn": "{{ tgs['green-tg'] }}" }
  ],
  "networkConfiguration": { "awsvpcConfiguration": { "subnets": {{ subnets | tojson }}, "assignPublicIp": "DISABLED" } },
  "tags": [{% for s in subnets %}{ "key": "{{ s }}", "value": "x" }{% if not loop.last %},{% endif %}{% endfor %}]
}`,
      service,
    ],
    [
      `{
  "family": "web", "requiresCompatibilities": ["FARGATE"],
  "containerDefinitions": [
    { "name": "app", "image": "{{ image }}", "essential": true, "dependsOn": [] },
    { "name": "b", "logConfiguration": { "logDriver": "awslogs", "options": { "awslogs-region": "us-east-1" } } }
  ]
}`,
      task,
    ],
    [
      '{ "environment": { "region": "us-east-1" }, "trafficShiftingConfig": { "percent": 20 }, "alarms": { "alarmNames": ["a"] } }',
      deployment,
    ],
  ];
  for (const [text, fixture] of TEXTS) {
    it(`leaves JSON: ${text.slice(0, 50)}…`, async () => {
      const { document } = sceneOf(fixture(text)).view;
      let count = 0;
      for (const { start, end, isMember } of holesOf(document)) {
        const behind = isMember
          ? [`${text.slice(0, end)} $0${text.slice(end)}`, `${text.slice(0, start)}$0 ${text.slice(start)}`]
          : [];
        for (const hole of ['$0', '"$0"'].map((mark) => text.slice(0, start) + mark + text.slice(end)).concat(behind)) {
          for (const { label, files } of await applied(fixture(hole))) {
            const [path] = files.keys();
            const wrong = checkWorkload(sourceOf(files)).findings.filter(
              (one) => one.path === path && /^(json|template)\./.test(one.code),
            );
            assert.deepEqual(wrong, [], `${label} at ${hole}`);
            count++;
          }
        }
      }
      assert.ok(count > 100, String(count));
    }).timeout(20_000);
  }
});

/** Values, and members with their keys. */
function holesOf({ json }: ConfigDocument): { start: number; end: number; isMember: boolean }[] {
  const found: { start: number; end: number; isMember: boolean }[] = [];
  const visit = (node: NonNullable<typeof json>): void => {
    const isMember = node.type === 'property';
    if (node.parent) found.push({ start: node.offset, end: node.offset + node.length, isMember });
    for (const child of isMember ? node.children!.slice(1) : (node.children ?? [])) visit(child);
  };
  visit(json!);
  return found;
}

describe('the function of the workload', () => {
  const fixture = (pull: string) =>
    `${sources(`{ "PullEventSources": ${pull} }`)}//- fn_lambdadef.json\n{ "FunctionName": "jobs" }\n`;
  for (const pull of [
    '{ "EventSourceMapping": { "FunctionName": "$0" } }',
    '{ "EventSourceMapping": [{ "FunctionName": "$0" }] }',
    '[{ "EventSourceMapping": { "FunctionName": "$0" } }]',
    '[{ "EventSourceMapping": [{ "FunctionName": "$0" }] }]',
  ])
    it(`is offered in ${pull}`, () => checkFirst(fixture(pull), ['jobs']));
});

describe('what is offered first', () => {
  const inputs = `//- web_input.json
{ "image": "nginx:1", "app_port": 80, "private_subnets": ["subnet-1"], "a_flag": true, "cluster_arn": "arn:aws:ecs:us-east-1:123456789012:cluster/a",
  "blue": "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/b/0123456789abcdef", "task_role": "arn:aws:iam::123456789012:role/x" }
`;
  const web = (suffix: string, text: string) => `//- web_${suffix}.json\n${text}\n${inputs}`;
  const CASES: readonly (readonly [why: string, fixture: string, first: readonly string[]])[] = [
    ['the ARN of what the key names', web('svcdef', '{ "loadBalancers": [{ "targetGroupArn": $0 }] }'), ['{{ blue }}']],
    ['the same in a pair', web('depdef', '{ "targetGroupArnPairs": [["$0"]] }'), ['{{ blue }}', '{{ cluster_arn }}']],
    ['a role', web('taskdef', '{ "taskRoleArn": "{{ $0 }}" }'), ['task_role']],
    ['a name that the key has too', web('taskdef', '{ "containerDefinitions": [{ "image": "{{ $0 }}" }] }'), ['image']],
    [
      'a list for a list',
      web('svcdef', '{ "networkConfiguration": { "awsvpcConfiguration": { "subnets": $0 } } }'),
      ['{{ private_subnets }}', '[]'],
    ],
    [
      'a list in a bare expression',
      web('taskdef', '{ "containerDefinitions": [{ "command": {{ $0 }} }] }'),
      ['private_subnets'],
    ],
    ['what can be gone through', web('svcdef', '{ "a": [{% for x in $0 %}{% endfor %}] }'), ['private_subnets']],
    ['the smallest size', web('taskdef', '{ "cpu": $0 }'), ['256', '512', '1024']],
    ['memory that goes with the cpu', web('taskdef', '{ "cpu": "1 vCPU", "memory": "$0" }'), ['2048', '3072', '4096']],
    ['branches and loops', web('taskdef', '{% $0 %}{}'), ['if', 'for', 'set']],
    ['the number of the round', web('taskdef', '{ "a": [{% for x in [1] %}{{ loop.$0 }}{% endfor %}] }'), ['index']],
  ];
  for (const [why, fixture, first] of CASES) it(`is ${why}`, () => checkFirst(fixture, first));

  it('is no memory where the cpu is not known', async () => {
    const labels = (await applied(web('taskdef', '{ "memory": "$0" }'))).map(({ label }) => label);
    assert.ok(!labels.includes('512'));
  });
});
