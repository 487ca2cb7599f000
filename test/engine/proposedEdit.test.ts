/** Where in the files a value is to be changed, and that the change was tried. */
import assert from 'node:assert/strict';
import { checkWorkload } from '../../engine/check/index.ts';
import { groupWorkloads } from '../../engine/config/index.ts';
import type { ValueFix } from '../../engine/diagnose/index.ts';
import { loadWorkloads } from '../../engine/git/index.ts';
import type { Json } from '../../engine/json.ts';
import { proposeEdit } from '../../engine/proposedEdit.ts';
import { ecsFiles, TASK, TERRAFORM } from './workloads.ts';

async function proposed(
  files: Record<string, string>,
  role: ValueFix['role'],
  pointer: string,
  value: Json | undefined,
) {
  const tree = {
    revision: 'worktree' as const,
    paths: Object.keys(files).sort(),
    read: async (paths: Iterable<string>) =>
      new Map(
        [...paths].map((path) => [path, path in files ? { text: files[path]! } : { problem: 'missing' as const }]),
      ),
  };
  const [source] = await loadWorkloads(tree, groupWorkloads(Object.keys(files)));
  const checked = checkWorkload(source!);
  assert.deepEqual(
    checked.findings.filter(({ severity }) => severity === 'error'),
    [],
  );
  return proposeEdit({ source: source!, checked }, { kind: 'value', role, pointer, value, description: 'mend it' });
}

/** Path, and the lines that go and come. */
const diff = ({ place }: Awaited<ReturnType<typeof proposed>>) =>
  place && [place.path, place.removed.map((line) => line.trim()), place.added.map((line) => line.trim())];

const IMAGE = '/containerDefinitions/0/image';

describe('a proposed edit', () => {
  it('changes what stands in the template where it stands there', async () => {
    const edit = await proposed(ecsFiles(), 'task', '/memory', '1024');
    assert.deepEqual(diff(edit), ['dev/web_taskdef.json', ['"memory": "512",'], ['"memory": "1024",']]);
    assert.deepEqual([edit.place?.oldText, edit.place?.newText, edit.place?.line], ['512', '1024', 6]);
  });

  it('changes the input that an expression reads', async () => {
    const edit = await proposed(ecsFiles(), 'task', IMAGE, 'shop/web:0');
    assert.deepEqual(diff(edit), ['dev/web_input.json', ['"image": "shop/web:1"'], ['"image": "shop/web:0"']]);
  });

  it('changes a part of a value, such as a tag, in the input', async () => {
    const files = ecsFiles({
      'dev/web_taskdef.json': TASK.replace('"{{ image }}"', '"shop/web:v{{ tag }}-slim"'),
      'dev/web_input.json':
        '{ "ref": { "file": ["terraform/output.json"], "type": "TERRAFORM" }, "count": 2, "tag": 17 }\n',
    });
    const edit = await proposed(files, 'task', IMAGE, 'shop/web:v16-slim');
    assert.deepEqual([edit.place?.path, edit.place?.oldText, edit.place?.newText], ['dev/web_input.json', '17', '16']);
    assert.equal((await proposed(files, 'task', IMAGE, 'other/web:v16-slim')).place, null);
  });

  it('adds a member after the last one, in the manner of its neighbours', async () => {
    const edit = await proposed(ecsFiles(), 'task', '/runtimePlatform/cpuArchitecture', 'ARM64');
    assert.deepEqual(edit.place?.removed, ['  ]']);
    assert.deepEqual(edit.place?.added, ['  ],', '  "runtimePlatform": { "cpuArchitecture": "ARM64" }']);
    assert.equal(edit.place?.oldText, '');
    const inline = await proposed(ecsFiles(), 'task', '/containerDefinitions/0/portMappings/0/protocol', 'tcp');
    assert.deepEqual(diff(inline), [
      'dev/web_taskdef.json',
      ['"portMappings": [{ "containerPort": 8080 }],'],
      ['"portMappings": [{ "containerPort": 8080, "protocol": "tcp" }],'],
    ]);
  });

  it('takes a member out, with its comma', async () => {
    const middle = await proposed(ecsFiles(), 'task', '/cpu', undefined);
    assert.equal(middle.place, null, 'a Fargate task needs cpu: the edit would break the definition');
    const edit = await proposed(ecsFiles(), 'service', '/launchType', undefined);
    assert.equal(edit.place?.path, 'dev/web_svcdef.json');
    assert.doesNotMatch(edit.place!.added.join('\n'), /launchType/);
  });

  it('has no place where the value is computed, comes from another tool, or is secret', async () => {
    const computed = ecsFiles({ 'dev/web_taskdef.json': TASK.replace('"memory": "512"', '"memory": "{{ 256 * 2 }}"') });
    assert.equal((await proposed(computed, 'task', '/memory', '1024')).place, null);
    const generated = ecsFiles({
      'dev/web_taskdef.json': TASK.replace('"memory": "512"', '"memory": "{{ memory }}"'),
      'terraform/output.json': { ...TERRAFORM, memory: { sensitive: false, type: 'string', value: '512' } },
    });
    assert.equal((await proposed(generated, 'task', '/memory', '1024')).place, null);
    const secret = '/containerDefinitions/0/environment/0/value';
    const edit = await proposed(ecsFiles(), 'task', secret, 'x');
    assert.equal(edit.place, null);
  });

  it('is tried: what would change nothing, or break something, is not proposed', async () => {
    const unused = ecsFiles({
      'dev/web_taskdef.json': TASK.replace('"{{ image }}"', `"{{ 'shop/web:1' if image else '' }}"`),
    });
    assert.equal((await proposed(unused, 'task', IMAGE, 'shop/web:0')).place, null);
  });
});
