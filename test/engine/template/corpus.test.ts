import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseTemplate, readInputs, renderTemplate, scopeOf, templateUses } from '../../../engine/template/index.ts';
import { render } from './render.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const FOLDER = join(ROOT, 'test/fixtures/jinja');

interface Case {
  readonly name: string;
  readonly template: string;
  readonly context?: string;
}
type Expectation = { readonly name: string } & ({ readonly output: string } | { readonly error: string });

const linesOf = <T>(file: string): T[] =>
  readFileSync(join(FOLDER, file), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);

const CASES = linesOf<Case>('cases.jsonl');
const EXPECTED = linesOf<Expectation>('expected.jsonl');

describe('the corpus', () => {
  it('has an expectation for each of at least 400 cases', () => {
    assert.ok(CASES.length >= 400);
    assert.deepEqual(
      EXPECTED.map(({ name }) => name),
      CASES.map(({ name }) => name),
    );
  });

  it("renders as Python's Jinja2 does, and fails where it does", () => {
    const different = CASES.flatMap(({ name, template, context }, index) => {
      const { text, problems } = render(template, context);
      const expected = EXPECTED[index]!;
      if ('error' in expected) {
        return problems.length > 0 ? [] : [`${name}: expected ${expected.error}, got ${JSON.stringify(text)}`];
      }
      if (problems.length > 0) return [`${name}: ${problems.map(({ message }) => message).join('; ')}`];
      return text === expected.output
        ? []
        : [`${name}: ${JSON.stringify(text)} instead of ${JSON.stringify(expected.output)}`];
    });
    assert.deepEqual(different, []);
  });

  it('has expectations that Jinja2 still gives, where it is installed', function () {
    this.timeout(60_000);
    const script = join(ROOT, 'scripts/jinjaCorpus.py');
    const interpreters = ['python3', process.env.PYTHON].filter((name) => name !== undefined);
    const python = interpreters.find((name) => {
      const check = 'import jinja2, sys; sys.exit(not jinja2.__version__.startswith("3.1"))';
      return spawnSync(name, ['-c', check]).status === 0;
    });
    if (python === undefined) {
      this.test!.title += ' (skipped: no python3 with jinja2 3.1; set PYTHON to one)';
      this.skip();
    }
    const { stdout, status, stderr } = spawnSync(python!, ['-W', 'ignore', script, '--print'], {
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
    });
    assert.equal(status, 0, stderr);
    assert.equal(stdout, readFileSync(join(FOLDER, 'expected.jsonl'), 'utf8'), 'run scripts/jinjaCorpus.py');
  });

  it('never throws when a template is cut off anywhere', function () {
    this.timeout(120_000);
    for (const { template, context = '{}' } of CASES) {
      const scope = scopeOf(readInputs({ path: 'x_input.json', text: context }, []));
      for (let end = 0; end <= template.length; end++) {
        const parsed = parseTemplate(template.slice(0, end));
        for (const { start, end: problemEnd } of parsed.problems)
          assert.ok(start >= 0 && problemEnd >= start && problemEnd <= end);
        renderTemplate(parsed.template, scope);
        templateUses(parsed.template);
      }
    }
  });

  it('maps every character of every result to a place in the template', () => {
    for (const { template, context } of CASES) {
      const { text, map } = render(template, context);
      let at = 0;
      for (const piece of map.pieces) {
        assert.equal(piece.start, at);
        at = piece.end;
        assert.ok(piece.sourceStart >= 0 && piece.sourceStart <= piece.sourceEnd && piece.sourceEnd <= template.length);
        const source = template.slice(piece.sourceStart, piece.sourceEnd);
        if (piece.verbatim) assert.equal(source.replace(/\r\n?/g, '\n'), text.slice(piece.start, piece.end));
      }
      assert.equal(at, text.length);
    }
  });
});
