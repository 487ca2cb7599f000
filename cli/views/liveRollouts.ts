/**
 * Rollouts on a terminal: one line each that moves in place; warnings and errors stay above. Owns the lines it draws
 * and the timer that turns the spinner.
 */
import { createLogUpdate } from 'log-update';
import { aheadOf, type Clock, isFinal, type RolloutRecord } from '../../engine/index.ts';
import { oneLine, shorten, table } from '../terminal/columns.ts';
import type { Output } from '../terminal/output.ts';
import type { Style } from '../terminal/style.ts';
import { commandText, elapsedText, waitingText } from './insight.ts';
import { eventParagraph, type RolloutsView } from './rolloutEvents.ts';

const FRAME_MS = 100;

/** `1/2 tasks`, `20 % traffic`, `2/2 tasks, 20 % traffic, BAKE_TIME`: what there is to count, and ECS's own stage. */
export function progressText({ progress, kind, phase }: RolloutRecord): string {
  const { ready, desired, trafficPercent, stage } = progress;
  const tasks = desired === undefined || kind !== 'ecs' ? [] : [`${ready ?? 0}/${desired} tasks`];
  const traffic = trafficPercent === undefined ? [] : [`${Math.round(trafficPercent)} % traffic`];
  // What has ended is told by its tasks, or where there are none by its traffic.
  if (isFinal(phase)) return [...tasks, ...traffic][0] ?? '';
  return [...tasks, ...traffic, ...(stage === undefined ? [] : [stage])].join(', ');
}

export function phaseSign({ phase }: Pick<RolloutRecord, 'phase'>, { color, symbols }: Style): string {
  if (phase === 'succeeded') return color.green(symbols.ok);
  if (phase === 'rolled back' || phase === 'superseded') return color.yellow(symbols.warning);
  return color.red(symbols.failed);
}

/** A workload's name where it has little room: it keeps its end, which tells it from its neighbours. */
export function nameText(workload: string, { symbols, tableWidth }: Style): string {
  const name = oneLine(workload);
  const room = Math.max(12, Math.floor(tableWidth() / 3));
  return name.length > room ? symbols.ellipsis + name.slice(-(room - symbols.ellipsis.length)) : name;
}

/** So many rollouts have a line of their own for what they wait for. */
const MOST_DETAILED = 8;

/** What a rollout waits for, and how a person has it go on. */
function nowText(record: RolloutRecord, now: number, all: readonly RolloutRecord[]): string {
  const { waiting, message } = record;
  const ahead = waiting?.for === 'turn' ? aheadOf(record, all) : undefined;
  const command = commandText(record);
  const what = waiting == null ? message : waitingText(waiting, now, ahead);
  return oneLine(command === undefined ? what : `${what}; \`${command}\``);
}

/**
 * The present state of rollouts, no wider than the terminal: one line each, and where they are few a second one for what
 * they wait for.
 */
export function rolloutLines(records: readonly RolloutRecord[], now: number, frame: number, style: Style): string[] {
  const { color, symbols } = style;
  const spinner = symbols.spinner[frame % symbols.spinner.length]!;
  const columns = style.width() - 1;
  const isDetailed = records.length <= MOST_DETAILED;
  const text = (record: RolloutRecord) =>
    isFinal(record.phase) ? oneLine(record.message) : nowText(record, now, records);
  const rows = records.map((record) => [
    isFinal(record.phase) ? phaseSign(record, style) : color.cyan(spinner),
    color.bold(nameText(record.workload, style)),
    record.phase,
    progressText(record),
    color.dim(elapsedText(record, now)),
    ...(isDetailed ? [] : [text(record)]),
  ]);
  const lines = table(rows, { columns, ellipsis: symbols.ellipsis, optional: [3] });
  return records.flatMap((record, i) => {
    // What has succeeded is told by its line.
    if (!isDetailed || record.phase === 'succeeded') return [lines[i]!];
    return [lines[i]!, color.dim(shorten(`   ${text(record)}`, columns, symbols.ellipsis))];
  });
}

export function liveView(out: Output, clock: Clock): RolloutsView {
  const screen = createLogUpdate(out.people);
  const records = new Map<string, RolloutRecord>();
  let frame = 0;
  let isPaused = false;
  out.beforePrinting(() => screen.clear());

  const draw = () => {
    if (!isPaused && records.size > 0)
      screen(rolloutLines([...records.values()], clock.now(), frame, out.style).join('\n'));
  };
  const timer = setInterval(() => {
    frame++;
    draw();
  }, FRAME_MS);

  return {
    event(event, record) {
      records.set(record.id, record);
      if (event.level !== 'info' && event.code !== 'rollout.ended' && !isPaused) {
        out.print(...eventParagraph(event, out.style));
      }
      draw();
    },
    record(record) {
      records.set(record.id, record);
    },
    pause() {
      isPaused = true;
      screen.clear();
      screen.done();
    },
    resume() {
      isPaused = false;
      draw();
    },
    close() {
      clearInterval(timer);
      // The summary says the same, and more.
      if (!isPaused) screen.clear();
      screen.done();
      out.beforePrinting(() => {});
    },
  };
}
