import assert from 'node:assert/strict';
import { counterparts } from '../../client/previewMap.ts';
import type { PreviewPiece, TextRange } from '../../server/protocol.ts';

const range = (line: number, from: number, endLine: number, to: number): TextRange => ({
  start: { line, character: from },
  end: { line: endLine, character: to },
});

/** `{\n  "a": {{ b }}\n}` gives `{\n  "a": 12\n}`. */
const MAP: readonly PreviewPiece[] = [
  { source: range(0, 0, 1, 7), rendered: range(0, 0, 1, 7), verbatim: true },
  { source: range(1, 7, 1, 14), rendered: range(1, 7, 1, 9), verbatim: false },
  { source: range(1, 14, 2, 1), rendered: range(1, 9, 2, 1), verbatim: true },
];

describe('what belongs together in a template and its preview', () => {
  it('is the whole value for a place inside an expression, and the whole expression for its value', () => {
    assert.deepEqual(counterparts(MAP, 'source', range(1, 10, 1, 10)), [range(1, 7, 1, 9)]);
    assert.deepEqual(counterparts(MAP, 'rendered', range(1, 8, 1, 8)), [range(1, 7, 1, 14)]);
  });

  it('is character for character in literal text, moved where the lines before differ', () => {
    assert.deepEqual(counterparts(MAP, 'source', range(1, 3, 1, 4)), [range(1, 3, 1, 4)]);
    assert.deepEqual(counterparts(MAP, 'source', range(2, 0, 2, 1)), [range(2, 0, 2, 1)]);
  });

  it('is all that a selection over several parts touches', () => {
    const found = counterparts(MAP, 'source', range(0, 0, 2, 1));
    assert.deepEqual(found, [range(0, 0, 1, 7), range(1, 7, 1, 9), range(1, 9, 2, 1)]);
  });

  it('is nothing without a map', () => {
    assert.deepEqual(counterparts([], 'source', range(0, 0, 0, 0)), []);
  });
});
