import assert from 'node:assert/strict';
import { complete, Schemas, withoutStops } from '../../../server/service/index.ts';
import { deployment, edited, input, sceneOf, service, task } from './view.ts';

const schemas = new Schemas();

async function completionsAt(fixture: string) {
  const { view, start } = sceneOf(fixture);
  return complete(view, start, schemas);
}

/** After taking the completion with this label, the first file is so. */
async function checkApplied(fixture: string, label: string, expected: string): Promise<void> {
  const { view, start, files } = sceneOf(fixture);
  const items = await complete(view, start, schemas);
  const item = items.find((one) => one.label === label);
  assert.ok(item, `${label} is not among ${items.map((one) => one.label).join(' · ')}`);
  const { path } = view.document;
  const text = item.isSnippet ? withoutStops(item.text) : item.text;
  assert.equal(
    edited(files, [{ path, ...item.replace, text }, ...(item.extra ?? []).map((edit) => ({ path, ...edit }))])
      .get(path)!
      .trimEnd(),
    expected,
  );
}

async function checkOffers(fixture: string, ...labels: string[]): Promise<void> {
  const found = (await completionsAt(fixture)).map(({ label }) => label);
  for (const label of labels) assert.ok(found.includes(label), `${label} is not among ${found.join(' · ')}`);
}

async function checkOffersNot(fixture: string, ...labels: string[]): Promise<void> {
  const found = (await completionsAt(fixture)).map(({ label }) => label);
  for (const label of labels) assert.ok(!found.includes(label), `${label} should not be offered`);
}

async function checkDetail(fixture: string, label: string, detail: string): Promise<void> {
  assert.equal((await completionsAt(fixture)).find((one) => one.label === label)?.detail, detail);
}

