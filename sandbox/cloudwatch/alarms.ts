/**
 * CloudWatch alarms and their states. A metric alarm is judged each minute once anything was measured of what it
 * watches; until then it is what missing data makes of it, or what it was set to. What a scenario sets, holds.
 *
 * Owns: the alarms of a region. A composite alarm follows its children at once.
 */
import type { JsonObject } from '../json.ts';
import { type AlarmState, alarmRules, matchesGlob } from '../scenario/index.ts';
import type { Region } from '../world.ts';
import type { Rule } from './compositeRule.ts';
import { hasData, judge, judgeMissing } from './evaluation.ts';

const UNCHECKED = 'Unchecked: Initial alarm creation';

export interface Alarm {
  readonly name: string;
  readonly arn: string;
  /** Of a composite alarm. */
  readonly rule: Rule | undefined;
  /** As given by the request that put it. */
  readonly definition: JsonObject;
  readonly configuredAt: number;
  state: AlarmState;
  reason: string;
  updatedAt: number;
  transitionedAt: number;
  /** The scenario has set the state, and nothing else changes it meanwhile. */
  isHeld: boolean;
}

export interface Alarms {
  readonly region: Region;
  readonly byName: Map<string, Alarm>;
}

export function alarmsOf(region: Region): Alarms {
  return region.part(createAlarms);
}

function createAlarms(region: Region): Alarms {
  const alarms: Alarms = { region, byName: new Map() };
  for (const { name, state, metric } of region.scenario.given.alarms) {
    const definition = metric === undefined ? {} : { Period: 60, EvaluationPeriods: 1, ...metric };
    const alarm = putAlarm(alarms, name, definition, undefined);
    if (metric !== undefined) keepJudging(alarms, alarm, false);
    setAlarmState(alarms, name, state, 'Given by the scenario');
  }
  return alarms;
}

/** Adds an alarm, or replaces its definition while its state stays. */
export function putAlarm(alarms: Alarms, name: string, definition: JsonObject, rule: Rule | undefined): Alarm {
  const { region, byName } = alarms;
  const before = byName.get(name);
  const alarm: Alarm = {
    name,
    arn: region.arn('cloudwatch', `alarm:${name}`),
    rule,
    definition,
    configuredAt: region.now,
    state: before?.state ?? 'INSUFFICIENT_DATA',
    reason: before?.reason ?? UNCHECKED,
    updatedAt: before?.updatedAt ?? region.now,
    transitionedAt: before?.transitionedAt ?? region.now,
    isHeld: before?.isHeld ?? false,
  };
  byName.set(name, alarm);
  return alarm;
}

export function setAlarmState(alarms: Alarms, name: string, state: AlarmState, reason: string): void {
  const alarm = alarms.byName.get(name);
  if (alarm === undefined) return;
  const { now } = alarms.region;
  if (alarm.state !== state) alarm.transitionedAt = now;
  alarm.state = state;
  alarm.reason = reason;
  alarm.updatedAt = now;
  evaluateComposites(alarms);
}

/** Brings composite alarms in line with their children, and those with theirs; a circle ends after one round each. */
export function evaluateComposites(alarms: Alarms): void {
  const { byName, region } = alarms;
  const composites = [...byName.values()].filter(({ rule }) => rule !== undefined);
  for (let round = 0; round < composites.length; round++) {
    let changed = false;
    for (const alarm of composites) {
      const state = alarm.rule?.((name) => byName.get(name)?.state) ? 'ALARM' : 'OK';
      if (alarm.state === state) continue;
      changed = true;
      alarm.state = state;
      alarm.reason = `${alarm.arn} transitioned to ${state}`;
      alarm.updatedAt = region.now;
      alarm.transitionedAt = region.now;
    }
    if (!changed) return;
  }
}

/** Metric alarms are evaluated each minute: user guide, "alarm evaluation". */
const EVALUATION_MS = 60_000;

/** Has a metric alarm judged each minute from now on, until it is put anew or deleted. */
export function keepJudging(alarms: Alarms, alarm: Alarm, isNew: boolean): void {
  const { region } = alarms;
  region.after(EVALUATION_MS, () => {
    if (alarms.byName.get(alarm.name) !== alarm) return;
    if (!alarm.isHeld && hasData(region, alarm.definition)) {
      const judgement = judge(region, alarm.definition, alarm.state);
      if (judgement !== undefined) setAlarmState(alarms, alarm.name, judgement.state, judgement.reason);
    } else if (isNew && alarm.reason === UNCHECKED) {
      const judgement = judgeMissing(alarm.definition);
      setAlarmState(alarms, alarm.name, judgement.state, judgement.reason);
    }
    keepJudging(alarms, alarm, false);
  });
}

/** Whether an alarm that exists is in ALARM. */
export function isInAlarm(region: Region, name: string): boolean {
  return alarmsOf(region).byName.get(name)?.state === 'ALARM';
}

/** What has begun to be deployed: a service or a function, and its how-manieth deployment this is. */
export interface DeploymentSubject {
  readonly service?: string;
  readonly function?: string;
  readonly deployment: number;
}

/** Sets off the scenario's rules about alarms that follow a deployment. */
export function deploymentBegan(region: Region, subject: DeploymentSubject): void {
  const { service, deployment } = subject;
  for (const { when, effect } of alarmRules(region.scenario, {
    ...region.subject,
    service,
    function: subject.function,
    deployment,
  })) {
    const setAll = (state: AlarmState, isHeld: boolean) => {
      const alarms = alarmsOf(region);
      for (const alarm of alarms.byName.values()) {
        if (!matchesGlob(when.alarm, alarm.name)) continue;
        alarm.isHeld = isHeld;
        setAlarmState(alarms, alarm.name, state, `${state} as the scenario asks`);
      }
    };
    const after = (effect.afterSeconds ?? 0) * 1000;
    region.after(after, () => setAll(effect.state, true));
    if (effect.forSeconds !== undefined) region.after(after + effect.forSeconds * 1000, () => setAll('OK', false));
  }
}
