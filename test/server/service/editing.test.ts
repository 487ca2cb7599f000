import assert from 'node:assert/strict';
import { type AwsKnowledge, awsFindings, codeActions, formatting } from '../../../server/service/index.ts';
import { deployment, edited, input, sceneOf, service, task } from './view.ts';

describe('formatting', () => {
  const formatted = (fixture: string): string => {
    const { view, files } = sceneOf(fixture);
    const edits = formatting(view.document, { tabSize: 2, insertSpaces: true });
    return edited(files, edits)
      .get(view.document.path)!
      .replace(/\r?\n$/, '');
  };
  const CASES: readonly (readonly [what: string, text: string, formatted: string])[] = [
    ['puts each member on a line', '{"a":1,"b":[1,2]}', '{\n  "a": 1,\n  "b": [\n    1,\n    2\n  ]\n}'],
    [
      'keeps expressions as they are',
      '{"a":"{{ x   }}","b":{{y|tojson}}}',
      '{\n  "a": "{{ x   }}",\n  "b": {{y|tojson}}\n}',
    ],
    ['keeps several expressions in one string', '{"a":"{{ x }}  {{ y }}"}', '{\n  "a": "{{ x }}  {{ y }}"\n}'],
    [
      'indents statements with what they hold',
      '{\n"a":[\n{% for s in subnets %}\n"{{ s }}"{% if not loop.last %},{% endif %}\n{% endfor %}\n]}',
      '{\n  "a": [\n    {% for s in subnets %}\n    "{{ s }}" {% if not loop.last %}, {% endif %}\n    {% endfor %}\n  ]\n}',
    ],
    [
      'keeps tags that strip space',
      '{\n{%- if x -%}\n"a":1,\n{%- endif %}\n"b":2}',
      '{\n  {%- if x -%}\n  "a": 1,\n  {%- endif %}\n  "b": 2\n}',
    ],
    ['keeps comments over several lines', '{# a\n   b #}\n{"a":1}', '{# a\n   b #}\n{\n  "a": 1\n}'],
    [
      'keeps expressions over several lines',
      '{"a":{{ {\n"x":1\n} | tojson }},"b":[]}',
      '{\n  "a": {{ {\n"x":1\n} | tojson }},\n  "b": []\n}',
    ],
    [
      'keeps raw blocks',
      '{"a":{% raw %}{"b":"{{ x }}",\n"c":1}{% endraw %}}',
      '{\n  "a": {% raw %}{"b":"{{ x }}",\n"c":1}{% endraw %}\n}',
    ],
    [
      'keeps text that is set',
      '{% set n %}a,b{% endset %}\n{"a":"{{ n }}"}',
      '{% set n %}a,b{% endset %}\n{\n  "a": "{{ n }}"\n}',
    ],
    [
      'keeps macros',
      '{% macro m(a) %}"{{a}}",1{% endmacro %}\n{"a":[{{m(1)}}]}',
      '{% macro m(a) %}"{{a}}",1{% endmacro %}\n{\n  "a": [\n    {{m(1)}}\n  ]\n}',
    ],
    ['keeps tags in keys', '{"{{ cluster }}-x":{"a":1}}', '{\n  "{{ cluster }}-x": {\n    "a": 1\n  }\n}'],
    ['keeps line breaks of Windows', '{"a":1,\r\n"b":2}', '{\r\n  "a": 1,\r\n  "b": 2\r\n}'],
    ['begins no comment of its own', '{"a":1}{#', '{\n  "a": 1\n}{#'],
    ['keeps comments', '{\n{# why #}\n"a":1}', '{\n  {# why #}\n  "a": 1\n}'],
    ['leaves a broken template alone', '{"a":{{ x }', '{"a":{{ x }'],
    ['leaves what is formatted as it is', '{\n  "a": 1\n}', '{\n  "a": 1\n}'],
    ['keeps a statement over several lines', '{"a":{%\nif x %}1{% endif %}}', '{\n  "a": {%\nif x %} 1 {% endif %}\n}'],
  ];
  for (const [what, text, expected] of CASES) it(what, () => assert.equal(formatted(service(text)), expected));

  it('keeps a line break at the end, and makes one where it is asked for', () => {
    const ended = (text: string, insertFinalNewline?: boolean): string => {
      const { view, files } = sceneOf(`//- web_input.json\n${text}`);
      const options = { tabSize: 2, insertSpaces: true, ...(insertFinalNewline && { insertFinalNewline }) };
      return edited(files, formatting(view.document, options)).get('web_input.json')!;
    };
    assert.equal(ended('{"a":1}\n'), '{\n  "a": 1\n}\n');
    assert.equal(ended('{"a":1}\r\n\r\n'), '{\r\n  "a": 1\r\n}\r\n');
    assert.equal(ended('{"a":1}  '), '{\n  "a": 1\n}');
    assert.equal(ended('{"a":1}', true), '{\n  "a": 1\n}\n');
  });

  it('formats whole lines of a range, and no others', () => {
    const text = '{\n  "a":{"x":1},\n  "b":{"y":[1]}\n}\n';
    const { view, files } = sceneOf(`//- web_input.json\n${text}`);
    const start = text.indexOf('"y"');
    const edits = formatting(view.document, { tabSize: 2, insertSpaces: true }, { start, end: start + 3 });
    assert.equal(
      edited(files, edits).get('web_input.json'),
      '{\n  "a":{"x":1},\n  "b": {\n    "y": [\n      1\n    ]\n  }\n}\n',
    );
  });

  it('formats input files as JSON', () => assert.equal(formatted(input('{"name":"web"}')), '{\n  "name": "web"\n}'));

  it('gives the same when it is done twice', () => {
    for (const [, text] of CASES) {
      const once = formatted(service(text));
      assert.equal(formatted(service(once)), once);
    }
  });

  it('changes nothing of what a template gives but space', () => {
    const text =
      '{"a":"{{ cluster }}","b":[{% for s in subnets %}"{{ s }}"{% if not loop.last %},{% endif %}{% endfor %}]}';
    const values = [text, formatted(service(text))].map(
      (one) => sceneOf(service(one)).view.workload.checked.files.find(({ role }) => role === 'service')!.value,
    );
    assert.ok(values[0]);
    assert.deepEqual(values[0], values[1]);
  });
});