describe('completion of names in expressions', () => {
  const APPLIED: readonly (readonly [text: string, label: string, applied: string])[] = [
    ['{ "cluster": "{{ $0 }}" }', 'cluster', '{ "cluster": "{{ cluster }}" }'],
    ['{ "cluster": "{{ clu$0 }}" }', 'cluster', '{ "cluster": "{{ cluster }}" }'],
    ['{ "cluster": "{{ c$0lus }}" }', 'cluster', '{ "cluster": "{{ cluster }}" }'],
    ['{ "cluster": "{{$0}}" }', 'cluster', '{ "cluster": "{{cluster}}" }'],
    ['{ "cluster": "{{- $0 -}}" }', 'cluster', '{ "cluster": "{{- cluster -}}" }'],
    ['{ "cluster": "{{ clu$0" }', 'cluster', '{ "cluster": "{{ cluster }}" }'],
    ['{ "cluster": {{ $0', 'cluster', '{ "cluster": {{ cluster | tojson }}'],
    ['{ "desiredCount": {{ port + $0 }} }', 'port', '{ "desiredCount": {{ port + port }} }'],
    ['{ "cluster": "{{ tgs.$0 }}" }', 'blue', '{ "cluster": "{{ tgs.blue }}" }'],
    ['{ "cluster": "{{ tgs.b$0 }}" }', 'blue', '{ "cluster": "{{ tgs.blue }}" }'],
    ['{ "cluster": "{{ tgs.$0 }}" }', 'green-tg', `{ "cluster": "{{ tgs['green-tg'] }}" }`],
    [`{ "cluster": "{{ tgs['$0'] }}" }`, 'green-tg', `{ "cluster": "{{ tgs['green-tg'] }}" }`],
    [`{ "cluster": "{{ tgs['gr$0'] }}" }`, 'green-tg', `{ "cluster": "{{ tgs['green-tg'] }}" }`],
    [`{ "cluster": "{{ tgs['$0 }}" }`, 'blue', `{ "cluster": "{{ tgs['blue'] }}" }`],
    ['{ "cluster": "{{ cluster | $0 }}" }', 'upper', '{ "cluster": "{{ cluster | upper }}" }'],
    ['{ "cluster": "{{ cluster|def$0 }}" }', 'default', '{ "cluster": "{{ cluster|default }}" }'],
    ['{ "cluster": "{{ cluster if port is $0 }}" }', 'defined', '{ "cluster": "{{ cluster if port is defined }}" }'],
    ['{ "cluster": "{{ cluster if port is not $0 }}" }', 'none', '{ "cluster": "{{ cluster if port is not none }}" }'],
    ['{% if $0 %}{% endif %}{}', 'enabled', '{% if enabled %}{% endif %}{}'],
    ['{% for s in $0 %}{% endfor %}{}', 'subnets', '{% for s in subnets %}{% endfor %}{}'],
    ['{% for s in subnets %}{{ $0 }}{% endfor %}', 's', '{% for s in subnets %}{{ s }}{% endfor %}'],
    ['{% for s in subnets %}{{ loop.$0 }}{% endfor %}', 'last', '{% for s in subnets %}{{ loop.last }}{% endfor %}'],
    ['{% for k, v in tgs.items() %}{{ $0 }}{% endfor %}', 'v', '{% for k, v in tgs.items() %}{{ v }}{% endfor %}'],
    ['{% set x = tgs %}{{ x.$0 }}', 'blue', '{% set x = tgs %}{{ x.blue }}'],
    ['{% $0 %}', 'if', '{% if  %}{% endif %}'],
    ['{% if enabled %}{% $0 %}', 'endif', '{% if enabled %}{% endif %}'],
    ['{% for s in subnets %}{% end$0 %}', 'endfor', '{% for s in subnets %}{% endfor %}'],
    ['{% macro m() %}{% endmacro %}{{ $0 }}', 'm', '{% macro m() %}{% endmacro %}{{ m }}'],
  ];
  for (const [text, label, applied] of APPLIED) {
    it(`${text} takes ${label}`, () => checkApplied(service(text), label, applied));
  }

  const DETAILS: readonly (readonly [text: string, label: string, detail: string])[] = [
    ['{{ $0 }}', 'cluster', '"prod"'],
    ['{{ $0 }}', 'port', '80'],
    ['{{ $0 }}', 'subnets', '["subnet-1","subnet-2"]'],
    ['{{ $0 }}', 'password', '(sensitive)'],
    ['{{ tgs.$0 }}', 'blue', '"arn:blue"'],
    ['{% for s in subnets %}{{ $0 }}{% endfor %}', 's', 'loop variable: "subnet-1"'],
    ['{% set x = port + 1 %}{{ $0 }}', 'x', 'variable: 81'],
    ['{% macro m(a) %}{{ $0 }}{% endmacro %}', 'a', 'parameter'],
  ];
  for (const [text, label, detail] of DETAILS) {
    it(`${text} shows ${label} as ${detail}`, () => checkDetail(service(text), label, detail));
  }

  const ABSENT: readonly (readonly [text: string, label: string])[] = [
    ['{{ cluster | $0 }}', 'cluster'],
    ['{{ $0 }}', 'loop'],
    ['{% for s in subnets %}{% endfor %}{{ $0 }}', 's'],
    ['{{ $0 }}{% set later = 1 %}', 'later'],
    ['{# $0 #}', 'cluster'],
    ["{{ '$0' }}", 'cluster'],
    ['{% for $0 in subnets %}{% endfor %}', 'cluster'],
    ['{% set $0 = 1 %}', 'cluster'],
    ['{{ cluster.$0 }}', 'port'],
    ['{{ port.$0 }}', 'cluster'],
  ];
  for (const [text, label] of ABSENT) {
    it(`${text} does not offer ${label}`, () => checkOffersNot(service(text), label));
  }

  it('offers names as they are known, while an input file cannot be read', () =>
    checkOffers('//- web_svcdef.json\n{{ $0 }}\n//- web_input.json\n{ "name": "web", \n', 'name'));
});

