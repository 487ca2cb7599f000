import assert from 'node:assert/strict';
import { type ChangeKind, changeSet, groupWorkloads } from '../../../engine/config/index.ts';

/** `+ added`, `~ modified`, `- deleted`, one file a string; what comes out as `kind:workload relevance: + own, ~ (referenced)`. */
function affected(files: string[], head: string[], references: Record<string, string[]> = {}): string[] {
  const kinds: Record<string, ChangeKind> = { '+': 'added', '~': 'modified', '-': 'deleted' };
  const signs = { added: '+', modified: '~', deleted: '-' };
  return changeSet({
    changes: files.map((file) => ({ path: file.slice(2), change: kinds[file[0]!]! })),
    head: groupWorkloads(head),
    references: new Map(Object.entries(references)),
  }).map(({ workload, relevance, changedFiles }) => {
    const list = changedFiles.map(({ path, change, via }) => `${signs[change]} ${via === 'own' ? path : `(${path})`}`);
    return `${workload.kind}:${workload.path} ${relevance}: ${list.join(', ')}`;
  });
}

describe('change set', () => {
  const ecs = ['x_depdef.json', 'x_input.json', 'x_svcdef.json', 'x_taskdef.json'];
  const lambda = ['f_lambdadef.json', 'f_lambdadepdef.json', 'f_lambdaeventsourcedef.json', 'f_lambdainput.json'];

  for (const file of ['x_svcdef.json', 'x_taskdef.json', 'x_input.json'])
    it(`deploys an ECS workload whose ${file} changed`, () => {
      assert.deepEqual(affected([`~ ${file}`], ecs), [`ecs:x deploy: ~ ${file}`]);
      assert.deepEqual(affected([`+ ${file}`], ecs), [`ecs:x deploy: + ${file}`]);
    });

  for (const file of ['f_lambdadef.json', 'f_lambdaeventsourcedef.json', 'f_lambdainput.json'])
    it(`deploys a Lambda workload whose ${file} changed`, () =>
      assert.deepEqual(affected([`~ ${file}`], lambda), [`lambda:f deploy: ~ ${file}`]));

  it('does not deploy for deployment settings alone', () => {
    assert.deepEqual(affected(['~ x_depdef.json'], ecs), ['ecs:x settings-only: ~ x_depdef.json']);
    assert.deepEqual(affected(['+ f_lambdadepdef.json'], lambda), ['lambda:f settings-only: + f_lambdadepdef.json']);
    assert.deepEqual(affected(['- x_depdef.json'], ['x_svcdef.json']), ['ecs:x settings-only: - x_depdef.json']);
  });

  it('deploys when deployment settings changed together with something else', () => {
    assert.deepEqual(affected(['~ x_depdef.json', '~ x_taskdef.json'], ecs), [
      'ecs:x deploy: ~ x_depdef.json, ~ x_taskdef.json',
    ]);
  });

  it('deletes when the definition was deleted, whatever else stays or changes', () => {
    assert.deepEqual(affected(['- x_svcdef.json', '~ x_taskdef.json'], ['x_taskdef.json']), [
      'ecs:x delete: - x_svcdef.json, ~ x_taskdef.json',
    ]);
    assert.deepEqual(affected(['- f_lambdadef.json'], []), ['lambda:f delete: - f_lambdadef.json']);
  });

  it('deploys when a task definition or an input was deleted and the definition stays', () => {
    assert.deepEqual(affected(['- x_taskdef.json'], ['x_svcdef.json']), ['ecs:x deploy: - x_taskdef.json']);
  });

  it('does not list leftovers that had no definition when they are deleted', () => {
    assert.deepEqual(affected(['- x_taskdef.json', '- x_input.json'], []), []);
  });

  it('takes a referenced file for a change of the input, of the workloads that refer to it and only those', () => {
    const head = [
      'a_svcdef.json',
      'a_input.json',
      'b_svcdef.json',
      'b_input.json',
      'c_lambdadef.json',
      'c_lambdainput.json',
    ];
    const references = {
      'a_input.json': ['tf.json'],
      'b_input.json': ['other.json'],
      'c_lambdainput.json': ['tf.json', 'tf.json'],
    };
    assert.deepEqual(affected(['~ tf.json'], head, references), [
      'ecs:a deploy: ~ (tf.json)',
      'lambda:c deploy: ~ (tf.json)',
    ]);
    assert.deepEqual(affected(['- other.json'], head, references), ['ecs:b deploy: - (other.json)']);
  });

  it('deploys for a referenced file even where it is named like deployment settings', () => {
    assert.deepEqual(
      affected(['~ y_depdef.json'], ['x_svcdef.json', 'x_input.json', 'y_depdef.json'], {
        'x_input.json': ['y_depdef.json'],
      }),
      ['ecs:x deploy: ~ (y_depdef.json)', 'ecs:y settings-only: ~ y_depdef.json'],
    );
  });

  it('lists a file that is the workload’s own and referenced once', () => {
    assert.deepEqual(affected(['~ x_input.json'], ecs, { 'x_input.json': ['x_input.json'] }), [
      'ecs:x deploy: ~ x_input.json',
    ]);
  });

  it('keeps the ECS and the Lambda workload of one prefix apart', () => {
    assert.deepEqual(affected(['- x_svcdef.json', '+ x_lambdadef.json'], ['x_lambdadef.json']), [
      'ecs:x delete: - x_svcdef.json',
      'lambda:x deploy: + x_lambdadef.json',
    ]);
  });

  it('does not list what other files touch', () => {
    assert.deepEqual(affected(['~ README.md', '+ y_svcdef.json.bak'], ecs), []);
  });
});
