import assert from 'node:assert/strict';
import { checkWorkload } from '../../../engine/check/index.ts';
import { groupWorkloads, parseConfigPath } from '../../../engine/config/index.ts';
import {
  ConfigDocument,
  type DocumentSymbol,
  type InputsView,
  prepareSharedRename,
  referredTypeOf,
  renameShared,
  type SharedFile,
  sharedDefinition,
  sharedHover,
  sharedReferences,
  sharedSymbols,
} from '../../../server/service/index.ts';
import { sourceOf } from '../../engine/check/rules/checkRule.ts';
import { parseFixture } from '../fixture.ts';
import { edited } from './view.ts';

interface SharedScene {
  readonly file: SharedFile;
  readonly offset: number;
  readonly files: ReadonlyMap<string, string>;
}

/** The fixture's first file, and all of its workloads. */
function sharedScene(fixture: string): SharedScene {
  const { files, marks } = parseFixture(fixture);
  const [path] = files.keys();
  const users = groupWorkloads(files.keys()).map(({ path: prefix, kind }): InputsView => {
    const isOther = (one: string) => {
      const config = parseConfigPath(one);
      return config !== undefined && (config.workload !== prefix || config.kind !== kind);
    };
    const checked = checkWorkload(sourceOf(new Map([...files].filter(([one]) => !isOther(one)))));
    const documents = new Map(
      checked.files.map(({ path: one, source }) => [one, new ConfigDocument(parseConfigPath(one)!, source!)]),
    );
    return { documents, inputs: checked.inputs, sources: checked.sources };
  });
  const types = new Set(users.map(referredTypeOf));
  return { file: { path: path!, text: files.get(path!)!, users, types }, offset: marks[0]?.start ?? 0, files };
}

const TERRAFORM = `{
  "cluster": { "sensitive": false, "type": "string", "value": "prod" },
  "tgs": { "sensitive": false, "type": "object", "value": { "blue": "arn:blue", "green-tg": "arn:green" } },
  "subnets": { "sensitive": false, "type": ["list", "string"], "value": ["subnet-1", "subnet-2"] },
  "password": { "sensitive": true, "type": "string", "value": "hunter2" }
}
`;

const USERS = `//- web_svcdef.json
{ "cluster": "{{ cluster }}", "a": "{{ tgs.blue }}", "b": "{{ tgs['green-tg'] }}{{ cluster | upper }}" }
//- web_input.json
{ "ref": { "type": "TERRAFORM", "file": "out.json" } }
//- api_svcdef.json
{% for cluster in subnets %}{{ cluster }}{% endfor %}{{ cluster }}
//- api_input.json
{ "ref": { "type": "TERRAFORM", "file": ["./out.json"] } }
//- fn_lambdadef.json
{ "FunctionName": "{{ cluster }}" }
//- fn_lambdainput.json
{ "ref": { "type": "TERRAFORM", "file": "out.json" }, "cluster": "own" }
`;

/** The file with a cursor in it, and its users. */
const terraform = (find: string, cursor: string): string => {
  assert.ok(TERRAFORM.includes(find));
  return `//- out.json\n${TERRAFORM.replace(find, cursor)}${USERS}`;
};

const shown = ({ files }: SharedScene, span: { path: string; start: number; end: number } | undefined) => {
  if (span === undefined) return undefined;
  const text = files.get(span.path)!;
  return `${span.path}:${text.slice(0, span.start).split('\n').length} ${text.slice(span.start, span.end)}`;
};

