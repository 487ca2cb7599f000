/** Alarms: where one has fired, it is why the rollout went back, whatever else is said. */
import { type Rule, SOURCE } from './rule.ts';

export const ALARMS: readonly Rule[] = [
  {
    id: 'alarm-fired',
    pattern: /alarm detected|alarms? (?:\S+ )?(?:is |are )?in ALARM|ALARM_THRESHOLD|alarm based|Threshold Crossed/i,
    class: 'alarm',
    cause: 'a CloudWatch alarm that watches the deployment went into ALARM',
    next: 'look at the metric of the alarm around that time, and at the logs of the new revision',
    source: SOURCE.alarms,
  },
];
