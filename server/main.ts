/** The server as a program of its own: over its standard streams, for the editor's client. */
import packageJson from '../package.json' with { type: 'json' };
import { keepMemorySmall, startServer } from './index.ts';

keepMemorySmall();
startServer({ input: process.stdin, output: process.stdout, version: packageJson.version }).ended.then((status) =>
  process.exit(status),
);