describe('definition in a file that inputs refer to', () => {
  const CASES: readonly (readonly [find: string, cursor: string, target: string | undefined])[] = [
    ['"cluster"', '"clu$0ster"', 'out.json:2 "cluster"'],
    ['"prod"', '"pr$0od"', 'out.json:2 "cluster"'],
    ['"value": "prod"', '"val$0ue": "prod"', 'out.json:2 "cluster"'],
    ['"type": "string", "value": "prod"', '"ty$0pe": "string", "value": "prod"', undefined],
    ['"blue"', '"b$0lue"', 'out.json:3 "blue"'],
    ['"subnet-2"', '"sub$0net-2"', 'out.json:4 "subnet-2"'],
    ['{\n  "cluster"', '{$0\n  "cluster"', undefined],
  ];
  for (const [find, cursor, target] of CASES) {
    it(`${cursor} → ${target}`, () => {
      const scene = sharedScene(terraform(find, cursor));
      assert.equal(shown(scene, sharedDefinition(scene.file, scene.offset)), target);
    });
  }

  it('is of the whole path where the CDK wrote it', () => {
    const scene = sharedScene(
      '//- out.json\n{ "Stack": { "Clu$0ster": "prod" } }\n//- a_svcdef.json\n{{ Stack.Cluster }}\n//- a_input.json\n{ "ref": { "type": "CDK", "file": "out.json" } }\n',
    );
    assert.equal(shown(scene, sharedDefinition(scene.file, scene.offset)), 'out.json:1 "Cluster"');
    assert.deepEqual(
      sharedReferences(scene.file, scene.offset, false).map((span) => shown(scene, span)),
      ['a_svcdef.json:1 Cluster'],
    );
  });

  for (const broken of [
    '{ "clu$0ster',
    '{ "clu$0ster": ',
    '[ "clu$0ster" ]',
    '"clu$0ster"',
    '$0',
    `${'['.repeat(9000)}$0`,
  ]) {
    it(`survives ${broken.slice(0, 20)}`, () => {
      const { file, offset } = sharedScene(`//- out.json\n${broken}\n${USERS}`);
      sharedDefinition(file, offset);
      sharedReferences(file, offset, true);
      sharedHover(file, offset);
      prepareSharedRename(file, offset);
      renameShared(file, offset, 'x');
      sharedSymbols(file);
    });
  }
});

describe('references of what a shared file gives', () => {
  const places = (fixture: string, withDefinition: boolean) => {
    const scene = sharedScene(fixture);
    return sharedReferences(scene.file, scene.offset, withDefinition).map((span) => shown(scene, span));
  };

  it('are in the templates of every workload that has it from there, and where another replaces it', () =>
    assert.deepEqual(places(terraform('"cluster"', '"clu$0ster"'), true), [
      'out.json:2 "cluster"',
      'api_svcdef.json:1 cluster',
      'fn_lambdainput.json:1 "cluster"',
      'web_svcdef.json:1 cluster',
      'web_svcdef.json:1 cluster',
    ]));

  it('leave the key out where it is not asked for', () =>
    assert.deepEqual(places(terraform('"subnets"', '"$0subnets"'), false), ['api_svcdef.json:1 subnets']));

  it('of a member are of that member', () =>
    assert.deepEqual(places(terraform('"green-tg"', '"green$0-tg"'), true), [
      'out.json:3 "green-tg"',
      "web_svcdef.json:1 'green-tg'",
    ]));

  it('are none of what describes an output', () =>
    assert.deepEqual(places(terraform('"sensitive": true', '"sens$0itive": true'), true), []));
});

describe('hover in a shared file', () => {
  const text = (find: string, cursor: string) => {
    const { file, offset } = sharedScene(terraform(find, cursor));
    return sharedHover(file, offset)?.text ?? '';
  };

  it('tells the value, who uses it, and who has another', () => {
    assert.match(
      text('"cluster"', '"clu$0ster"'),
      /^`cluster`: text\n\n```json\n"prod"\n```\n\nUsed by `api_svcdef.json` \(1\), `web_svcdef.json` \(2\)\n\nReplaced in `fn_lambdainput.json`$/,
    );
  });

  it('says where nobody uses it, and shows no secret', () => {
    for (const [find, cursor] of [
      ['"password"', '"pass$0word"'],
      ['"hunter2"', '"hun$0ter2"'],
    ] as const) {
      const found = text(find, cursor);
      assert.match(found, /`password`: text, marked as secret\n\n\(sensitive\)\n\nNo template uses it\./);
      assert.ok(!found.includes('hunter2'));
    }
  });

  it('says nothing of a key that has no value yet', () => {
    const { file, offset } = sharedScene(`//- out.json\n{ "clu$0ster": \n${USERS}`);
    assert.equal(sharedHover(file, offset), undefined);
  });

  it('counts the rest of many users', () => {
    const users = Array.from(
      { length: 30 },
      (_, i) =>
        `//- u${i}_svcdef.json\n{ "cluster": "{{ name }}" }\n//- u${i}_input.json\n{ "ref": { "file": "out.json" } }\n`,
    );
    const { file, offset } = sharedScene(`//- out.json\n{ "na$0me": "x" }\n${users.join('')}`);
    assert.match(sharedHover(file, offset)!.text, /`u0_svcdef.json` \(1\).* and 20 more$/s);
  });
});

