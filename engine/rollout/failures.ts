/** Failures as records keep them, made from what AWS said. Pure. */
import { diagnose, diagnosisOf, type FailureClass } from '../diagnose/index.ts';
import type { AwsError } from './actions.ts';
import type { AlarmSeen } from './observation.ts';
import type { EventDraft, Failure } from './record.ts';

/** AWS refused a call. `what` completes "AWS refused to …". */
export function refused(what: string, error: AwsError): Failure {
  const said = `${error.code}: ${error.message}`;
  const { class: kind, cause, next } = diagnose(said);
  return {
    class: kind,
    message: `AWS refused to ${what}: ${said}`,
    ...(cause === undefined ? {} : { cause }),
    evidence: [said],
    next,
    ...(error.requestId === undefined ? {} : { requestId: error.requestId }),
  };
}

/**
 * What runs is bad, by evidence.
 *
 * @param fallback the class where neither the evidence nor the message says more
 */
export function broken(message: string, evidence: readonly string[], fallback: FailureClass = 'unknown'): Failure {
  const heard = diagnose(...evidence);
  const told = heard.rule === undefined ? diagnose(message) : heard;
  const { class: kind, cause, next } = told.rule === undefined ? diagnosisOf(fallback) : told;
  return {
    class: kind,
    message,
    ...(cause === undefined ? {} : { cause }),
    evidence: evidence.filter((text) => text !== '').slice(-10),
    next,
  };
}

/** AWS's sentence as a part of ours. */
export const said = (reason: string | undefined): string => reason?.replace(/\.$/, '') ?? 'no reason given';

/** Not a failure of what is deployed: somebody wanted it so. */
export const ABORTED: Failure = {
  class: 'unknown',
  message: 'aborted by request',
  evidence: [],
  next: 'deploy again when ready',
};

export const LEFT: Failure = {
  ...ABORTED,
  message: 'stopped by request, and left as it was',
  next: 'deploy again, or go back with `gitmoxi rollback`',
};

/** The files do not fit the world, or each other. */
export const misfit = (message: string, next: string): Failure => ({
  class: 'configuration',
  message,
  evidence: [],
  next,
});

/**
 * What watched alarms say: one in ALARM, or one that does not exist and so protects nothing.
 *
 * @param look where else to look, completing "look at the metric of the alarm and …"
 * @param when what was going on, completing "in ALARM …"
 */
export function alarmFailure(
  seen: readonly AlarmSeen[],
  watched: readonly string[],
  look: string,
  when = 'while traffic was shifting',
): { readonly failure: Failure; readonly told: readonly EventDraft[] } | undefined {
  const fired = seen.filter(({ state }) => state === 'ALARM');
  if (fired.length > 0) {
    const message = `in ALARM ${when}: ${fired.map(({ name }) => name).join(', ')}`;
    const evidence = fired.map(
      ({ name, reason, watches }) => `alarm ${name}: ${reason}${watches === undefined ? '' : ` It watches ${watches}`}`,
    );
    const { cause } = diagnose(message);
    const next = `look at the metric of the alarm and ${look}`;
    const failure: Failure = {
      class: 'alarm',
      message,
      ...(cause === undefined ? {} : { cause }),
      evidence,
      next,
    };
    const told = fired.map(({ name, reason }): EventDraft => {
      return {
        code: 'alarm.fired',
        level: 'error',
        message: `alarm ${name} is in ALARM: ${reason}`,
        data: { alarm: name },
      };
    });
    return { failure, told };
  }
  const missing = watched.filter((name) => !seen.some((alarm) => alarm.name === name));
  if (missing.length === 0) return undefined;
  const message = `these alarms do not exist: ${missing.join(', ')}`;
  return { failure: misfit(message, 'create them, or correct alarms.alarmNames'), told: [] };
}
