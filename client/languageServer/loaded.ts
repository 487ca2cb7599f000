/**
 * The language server as the extension runs it: a process of its own, which reads commits, plans and asks AWS when the
 * window lets it.
 */
import packageJson from '../../package.json' with { type: 'json' };
import { keepMemorySmall, lateProviders, rulesPageOf, startServer } from '../../server/index.ts';

const providers = lateProviders(async () => (await import('./providers.ts')).providers);

keepMemorySmall();
const { version } = packageJson;
const rulesPage = rulesPageOf(process.argv[1]);
const { ended } = startServer({ input: process.stdin, output: process.stdout, version, rulesPage, ...providers });
ended.then((status) => process.exit(status));
