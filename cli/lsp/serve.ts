/**
 * The language server over the program's standard streams. What it needs beyond files is loaded when somebody asks for
 * it: editors start the server with each window, and wait for it.
 */
import packageJson from '../../package.json' with { type: 'json' };
import { keepMemorySmall, lateProviders, rulesPageOf, startServer } from '../../server/index.ts';
import { EXIT, type ExitStatus } from '../exitStatus.ts';
import type { Context } from '../session/context.ts';

/** @param context asked for when AWS or Git is needed for the first time */
export async function serveLanguage(context: () => Promise<Context>): Promise<ExitStatus> {
  keepMemorySmall();
  const providers = lateProviders(async () => (await import('./providers.ts')).providersFor(await context()));
  const { version } = packageJson;
  const rulesPage = rulesPageOf(process.argv[1]);
  const { ended } = startServer({ input: process.stdin, output: process.stdout, version, rulesPage, ...providers });
  return (await ended) === 0 ? EXIT.done : EXIT.problems;
}
