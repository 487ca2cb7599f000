/** `gitmoxi lsp`: the language server, for any editor. */
import packageJson from '../../package.json' with { type: 'json' };
import { EXIT } from '../exitStatus.ts';
import type { Verb } from './verb.ts';

export const lspVerb: Verb = (program, run) => {
  program
    .command('lsp')
    .description('run the language server for an editor')
    .requiredOption('--stdio', 'talk over standard input and output')
    .action(
      run(async (context) => {
        const [{ keepMemorySmall, startServer }, { plansOf }, { revisions }] = await Promise.all([
          import('../../server/index.ts'),
          import('../lsp/providers.ts'),
          import('../../session/index.ts'),
        ]);
        keepMemorySmall();
        const { ended } = startServer({
          input: process.stdin,
          output: process.stdout,
          version: packageJson.version,
          revisions,
          plans: plansOf(context),
        });
        return (await ended) === 0 ? EXIT.done : EXIT.problems;
      }),
    );
};
