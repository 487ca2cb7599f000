import assert from 'node:assert/strict';
import { definition, documentLinks, prepareRename, references, rename } from '../../../server/service/index.ts';
import { edited, INPUTS, input, sceneOf, service, task } from './view.ts';

/** `path: text` of a span. */
function spanText(
  fixture: string,
  find: (scene: ReturnType<typeof sceneOf>) => { path: string; start: number; end: number } | undefined,
): string | undefined {
  const scene = sceneOf(fixture);
  const span = find(scene);
  if (span === undefined) return undefined;
  const text = scene.files.get(span.path)!;
  const line = text.slice(0, span.start).split('\n').length;
  return `${span.path}:${line} ${text.slice(span.start, span.end)}`;
}

describe('go to definition', () => {
  const CASES: readonly (readonly [text: string, target: string | undefined])[] = [
    ['{ "cluster": "{{ clu$0ster }}" }', 'out.json:2 "cluster"'],
    ['{ "image": "{{ im$0age }}" }', 'web_input.json:1 "image"'],
    ['{ "a": "{{ t$0gs.blue }}" }', 'out.json:6 "tgs"'],
    ['{ "a": "{{ tgs.bl$0ue }}" }', 'out.json:6 "blue"'],
    [`{ "a": "{{ tgs['green$0-tg'] }}" }`, 'out.json:6 "green-tg"'],
    ['{ "a": {{ subnets[$00] | tojson }} }', 'out.json:5 "subnet-1"'],
    ['{% for s in subn$0ets %}{% endfor %}', 'out.json:5 "subnets"'],
    ['{% if ena$0bled %}{% endif %}', 'out.json:4 "enabled"'],
    ['{% for s in subnets %}{{ $0s }}{% endfor %}', 'web_svcdef.json:1 s'],
    ['{% set x = 1 %}{{ $0x }}', 'web_svcdef.json:1 x'],
    ['{% macro hello(a) %}{% endmacro %}{{ hel$0lo(1) }}', 'web_svcdef.json:1 hello'],
    ['{% macro hello(size=1) %}{% endmacro %}{{ hello(si$0ze=2) }}', 'web_svcdef.json:1 size'],
    ['{% if enabled %}{% set x = 1 %}{% endif %}{{ $0x }}', 'web_svcdef.json:1 x'],
    [`{ "a": "{{ tgs.get('bl$0ue') }}" }`, 'out.json:6 "blue"'],
    [`{% if 'bl$0ue' in tgs %}{% endif %}`, 'out.json:6 "blue"'],
    ['{% for s in subnets %}{{ lo$0op.index }}{% endfor %}', undefined],
    ['{{ miss$0ing }}', undefined],
    ['{{ tgs.no$0ne_such }}', undefined],
    ['{ "serviceName": "we$0b" }', undefined],
    ['{ "loadBalancers": [{ "containerName": "ap$0p" }] }', 'web_taskdef.json:1 app'],
    ['{ "loadBalancers": [{ "containerName": "pro$0xy" }] }', 'web_taskdef.json:1 proxy'],
    ['{ "loadBalancers": [{ "containerName": "no$0ne" }] }', undefined],
    [`{ "loadBalancers": [{ "containerName": "{{ 'app'$0 }}" }] }`, 'web_taskdef.json:1 app'],
  ];
  for (const [text, target] of CASES) {
    it(`${text} → ${target}`, () =>
      assert.equal(
        spanText(service(text), ({ view, start }) => definition(view, start)),
        target,
      ));
  }

  it('leads from a link and its alias to the container', () =>
    assert.equal(
      spanText(
        task('{ "containerDefinitions": [{ "name": "db" }, { "name": "a", "links": ["d$0b:data"] }] }'),
        ({ view, start }) => definition(view, start),
      ),
      'web_taskdef.json:1 db',
    ));

  it('leads from a nested key of the input file to itself', () =>
    assert.equal(
      spanText(input('{ "name": { "in$0ner": 1 } }'), ({ view, start }) => definition(view, start)),
      'web_input.json:1 "inner"',
    ));

  it('leads from the input file’s key to itself', () =>
    assert.equal(
      spanText(input('{ "na$0me": "web" }'), ({ view, start }) => definition(view, start)),
      'web_input.json:1 "name"',
    ));
});

