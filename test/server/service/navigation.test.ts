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