describe('completion of keys and values', () => {
  const APPLIED: readonly (readonly [fixture: string, label: string, applied: string])[] = [
    [service('{ $0 }'), 'serviceName', '{ "serviceName": "" }'],
    [service('{ "serviceName": "web", $0 }'), 'launchType', '{ "serviceName": "web", "launchType": "FARGATE" }'],
    [service('{ "serv$0" }'), 'serviceName', '{ "serviceName": "" }'],
    [
      service('{ "serviceName": "web", "launchType": $0 }'),
      '"FARGATE"',
      '{ "serviceName": "web", "launchType": "FARGATE" }',
    ],
    [service('{ "launchType": "$0" }'), '"EC2"', '{ "launchType": "EC2" }'],
    [service('{ "launchType": "F$0" }'), '"FARGATE"', '{ "launchType": "FARGATE" }'],
    [service('{ $0 "serviceName": "web" }'), 'cluster', '{ "cluster": "", "serviceName": "web" }'],
    [service('{ "cluster": {{ cluster }}, $0 }'), 'desiredCount', '{ "cluster": {{ cluster }}, "desiredCount": 1 }'],
    [
      service('{ "subnets": [{% for s in subnets %}"{{ s }}"{% endfor %}], $0 }'),
      'cluster',
      '{ "subnets": [{% for s in subnets %}"{{ s }}"{% endfor %}], "cluster": "" }',
    ],
    [service('{ "loadBalancers": [{ $0 }] }'), 'containerName', '{ "loadBalancers": [{ "containerName": "" }] }'],
    [
      service('{ "loadBalancers": [{ "containerName": $0 }] }'),
      'app',
      '{ "loadBalancers": [{ "containerName": "app" }] }',
    ],
    [
      service('{ "loadBalancers": [{ "containerName": "$0" }] }'),
      'proxy',
      '{ "loadBalancers": [{ "containerName": "proxy" }] }',
    ],
    [
      service('{ "loadBalancers": [{ "containerName": "pr$0" }] }'),
      'proxy',
      '{ "loadBalancers": [{ "containerName": "proxy" }] }',
    ],
    [
      service('{ "loadBalancers": [{ "containerPort": $0 }] }'),
      '8080',
      '{ "loadBalancers": [{ "containerPort": 8080 }] }',
    ],
    [
      service('{ "deploymentController": { "type": "$0" } }'),
      '"EXTERNAL"',
      '{ "deploymentController": { "type": "EXTERNAL" } }',
    ],
    [service('{ "enableExecuteCommand": $0 }'), 'true', '{ "enableExecuteCommand": true }'],
    [
      service('{ "capacityProviderStrategy": [{ "capacityProvider": "$0" }] }'),
      'FARGATE_SPOT',
      '{ "capacityProviderStrategy": [{ "capacityProvider": "FARGATE_SPOT" }] }',
    ],
    [deployment('{ "environment": { "region": "$0" } }'), 'eu-west-1', '{ "environment": { "region": "eu-west-1" } }'],
    [deployment('{ "environment": { "region": $0 } }'), 'us-east-1', '{ "environment": { "region": "us-east-1" } }'],
    [
      deployment('{ $0 }'),
      'trafficShiftingConfig',
      '{ "trafficShiftingConfig": { "type": "CANARY", "percent": 20, "waitInterval": 60 } }',
    ],
    [
      deployment('{ "trafficShiftingConfig": { "type": "$0" } }'),
      '"LINEAR"',
      '{ "trafficShiftingConfig": { "type": "LINEAR" } }',
    ],
    [task('{ "cpu": "$0" }'), '512', '{ "cpu": "512" }'],
    [
      task('{ "containerDefinitions": [{ "name": "a" }, { "name": "b", "dependsOn": [{ "containerName": "$0" }] }] }'),
      'a',
      '{ "containerDefinitions": [{ "name": "a" }, { "name": "b", "dependsOn": [{ "containerName": "a" }] }] }',
    ],
    [
      task('{ "containerDefinitions": [{ "logConfiguration": { "options": { $0 } } }] }'),
      'awslogs-group',
      '{ "containerDefinitions": [{ "logConfiguration": { "options": { "awslogs-group": "" } } }] }',
    ],
    [
      task(
        '{ "volumes": [{ "name": "data" }], "containerDefinitions": [{ "mountPoints": [{ "sourceVolume": "$0" }] }] }',
      ),
      'data',
      '{ "volumes": [{ "name": "data" }], "containerDefinitions": [{ "mountPoints": [{ "sourceVolume": "data" }] }] }',
    ],
  ];
  for (const [fixture, label, applied] of APPLIED) {
    it(`${applied} by ${label}`, () => checkApplied(fixture, label, applied));
  }

  it('documents keys with AWS’s words', async () => {
    const item = (await completionsAt(service('{ $0 }'))).find(({ label }) => label === 'desiredCount');
    assert.match(item?.documentation ?? '', /number of instantiations/);
  });

  const WORDS: readonly (readonly [fixture: string, label: string, applied: string])[] = [
    ['{ "launchType": F$0, "cluster": "a" }', '"FARGATE"', '{ "launchType": "FARGATE", "cluster": "a" }'],
    ['{ "launchType": FAR$0GAT }', '"FARGATE"', '{ "launchType": "FARGATE" }'],
    ['{ "enableExecuteCommand": t$0 }', 'true', '{ "enableExecuteCommand": true }'],
    ['{ "cluster": "a", launch$0 }', 'launchType', '{ "cluster": "a", "launchType": "FARGATE" }'],
  ];
  for (const [fixture, label, applied] of WORDS) {
    it(`completes a word without quotes: ${applied}`, () => checkApplied(service(fixture), label, applied));
  }

  it('does not offer keys that are there', () => checkOffersNot(service('{ "cluster": "a", $0 }'), 'cluster'));
  it('offers no fillers of the mask', async () => {
    const labels = (await completionsAt(service('{ "tags": [{ "key": "{{ cluster }}" }, { "key": $0 }] }'))).map(
      ({ label }) => label,
    );
    assert.deepEqual(
      labels.filter((label) => label.includes('___')),
      [],
    );
  });
});

