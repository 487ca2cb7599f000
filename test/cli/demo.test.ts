import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cleanUp, hasEscapes, ROOT, temporaryFolder } from './command.ts';

const demo = (...words: string[]) =>
  spawnSync(process.execPath, [join(ROOT, 'cli', 'demo.ts'), ...words], { encoding: 'utf8' });

/** A folder with one service; its task definition takes the image from the input. */
function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'dev'));
  const all = {
    'dev/web_svcdef.json': JSON.stringify({
      serviceName: 'web',
      cluster: 'dev',
      desiredCount: 1,
      launchType: 'FARGATE',
      networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-1'] } },
    }),
    'dev/web_taskdef.json': JSON.stringify({
      family: 'web',
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      cpu: '256',
      memory: '512',
      containerDefinitions: [{ name: 'web', image: '{{ image }}' }],
    }),
    'dev/web_depdef.json': '{ "stabilityCheck": { "pollInterval": 5 }, "environment": { "account": "210987654321" } }',
    'dev/web_input.json': '{ "image": "web:1" }',
    ...files,
  };
  for (const [path, text] of Object.entries(all)) writeFileSync(join(folder, path), text);
  return folder;
}

describe('the demo', function () {
  this.timeout(60_000);
  afterEach(cleanUp);

  it('creates, updates, rolls a broken image and a failing canary back, and shows what serves', () => {
    const { status, stdout, stderr } = demo();
    assert.equal(status, 0, stdout + stderr);
    assert.ok(!hasEscapes(stdout));
    assert.match(stdout, /^▲ {2}examples\/shop\/web {2}rolled back/m);
    assert.match(stdout, /service web {2}✔ \w{7} update, 3\/3 tasks {2}\(rolled back from broken\)$/m);
    assert.match(stdout, /^▲ {2}examples\/shop\/thumbnails {2}rolled back/m);
    assert.match(stdout, /alarm shop-thumbnails-errors is in ALARM: Threshold Crossed: /);
    assert.match(
      stdout,
      /function shop-thumbnails {2}✔ \w{7} update, 100 % traffic {2}\(rolled back from failing canary\)$/m,
    );
    const [, failed, got] = /failed: (\d+) of the (\d+) that version 3 got$/m.exec(stdout) ?? [];
    assert.ok(Math.abs(Number(failed) / Number(got) - 0.33) < 0.01, stdout);
    assert.match(stdout, /^✔ planned again: nothing to do/m);
  });

  it('plays any folder, in the account that its files name', () => {
    const { status, stdout } = demo('--from', folderWith({ 'dev/web_input.json.next-two': '{ "image": "web:2" }' }));
    assert.equal(status, 0, stdout);
    assert.match(stdout, /commit 2 of 2: two/);
    assert.match(stdout, /└─ account 210987654321$/m);
  });

  it('fails when a broken commit is not rolled back', () => {
    const { status, stdout } = demo(
      '--from',
      folderWith({ 'dev/web_input.json.next-1-broken': '{ "image": "web:2" }' }),
    );
    assert.equal(status, 1);
    assert.match(stdout, /^✖ broken: dev\/web is succeeded, and should be rolled back$/m);
  });

  it('says which folder is not there', () => {
    const { status, stderr } = demo('--from', 'no/such/folder');
    assert.equal(status, 2);
    assert.match(stderr, /^error: no such folder: no\/such\/folder\n {2}hint: /);
  });
});
