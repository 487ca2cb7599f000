/**
 * Tests the extension in a real VS Code in a browser without a screen: the suite inside its extension host, then the
 * clicks of a person on the packaged extension. Says what was skipped where the platform has no such editor or browser.
 *
 *     npm run test:editor              both
 *     npm run test:editor -- --host    the suite alone; of it what GITMOXI_TEST_GREP matches
 *     npm run test:editor -- --keep    keeps the editor's logs
 */
import { spawnSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { bundleForHost } from '../test/editor/host/bundle.ts';
import { installEditor } from '../test/editor/host/codeServer.ts';
import { ROOT } from '../test/editor/host/folders.ts';
import { runInHost } from '../test/editor/host/inHost.ts';
import { makeWorkspace, temporaryFolder } from '../test/editor/host/workspace.ts';
import type { Report } from '../test/editor/suite/index.ts';
import { UNCOUNTED } from '../test/reporter.ts';

const skipped = (why: string) => console.log(`skipped: the tests inside the editor (${why})`);

/** @returns whether nothing failed */
async function testInHost(): Promise<boolean> {
  const data = temporaryFolder('editor-data');
  const repo = makeWorkspace();
  try {
    const report = await runInHost<Report>({
      module: await bundleForHost('test/editor/suite/index.ts'),
      data,
      folder: repo,
    });
    if (typeof report === 'string') {
      skipped(report);
      return true;
    }
    for (const line of report.lines) console.log(line);
    for (const { title, error } of report.failures) console.error(`\n${title}\n${error}`);
    console.log(`\n${report.passes} passed, ${report.failures.length} failed, 0 skipped`);
    return report.failures.length === 0 && report.passes > 0;
  } finally {
    await rm(dirname(repo), { recursive: true, force: true });
    if (!process.argv.includes('--keep')) await rm(data, { recursive: true, force: true });
  }
}

/**
 * It says itself what it skips. A browser on a busy machine loses a click now and then: what fails is tried once more from
 * the beginning, and that it had failed is said.
 */
function testAsPerson(): boolean {
  const mocha = join(ROOT, 'node_modules/mocha/bin/mocha.js');
  const click = (env: NodeJS.ProcessEnv) =>
    spawnSync(process.execPath, [mocha, 'test/editor/ui/*.ui.ts'], { cwd: ROOT, stdio: 'inherit', env }).status === 0;
  if (click({ ...process.env, [UNCOUNTED]: 'the first try' })) return true;
  console.log('\nthe clicks failed: they are tried once more, from the beginning');
  return click(process.env);
}

const missing = await installEditor();
if (missing !== undefined) skipped(missing);
else if (!(await testInHost())) process.exitCode = 1;
else if (!process.argv.includes('--host') && !testAsPerson()) process.exitCode = 1;
