import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { anchorOf, CATALOGUE, withSeverities } from '../../../engine/check/index.ts';
import type { Finding } from '../../../engine/finding.ts';

const ENGINE = join(import.meta.dirname, '../../../engine');

const textsBelow = (folder: string): string[] =>
  readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? textsBelow(path) : [readFileSync(path, 'utf8')];
  });

describe('the catalogue of findings', () => {
  it('has every code that a check can give', () => {
    const texts = ['check', 'template', 'config'].flatMap((part) => textsBelow(join(ENGINE, part)));
    const codes = texts.flatMap((text) => text.match(/'(template|json|schema|input|workload)\.[a-z-]+'/g) ?? []);
    const missing = new Set(codes.map((code) => code.slice(1, -1)).filter((code) => !Object.hasOwn(CATALOGUE, code)));
    assert.deepEqual([...missing], []);
  });

  it('has a place of its own for each on the page about them', () => {
    const page = readFileSync(join(ENGINE, '../docs/rules.md'), 'utf8');
    // What a link calls a heading: its letters, digits and hyphens, in lower case.
    const headings = [...page.matchAll(/^### (.+)$/gm)].map(([, heading]) =>
      heading!.toLowerCase().replace(/[^\w-]/g, ''),
    );
    assert.deepEqual(headings.sort(), Object.keys(CATALOGUE).map(anchorOf).sort());
    assert.equal(new Set(headings).size, headings.length);
  });

  it('has words for each', () => {
    for (const [code, { title, about }] of Object.entries(CATALOGUE)) {
      assert.match(code, /^[a-z]+\.[a-z-]+$/);
      assert.match(title, /^[A-Z`].*[^.]$/, code);
      assert.match(about, /\.$/, code);
    }
  });
});

describe('severity settings', () => {
  const finding = (code: string): Finding => ({ path: 'a', start: 0, end: 0, severity: 'warning', code, message: 'm' });
  const weigh = (code: string, settings: Parameters<typeof withSeverities>[1]) =>
    withSeverities([finding(code)], settings).map(({ severity }) => severity);

  it('set a code, or a family, and the code counts more', () => {
    assert.deepEqual(weigh('task.image', { 'task.image': 'info' }), ['info']);
    assert.deepEqual(weigh('task.image', { 'task.*': 'error' }), ['error']);
    assert.deepEqual(weigh('task.image', { 'task.*': 'off', 'task.image': 'info' }), ['info']);
    assert.deepEqual(weigh('task.image', { 'service.*': 'off' }), ['warning']);
  });

  it('leave out what is off', () => assert.deepEqual(weigh('task.image', { 'task.image': 'off' }), []));

  it('take no name from the prototype', () => assert.deepEqual(weigh('constructor', {}), ['warning']));
});
