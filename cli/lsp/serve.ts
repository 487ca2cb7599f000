/**
 * The language server over the program's standard streams. What it needs beyond files is loaded when somebody asks for
 * it: editors start the server with each window, and wait for it.
 */
import packageJson from '../../package.json' with { type: 'json' };
import { keepMemorySmall, type PlanProvider, type RevisionReader, startServer } from '../../server/index.ts';
import { EXIT, type ExitStatus } from '../exitStatus.ts';
import type { Context } from '../session/context.ts';

/** @param context asked for when AWS or Git is needed for the first time */
export async function serveLanguage(context: () => Promise<Context>): Promise<ExitStatus> {
  keepMemorySmall();
  const revisions: RevisionReader = {
    at: async (root, revision) => (await import('../../session/index.ts')).revisions.at(root, revision),
  };
  const plans: PlanProvider = {
    plan: async (place, live) => {
      const [{ plansOf }, { withEngine }] = await Promise.all([
        import('../../session/index.ts'),
        import('../session/context.ts'),
      ]);
      const made = await context();
      return plansOf((work) => withEngine(made, ({ engine }) => work(engine))).plan(place, live);
    },
  };
  const { version } = packageJson;
  const { ended } = startServer({ input: process.stdin, output: process.stdout, version, revisions, plans });
  return (await ended) === 0 ? EXIT.done : EXIT.problems;
}
