/**
 * The same suite in a downloaded desktop build of VS Code. Where that cannot be downloaded, it says so and fails: the
 * suite was asked for, and did not run.
 *
 *     npm run test:desktop
 */
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { downloadAndUnzipVSCode, runTests } from '@vscode/test-electron';
import { bundleForHost } from '../test/editor/host/bundle.ts';
import { CACHE, ROOT } from '../test/editor/host/folders.ts';
import { makeWorkspace, temporaryFolder } from '../test/editor/host/workspace.ts';

async function download(): Promise<string | undefined> {
  try {
    return await downloadAndUnzipVSCode({ cachePath: CACHE });
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n')[0] : String(error);
    console.error(`the desktop build of VS Code cannot be downloaded (${why}); \`npm run test:editor\` needs none`);
    return undefined;
  }
}

async function test(vscodeExecutablePath: string): Promise<void> {
  const data = temporaryFolder('desktop');
  const repo = makeWorkspace();
  try {
    await runTests({
      vscodeExecutablePath,
      extensionDevelopmentPath: ROOT,
      extensionTestsPath: await bundleForHost('test/editor/suite/index.ts'),
      launchArgs: [repo, '--disable-workspace-trust', '--disable-extensions', `--user-data-dir=${join(data, 'user')}`],
      extensionTestsEnv: { GITMOXI_REPORT: join(data, 'report.json'), GITMOXI_STORE: join(data, 'store.db') },
    });
  } finally {
    await rm(dirname(repo), { recursive: true, force: true });
    await rm(data, { recursive: true, force: true });
  }
}

const executable = await download();
if (executable === undefined) process.exitCode = 1;
else await test(executable);
