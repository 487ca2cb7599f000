/** The program's entry point: runs the command line, then ends the process once everything is written. */
import { reportError } from './errors.ts';
import { EXIT } from './exitStatus.ts';
import { runProgram } from './program.ts';

/** Whoever reads our output may stop reading (`| head`): then there is nobody left to work for. */
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.interrupted);
    throw error;
  });
}

/** A mistake in the program is said in one line too. */
process.on('uncaughtException', (error) => {
  process.exit(reportError(error, { json: false, debug: process.argv.includes('debug') }));
});

const status = await runProgram(process.argv.slice(2));
const flushed = (stream: NodeJS.WriteStream) => new Promise<void>((resolve) => stream.write('', () => resolve()));
await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
// Not left to an empty event loop: a forgotten connection must not keep a person waiting.
process.exit(status);
