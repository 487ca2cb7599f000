/**
 * Carries rollouts out in front of somebody: shows progress, hears Ctrl-C and signals, and says how it ended. Owns the
 * view and the signal handlers for as long as it runs.
 */
import type { DeployReport, RolloutRecord, RunOptions } from '../../engine/index.ts';
import { person } from '../../session/index.ts';
import { EXIT, type ExitStatus } from '../exitStatus.ts';
import type { Context, Session } from '../session/context.ts';
import { liveView } from '../views/liveRollouts.ts';
import { eventJson, plainView } from '../views/rolloutEvents.ts';
import { summaryJson, summaryLines } from '../views/rolloutSummary.ts';
import { continueDetached } from './detach.ts';
import { onInterrupt } from './interrupt.ts';
import { rolloutsStatus } from './status.ts';

export interface CarryOutOptions {
  /** Let a process in the background go on with the rollouts as soon as they are created. @default false */
  readonly detach?: boolean;
  /** Names that will be shown, so that lines are lined up from the first on. */
  readonly workloads?: readonly string[];
}

export interface CarriedOut {
  readonly report: DeployReport;
  readonly status: ExitStatus;
}

export async function carryOut(
  context: Context,
  session: Session,
  start: (options: RunOptions) => Promise<DeployReport>,
  { detach = false, workloads = [] }: CarryOutOptions = {},
): Promise<CarriedOut> {
  const { out } = context;
  const records = new Map<string, RolloutRecord>();
  const stopping = new AbortController();
  const view =
    out.isLive && !detach ? liveView(out, session.clock) : plainView(out, context.globals.logLevel, workloads);
  const unfinished = () => [...records.values()].filter((record) => record.endedAt === null).map(({ id }) => id);
  const interrupt = onInterrupt(out, {
    pauseView: view.pause,
    resumeView: view.resume,
    askAll: async (command) => {
      for (const id of unfinished()) await session.engine.ask(id, command, person());
    },
    letGo: () => stopping.abort(),
  });
  let report: DeployReport;
  try {
    report = await start({
      signal: stopping.signal,
      onEvent(event, record) {
        records.set(record.id, record);
        if (out.json) out.machine(eventJson(event));
        view.event(event, record);
        // All rollouts of a plan are created before the first of them does anything.
        if (detach) setImmediate(() => stopping.abort());
      },
      onWaiting(workload, message) {
        out.print(`${workload}: ${message}`);
      },
      onRecord(record) {
        records.set(record.id, record);
        view.record(record);
      },
    });
  } finally {
    interrupt.stop();
    view.close();
  }
  const choice = interrupt.choice() ?? (detach ? 'detach' : undefined);
  return { report, status: conclude(context, report, records, choice) };
}

type RolloutSummary = DeployReport['rollouts'][number];

/** What to say of a rollout that another process goes on with. */
const inBackground = (summary: RolloutSummary): RolloutSummary =>
  summary.phase === 'unfinished' ? { ...summary, reason: 'goes on in the background', next: undefined } : summary;

/** Says how it ended, and hands over what is to go on without us. */
function conclude(
  context: Context,
  report: DeployReport,
  records: ReadonlyMap<string, RolloutRecord>,
  choice: 'leave' | 'detach' | 'interrupted' | undefined,
): ExitStatus {
  const { out } = context;
  const open = report.rollouts.filter(({ phase }) => phase === 'unfinished').map(({ rollout }) => rollout!);
  const isHandedOver = open.length > 0 && (choice === 'leave' || choice === 'detach');
  const shown = isHandedOver ? { ...report, rollouts: report.rollouts.map(inBackground) } : report;
  if (report.rollouts.length > 0) out.print('', ...summaryLines(shown, records, out.style));
  if (isHandedOver) {
    const { pid, log } = continueDetached(context, open);
    out.print('', `process ${pid} goes on with it in the background, and writes to ${log}`);
    out.print('watch it with `gitmoxi status --watch`');
  }
  if (out.json) out.machine(summaryJson(report));
  if (choice === 'detach' && isHandedOver) {
    const others = report.rollouts.filter(({ phase }) => phase !== 'unfinished');
    return rolloutsStatus({ ...report, rollouts: others });
  }
  return open.length > 0 && choice !== undefined ? EXIT.interrupted : rolloutsStatus(report);
}
