/** The program's entry point: runs the command line, then ends the process once everything is written. */
import { EXIT, type ExitStatus } from './exitStatus.ts';

/** Whoever reads our output may stop reading (`| head`): then there is nobody left to work for. */
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.interrupted);
    throw error;
  });
}

/** A mistake in the program is said in one line too. */
process.on('uncaughtException', async (error) => {
  const { reportError } = await import('./errors.ts');
  process.exit(reportError(error, { json: false, debug: process.argv.includes('debug') }));
});

const words = process.argv.slice(2);
const status =
  words.join(' ') === 'lsp --stdio' ? await serve() : await (await import('./program.ts')).runProgram(words);

/** As the verb does. An editor waits for this at each start, and needs none of the other verbs for it. */
async function serve(): Promise<ExitStatus> {
  const { serveLanguage } = await import('./lsp/serve.ts');
  return serveLanguage(async () => (await import('./program.ts')).contextWithoutOptions());
}

const flushed = (stream: NodeJS.WriteStream) => new Promise<void>((resolve) => stream.write('', () => resolve()));
await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
// Not left to an empty event loop: a forgotten connection must not keep a person waiting.
process.exit(status);
