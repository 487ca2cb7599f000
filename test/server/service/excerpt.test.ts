/** Excerpts of large texts: at every offset, a place in one is the place in the whole. */
import assert from 'node:assert/strict';
import { getLocation, type Location } from 'jsonc-parser';
import { excerptAt } from '../../../server/service/json/excerpt.ts';

const container = (i: number) => `    {
      "name": "app-${i}", "image": "nginx: [1] {2}, \\"x\\"",
      "portMappings": [{ "containerPort": ${8000 + i} }, { "containerPort": 9 }],
      "options": { "a": { "b": [1, 2, [3, ${i}]] } }
    }`;
const large = (count: number, middle = '') => `{
  "family": "web",
  "containerDefinitions": [
${Array.from({ length: count }, (_, i) => (i === count >> 1 ? middle || container(i) : container(i))).join(',\n')}
  ],
  "cpu": "256",
  "tags": [{ "key": "a", "value": "b" }]
}
`;

/** The value or key at an offset. */
function touched({ previousNode: node }: Location, offset: number): unknown {
  return node && node.offset <= offset && offset <= node.offset + node.length ? node.value : undefined;
}

function checkPlaces(text: string, from: number, to: number): void {
  for (let offset = from; offset < to; offset++) {
    const whole = getLocation(text, offset);
    const excerpt = excerptAt(text, offset);
    const place = getLocation(excerpt.text, offset - excerpt.shift);
    const path = [...excerpt.path, ...place.path.slice(excerpt.path.length)];
    assert.deepEqual(
      path,
      whole.path,
      `at ${offset}: ${text.slice(offset - 20, offset)}|${text.slice(offset, offset + 20)}`,
    );
    assert.equal(place.isAtPropertyKey, whole.isAtPropertyKey);
    assert.equal(touched(place, offset - excerpt.shift), touched(whole, offset));
  }
}

describe('an excerpt of a large text', () => {
  const text = large(400);
  const middle = text.indexOf('"app-200"');

  it('is small, and has the same places as the whole', () => {
    assert.ok(excerptAt(text, middle).text.length < 500);
    checkPlaces(text, middle - 400, middle + 400);
  });

  it('leaves large values out where the object around them is large', () => {
    const at = text.indexOf('"cpu"') + 3;
    assert.ok(excerptAt(text, at).text.trim().replaceAll(/ +/g, ' ').length < 200);
    checkPlaces(text, text.indexOf('"cpu"') - 6, text.length);
    checkPlaces(text, 1, text.indexOf('[') + 1);
  });

  it('has the same places in what is half-typed', () => {
    for (const typed of [
      '{ "name": "x", "po',
      '{ "name": ',
      '{ "name": "x", ',
      '{ "portMappings": [{ "containerPort": ',
      '{ "options": { "a',
      '{ "name": "x" "y"',
    ]) {
      const broken = large(400, `    ${typed}\n    }`);
      const at = broken.indexOf(typed);
      checkPlaces(broken, at, at + typed.length + 1);
    }
  });

  it('is the whole of a small text', () => {
    const small = large(3);
    assert.equal(excerptAt(small, 100).text, small);
  });

  it('is had of texts of any form', () => {
    for (const odd of [
      '['.repeat(30_000),
      '{"a":'.repeat(10_000),
      '"'.repeat(30_000),
      ']}'.repeat(15_000),
      '\\'.repeat(30_000),
    ])
      for (const offset of [0, 1, 15_000, odd.length]) assert.ok(excerptAt(odd, offset).text.length <= odd.length);
  });
});
