import assert from 'node:assert/strict';
import { hover, inlayHints, Schemas } from '../../../server/service/index.ts';
import { deployment, input, sceneOf, service, task } from './view.ts';

const schemas = new Schemas();

async function textAt(fixture: string): Promise<{ text: string; at: string } | undefined> {
  const { view, start } = sceneOf(fixture);
  const found = await hover(view, start, schemas);
  return found && { text: found.text, at: view.document.text.slice(found.start, found.end) };
}

describe('hover over an expression', () => {
  const CASES: readonly (readonly [text: string, at: string, ...parts: string[]])[] = [
    ['{ "cluster": "{{ clu$0ster }}" }', 'cluster', '"prod"', '`cluster` comes from `out.json`, line 2'],
    ['{ "cluster": {{ po$0rt }} }', 'port', 'number', '80'],
    ['{ "cluster": {{ po$0rt + 1 }} }', 'port', '80'],
    ['{ "cluster": {{ port $0+ 1 }} }', 'port + 1', '81'],
    ['{ "cluster": {{ port +$0 1 }} }', 'port + 1', '81'],
    ['{ "cluster": "{{ tgs.bl$0ue }}" }', 'tgs.blue', '"arn:blue"', '`tgs` comes from'],
    [`{ "cluster": "{{ tgs['gre$0en-tg'] }}" }`, "tgs['green-tg']", '"arn:green"'],
    ['{ "cluster": "{{ t$0gs.blue }}" }', 'tgs', 'object'],
    ['{ "subnets": {{ subn$0ets | tojson }} }', 'subnets', 'list of 2', '"subnet-1"'],
    ['{ "subnets": {{ subnets | to$0json }} }', 'tojson', 'filter', 'as JSON'],
    ['{ "a": {{ 1 if port is def$0ined else 2 }} }', 'defined', 'test', 'exists'],
    ['{ "cluster": "{{ pass$0word }}" }', 'password', '(sensitive)', 'marked as secret'],
    ['{ "cluster": "{{ (pass$0word ~ "x") | upper }}" }', 'password', '(sensitive)'],
    ['{% for s in subnets %}"{{ $0s }}"{% endfor %}', 's', '"subnet-1"', 'in the first round'],
    ['{% for s in subnets %}"{{ s | up$0per }}"{% endfor %}', 'upper', 'Upper case'],
    ['{% for s in subnets %}{% if not loop.la$0st %},{% endif %}{% endfor %}', 'loop.last', 'last round'],
    ['{% set x = port * 2 %}{{ $0x }}', 'x', '160'],
    ['{% if ena$0bled %}{% endif %}', 'enabled', 'true'],
    ['{{ ran$0ge(3) | list }}', 'range', 'numbers in sequence'],
    ['{{ mis$0sing }}', 'missing', 'no input is called `missing`'],
    ['{{ cluster ~ $0"-" ~ port }}', '"-"', '"-"'],
    ['{{ subnets[$00] }}', 'subnets[0]', '"subnet-1"'],
    ['{% for s in subnets %}"{{ $0s }}"{% endfor %}', 's', 'each round: `subnet-1`, `subnet-2`'],
    ['{% for $0s in subnets %}-{% endfor %}', 's', 'loop variable', '"subnet-1"'],
    ['{% for s in subnets %}{{ lo$0op.index }}{% endfor %}', 'loop', 'the loop around'],
    ['{% set $0x = port * 2 %}', 'x', 'variable, number', '160'],
    ['{% macro m(a) %}{{ $0a }}{% endmacro %}', 'a', '`a`: parameter'],
    ['{% macro m(a) %}{{ a }}{% endmacro %}{{ $0m(1) }}', 'm', '`m`: macro'],
    ['{% set ns = namespace(a=1) %}{{ n$0s.a }}', 'ns', '`ns`: variable'],
    ['{{ tgs.val$0ues() | list }}', 'values', 'method `values()`'],
    ['{{ tgs.mis$0sing }}', 'tgs.missing', 'it has `blue`, `green-tg`'],
    ['{ "gmDeployment😀": "{{ clus$0ter }}" }', 'cluster', '"prod"'],
  ];
  for (const [text, at, ...parts] of CASES) {
    it(text, async () => {
      const found = await textAt(service(text));
      assert.equal(found?.at, at, found?.text);
      for (const part of parts) assert.ok(found!.text.includes(part), found!.text);
    });
  }

  it('says nothing of an expression that is not written yet', async () =>
    assert.equal(await textAt(service('{{$0}}')), undefined));

  it('names no members of a secret', async () => {
    const found = await textAt(
      '//- web_svcdef.json\n{{ conf.mis$0sing }}\n//- web_input.json\n{ "ref": { "type": "TERRAFORM", "file": "o.json" } }\n//- o.json\n{ "conf": { "sensitive": true, "value": { "hunter2": 1 } } }\n',
    );
    assert.match(found!.text, /no such member$/);
  });

  it('shows no secret, wherever it is', async () => {
    for (const text of [
      '{{ $0password }}',
      '{{ [pass$0word] }}',
      '{{ {"a": password}$0 }}',
      '{% set x = password %}{{ $0x }}',
    ]) {
      assert.ok(!(await textAt(service(text)))?.text.includes('hunter2'), text);
    }
  });

  it('says that a name is not known while an input file cannot be read', async () => {
    const found = await textAt('//- web_svcdef.json\n{{ na$0me }}\n//- web_input.json\n{\n');
    assert.match(found!.text, /not known/);
  });

  it('is silent in comments, and in text', async () => {
    assert.equal(await textAt(service('{# $0 #}{}')), undefined);
  });
});

