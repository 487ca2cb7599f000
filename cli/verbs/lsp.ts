/** `gitmoxi lsp`: the language server, for any editor. */
import type { Verb } from './verb.ts';

export const lspVerb: Verb = (program, run) => {
  program
    .command('lsp')
    .description('run the language server for an editor')
    .requiredOption('--stdio', 'talk over standard input and output')
    .action(run(async (context) => (await import('../lsp/serve.ts')).serveLanguage(async () => context)));
};
