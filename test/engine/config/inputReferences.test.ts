import assert from 'node:assert/strict';
import { inputReferences, MAX_REFERENCES, normalizePath } from '../../../engine/config/index.ts';

const paths = (text: string) => inputReferences(text).references.map((reference) => reference.path);

describe('references of an input file', () => {
  it('gives path, type and the place of each', () => {
    const text = '{ "ref": { "file": ["infra/out.json"], "type": "TERRAFORM" }, "port": 80 }';
    const { references, type, malformed } = inputReferences(text);
    assert.deepEqual(malformed, []);
    assert.equal(references.length, 1);
    assert.equal(text.slice(references[0]!.start, references[0]!.end), '"infra/out.json"');
    assert.equal(type?.value, 'TERRAFORM');
    assert.equal(text.slice(type!.start, type!.end), '"TERRAFORM"');
  });

  it('accepts a single string and a missing type', () => {
    const found = inputReferences('{"ref": {"file": "out.json"}}');
    assert.deepEqual([found.references.map((reference) => reference.path), found.type], [['out.json'], undefined]);
  });

  it('finds none where there is no ref', () => {
    for (const text of [
      '{}',
      '',
      '[]',
      '"ref"',
      '{"x": {"ref": {"file": "a"}}}',
      '{"__proto__": {"ref": {"file": "a"}}}',
    ])
      assert.deepEqual(paths(text), []);
  });

  it('counts the last of several members of one name, as readers of JSON do', () => {
    assert.deepEqual(paths('{"ref": {"file": "a"}, "ref": {"file": "b"}}'), ['b']);
  });

  it('gives what it can while the author types', () => {
    assert.deepEqual(paths('{"a": , "ref": {"file": ["a.json", "b'), ['a.json', 'b']);
  });

  it('never throws, wherever the text ends', () => {
    const text = '{ "ref": { "file": ["a.json", "../b"], "type": "CDK" }, "x": [1, {"y": null}] }';
    for (let end = 0; end <= text.length; end++) assert.doesNotThrow(() => inputReferences(text.slice(0, end)));
    assert.deepEqual(paths('['.repeat(200_000)), []);
    assert.deepEqual(paths('{"ref":'.repeat(50_000)), []);
  });

  for (const [text, place] of [
    ['{"ref": "out.json"}', '"out.json"'],
    ['{"ref": null}', 'null'],
    ['{"ref": {"file": 5}}', '5'],
    ['{"ref": {"file": ["a", ["b"]]}}', '["b"]'],
    ['{"ref": {"file": "a", "type": 1}}', '1'],
  ] as const) {
    it(`reports the wrong shape of ${text}`, () => {
      const { malformed } = inputReferences(text);
      assert.deepEqual(
        malformed.map(({ start, end }) => text.slice(start, end)),
        [place],
      );
    });
  }

  it(`reads at most ${MAX_REFERENCES} references and says so`, () => {
    const found = inputReferences(JSON.stringify({ ref: { file: Array(5000).fill('a.json') } }));
    assert.deepEqual([found.references.length, found.malformed.length], [MAX_REFERENCES, 1]);
  });
});

describe('paths from the repository root', () => {
  for (const [raw, path] of [
    ['a/b.json', 'a/b.json'],
    ['./a.json', 'a.json'],
    ['a/../b.json', 'b.json'],
    ['a//b/./c.json', 'a/b/c.json'],
    ['..a/...json', '..a/...json'],
    ['a b/ü.json', 'a b/ü.json'],
    ['__proto__/constructor.json', '__proto__/constructor.json'],
    ['.github/out.json', '.github/out.json'],
  ] as const)
    it(`reads ${raw} as ${path}`, () => assert.deepEqual(normalizePath(raw), { path }));

  for (const [raw, problem] of [
    ['../../etc/passwd', 'outside'],
    ['a/../../b', 'outside'],
    ['..', 'outside'],
    ['.git/config', 'outside'],
    ['a/.GIT/config', 'outside'],
    ['/etc/passwd', 'absolute'],
    ['//server/share', 'absolute'],
    ['C:\\x.json', 'absolute'],
    ['C:/x.json', 'absolute'],
    ['\\\\server\\x', 'absolute'],
    ['~/x.json', 'absolute'],
    ['~root/x.json', 'absolute'],
    ['a\\b.json', 'not-a-path'],
    ['https://example.com/x.json', 'not-a-path'],
    ['s3://bucket/x.json', 'not-a-path'],
    ['', 'not-a-path'],
    ['.', 'not-a-path'],
    ['a\nb', 'not-a-path'],
    ['a\0b', 'not-a-path'],
  ] as const)
    it(`refuses ${JSON.stringify(raw)}: ${problem}`, () => assert.deepEqual(normalizePath(raw), { problem }));
});
