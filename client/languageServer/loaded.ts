/** The language server as the extension runs it: a process of its own, which reads commits when they are asked for. */
import packageJson from '../../package.json' with { type: 'json' };
import { keepMemorySmall, startServer } from '../../server/index.ts';

keepMemorySmall();
const { ended } = startServer({
  input: process.stdin,
  output: process.stdout,
  version: packageJson.version,
  revisions: { at: async (root, revision) => (await import('../../session/index.ts')).revisions.at(root, revision) },
});
ended.then((status) => process.exit(status));