describe('references', () => {
  const places = (fixture: string, withDefinition = true): string[] => {
    const { view, start, files } = sceneOf(fixture);
    return references(view, start, withDefinition).map(
      ({ path, start: from, end }) => `${path} ${files.get(path)!.slice(from, end)}`,
    );
  };

  it('of an input are in every template of the workload, and where it is written', () =>
    assert.deepEqual(places(service('{ "a": "{{ ima$0ge }}", "b": "{{ image | upper }}" }')), [
      'web_input.json "image"',
      'web_svcdef.json image',
      'web_svcdef.json image',
      'web_taskdef.json image',
    ]));

  it('are found from the input file too', () =>
    assert.deepEqual(places(input('{ "na$0me": "web" }'), false), ['web_svcdef.json name', 'web_svcdef.json name']));

  it('of a member leave out other members', () =>
    assert.deepEqual(
      places(service(`{ "a": "{{ tgs.bl$0ue }}", "b": "{{ tgs['blue'] }}", "c": "{{ tgs['green-tg'] }}" }`), false),
      ['web_svcdef.json blue', "web_svcdef.json 'blue'"],
    ));

  it('of a member are also where it is got or asked for', () =>
    assert.deepEqual(
      places(
        service(`{{ tgs.bl$0ue }}{{ tgs["blue"] }}{{ tgs.get('blue', image) }}{% if "blue" not in tgs %}{% endif %}`),
      ),
      [
        'out.json "blue"',
        'web_svcdef.json blue',
        'web_svcdef.json "blue"',
        "web_svcdef.json 'blue'",
        'web_svcdef.json "blue"',
      ],
    ));

  it('of a macro and its parameters are where they are called', () => {
    const macro = '{% macro m(size, b=1) %}{{ size }}{% endmacro %}{{ m(1) }}{{ m(size=2) }}';
    assert.equal(places(service(macro.replace('macro m', 'macro $0m'))).length, 3);
    assert.equal(places(service(macro.replace('(size', '($0size'))).length, 3);
  });

  it('of a variable are those of its scope', () => {
    const loops = '{% for s in subnets %}{{ s }}{% endfor %}{% for s in [1] %}{{ s }}{{ $0s }}{% endfor %}';
    assert.equal(places(service(loops)).length, 3);
  });

  it('of a container are in the service and the task', () =>
    assert.deepEqual(places(service('{ "loadBalancers": [{ "containerName": "ap$0p" }] }')), [
      'web_svcdef.json app',
      'web_taskdef.json app',
    ]));

  it('of a container are found from its definition', () =>
    assert.deepEqual(
      places(
        task(
          '{ "containerDefinitions": [{ "name": "ap$0p" }, { "name": "b", "dependsOn": [{ "containerName": "app" }] }] }',
        ),
        false,
      ),
      ['web_svcdef.json app', 'web_taskdef.json app'],
    ));

  it('do not mix a local of the same name in', () =>
    assert.deepEqual(places(service('{{ ima$0ge }}{% for image in subnets %}{{ image }}{% endfor %}'), false), [
      'web_svcdef.json image',
      'web_taskdef.json image',
    ]));

  it('of a variable are where it is set and used', () =>
    assert.deepEqual(places(service('{% set $0x = 1 %}{{ x }}{% if enabled %}{{ x + 1 }}{% endif %}')), [
      'web_svcdef.json x',
      'web_svcdef.json x',
      'web_svcdef.json x',
    ]));

  it('of a nested key are found from the input file', () =>
    assert.deepEqual(
      places(
        '//- web_input.json\n{ "a": { "b$0": 1 } }\n//- web_svcdef.json\n{{ a.b }}{{ a["b"] }}{{ b }}{{ a.c }}\n',
        false,
      ),
      ['web_svcdef.json b', 'web_svcdef.json "b"'],
    ));

  it('are none of plain text', () => assert.deepEqual(places(service('{ "serviceName": "we$0b" }')), []));
});

