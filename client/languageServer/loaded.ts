/**
 * The language server as the extension runs it: a process of its own, which reads commits and plans when it is asked.
 * Its plans are offline: what runs is asked by the window's engine, which knows where the settings lead.
 */
import packageJson from '../../package.json' with { type: 'json' };
import { keepMemorySmall, type PlanProvider, type RevisionReader, startServer } from '../../server/index.ts';

const revisions: RevisionReader = {
  at: async (root, revision) => (await import('../../session/index.ts')).revisions.at(root, revision),
};
const plans: PlanProvider = {
  plan: async (place) => (await import('./offlinePlans.ts')).offlinePlans.plan(place, false),
};

keepMemorySmall();
const { version } = packageJson;
const { ended } = startServer({ input: process.stdin, output: process.stdout, version, revisions, plans });
ended.then((status) => process.exit(status));