describe('renaming in a shared file', () => {
  const JSON_USERS = USERS.replaceAll('"type": "TERRAFORM", ', '').replaceAll('./out', 'out');

  it('is refused where Terraform writes it', () => {
    const { file, offset } = sharedScene(terraform('"cluster"', '"clu$0ster"'));
    const message = /^out\.json is written by Terraform, which would undo a new name here/;
    for (const answer of [prepareSharedRename(file, offset), renameShared(file, offset, 'name')]) {
      assert.ok(answer && 'refused' in answer);
      assert.match(answer.refused, message);
    }
  });

  it('is refused where Terraform wrote it although it is read as plain JSON', () => {
    const { file, offset } = sharedScene(`//- out.json\n${TERRAFORM.replace('"cluster"', '"clu$0ster"')}${JSON_USERS}`);
    const answer = prepareSharedRename(file, offset);
    assert.ok(answer && 'refused' in answer);
    assert.match(answer.refused, /written by Terraform/);
  });

  it('is refused where the CDK writes it', () => {
    const { file, offset } = sharedScene(
      '//- out.json\n{ "St$0ack": {} }\n//- a_svcdef.json\n{}\n//- a_input.json\n{ "ref": { "type": "CDK", "file": "out.json" } }\n',
    );
    const answer = renameShared(file, offset, 'name');
    assert.ok(answer && 'refused' in answer);
    assert.match(answer.refused, /written by the CDK/);
  });

  it('changes plain JSON and every template that has it from there', () => {
    const { file, offset, files } = sharedScene(
      `//- out.json\n{ "clu$0ster": "prod", "tgs": { "blue": "a", "green-tg": "b" }, "subnets": [] }\n${JSON_USERS}`,
    );
    const prepared = prepareSharedRename(file, offset);
    assert.ok(prepared && 'text' in prepared);
    assert.equal(prepared.text, 'cluster');
    const renaming = renameShared(file, offset, 'name');
    assert.ok(renaming && 'edits' in renaming);
    const after = edited(files, renaming.edits);
    assert.ok(after.get('out.json')!.startsWith('{ "name": "prod"'));
    assert.ok(after.get('web_svcdef.json')!.includes('{ "cluster": "{{ name }}"'));
    assert.ok(after.get('web_svcdef.json')!.includes('{{ name | upper }}'));
    assert.equal(after.get('api_svcdef.json'), '{% for cluster in subnets %}{{ cluster }}{% endfor %}{{ name }}\n');
    assert.equal(after.get('fn_lambdadef.json'), files.get('fn_lambdadef.json'));
  });

  it('refuses a name that another key or a template has', () => {
    const { file, offset } = sharedScene(
      `//- out.json\n{ "clu$0ster": "prod", "tgs": {}, "subnets": [] }\n${JSON_USERS}`,
    );
    const taken = renameShared(file, offset, 'tgs');
    assert.ok(taken && 'refused' in taken);
    assert.match(taken.refused, /there is an input called "tgs" already/);
  });

  it('is not offered on a value', () => {
    const { file, offset } = sharedScene(`//- out.json\n{ "cluster": "pr$0od" }\n${JSON_USERS}`);
    assert.equal(prepareSharedRename(file, offset), undefined);
  });
});

describe('symbols of a shared file', () => {
  it('are its keys with their values, without secrets', () => {
    const { file } = sharedScene(terraform('{\n', '$0{\n'));
    const symbols = sharedSymbols(file);
    assert.deepEqual(
      symbols.map(({ name }) => name),
      ['cluster', 'tgs', 'subnets', 'password'],
    );
    const all = (list: readonly DocumentSymbol[]): string[] =>
      list.flatMap(({ name, detail, children }) => [`${name} ${detail}`, ...all(children)]);
    assert.ok(all(symbols).includes('value "prod"'));
    assert.ok(all(symbols).includes('value (sensitive)'));
    assert.ok(!JSON.stringify(symbols).includes('hunter2'));
  });
});