describe('completion of expressions as values', () => {
  const APPLIED: readonly (readonly [fixture: string, label: string, applied: string])[] = [
    [service('{ "cluster": $0 }'), '{{ cluster }}', '{ "cluster": "{{ cluster }}" }'],
    [service('{ "cluster": "$0" }'), '{{ cluster }}', '{ "cluster": "{{ cluster }}" }'],
    [service('{ "cluster": "clu$0" }'), '{{ cluster }}', '{ "cluster": "{{ cluster }}" }'],
    [service('{ "desiredCount": $0 }'), '{{ port }}', '{ "desiredCount": {{ port }} }'],
    [service('{ "cluster": $0 }'), '{{ port }}', '{ "cluster": "{{ port }}" }'],
    [
      service('{ "networkConfiguration": { "awsvpcConfiguration": { "subnets": $0 } } }'),
      '{{ subnets }}',
      '{ "networkConfiguration": { "awsvpcConfiguration": { "subnets": {{ subnets | tojson }} } } }',
    ],
    [service('{ "enableExecuteCommand": $0 }'), '{{ enabled }}', '{ "enableExecuteCommand": {{ enabled | tojson }} }'],
    [service('{ "cluster": "a-$0{{ port }}" }'), '{{ cluster }}', '{ "cluster": "a-{{ cluster }}{{ port }}" }'],
  ];
  for (const [fixture, label, applied] of APPLIED) {
    it(applied, () => checkApplied(fixture, label, applied));
  }

  const STACK = `//- cdk.json
{ "Net": { "Cluster": "c", "Sub-nets": ["s"] } }
//- web_input.json
{ "ref": { "type": "CDK", "file": "cdk.json" } }
`;
  it('offers the outputs of a CDK stack', () =>
    checkApplied(
      `//- web_svcdef.json
{ "cluster": "$0" }
${STACK}`,
      '{{ Net.Cluster }}',
      '{ "cluster": "{{ Net.Cluster }}" }',
    ));
  it('offers members that are no names by their text', () =>
    checkApplied(
      `//- web_svcdef.json
{ "networkConfiguration": { "awsvpcConfiguration": { "subnets": $0 } } }
${STACK}`,
      "{{ Net['Sub-nets'] }}",
      `{ "networkConfiguration": { "awsvpcConfiguration": { "subnets": {{ Net['Sub-nets'] | tojson }} } } }`,
    ));
  const BARE: readonly (readonly [fixture: string, label: string, applied: string])[] = [
    ['{ "tags": {{ sub$0 }} }', 'subnets', '{ "tags": {{ subnets | tojson }} }'],
    ['{ "tags": {{ sub$0', 'subnets', '{ "tags": {{ subnets | tojson }}'],
    ['{ "tags": {{ subnets$0 | length }} }', 'subnets', '{ "tags": {{ subnets | length }} }'],
    ['{ "cluster": {{ $0 }} }', 'cluster', '{ "cluster": {{ cluster | tojson }} }'],
    ['{ "enableExecuteCommand": {{- ena$0 -}} }', 'enabled', '{ "enableExecuteCommand": {{- enabled | tojson -}} }'],
    ['{ "desiredCount": {{ $0 }} }', 'port', '{ "desiredCount": {{ port }} }'],
    ['{ "cluster": "{{ $0 }}" }', 'cluster', '{ "cluster": "{{ cluster }}" }'],
    ['{ "cluster": {{ $0 ~ "x" }} }', 'cluster', '{ "cluster": {{ cluster ~ "x" }} }'],
    ['{% if $0 %}{}{% endif %}', 'enabled', '{% if enabled %}{}{% endif %}'],
  ];
  for (const [fixture, label, applied] of BARE) {
    it(`prints bare values as JSON: ${applied}`, () => checkApplied(service(fixture), label, applied));
  }

  it('offers no list where a text is expected', () => checkOffersNot(service('{ "cluster": $0 }'), '{{ subnets }}'));
  it('offers no text where a number is expected', () =>
    checkOffersNot(service('{ "desiredCount": $0 }'), '{{ cluster }}'));
  it('offers no list inside quotes', () => checkOffersNot(service('{ "cluster": "$0" }'), '{{ subnets }}'));
});

