/**
 * Rollouts on a terminal: one line each that moves in place; warnings and errors stay above. Owns the lines it draws
 * and the timer that turns the spinner.
 */
import { createLogUpdate } from 'log-update';
import { type Clock, isFinal, type RolloutRecord } from '../../engine/index.ts';
import { oneLine, table } from '../terminal/columns.ts';
import type { Output } from '../terminal/output.ts';
import type { Style } from '../terminal/style.ts';
import { duration } from '../terminal/time.ts';
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

/** The present state of rollouts, one line each, no wider than the terminal. */
export function rolloutLines(records: readonly RolloutRecord[], now: number, frame: number, style: Style): string[] {
  const { color, symbols } = style;
  const spinner = symbols.spinner[frame % symbols.spinner.length]!;
  // A name keeps its end, which tells it from its neighbours.
  const nameRoom = Math.max(12, Math.floor(style.width() / 3));
  const rows = records.map((record) => {
    const { phase, startedAt, endedAt, message } = record;
    const name = oneLine(record.workload);
    return [
      isFinal(phase) ? phaseSign(record, style) : color.cyan(spinner),
      color.bold(name.length > nameRoom ? symbols.ellipsis + name.slice(-(nameRoom - symbols.ellipsis.length)) : name),
      phase,
      progressText(record),
      color.dim(duration((endedAt ?? now) - startedAt)),
      oneLine(message),
    ];
  });
  return table(rows, { columns: style.width() - 1, ellipsis: symbols.ellipsis, optional: [3, 5] });
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