describe('rename', () => {
  const renamed = (fixture: string, newName: string): Map<string, string> | string | undefined => {
    const { view, start, files } = sceneOf(fixture);
    const result = rename(view, start, newName, []);
    if (result === undefined) return undefined;
    return 'refused' in result ? result.refused : edited(files, result.edits);
  };
  const textOf = (result: ReturnType<typeof renamed>, path: string): string => {
    assert.ok(result instanceof Map, String(result));
    return result.get(path)!.trimEnd();
  };

  const REFUSED: readonly (readonly [what: string, fixture: string, newName: string, message: RegExp])[] = [
    ['a word of Jinja', service('{{ ima$0ge }}'), 'not', /cannot be a name in a template/],
    ['a constant', service('{{ ima$0ge }}'), 'true', /cannot be a name in a template/],
    ['a function of Jinja', service('{{ ima$0ge }}'), 'range', /is a function of Jinja/],
    [
      'the name of a loop variable',
      service('{% for s in subnets %}{{ ima$0ge }}{% endfor %}'),
      's',
      /web_svcdef.json has a variable called "s"/,
    ],
    ['the name of a macro', service('{% macro m() %}{% endmacro %}{{ ima$0ge }}'), 'm', /has a variable called "m"/],
    [
      'a name that a template expects',
      service("{{ ima$0ge }}{{ other | default('') }}"),
      'other',
      /uses the name "other" already/,
    ],
    [
      'the name of another member',
      service('{{ tgs.bl$0ue }}'),
      'green-tg',
      /there is a member called "green-tg" already/,
    ],
    ['a method, behind a dot', service('{{ tgs.bl$0ue }}'), 'items', /cannot stand behind a dot/],
    [
      'the name of another container',
      service('{ "loadBalancers": [{ "containerName": "ap$0p" }] }'),
      'proxy',
      /there is a container called "proxy" already/,
    ],
    [
      'a container whose name is an expression',
      `//- web_svcdef.json\n{ "loadBalancers": [{ "containerName": "ap$0p" }] }\n//- web_taskdef.json\n{ "containerDefinitions": [{ "name": "{{ n }}" }] }\n//- web_input.json\n{ "n": "app" }\n`,
      'api',
      /made by an expression in web_taskdef.json/,
    ],
    [
      'a variable by the name of an input',
      service('{% set $0x = 1 %}{{ x }}'),
      'image',
      /there is an input called "image" already/,
    ],
    [
      'a variable by the name of another',
      service('{% set $0x = 1 %}{% set y = x %}'),
      'y',
      /there is a variable called "y" already/,
    ],
    [
      'the name that Jinja gives',
      service('{% for s in subnets %}{{ lo$0op.index }}{% endfor %}'),
      'each',
      /Jinja's own/,
    ],
    [
      'a name that Jinja gives',
      service('{% macro m($0a) %}{% endmacro %}'),
      'kwargs',
      /"kwargs" is a name of Jinja's own/,
    ],
    [
      'a variable that may be the input',
      service('{% if enabled %}{% set image = 1 %}{% endif %}{{ ima$0ge }}'),
      'picture',
      /"image" in web_svcdef.json is the input or a variable of that name, by how the template runs: rename the variable/,
    ],
    [
      'a variable that may be the input, from where it is set',
      service('{% if enabled %}{% set ima$0ge = 1 %}{% endif %}{{ image }}'),
      'picture',
      /"image" in web_svcdef.json is the variable or the input of that name/,
    ],
    [
      'a parameter that a call may name',
      service('{% macro m(si$0ze) %}{% endmacro %}{{ m(**tgs) }}'),
      'n',
      /"size" may be named by calls that cannot be followed/,
    ],
    [
      'a parameter of a macro that is passed on',
      service('{% macro m(si$0ze) %}{% endmacro %}{% set f = m %}{{ f(size=1) }}'),
      'n',
      /"size" may be named by calls that cannot be followed/,
    ],
    [
      'a parameter by the name of another',
      service('{% macro m(si$0ze, n) %}{% endmacro %}'),
      'n',
      /there is a variable called "n" already/,
    ],
    [
      'a loop variable by the name of what the loop uses',
      service('{% set y = 1 %}{% for $0s in subnets %}{{ s }}{{ y }}{% endfor %}'),
      'y',
      /there is a variable called "y" already/,
    ],
    [
      'a variable by a name that is expected',
      service("{% set $0x = 1 %}{{ x }}{{ later | default('') }}"),
      'later',
      /web_svcdef.json uses the name "later" already/,
    ],
  ];
  for (const [what, fixture, newName, message] of REFUSED) {
    it(`refuses ${what}`, () => {
      const result = renamed(fixture, newName);
      assert.equal(typeof result, 'string', String(result));
      assert.match(result as string, message);
    });
  }

  it('of a variable changes its declarations and uses, and no input of that name', () => {
    const result = renamed(
      service('{{ image }}{% for im$0age in subnets %}{{ image }}{{ loop.index }}{% endfor %}'),
      'each',
    );
    assert.equal(
      textOf(result, 'web_svcdef.json'),
      '{{ image }}{% for each in subnets %}{{ each }}{{ loop.index }}{% endfor %}',
    );
    assert.ok(textOf(result, 'web_taskdef.json').includes('{{ image }}'));
  });

  const LOCALS: readonly (readonly [what: string, before: string, newName: string, after: string])[] = [
    [
      'a macro, where it is called',
      '{% macro m$0(a) %}{{ m(a) if a }}{% endmacro %}{{ m(1) }}{% call m(2) %}{% endcall %}',
      'card',
      '{% macro card(a) %}{{ card(a) if a }}{% endmacro %}{{ card(1) }}{% call card(2) %}{% endcall %}',
    ],
    [
      'a parameter, where calls name it',
      '{% macro m(a, si$0ze=1) %}{{ size }}{% endmacro %}{{ m(1, size=2) }}{{ m(size = 3, a=size) }}{% set size = 1 %}',
      'n',
      '{% macro m(a, n=1) %}{{ n }}{% endmacro %}{{ m(1, n=2) }}{{ m(n = 3, a=size) }}{% set size = 1 %}',
    ],
    [
      'a parameter, from where a call names it',
      '{% macro m(size=1) %}{{ size }}{% endmacro %}{{ m(siz$0e=2) }}',
      'n',
      '{% macro m(n=1) %}{{ n }}{% endmacro %}{{ m(n=2) }}',
    ],
    [
      'a loop variable in its loop',
      '{% for s in subnets if s %}{{ s$0 }}{% endfor %}{% for s in [1] %}{{ s }}{% endfor %}',
      'subnet',
      '{% for subnet in subnets if subnet %}{{ subnet }}{% endfor %}{% for s in [1] %}{{ s }}{% endfor %}',
    ],
    [
      'a loop variable to what another loop has',
      '{% for a in subnets %}{{ a$0 }}{% endfor %}{% for s in [1] %}{{ s }}{% endfor %}',
      's',
      '{% for s in subnets %}{{ s }}{% endfor %}{% for s in [1] %}{{ s }}{% endfor %}',
    ],
    [
      'what is set in branches, in all of them',
      '{% if enabled %}{% set x$0 = 1 %}{% elif port %}{% set x = 2 %}{% else %}{% set x = 3 %}{% endif %}{{ x }}',
      'size',
      '{% if enabled %}{% set size = 1 %}{% elif port %}{% set size = 2 %}{% else %}{% set size = 3 %}{% endif %}{{ size }}',
    ],
    [
      'what a with declares',
      '{% with x = 1 %}{{ x$0 }}{% endwith %}{% with x = 2 %}{{ x }}{% endwith %}',
      'y',
      '{% with y = 1 %}{{ y }}{% endwith %}{% with x = 2 %}{{ x }}{% endwith %}',
    ],
    [
      'what a call block is given',
      '{% macro m() %}{{ caller(1) }}{% endmacro %}{% call(item) m() %}{{ it$0em }}{% endcall %}',
      'one',
      '{% macro m() %}{{ caller(1) }}{% endmacro %}{% call(one) m() %}{{ one }}{% endcall %}',
    ],
    ['a block of text', '{% set x %}a{% endset %}{{ x$0 }}', 'text', '{% set text %}a{% endset %}{{ text }}'],
  ];
  for (const [what, before, newName, after] of LOCALS) {
    it(`of ${what}`, () => assert.equal(textOf(renamed(service(before), newName), 'web_svcdef.json'), after));
  }

  it('of a member changes where it is got or asked for', () => {
    const result = renamed(
      service(`{{ tgs.get('bl$0ue', tgs["blue"]) }}{% if "blue" in tgs %}{{ tgs.blue }}{% endif %}`),
      'a-b',
    );
    assert.match(String(result), /behind a dot/);
    assert.equal(
      textOf(
        renamed(service(`{{ tgs.get('bl$0ue', tgs["blue"]) }}{% if "blue" in tgs %}{% endif %}`), 'a-b'),
        'web_svcdef.json',
      ),
      `{{ tgs.get('a-b', tgs["a-b"]) }}{% if "a-b" in tgs %}{% endif %}`,
    );
  });

  it('is not offered for a text that is asked for in another', () =>
    assert.equal(renamed(service(`{% if 'ngi$0nx' in image %}{% endif %}`), 'x'), undefined));

  it('says beforehand why it cannot be', () => {
    const { view, start } = sceneOf(service('{% macro m(si$0ze) %}{% endmacro %}{{ m(**tgs) }}'));
    const found = prepareRename(view, start);
    assert.ok(found && 'refused' in found);
    assert.match(found.refused, /calls that cannot be followed/);
  });

  it('of a variable changes where a member of it is set', () =>
    assert.equal(
      textOf(
        renamed(
          service('{% set ns = namespace(c=0) %}{% for s in [1] %}{% set ns.c = ns.c + 1 %}{% endfor %}{{ n$0s.c }}'),
          'n',
        ),
        'web_svcdef.json',
      ),
      '{% set n = namespace(c=0) %}{% for s in [1] %}{% set n.c = n.c + 1 %}{% endfor %}{{ n.c }}',
    ));

  it('to the same name changes nothing', () => {
    assert.equal(textOf(renamed(service('{{ ima$0ge }}'), 'image'), 'web_svcdef.json'), '{{ image }}');
  });

  it('of a container changes links, and leaves their aliases', () => {
    const result = renamed(
      task(
        '{ "containerDefinitions": [{ "name": "d$0b" }, { "name": "a", "links": ["db:data"], "volumesFrom": [{ "sourceContainer": "db" }] }] }',
      ),
      'store',
    );
    assert.equal(
      textOf(result, 'web_taskdef.json'),
      '{ "containerDefinitions": [{ "name": "store" }, { "name": "a", "links": ["store:data"], "volumesFrom": [{ "sourceContainer": "store" }] }] }',
    );
  });

  it('of a nested key begins in the input file too', () => {
    const result = renamed(
      '//- web_input.json\n{ "a": { "b$0": 1 } }\n//- web_svcdef.json\n{{ a.b }}{{ a["b"] }}\n',
      'c',
    );
    assert.equal(textOf(result, 'web_input.json'), '{ "a": { "c": 1 } }');
    assert.equal(textOf(result, 'web_svcdef.json'), '{{ a.c }}{{ a["c"] }}');
  });

  it('of an input changes the input file and the templates', () => {
    const result = renamed(service('{ "a": "{{ ima$0ge }}" }'), 'picture');
    assert.equal(textOf(result, 'web_svcdef.json'), '{ "a": "{{ picture }}" }');
    assert.ok(textOf(result, 'web_input.json').includes('"picture": "nginx:1"'));
    assert.ok(textOf(result, 'web_taskdef.json').includes('{{ picture }}'));
  });

  it('of an input of Terraform changes its output', () => {
    const result = renamed(service('{ "a": "{{ clu$0ster }}" }'), 'cluster_name');
    assert.equal(textOf(result, 'web_svcdef.json'), '{ "a": "{{ cluster_name }}" }');
    assert.ok(textOf(result, 'out.json').includes('"cluster_name": { "sensitive"'));
  });

  it('of a member keeps each way of writing it', () => {
    const result = renamed(service(`{ "a": "{{ tgs.bl$0ue }}", "b": "{{ tgs['blue'] }}" }`), 'azure');
    assert.equal(textOf(result, 'web_svcdef.json'), `{ "a": "{{ tgs.azure }}", "b": "{{ tgs['azure'] }}" }`);
    assert.ok(textOf(result, 'out.json').includes('"azure": "arn:blue"'));
  });

  it('from the input file works alike', () => {
    const result = renamed(input('{ "na$0me": "web" }'), 'title');
    assert.equal(textOf(result, 'web_input.json'), '{ "title": "web" }');
    assert.ok(textOf(result, 'web_svcdef.json').startsWith('{ "serviceName": "{{ title }}"'));
  });

  it('of a container changes the service and the task', () => {
    const result = renamed(service('{ "loadBalancers": [{ "containerName": "ap$0p" }] }'), 'main');
    assert.equal(textOf(result, 'web_svcdef.json'), '{ "loadBalancers": [{ "containerName": "main" }] }');
    assert.ok(textOf(result, 'web_taskdef.json').includes('"name": "main"'));
  });

  it('refuses what is no name in a template', () =>
    assert.match(String(renamed(service('{{ ima$0ge }}'), 'a-b')), /cannot be a name/));
  it('refuses a name that is taken', () =>
    assert.match(String(renamed(service('{{ ima$0ge }}'), 'cluster')), /already/));
  it('refuses a member’s name that cannot stand behind a dot', () =>
    assert.match(String(renamed(service('{{ tgs.bl$0ue }}'), 'a-b')), /behind a dot/));
  it('refuses a container’s name that ECS does', () =>
    assert.match(String(renamed(service('{ "loadBalancers": [{ "containerName": "ap$0p" }] }'), 'a b')), /container/));
  it('is not offered for plain text', () =>
    assert.equal(renamed(service('{ "serviceName": "we$0b" }'), 'x'), undefined));

  it('goes to other workloads that share the file', () => {
    const first = sceneOf(service('{{ clu$0ster }}'));
    const other = sceneOf(
      `//- api_svcdef.json\n{ "a": "{{ cluster }}" }\n//- api_input.json\n{ "ref": { "type": "TERRAFORM", "file": "out.json" } }\n${INPUTS}`,
    );
    const result = rename(first.view, first.start, 'name', [other.view.workload]);
    assert.ok(result && 'edits' in result);
    assert.deepEqual(
      result.edits.map(({ path }) => path),
      ['out.json', 'web_svcdef.json', 'api_svcdef.json'],
    );
  });

  it('says what it would rename, without quotes', () => {
    const { view, start } = sceneOf(input('{ "na$0me": "web" }'));
    const found = prepareRename(view, start);
    assert.ok(found && 'text' in found);
    assert.deepEqual([found.text, view.document.text.slice(found.start, found.end)], ['name', 'name']);
  });

  it('says nothing of a name that is not defined', () => {
    const { view, start } = sceneOf(service('{{ miss$0ing }}'));
    assert.equal(prepareRename(view, start), undefined);
  });
});

describe('document links', () => {
  it('lead from ref.file to the files', () => {
    const { view } = sceneOf(
      `${input('{ "ref": { "file": ["./out.json", "../x", "a/b.json", "no/such.json"] } }')}//- a/b.json\n{}\n`,
    );
    assert.deepEqual(
      documentLinks(view).map(({ start, end, target }) => [view.document.text.slice(start, end), target]),
      [
        ['./out.json', 'out.json'],
        ['a/b.json', 'a/b.json'],
      ],
    );
  });
  it('are none in templates', () => assert.deepEqual(documentLinks(sceneOf(service('{}')).view), []));
});