describe('code actions', () => {
  const actionsAt = (fixture: string) => {
    const scene = sceneOf(fixture);
    return { ...scene, actions: codeActions(scene.view, { start: scene.start, end: scene.end }) };
  };

  /** After the action with this title, the files are so. */
  function checkAction(fixture: string, title: string, expected: Readonly<Record<string, string>>): void {
    const { actions, files } = actionsAt(fixture);
    const action = actions.find((one) => one.title === title);
    assert.ok(action, `${title} is not among ${actions.map((one) => one.title).join(' · ')}`);
    const after = edited(files, action.edits);
    for (const { path, text } of action.creates ?? []) after.set(path, text);
    for (const [path, text] of Object.entries(expected)) assert.equal(after.get(path)?.trimEnd(), text);
  }

  const CASES: readonly (readonly [what: string, fixture: string, title: string, expected: string])[] = [
    [
      'corrects a misspelt name',
      service('{ "cluster": "{{ clus$0tr }}" }'),
      'Change to cluster',
      '{ "cluster": "{{ cluster }}" }',
    ],
    ['corrects a misspelt key', service('{ "clus$0tr": "a" }'), 'Change to "cluster"', '{ "cluster": "a" }'],
    [
      'corrects a misspelt value',
      service('{ "launchType": "FARG$0AT" }'),
      'Change to "FARGATE"',
      '{ "launchType": "FARGATE" }',
    ],
    ['takes quotes from a number', service('{ "desiredCount": "$02" }'), 'Change to 2', '{ "desiredCount": 2 }'],
    [
      'puts a number in quotes',
      task('{ "family": "a", "cpu": 2$056, "containerDefinitions": [] }'),
      'Change to "256"',
      '{ "family": "a", "cpu": "256", "containerDefinitions": [] }',
    ],
    [
      'prints a list without quotes',
      service('{ "networkConfiguration": { "awsvpcConfiguration": { "subnets": "{{ sub$0nets }}" } } }'),
      'Print it without quotes',
      '{ "networkConfiguration": { "awsvpcConfiguration": { "subnets": {{ subnets | tojson }} } } }',
    ],
    [
      'prints a list as JSON',
      service('{ "a": {{ sub$0nets }} }'),
      'Print it as JSON',
      '{ "a": {{ subnets | tojson }} }',
    ],
    [
      'puts a text in quotes',
      service('{ "cluster": {{ clu$0ster }} }'),
      'Put quotes around it',
      '{ "cluster": "{{ cluster }}" }',
    ],
    [
      'renames an old key',
      deployment('{ "circuit$0Breaker": { "failureThreshold": 3 } }'),
      'Change to "gmDeploymentCircuitBreaker"',
      '{ "gmDeploymentCircuitBreaker": { "failureThreshold": 3 } }',
    ],
    [
      'converts a flat pair',
      deployment('{ "targetGroup$0Arns": ["a", "b"] }'),
      'Convert to targetGroupArnPairs',
      '{ "targetGroupArnPairs": [["a", "b"]] }',
    ],
    [
      'deletes an unused input',
      input('{ "na$0me": "web", "count": 1, "cluster": "a" }').replaceAll('{{ name }}', 'x'),
      'Delete the input',
      '{ "count": 1, "cluster": "a" }',
    ],
    [
      'replaces an expression by its value',
      service('{ "cluster": "{{ clu$0ster }}" }'),
      'Replace the expression by its value',
      '{ "cluster": "prod" }',
    ],
    [
      'replaces a number by its value',
      service('{ "desiredCount": {{ po$0rt }} }'),
      'Replace the expression by its value',
      '{ "desiredCount": 80 }',
    ],
    [
      'replaces a list by its value',
      service('{ "a": {{ subn$0ets | tojson }} }'),
      'Replace the expression by its value',
      '{ "a": ["subnet-1", "subnet-2"] }',
    ],
    [
      'adds a health check',
      task('{ "containerDefinitions": [{ "na$0me": "app" }] }'),
      'Add a health check',
      '{ "containerDefinitions": [{ "name": "app", "healthCheck": { "command": ["CMD-SHELL", "curl -f http://localhost/ || exit 1"], "interval": 30, "timeout": 5, "retries": 3 } }] }',
    ],
    [
      'adds a log configuration',
      task('{ "containerDefinitions": [{ "na$0me": "app" }] }'),
      'Add a log configuration',
      '{ "containerDefinitions": [{ "name": "app", "logConfiguration": { "logDriver": "awslogs", "options": { "awslogs-group": "/ecs/web", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "app" } } }] }',
    ],
  ];
  for (const [what, fixture, title, expected] of CASES) {
    it(what, () => checkAction(fixture, title, { [sceneOf(fixture).view.document.path]: expected }));
  }

  const logging = (log: string): string =>
    `{ "family": "web", "cpu": "256", "memory": "512", "requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc", "executionRoleArn": "a", "containerDefinitions": [{ "name": "app", "image": "a", "logConfiguration": ${log} }] }`;
  const PARTS: readonly (readonly [what: string, text: string, title: string, after: string])[] = [
    [
      'a key that a definition needs, with what its value needs',
      '$0{ "family": "web" }',
      'Add "containerDefinitions"',
      '{ "family": "web", "containerDefinitions": [{ "name": "", "image": "" }] }',
    ],
    [
      'a key to an item that has a statement behind its last member',
      '{ "family": "web", "containerDefinitions": [{ "name": "web", "image": "a" }], "tags": [], "volumes": [{ "name": "d", "$0efsVolumeConfiguration": { "rootDirectory": "/"{% if port %}{% endif %} } }] }',
      'Add "fileSystemId"',
      '{ "family": "web", "containerDefinitions": [{ "name": "web", "image": "a" }], "tags": [], "volumes": [{ "name": "d", "efsVolumeConfiguration": { "fileSystemId": "", "rootDirectory": "/"{% if port %}{% endif %} } }] }',
    ],
    [
      'an option of the log driver',
      logging('{ "logDriver": "awslogs", "opt$0ions": { "awslogs-group": "/a", "awslogs-region": "us-east-1" } }'),
      'Add awslogs-stream-prefix',
      logging(
        '{ "logDriver": "awslogs", "options": { "awslogs-group": "/a", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "app" } }',
      ),
    ],
    [
      'several options of the log driver',
      logging('{ "logDriver": "awslogs", "opt$0ions": { "awslogs-region": "us-east-1" } }'),
      'Add awslogs-group and awslogs-stream-prefix',
      logging(
        '{ "logDriver": "awslogs", "options": { "awslogs-region": "us-east-1", "awslogs-group": "/ecs/web", "awslogs-stream-prefix": "app" } }',
      ),
    ],
    [
      'all options of the log driver',
      logging('{ "logDriver": "aws$0logs" }'),
      'Add awslogs-group and awslogs-region and awslogs-stream-prefix',
      logging(
        '{ "logDriver": "awslogs", "options": { "awslogs-group": "/ecs/web", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "app" } }',
      ),
    ],
    [
      'all options into an empty object',
      logging('{ "logDriver": "awslogs", "opt$0ions": {} }'),
      'Add awslogs-group and awslogs-region and awslogs-stream-prefix',
      logging(
        '{ "logDriver": "awslogs", "options": { "awslogs-group": "/ecs/web", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "app" } }',
      ),
    ],
  ];
  for (const [what, text, title, after] of PARTS) {
    it(`adds ${what}`, () => checkAction(task(text), title, { 'web_taskdef.json': after }));
  }

  it('offers once to mend what a loop gives several times', () => {
    const { actions } = actionsAt(
      task(
        '{ "family": "web", "containerDefinitions": [{% for x in [1, 2] %}$0{ "name": "a{{ x }}" }{% if not loop.last %}, {% endif %}{% endfor %}] }',
      ),
    );
    assert.equal(actions.filter(({ title }) => title === 'Add "image"').length, 1);
  });

  it('adds a missing name to the inputs', () =>
    checkAction(service('{ "cluster": "{{ na$0me }}" }'), 'Add name to the inputs', {
      'web_input.json': '{ "ref": { "type": "TERRAFORM", "file": "out.json" }, "image": "nginx:1", "name": "" }',
    }));

  it('makes an input file where there is none', () =>
    checkAction('//- web_svcdef.json\n{ "cluster": "{{ na$0me }}" }\n', 'Add name to the inputs', {
      'web_input.json': '{\n  "name": ""\n}',
    }));

  it('moves a literal to an input', () =>
    checkAction(service('{ "serviceName": "we$0b" }'), 'Move the value to the input service_name', {
      'web_svcdef.json': '{ "serviceName": "{{ service_name }}" }',
      'web_input.json':
        '{ "ref": { "type": "TERRAFORM", "file": "out.json" }, "image": "nginx:1", "service_name": "web" }',
    }));

  it('moves a number, without quotes', () =>
    checkAction(service('{ "desiredCount": $03 }'), 'Move the value to the input desired_count', {
      'web_svcdef.json': '{ "desiredCount": {{ desired_count }} }',
    }));

  it('finds a free name', () =>
    checkAction(service('{ "cluster": "te$0st" }'), 'Move the value to the input cluster_2', {
      'web_svcdef.json': '{ "cluster": "{{ cluster_2 }}" }',
    }));

  const SUBNETS = (value: string) =>
    service(`{ "serviceName": "a", "networkConfiguration": { "awsvpcConfiguration": { "subnets": ${value} } } }`);
  const QUOTES: readonly (readonly [written: string, title: string, expected: string])[] = [
    ['"{{ sub$0nets | tojson }}"', 'Print it without quotes', '{{ subnets | tojson }}'],
    ['"{{- sub$0nets -}}"', 'Print it without quotes', '{{ subnets | tojson }}'],
    ['"[{{ sub$0nets }}]"', 'Print it without quotes', '{{ subnets | tojson }}'],
    ['{{ sub$0nets }}', 'Print it as JSON', '{{ subnets | tojson }}'],
    ['["{{ sub$0nets }}"]', 'Print the list in place of the one around it', '{{ subnets | tojson }}'],
    ['[{{ sub$0nets | tojson }}]', 'Print the list in place of the one around it', '{{ subnets | tojson }}'],
    ['[{{ clus$0ter }}]', 'Put quotes around it', '["{{ cluster }}"]'],
    ['[a-{{ clus$0ter }}/b]', 'Put quotes around it', '["a-{{ cluster }}/b"]'],
  ];
  for (const [written, title, expected] of QUOTES) {
    it(`sorts out the quotes of ${written.replace('$0', '')}`, () => {
      checkAction(SUBNETS(written), title, {
        'web_svcdef.json': sceneOf(SUBNETS(expected)).view.document.text.trimEnd(),
      });
      const codes = sceneOf(SUBNETS(expected)).view.workload.checked.findings.map(({ code }) => code);
      assert.deepEqual(
        codes.filter((code) => /^(json|template|schema)\./.test(code)),
        [],
      );
    });
  }
  const TYPES: readonly (readonly [text: string, title: string, expected: string])[] = [
    ['{ "cluster": {{ po$0rt }} }', 'Put quotes around it', '{ "cluster": "{{ port }}" }'],
    [
      '{ "enableExecuteCommand": "{{ ena$0bled }}" }',
      'Print it without quotes',
      '{ "enableExecuteCommand": {{ enabled | tojson }} }',
    ],
    [`{ "desiredCount": "{{ '3'$0 }}" }`, 'Print it as a number', `{ "desiredCount": {{ '3' | int }} }`],
  ];
  for (const [text, title, expected] of TYPES) {
    it(`${title}: ${expected}`, () => checkAction(service(text), title, { 'web_svcdef.json': expected }));
  }

  const ADDED: readonly (readonly [written: string, input: string | undefined, expected: string])[] = [
    ['"cluster": "{{ na$0me }}"', undefined, '{\n  "name": ""\n}'],
    ['"cluster": "{{ na$0me }}"', '{}', '{\n  "name": ""\n}'],
    ['"cluster": "{{ na$0me }}"', '{ }\n', '{\n  "name": ""\n}'],
    ['"cluster": "{{ na$0me }}"', '{\r\n}\r\n', '{\r\n  "name": ""\r\n}'],
    ['"cluster": "{{ na$0me }}"', '{\r\n\t"a": 1\r\n}\r\n', '{\r\n\t"a": 1,\r\n\t"name": ""\r\n}'],
    ['"cluster": "{{ na$0me }}"', '{\n\t"a": { "b": 1 }\n}', '{\n\t"a": { "b": 1 },\n\t"name": ""\n}'],
    ['"cluster": "{{ na$0me }}"', '{"a":1}', '{"a":1, "name": ""}'],
    ['"desiredCount": {{ na$0me }}', '{}', '{\n  "name": 1\n}'],
    ['"enableExecuteCommand": {{ na$0me | tojson }}', '{}', '{\n  "name": true\n}'],
    ['"tags": {{ na$0me | tojson }}', '{}', '{\n  "name": []\n}'],
    ['"tags": [{% for t in na$0me %}{{ t }}{% endfor %}]', '{}', '{\n  "name": []\n}'],
    ['"cluster": "{{ na$0me.short }}"', '{}', '{\n  "name": { "short": "" }\n}'],
    [`"cluster": "{{ na$0me['a-b'] }}"`, '{}', '{\n  "name": { "a-b": "" }\n}'],
  ];
  for (const [written, input, expected] of ADDED) {
    it(`adds what ${written.replace('$0', '')} needs to ${JSON.stringify(input) ?? 'no file'}`, () => {
      const fixture = `//- a_svcdef.json\n{ "serviceName": "a", ${written} }\n${input === undefined ? '' : `//- a_input.json\n${input}`}`;
      checkAction(fixture, 'Add name to the inputs', { 'a_input.json': expected });
      const after = sceneOf(`//- a_svcdef.json\n{ "serviceName": "a", ${written} }\n//- a_input.json\n${expected}`);
      assert.deepEqual(
        after.view.workload.checked.findings.filter(({ code }) => /^(json|template|schema)\./.test(code)),
        [],
      );
    });
  }
  it('adds a member to an input', () =>
    checkAction('//- a_svcdef.json\n{ "cluster": "{{ a.na$0me }}" }\n//- a_input.json\n{ "a": {} }', 'Add name to a', {
      'a_input.json': '{ "a": { "name": "" } }',
    }));

  const MOVED: readonly (readonly [text: string, name: string, after: string])[] = [
    ['{ "cluster": "a\\"b$0" }', 'cluster_2', '{ "cluster": {{ cluster_2 | tojson }} }'],
    ['{ "": "x$0" }', 'value', '{ "": "{{ value }}" }'],
    ['{ "if": "x$0" }', 'if_2', '{ "if": "{{ if_2 }}" }'],
    ['{ "range": "x$0" }', 'range_2', '{ "range": "{{ range_2 }}" }'],
    [
      '{ "cluster": "x$0", "a": "{{ cluster_2 | default(1) }}" }',
      'cluster_3',
      '{ "cluster": "{{ cluster_3 }}", "a": "{{ cluster_2 | default(1) }}" }',
    ],
    [
      '{% for cluster_2 in [1] %}{ "cluster": "x$0" }{% endfor %}',
      'cluster_3',
      '{% for cluster_2 in [1] %}{ "cluster": "{{ cluster_3 }}" }{% endfor %}',
    ],
    [
      '{ "enableExecuteCommand": tr$0ue }',
      'enable_execute_command',
      '{ "enableExecuteCommand": {{ enable_execute_command | tojson }} }',
    ],
  ];
  for (const [text, name, after] of MOVED) {
    it(`moves a literal: ${after}`, () =>
      checkAction(service(text), `Move the value to the input ${name}`, { 'web_svcdef.json': after }));
  }
  it('moves a literal to an input file without a line', () =>
    checkAction(
      '//- a_svcdef.json\n{ "cluster": "x$0" }\n//- a_input.json\n\n',
      'Move the value to the input cluster',
      {
        'a_input.json': '{\n  "cluster": "x"\n}',
      },
    ));

  const INLINED: readonly (readonly [text: string, after: string])[] = [
    ['{ "a": "{{ ena$0bled }}" }', '{ "a": "True" }'],
    ['{ "a": {{ ena$0bled }} }', '{ "a": true }'],
    ['{ "a": {{ port $0* 1.0 }} }', '{ "a": 80.0 }'],
    ['{ "a": "x-{{ clus$0ter }}-y" }', '{ "a": "x-prod-y" }'],
    ['{ "a": {{ cluster | to$0json }} }', '{ "a": "prod" }'],
  ];
  for (const [text, after] of INLINED) {
    it(`replaces an expression: ${after}`, () =>
      checkAction(service(text), 'Replace the expression by its value', { 'web_svcdef.json': after }));
  }

  it('converts an expression that gives a flat pair', () =>
    checkAction(deployment('{ "targetGroup$0Arns": {{ subnets | tojson }} }'), 'Convert to targetGroupArnPairs', {
      'web_depdef.json': '{ "targetGroupArnPairs": [{{ subnets | tojson }}] }',
    }));
  it('converts several flat pairs', () =>
    checkAction(deployment('{ "targetGroup$0Arns": ["a", "b", "c", "d"] }'), 'Convert to targetGroupArnPairs', {
      'web_depdef.json': '{ "targetGroupArnPairs": [["a", "b"], ["c", "d"]] }',
    }));
  it('names the logs as the container is named, expressions and all', () =>
    checkAction(task('{ "containerDefinitions": [{ "na$0me": "a-{{ cluster }}" }] }'), 'Add a log configuration', {
      'web_taskdef.json':
        '{ "containerDefinitions": [{ "name": "a-{{ cluster }}", "logConfiguration": { "logDriver": "awslogs", "options": { "awslogs-group": "/ecs/web", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "a-{{ cluster }}" } } }] }',
    }));

  const ABSENT: readonly (readonly [what: string, fixture: string, title: RegExp])[] = [
    [
      'adds no key that a condition left out',
      task('$0{ {% if port == 1 %}"family": "web",{% endif %} "containerDefinitions": [] }'),
      /Add "family"/,
    ],
    ['adds no key where a condition would hold it', task('$0{ {% if port %}"tags": []{% endif %} }'), /Add "/],
    ['adds nothing beside tags alone', task('$0{ {% for x in [] %}{{ x }}{% endfor %} }'), /Add "/],
    ['moves nothing from a raw block', service('{% raw %}{ "cluster": "x$0" }{% endraw %}'), /Move/],
    ['moves no text with tags of a raw block', service('{ "cluster": "{% raw %}{{ x }}{% endraw %}$0" }'), /Move/],
    ['puts no list into a string', service('{ "a": "{{ subnets | to$0json }}" }'), /Replace/],
    ['replaces no secret by its value', service('{ "a": "{{ pass$0word }}" }'), /Replace/],
    ['replaces no loop variable by its value', service('{% for s in subnets %}{{ $0s }}{% endfor %}'), /Replace/],
    ['moves no key', service('{ "service$0Name": "web" }'), /Move/],
    ['moves no expression', service('{ "serviceName": "{{ clu$0ster }}" }'), /Move/],
    [
      'adds no second health check',
      task('{ "containerDefinitions": [{ "na$0me": "app", "healthCheck": {} }] }'),
      /health check/,
    ],
    ['offers nothing for containers in a service', service('{ "serviceName": "we$0b" }'), /health check|log/],
  ];
  for (const [what, fixture, title] of ABSENT) {
    it(what, () =>
      assert.deepEqual(
        actionsAt(fixture)
          .actions.filter((one) => title.test(one.title))
          .map((one) => one.title),
        [],
      ),
    );
  }
});

describe('what is known of the account', () => {
  const aws = (complete: boolean): AwsKnowledge => ({
    list: (kind) =>
      kind === 'cluster' ? { things: [{ id: 'prod' }, { id: 'test' }], complete } : { things: [], complete: false },
  });
  const codes = (fixture: string, knowledge: AwsKnowledge) =>
    awsFindings(sceneOf(fixture).view.workload.checked, knowledge).map(({ code, hint }) => [code, hint]);

  it('tells what does not exist, and what was meant', () =>
    assert.deepEqual(codes(service('{ "cluster": "prdo" }'), aws(true)), [['aws.no-cluster', 'did you mean "prod"?']]));
  it('says nothing while not everything is known', () =>
    assert.deepEqual(codes(service('{ "cluster": "prdo" }'), aws(false)), []));
  it('says nothing of what exists', () => assert.deepEqual(codes(service('{ "cluster": "prod" }'), aws(true)), []));
  it('takes an ARN for the name at its end', () =>
    assert.deepEqual(
      codes(service('{ "cluster": "arn:aws:ecs:eu-west-1:123456789012:cluster/prod" }'), aws(true)),
      [],
    ));
  it('says nothing of kinds that are not known', () =>
    assert.deepEqual(codes(service('{ "loadBalancers": [{ "targetGroupArn": "x" }] }'), aws(true)), []));
});
