/**
 * The same suite in a downloaded desktop build of VS Code:
 *
 *     npm run test:desktop
 */
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runTests } from '@vscode/test-electron';
import { bundleForHost } from '../test/editor/host/bundle.ts';
import { ROOT } from '../test/editor/host/folders.ts';
import { makeWorkspace, temporaryFolder } from '../test/editor/host/workspace.ts';

const data = temporaryFolder('desktop');
const repo = makeWorkspace();
try {
  await runTests({
    extensionDevelopmentPath: ROOT,
    extensionTestsPath: await bundleForHost('test/editor/suite/index.ts'),
    launchArgs: [repo, '--disable-workspace-trust', '--disable-extensions', `--user-data-dir=${join(data, 'user')}`],
    extensionTestsEnv: { GITMOXI_REPORT: join(data, 'report.json'), GITMOXI_STORE: join(data, 'store.db') },
  });
} finally {
  await rm(dirname(repo), { recursive: true, force: true });
  await rm(data, { recursive: true, force: true });
}