describe('completion in input files', () => {
  it('offers the repository’s files for ref.file', () =>
    checkApplied(input('{ "ref": { "file": ["$0"] } }'), 'out.json', '{ "ref": { "file": ["out.json"] } }'));
  it('offers them without quotes too, and for a single path', () =>
    checkApplied(input('{ "ref": { "file": $0 } }'), 'out.json', '{ "ref": { "file": "out.json" } }'));
  it('offers no config files', () => checkOffersNot(input('{ "ref": { "file": ["$0"] } }'), 'web_svcdef.json'));
  it('offers the kinds of files', () =>
    checkApplied(
      input('{ "ref": { "file": [], "type": "$0" } }'),
      '"TERRAFORM"',
      '{ "ref": { "file": [], "type": "TERRAFORM" } }',
    ));
  it('offers the names that templates use and nothing gives', () =>
    checkApplied(input('{ $0 }'), 'count', '{ "count": 1 }'));
  it('does not offer names that there are', () => checkOffersNot(input('{ "name": "web", $0 }'), 'name'));
});

describe('completion in an empty file', () => {
  const EMPTY: readonly (readonly [suffix: string, label: string, part: string])[] = [
    ['_svcdef.json', 'service on Fargate', '"serviceName": "web"'],
    ['_svcdef.json', 'service, blue/green', '"EXTERNAL"'],
    ['_taskdef.json', 'task definition on Fargate', '"family": "web"'],
    ['_depdef.json', 'deployment, blue/green', '"targetGroupArnPairs"'],
    ['_input.json', 'inputs from Terraform or CDK', '"TERRAFORM"'],
    ['_lambdadef.json', 'function from a zip', '"FunctionName": "web"'],
    ['_lambdadef.json', 'function from an image', '"ImageUri"'],
    ['_lambdadepdef.json', 'deployment of a function', '"alias": "live"'],
    ['_lambdaeventsourcedef.json', 'queue', '"EventSourceMapping"'],
    ['_lambdainput.json', 'inputs from Terraform or CDK', '"ref"'],
  ];
  for (const [suffix, label, part] of EMPTY) {
    it(`web${suffix} may begin as ${label}, which is JSON`, async () => {
      const items = await completionsAt(`//- web${suffix}\n$0\n`);
      const item = items.find((one) => one.label === label);
      assert.ok(item, items.map((one) => one.label).join(' · '));
      const text = withoutStops(item.text);
      assert.ok(text.includes(part));
      JSON.parse(text);
    });
  }
});
