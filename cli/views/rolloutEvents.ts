/** A rollout's events: as the machine output of the contract, and as plain lines for logs and pipes. */
import type { RolloutEvent, RolloutRecord } from '../../engine/index.ts';
import type { LogLevel } from '../session/globals.ts';
import { oneLine, pad, width, wrap } from '../terminal/columns.ts';
import type { Output } from '../terminal/output.ts';
import type { Style } from '../terminal/style.ts';
import { iso, timeOfDay } from '../terminal/time.ts';

export function eventJson({ time, rollout, workload, code, phase, message, data }: RolloutEvent): object {
  return { time: iso(time), rollout, workload, code, phase, message, data };
}

/** Something that shows rollouts while they run. */
export interface RolloutsView {
  event(event: RolloutEvent, record: RolloutRecord): void;
  record(record: RolloutRecord): void;
  /** Leaves the screen to a question. */
  pause(): void;
  resume(): void;
  close(): void;
}

/** What other lines show anyway: each line names its phase, and what was begun is done where nothing else is said. */
const DETAILS: ReadonlySet<string> = new Set(['rollout.phase', 'action.done']);

/** Longest phase, so that messages line up. */
const PHASE_COLUMNS = 'rolling back'.length;

/** Below the workload's name. */
const MESSAGE_INDENT = '12:31:05  '.length;

const colored = ({ color }: Style, { level, code, phase }: RolloutEvent): ((text: string) => string) => {
  if (level === 'error') return color.red;
  if (level === 'warning') return color.yellow;
  return code === 'rollout.ended' && phase === 'succeeded' ? color.green : (text) => text;
};

/**
 * `12:31:05  dev/web/web  stabilizing   1 of 2 tasks running`
 *
 * @param columns of the workload's name, so that lines of several line up
 */
export function eventLine(event: RolloutEvent, style: Style, columns = 0): string {
  const { color } = style;
  const name = pad(oneLine(event.workload), columns);
  const phase = pad(event.phase, PHASE_COLUMNS);
  return `${color.dim(timeOfDay(event.time))}  ${color.bold(name)}  ${phase}  ${colored(style, event)(oneLine(event.message))}`;
}

/** An event above a live view: a message that is too long for its line is broken below it. */
export function eventParagraph(event: RolloutEvent, style: Style): string[] {
  const line = eventLine(event, style);
  if (width(line) <= style.width()) return [line];
  const head = `${style.color.dim(timeOfDay(event.time))}  ${style.color.bold(oneLine(event.workload))}  ${event.phase}`;
  const paint = colored(style, event);
  const body = wrap(oneLine(event.message), style.width() - MESSAGE_INDENT);
  return [head, ...body.map((text) => ' '.repeat(MESSAGE_INDENT) + paint(text))];
}

/**
 * One line per event, as it comes.
 *
 * @param workloads those that are expected, to line up their names
 */
export function plainView(out: Output, logLevel: LogLevel, workloads: readonly string[]): RolloutsView {
  let columns = Math.max(0, ...workloads.map(width));
  const nothing = () => {};
  return {
    event(event) {
      if (logLevel === 'error' && event.level !== 'error') return;
      if (logLevel === 'warn' && event.level === 'info') return;
      if (logLevel !== 'debug' && DETAILS.has(event.code)) return;
      columns = Math.max(columns, width(event.workload));
      out.print(eventLine(event, out.style, columns));
    },
    record: nothing,
    pause: nothing,
    resume: nothing,
    close: nothing,
  };
}