describe('hover over a key', () => {
  it('gives AWS’s documentation', async () =>
    assert.match((await textAt(service('{ "desired$0Count": 1 }')))!.text, /number of instantiations/));
  it('gives it beside an expression', async () =>
    assert.match((await textAt(service('{ "desired$0Count": {{ port }} }')))!.text, /number of instantiations/));
  it('gives it inside lists', async () =>
    assert.match(
      (await textAt(service('{ "loadBalancers": [{ "container$0Name": "app" }] }')))!.text,
      /name of the container/,
    ));
  it('gives ours', async () =>
    assert.match((await textAt(deployment('{ "stability$0Check": {} }')))!.text, /How long the new tasks may take/));
  it('explains the values of an enumeration', async () =>
    assert.match((await textAt(deployment('{ "trafficShiftingConfig": { "type": "LIN$0EAR" } }')))!.text, /percent/));
  it('gives it for tasks', async () => assert.match((await textAt(task('{ "fam$0ily": "web" }')))!.text, /family/));
});

describe('what a number of a deployment definition means', () => {
  const MEANINGS: readonly (readonly [text: string, meaning: string])[] = [
    [
      '{ "gmDeploymentCircuitBreaker": { "failureThreshold": $05, "failureThresholdPercent": 30 } }',
      'Trips after min(5, 30 % of 10 tasks) = 3 failures.',
    ],
    [
      '{ "gmDeploymentCircuitBreaker": { "failureThreshold$0Percent": 30 } }',
      'Trips after 30 % of 10 tasks = 3 failures.',
    ],
    ['{ "gmDeploymentCircuitBreaker": { "failureThreshold": $01 } }', 'Trips after 1 = 1 failure.'],
    [
      '{ "stabilityCheck": { "timeout": $0220, "timeoutPerTask": 25 } }',
      'Gives up after max(220 s, 25 s × 10 tasks) = 250 s (4.2 min).',
    ],
    ['{ "stabilityCheck": { "timeout": $090 } }', 'Gives up after 90 s = 90 s.'],
    [
      '{ "trafficShiftingConfig": { "type": "LINEAR", "percent": $020, "waitInterval": 60 } }',
      '5 steps of 20 %, 60 s each: about 300 s (5 min) in all.',
    ],
    [
      '{ "trafficShiftingConfig": { "type": "CANARY", "percent": $010, "waitInterval": 60 } }',
      '10 % first, the rest after 60 s',
    ],
    [
      '{ "trafficShiftingConfig": { "type": "ALL_AT_ONCE", "waitInterval": $030 } }',
      'All traffic at once, then alarms are watched for 30 s.',
    ],
  ];
  for (const [text, meaning] of MEANINGS) {
    it(meaning, async () => {
      const found = await textAt(deployment(text));
      assert.ok(found?.text.includes(meaning), found?.text);
    });
  }
});

describe('hover in an input file', () => {
  it('says who uses a value', async () =>
    assert.equal(
      (await textAt(input('{ "na$0me": "web", "count": 1 }')))?.text,
      'Used as `{{ name }}` by `web_svcdef.json` (2)',
    ));
  it('says that nobody does', async () =>
    assert.match((await textAt(input('{ "oth$0er": "web" }')))!.text, /No template/));
});

describe('inlay hints', () => {
  /** The text with each hint in `«»` behind its place. */
  const withHints = (fixture: string): string => {
    const { view } = sceneOf(fixture);
    const { text } = view.document;
    const hints = inlayHints(view, { start: 0, end: text.length });
    return hints
      .toSorted((a, b) => b.offset - a.offset)
      .reduce((shown, hint) => `${shown.slice(0, hint.offset)}«${hint.text}»${shown.slice(hint.offset)}`, text)
      .trimEnd();
  };
  const CASES: readonly (readonly [text: string, hinted: string])[] = [
    ['{ "cluster": "{{ cluster }}" }', '{ "cluster": "{{ cluster }}«prod»" }'],
    ['{ "desiredCount": {{ port }} }', '{ "desiredCount": {{ port }}«80» }'],
    ['{ "a": {{ subnets | tojson }} }', '{ "a": {{ subnets | tojson }}«["subnet-1", "subnet-2"]» }'],
    ['{ "a": "{{ password }}" }', '{ "a": "{{ password }}«(sensitive)»" }'],
    [
      '[{% for s in subnets %}"{{ s }}",{% endfor %} 1]',
      '[{% for s in subnets %}"{{ s }}«subnet-1, subnet-2»",{% endfor %} 1]',
    ],
    ['{% if not enabled %}{{ cluster }}{% endif %}{}', '{% if not enabled %}{{ cluster }}{% endif %}{}'],
    ['{ "a": "{{ missing }}" }', '{ "a": "{{ missing }}" }'],
    ['{ "a": "{{ cluster }}-{{ port }}" }', '{ "a": "{{ cluster }}«prod»-{{ port }}«80»" }'],
    ['{ "a": "{{ missing }}{{ cluster }}" }', '{ "a": "{{ missing }}{{ cluster }}«prod»" }'],
  ];
  for (const [text, hinted] of CASES) it(hinted, () => assert.equal(withHints(service(text)), hinted));

  it('are given for the range that is asked for', () => {
    const { view } = sceneOf(service('{ "a": "{{ cluster }}",\n"b": "{{ port }}" }'));
    assert.equal(inlayHints(view, { start: 0, end: 10 }).length, 1);
  });
});
