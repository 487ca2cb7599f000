import assert from 'node:assert/strict';
import { FileChangeType, WorkspaceSymbolRequest } from 'vscode-languageserver/node';
import { type TestClient, uriOf, withClient } from './client.ts';
import { memoryReader, ROOT } from './fixture.ts';

const { Created, Deleted } = FileChangeType;
const WRONG = '{ "serviceName": "{{ nmae }}", "taskDefinition": "web" }';
const INPUT = '{ "name": "web" }';
const service = (folder: string): [string, string][] => [
  [`${folder}/web_svcdef.json`, WRONG],
  [`${folder}/web_input.json`, INPUT],
];

/** The workloads that the server knows, once everything that was told before has been followed. */
async function workloads({ connection }: TestClient): Promise<string[]> {
  const found = await connection.sendRequest(WorkspaceSymbolRequest.type, { query: '' });
  return (found ?? []).map(({ name }) => name);
}

function move(disk: Map<string, string>, from: string, to: string): void {
  for (const [path, text] of [...disk]) {
    if (!path.startsWith(`${from}/`)) continue;
    disk.delete(path);
    disk.set(to + path.slice(from.length), text);
  }
}

describe('a folder of which the client tells no more than itself', () => {
  it('takes its findings with it when it goes', () => {
    const disk = new Map([...service('a'), ...service('ab')]);
    return withClient(memoryReader(disk), async (client) => {
      await client.codes('a/web_svcdef.json', 'template.undefined-name');
      await client.codes('ab/web_svcdef.json', 'template.undefined-name');
      for (const [path] of service('a')) disk.delete(path);
      await client.changedOnDisk('a', Deleted);
      await client.codes('a/web_svcdef.json');
      assert.deepEqual(await workloads(client), ['ab/web']);
      await client.codes('ab/web_svcdef.json', 'template.undefined-name');
    });
  });

  it('is looked into when it comes, also after a rename, and again after it is put back', () => {
    const disk = new Map(service('a'));
    return withClient(memoryReader(disk), async (client) => {
      await client.codes('a/web_svcdef.json', 'template.undefined-name');
      for (const [from, to] of [
        ['a', 'b'],
        ['b', 'a'],
      ] as const) {
        move(disk, from, to);
        await client.changedOnDisk(from, Deleted);
        await client.changedOnDisk(to, Created);
        await client.codes(`${to}/web_svcdef.json`, 'template.undefined-name');
        await client.codes(`${from}/web_svcdef.json`);
      }
    });
  });

  it('counts as what inputs refer to', () => {
    const output = ['out/name.json', '{ "nmae": "web" }'] as const;
    const disk = new Map([
      ['web_svcdef.json', WRONG],
      ['web_input.json', '{ "ref": { "type": "JSON", "file": "out/name.json" } }'],
    ]);
    return withClient(memoryReader(disk), async (client) => {
      await client.codes('web_input.json', 'file.missing');
      disk.set(...output);
      await client.changedOnDisk('out', Created);
      await client.codes('web_input.json');
      disk.delete(output[0]);
      await client.changedOnDisk('out', Deleted);
      await client.codes('web_input.json', 'file.missing');
    });
  });

  it('is left alone where dependencies are, and so is a file in it', () => {
    const disk = new Map(service('a'));
    return withClient(memoryReader(disk), async (client) => {
      await client.codes('a/web_svcdef.json', 'template.undefined-name');
      for (const [path, text] of [...service('node_modules/x'), ...service('.cache')]) disk.set(path, text);
      for (const folder of ['node_modules', 'node_modules/x', '.cache']) await client.changedOnDisk(folder, Created);
      await client.changedOnDisk('.cache/web_svcdef.json', Created);
      assert.deepEqual(await workloads(client), ['a/web']);
    });
  });

  it('begins a repository of its own where .git comes into it', () => {
    const disk = new Map([
      ['in/web_svcdef.json', '{ "serviceName": "{{ name }}", "taskDefinition": "web" }'],
      ['in/web_input.json', '{ "ref": { "type": "JSON", "file": "values.json" } }'],
      ['in/values.json', INPUT],
    ]);
    let root = ROOT;
    const reader = memoryReader(disk);
    const moving = {
      ...reader,
      repositoryAbove: async () => root,
      read: (from: string, path: string, limit: number) =>
        reader.read(from, from === ROOT ? path : `in/${path}`, limit),
    };
    return withClient(moving, async (client) => {
      await client.codes('in/web_input.json', 'file.missing');
      root = `${ROOT}/in`;
      await client.changedOnDisk('in/.git', Created);
      await client.codes('in/web_input.json');
      assert.equal(client.published.get(uriOf('in/web_svcdef.json'))?.diagnostics.length ?? 0, 0);
    });
  });
});
