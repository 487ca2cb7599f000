/**
 * Tests the extension in a real VS Code in a browser without a screen: the suite inside its extension host, then the
 * clicks of a person on the packaged extension. Says what was skipped where the platform has no such editor or browser.
 *
 *     npm run test:editor              both
 *     npm run test:editor -- --host    the suite alone; of it what GITMOXI_TEST_GREP matches
 *     npm run test:editor -- --keep    keeps the editor's logs
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openBrowser } from '../test/editor/host/browser.ts';
import { bundleSuite } from '../test/editor/host/bundle.ts';
import { installEditor, startEditor } from '../test/editor/host/codeServer.ts';
import { ROOT } from '../test/editor/host/folders.ts';
import { makeWorkspace, temporaryFolder } from '../test/editor/host/workspace.ts';
import type { Report } from '../test/editor/suite/index.ts';

/** The whole suite, ms. */
const WITHIN_MS = 240_000;

const skipped = (why: string) => console.log(`skipped: the tests inside the editor (${why})`);

const remote = (path: string) => `vscode-remote://remote${path}`;

async function runInHost(suite: string, data: string, repo: string): Promise<Report | string> {
  const browser = await openBrowser();
  if (typeof browser === 'string') return browser;
  const report = join(data, 'report.json');
  const env = { GITMOXI_TEST_REPORT: report, GITMOXI_STORE: join(data, 'store.db') };
  const editor = await startEditor({ data, env, forSuite: true });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const payload = [
      ['extensionDevelopmentPath', remote(ROOT)],
      ['extensionTestsPath', remote(suite)],
    ];
    const query = new URLSearchParams({ folder: repo, payload: JSON.stringify(payload) });
    await page.goto(`${editor.url}/?${query}`);
    const until = Date.now() + WITHIN_MS;
    while (!existsSync(report)) {
      if (Date.now() > until) throw new Error('the suite in the extension host did not end');
      await sleep(200);
    }
    await sleep(100);
    return JSON.parse(readFileSync(report, 'utf8')) as Report;
  } finally {
    await browser.close();
    await editor.stop();
  }
}

/** @returns whether nothing failed */
async function testInHost(): Promise<boolean> {
  const data = temporaryFolder('editor-data');
  const repo = makeWorkspace();
  try {
    const report = await runInHost(await bundleSuite(), data, repo);
    if (typeof report === 'string') {
      skipped(report);
      return true;
    }
    for (const line of report.lines) console.log(line);
    for (const { title, error } of report.failures) console.error(`\n${title}\n${error}`);
    console.log(`\n  ${report.passes} passing in the extension host, ${report.failures.length} failing`);
    return report.failures.length === 0 && report.passes > 0;
  } finally {
    await rm(dirname(repo), { recursive: true, force: true });
    if (!process.argv.includes('--keep')) await rm(data, { recursive: true, force: true });
  }
}

/** It says itself what it skips. */
function testAsPerson(): boolean {
  const mocha = join(ROOT, 'node_modules/mocha/bin/mocha.js');
  const { status } = spawnSync(process.execPath, [mocha, 'test/editor/ui/*.ui.ts'], { cwd: ROOT, stdio: 'inherit' });
  return status === 0;
}

const missing = await installEditor();
if (missing !== undefined) skipped(missing);
else if (!(await testInHost())) process.exitCode = 1;
else if (!process.argv.includes('--host') && !testAsPerson()) process.exitCode = 1;
