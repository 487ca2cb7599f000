/** What keeps a rollout from being protected, or from getting anywhere; and what people let through. Pure. */
import type { FileRole } from '../config/index.ts';
import type { Severity } from '../finding.ts';
import { CHECKS, type CheckName, SKIPPABLE } from './catalogue.ts';

/** The value of a workload's file that names something. */
export interface At {
  readonly file: FileRole;
  /** Keys and indexes from the root of the rendered JSON. */
  readonly path: readonly (string | number)[];
}

export interface Obstacle extends At {
  /** An error keeps the rollout from beginning. */
  readonly severity: Severity;
  readonly name: CheckName;
  /** `preflight.` and the name. */
  readonly code: string;
  readonly message: string;
  /** What to do, as an instruction. */
  readonly hint: string;
}

const override = (name: CheckName): string =>
  `; or deploy all the same with --skip-preflight ${name}, or "preflight": { "ignore": ["${name}"] } in the deployment definition`;

/** @param hint what puts it right; how to deploy all the same is added */
export function obstacle(name: CheckName, at: At, message: string, hint: string): Obstacle {
  const { severity } = CHECKS[name];
  const said = SKIPPABLE.includes(name) ? hint + override(name) : hint;
  return { file: at.file, path: at.path, severity, name, code: `preflight.${name}`, message, hint: said };
}

/** Errors that somebody lets through become warnings. */
export function letThrough(obstacles: readonly Obstacle[], skips: readonly string[]): Obstacle[] {
  return obstacles.map((one) =>
    one.severity === 'error' && SKIPPABLE.includes(one.name) && skips.includes(one.name)
      ? { ...one, severity: 'warning', hint: `see to it: preflight was told to let ${one.name} through` }
      : one,
  );
}

export const refusing = (obstacles: readonly Obstacle[]): Obstacle | undefined =>
  obstacles.find(({ severity }) => severity === 'error');

interface AlarmState {
  readonly name: string;
  readonly state: string;
  readonly reason: string;
}

/** An alarm that is missing, or fires already, protects nothing. @param at the list of the alarms' names */
export function alarmObstacles(
  seen: readonly AlarmState[],
  watched: readonly string[],
  at: At = { file: 'deployment', path: ['alarms', 'alarmNames'] },
): Obstacle[] {
  return watched.flatMap((name, i): Obstacle[] => {
    const here = { ...at, path: [...at.path, i] };
    const alarm = seen.find((one) => one.name === name);
    if (alarm === undefined) {
      const hint = 'create it in the region of the deployment, or correct its name';
      return [obstacle('alarm-missing', here, `there is no alarm ${name}`, hint)];
    }
    if (alarm.state === 'ALARM') {
      const message = `alarm ${name} is in ALARM already, so it cannot tell whether the new revision is bad: ${alarm.reason}`;
      return [obstacle('alarm-firing', here, message, 'wait until it is OK')];
    }
    if (alarm.state !== 'INSUFFICIENT_DATA') return [];
    const message = `alarm ${name} has no data yet: until it has, it notices nothing`;
    return [obstacle('alarm-without-data', here, message, 'see whether its metric is what the workload publishes')];
  });
}
