/** What is taken out of texts that programs wrote. */
import assert from 'node:assert/strict';
import { withoutLikelySecrets } from '../../engine/redact.ts';

describe('a line of a log', () => {
  const rows: readonly [line: string, shown: string][] = [
    [
      'cannot connect to postgres://app:hunter2@db:5432/shop',
      'cannot connect to postgres://app:(sensitive)@db:5432/shop',
    ],
    ['redis://:p4ssw0rd@cache refused', 'redis://:(sensitive)@cache refused'],
    ['> Authorization: Bearer abcdefgh12345678==', '> Authorization: Bearer (sensitive)'],
    ['token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0xx.c2lnbmF0dXJl seen', 'token (sensitive) seen'],
    ['key AKIAIOSFODNN7EXAMPLE is wrong', 'key AKIAIOSF(sensitive) is wrong'],
    ['DB_PASSWORD=hunter2 HOME=/root', 'DB_PASSWORD=(sensitive) HOME=/root'],
    ['{"apiKey": "0f3a0f3a", "name": "web"}', '{"apiKey": "(sensitive)", "name": "web"}'],
    ['client_secret: abcd1234, id: 7', 'client_secret: (sensitive), id: 7'],
  ];
  for (const [line, shown] of rows) it(`is shown as ${shown}`, () => assert.equal(withoutLikelySecrets(line), shown));

  const harmless = [
    'listening on http://localhost:8080/healthz',
    'GET /tokens 200 in 12 ms',
    'password is too short',
    'Error: cannot read config /etc/web.json at main (server.js:12)',
    'secret not found',
    'user@example.com logged in',
  ];
  for (const line of harmless) it(`stays as it is: ${line}`, () => assert.equal(withoutLikelySecrets(line), line));

  it('comes to an end however it was made', () => {
    for (const piece of ['a://', 'password=', 'eyJaaaaaaaa.', 'bearer '])
      assert.notEqual(withoutLikelySecrets(piece.repeat(2_000 / piece.length)), '');
  });
});
