import assert from 'node:assert/strict';
import { inputReferences, type ReferencedFile } from '../../../engine/config/index.ts';
import { type Inputs, readInputs } from '../../../engine/template/index.ts';

/** Reads an input file whose references are answered from `files`; a problem's name stands for a file without text. */
function read(
  text: string,
  files: Record<string, string | { problem: 'missing' | 'outside' | 'symlink' }> = {},
): Inputs {
  const references = inputReferences(text).references.map((reference): ReferencedFile => {
    const { path, raw, start, end, problem } = reference;
    if (problem) return { path, raw, start, end, problem };
    const file = files[path] ?? { problem: 'missing' };
    return typeof file === 'string' ? { path, raw, start, end, text: file } : { path, raw, start, end, ...file };
  });
  return readInputs({ path: 'dev/web_input.json', text }, references);
}

const codes = ({ findings }: Inputs) => findings.map(({ code }) => code);
const valuesOf = ({ values }: Inputs) => Object.fromEntries(Array.from(values, ([name, { value }]) => [name, value]));

const TERRAFORM =
  '{\n  "vpc": { "sensitive": false, "type": "string", "value": "vpc-1" },\n  "pw": { "sensitive": true, "type": "string", "value": "s" }\n}';

describe('inputs', () => {
  it('are the members of the input file, without "ref"', () => {
    const inputs = read('{"ref": {"file": []}, "a": 1, "b": [true, null], "c": {"d": "x"}}');
    assert.deepEqual(valuesOf(inputs), { a: 1, b: [true, null], c: { d: 'x' } });
    assert.deepEqual([inputs.complete, inputs.findings], [true, []]);
  });

  it('know the file, place and line of each value', () => {
    const inputs = read('{\n  "ref": { "file": "tf.json", "type": "TERRAFORM" },\n  "own": [1]\n}', {
      'tf.json': TERRAFORM,
    });
    const { path, line, start, end } = inputs.values.get('own')!;
    assert.deepEqual([path, line, end - start], ['dev/web_input.json', 3, 3]);
    const vpc = inputs.values.get('vpc')!;
    assert.deepEqual(
      [vpc.path, vpc.line, TERRAFORM.slice(vpc.start, vpc.end), vpc.value],
      ['tf.json', 2, '"vpc-1"', 'vpc-1'],
    );
  });

  it('are secret where Terraform says so', () => {
    const { values } = read('{"ref": {"file": ["tf.json"], "type": "TERRAFORM"}}', { 'tf.json': TERRAFORM });
    assert.deepEqual([values.get('vpc')!.sensitive, values.get('pw')!.sensitive], [false, true]);
  });

  it('come from CDK outputs by stack, and from plain JSON as they are', () => {
    const cdk = read('{"ref": {"file": ["cdk.json"], "type": "CDK"}}', { 'cdk.json': '{"Stack": {"Output": "x"}}' });
    assert.deepEqual(valuesOf(cdk), { Stack: { Output: 'x' } });
    const json = read('{"ref": {"file": ["a.json"]}}', { 'a.json': '{"a": 1}' });
    assert.deepEqual([valuesOf(json), json.findings], [{ a: 1 }, []]);
  });

  it('of the file itself win, then those of later files', () => {
    const inputs = read('{"ref": {"file": ["a.json", "b.json"], "type": "JSON"}, "z": "own"}', {
      'a.json': '{"x": 1, "y": 1, "z": 1}',
      'b.json': '{"y": 2, "z": 2}',
    });
    assert.deepEqual(valuesOf(inputs), { x: 1, y: 2, z: 'own' });
    assert.deepEqual(new Set(inputs.findings.map(({ severity }) => severity)), new Set(['info']));
  });

  it('keep large integers and floats as they are written', () => {
    const { values } = read('{"a": 12345678901234567890, "b": 1.0, "c": 1, "d": 1e2}');
    assert.deepEqual(
      ['a', 'b', 'c', 'd'].map((name) => values.get(name)!.exact),
      [12345678901234567890n, 1, 1n, 100],
    );
  });

  it('take a key such as __proto__ for a key', () => {
    const { values } = read('{"__proto__": {"polluted": 1}, "a": {"__proto__": 2}}');
    assert.deepEqual([...values.keys()], ['__proto__', 'a']);
    assert.equal(Object.hasOwn(values.get('a')!.value as object, '__proto__'), true);
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
  });
});

