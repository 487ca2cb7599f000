/** `gitmoxi history`: past rollouts. */
import { InvalidArgumentError } from 'commander';
import picomatch from 'picomatch';
import { EngineError, PHASES, type RolloutRecord } from '../../engine/index.ts';
import { EXIT } from '../exitStatus.ts';
import { withEngine } from '../session/context.ts';
import { historyLines, rolloutJson } from '../views/rollouts.ts';
import { type Verb, WORKLOADS } from './verb.ts';

/** Rollouts that filters look through, newest first. */
const LOOKED_THROUGH = 100_000;

interface HistoryOptions {
  readonly number: number;
  readonly commit?: string;
  readonly account?: string;
  readonly region?: string;
  readonly cluster?: string;
  readonly service?: string;
  readonly function?: string;
  readonly status?: string;
}

function toCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError('give a whole number from 1 on');
  return count;
}

/** A phase as a person writes it: `rolled-back` is `rolled back`. */
function phasesOf(status: string): readonly string[] {
  const phase = status.toLowerCase().replaceAll(/[-_]/g, ' ');
  if (phase === 'unfinished') return PHASES.slice(0, PHASES.indexOf('succeeded'));
  if (PHASES.some((known) => known === phase)) return [phase];
  throw new EngineError('cli.unknown-status', `no such status: ${status}`, {
    kind: 'usage',
    hint: `choose one of ${PHASES.join(', ')}, or unfinished`,
  });
}

/** The records that match every filter given. */
function filterOf(workloads: readonly string[], options: HistoryOptions): (record: RolloutRecord) => boolean {
  const { commit, status, account, region, cluster, service, function: name } = options;
  const phases = status === undefined ? undefined : phasesOf(status);
  const wanted = Object.entries({ account, region, cluster, service, function: name });
  const globs = workloads.map((text) => text.replace(/\/$/, '')).map((text) => ({ text, matches: picomatch(text) }));
  return (record) => {
    const target: Readonly<Record<string, string | undefined>> = { ...record.target };
    const isNamed = globs.some(
      ({ text, matches }) =>
        matches(record.workload) || record.workload.startsWith(`${text}/`) || text.startsWith(`${record.workload}_`),
    );
    return (
      (globs.length === 0 || isNamed) &&
      (commit === undefined || record.revision.commit?.startsWith(commit) === true) &&
      (phases === undefined || phases.includes(record.phase)) &&
      wanted.every(([key, value]) => value === undefined || target[key] === value)
    );
  };
}

export const historyVerb: Verb = (program, run) => {
  program
    .command('history')
    .description('list past rollouts of this store, newest first')
    .argument('[workload...]', WORKLOADS)
    .option('-n, --number <count>', 'how many', toCount, 20)
    .option('--commit <id>', 'of this commit, or ids that begin so')
    .option('--account <id>', 'in this account')
    .option('--cluster <name>', 'in this ECS cluster')
    .option('--service <name>', 'of this ECS service')
    .option('--function <name>', 'of this Lambda function')
    .option('--status <phase>', 'in this phase, for example succeeded, rolled-back, unfinished')
    .action(
      run((context, workloads: string[], options: HistoryOptions) =>
        withEngine(context, async ({ engine }) => {
          const { out } = context;
          // `--region` is a global option; here it filters as well.
          const { region } = context.globals;
          const isWanted = filterOf(workloads, { ...options, ...(region === undefined ? {} : { region }) });
          const records = await engine.history({ limit: LOOKED_THROUGH });
          const found = records.filter(isWanted).slice(0, options.number);
          if (out.json) out.machine(found.map(rolloutJson));
          else if (found.length === 0) out.print('no rollout matches');
          else out.print(...historyLines(found, out.style));
          return EXIT.done;
        }),
      ),
    );
};
