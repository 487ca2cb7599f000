import assert from 'node:assert/strict';
import {
  decodeText,
  explainFileProblem,
  groupWorkloads,
  parseConfigPath,
  SUFFIXES,
} from '../../../engine/config/index.ts';

describe('config paths', () => {
  it('recognizes each of the eight suffixes', () => {
    for (const [suffix, meaning] of Object.entries(SUFFIXES)) {
      const path = `dev/nginx/nginx${suffix}`;
      assert.deepEqual(parseConfigPath(path), { path, workload: 'dev/nginx/nginx', name: 'nginx', suffix, ...meaning });
    }
  });

  it('reads only the two input files as plain JSON, not as templates', () => {
    const plain = Object.entries(SUFFIXES).flatMap(([suffix, { template }]) => (template ? [] : [suffix]));
    assert.deepEqual(plain, ['_input.json', '_lambdainput.json']);
  });

  it('keeps underscores that belong to the name', () => {
    assert.equal(parseConfigPath('a_b/c_d_svcdef.json')?.workload, 'a_b/c_d');
    assert.equal(parseConfigPath('web__taskdef.json')?.name, 'web_');
  });

  for (const path of [
    '_svcdef.json',
    'dev/_svcdef.json',
    'dev_svcdef.json/x',
    'x_svcdef.json.next-green',
    'x_SVCDEF.json',
    'x_svcdef.jsonc',
    'xsvcdef.json',
    'x___proto__',
    'x_constructor',
    '',
  ]) {
    it(`does not take ${JSON.stringify(path)} for a config file`, () => assert.equal(parseConfigPath(path), undefined));
  }
});

describe('grouping workloads', () => {
  it('gathers the files that share a prefix, sorted, and leaves other files out', () => {
    const workloads = groupWorkloads([
      'z_taskdef.json',
      'README.md',
      'a/b_svcdef.json',
      'a/b_input.json',
      'z_svcdef.json',
    ]);
    assert.deepEqual(
      workloads.map(({ path, kind, files }) => [path, kind, files.map((file) => file.suffix)]),
      [
        ['a/b', 'ecs', ['_input.json', '_svcdef.json']],
        ['z', 'ecs', ['_svcdef.json', '_taskdef.json']],
      ],
    );
  });

  it('makes two workloads of a prefix that has ECS and Lambda files', () => {
    const workloads = groupWorkloads(['x_svcdef.json', 'x_lambdadef.json', 'x_lambdainput.json']);
    assert.deepEqual(
      workloads.map(({ path, kind, files }) => [path, kind, files.length]),
      [
        ['x', 'ecs', 1],
        ['x', 'lambda', 2],
      ],
    );
  });

  it('takes a path that is listed twice once', () => {
    assert.equal(groupWorkloads(['x_svcdef.json', 'x_svcdef.json'])[0]?.files.length, 1);
  });

  it('is not confused by names that objects inherit', () => {
    assert.deepEqual(
      groupWorkloads(['__proto___svcdef.json', 'constructor_svcdef.json']).map((workload) => workload.path),
      ['__proto__', 'constructor'],
    );
  });
});

describe('file contents', () => {
  it('decodes UTF-8 and drops a byte order mark', () => {
    assert.deepEqual(decodeText(Buffer.from('\uFEFF{"ü": 1}')), { text: '{"ü": 1}' });
  });

  it('refuses what is not UTF-8 text', () => {
    assert.deepEqual(decodeText(Buffer.from([0x7b, 0xff, 0x7d])), { problem: 'not-text' });
    assert.deepEqual(decodeText(Buffer.from('a\0b')), { problem: 'not-text' });
    assert.deepEqual(decodeText(Buffer.from('{}', 'utf16le')), { problem: 'not-text' });
  });

  it('says which limit a file exceeds', () => {
    assert.equal(explainFileProblem('too-large', 'big.json').message, 'larger than 8 MiB: "big.json"');
  });
});