describe('an input file', () => {
  it('with a reference that cannot be read gives one finding, at the path', () => {
    for (const [path, code] of [
      ['nope.json', 'file.missing'],
      ['../../etc/passwd', 'file.outside'],
      ['/etc/passwd', 'file.absolute'],
    ]) {
      const text = `{"ref": {"file": ["${path}"], "type": "TERRAFORM"}, "a": 1}`;
      const inputs = read(text);
      assert.deepEqual(codes(inputs), [code]);
      const [{ start, end, hint }] = inputs.findings as [Inputs['findings'][0]];
      assert.equal(text.slice(start, end), `"${path}"`);
      assert.ok(hint);
      assert.deepEqual([inputs.complete, valuesOf(inputs)], [false, { a: 1 }]);
    }
  });

  it('with a syntax error says where, and keeps what it could read', () => {
    const text = '{"a": 1,\n "b": }';
    const inputs = read(text);
    assert.deepEqual(codes(inputs), ['input.syntax']);
    assert.equal(inputs.findings[0]!.start, text.indexOf('}'));
    assert.deepEqual([inputs.complete, valuesOf(inputs)], [false, { a: 1 }]);
  });

  it('is strict JSON: no comments, no trailing commas', () => {
    assert.deepEqual(codes(read('{"a": 1, /* x */ "b": 2}')), ['input.syntax']);
    assert.deepEqual(codes(read('{"a": 1,}')), ['input.syntax']);
    assert.deepEqual(codes(read('')), ['input.syntax']);
  });

  it('has to be an object', () => {
    for (const text of ['[]', '1', 'null', '"a"']) assert.deepEqual(codes(read(text)), ['input.not-an-object'], text);
  });

  it('with a key given twice takes the last and warns at the first', () => {
    const text = '{"a": 1, "b": {"c": 1, "c": 2}, "a": 3}';
    const inputs = read(text);
    assert.deepEqual(
      inputs.findings.map(({ code, severity, start }) => [code, severity, start]),
      [
        ['input.duplicate-key', 'warning', 1],
        ['input.duplicate-key', 'warning', text.indexOf('"c"')],
      ],
    );
    assert.deepEqual(valuesOf(inputs), { a: 3, b: { c: 2 } });
  });

  it('with an unknown type says so and which was meant', () => {
    const inputs = read('{"ref": {"file": ["a.json"], "type": "TERAFORM"}}', { 'a.json': '{}' });
    assert.deepEqual(codes(inputs), ['input.unknown-type']);
    assert.equal(inputs.findings[0]!.hint, "did you mean 'TERRAFORM'?");
    assert.equal(inputs.complete, false);
  });

  it('that leaves the type of terraform output out is read as JSON with a warning', () => {
    const inputs = read('{"ref": {"file": "tf.json"}}', { 'tf.json': TERRAFORM });
    assert.deepEqual(codes(inputs), ['input.terraform-as-json']);
    assert.equal(inputs.findings[0]!.hint, 'set "type" to "TERRAFORM"');
    assert.deepEqual(Object.keys(valuesOf(inputs)), ['vpc', 'pw']);
  });

  it('that calls something else terraform output is told so', () => {
    const inputs = read('{"ref": {"file": "a.json", "type": "TERRAFORM"}}', {
      'a.json': '{"x": 1, "vpc": {"value": "v"}}',
    });
    assert.deepEqual(codes(inputs), ['input.not-terraform']);
    assert.deepEqual([inputs.complete, valuesOf(inputs)], [false, { vpc: 'v' }]);
  });

  it('that calls a whole other file terraform output is told so once', () => {
    const inputs = read('{"ref": {"file": "a.json", "type": "TERRAFORM"}}', {
      'a.json': '{"version": 4, "outputs": {}, "resources": []}',
    });
    assert.deepEqual(codes(inputs), ['input.not-terraform']);
    assert.match(inputs.findings[0]!.message, /^'version' and 2 more in 'a\.json' are not outputs/);
    assert.equal(inputs.complete, false);
  });

  it('with a broken referenced file says where in that file', () => {
    const inputs = read('{"ref": {"file": ["a.json"]}}', { 'a.json': '{"a": tru}' });
    assert.deepEqual([inputs.findings[0]!.path, codes(inputs), inputs.complete], ['a.json', ['input.syntax'], false]);
  });

  it('nested ten thousand levels deep, or cut off anywhere, never throws', () => {
    assert.equal(read(`{"a": ${'['.repeat(10_000)}`).complete, false);
    assert.equal(read(`${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`).complete, false);
    const text = '{"ref": {"file": ["a.json"], "type": "TERRAFORM"}, "a": [1.5, "x\\n", null], "b": {"c": true}}';
    for (let end = 0; end <= text.length; end++) read(text.slice(0, end), { 'a.json': TERRAFORM.slice(0, end) });
  });
});
