/** Alarms: where one has fired, it is why the rollout went back, whatever else is said. */
import { type Rule, SOURCE } from './rule.ts';

export const ALARMS: readonly Rule[] = [
  {
    id: 'alarm-fired',
    pattern: /alarm detected|\bin ALARM\b|ALARM_THRESHOLD|alarm based|Threshold Crossed|^alarms? \S+(?::| went off)/i,
    class: 'alarm',
    cause: 'the metric that the alarm watches got worse while the new revision took over, most likely because of it',
    next: 'look at the metric of the alarm around that time, and at the logs of the new revision',
    source: SOURCE.alarms,
  },
];
