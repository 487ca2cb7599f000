import assert from 'node:assert/strict';
import { harmless, shorten, table, width, wrap } from '../../cli/terminal/columns.ts';
import { duration } from '../../cli/terminal/time.ts';
import { regionInConfig } from '../../session/index.ts';

describe('text for a terminal', () => {
  it('lines up wide and coloured cells', () => {
    const lines = table(
      [
        ['\u001b[31m日本\u001b[39m', 'a'],
        ['web-1', 'b'],
      ],
      { columns: 80, ellipsis: '…' },
    );
    assert.deepEqual(
      lines.map((line) => width(line)),
      [8, 8],
    );
  });

  it('shortens the last cell to the width, counting the ellipsis', () => {
    const [line] = table([['name', 'a message that is far too long for the line']], { columns: 30, ellipsis: '…' });
    assert.equal(width(line!), 30);
    assert.match(line!, /…$/);
  });

  it('leaves the least important cells out where there is no room, and cells that are empty everywhere', () => {
    const row = ['name', '', 'x'.repeat(20), 'what happened'];
    assert.deepEqual(table([row], { columns: 30, ellipsis: '…', optional: [2] }), ['name  what happened']);
    assert.deepEqual(table([row], { columns: 80, ellipsis: '…', optional: [2] }), [
      `name  ${'x'.repeat(20)}  what happened`,
    ]);
  });

  it('does not cut a character that is made of several', () => {
    assert.equal(shorten('👩‍🚀👩‍🚀👩‍🚀', 5, '…'), '👩‍🚀👩‍🚀…');
  });

  it('keeps a long word whole when it breaks lines', () => {
    const url = 'https://example.com/a/very/long/address';
    assert.deepEqual(wrap(`see ${url} now`, 12), ['see', url, 'now']);
  });

  it('shows escape sequences from outside instead of obeying them', () => {
    assert.equal(harmless('a\u001b[2Jb\r\nc\u0007'), 'a\ufffd[2Jb\nc\ufffd');
  });

  it('tells durations in two units', () => {
    assert.deepEqual([0, 59_999, 60_000, 3_725_000, 100_000_000].map(duration), [
      '0s',
      '59s',
      '1m 00s',
      '1h 02m',
      '1d 03h',
    ]);
  });
});

describe("a profile's region", () => {
  const config =
    '[default]\nregion = eu-west-1\n\n[profile prod]\nsso_region = us-east-2\ns3 =\n  region = no\nregion=us-west-2 # here\n';

  it('is read from the section of the profile', () => {
    assert.deepEqual(
      ['default', 'prod', 'other'].map((profile) => regionInConfig(config, profile)),
      ['eu-west-1', 'us-west-2', undefined],
    );
  });
});
