/**
 * The table: every rule, in the order in which they are tried. What says why comes before what follows from it, so that
 * of several texts about one failure the cause decides: a crash before the health check that then fails.
 */
import { ACCESS } from './access.ts';
import { ALARMS } from './alarms.ts';
import { CAPACITY } from './capacity.ts';
import { CRASHES, EXIT_CODES } from './crashes.ts';
import { DEFINITIONS } from './definitions.ts';
import { FUNCTIONS } from './functions.ts';
import { GENERAL } from './general.ts';
import { HEALTH } from './health.ts';
import { IMAGES } from './images.ts';
import type { Rule } from './rule.ts';
import { STARTING } from './starting.ts';
import { THROTTLING } from './throttling.ts';

export const RULES: readonly Rule[] = [
  ...ALARMS,
  ...THROTTLING,
  ...ACCESS,
  ...IMAGES,
  ...STARTING,
  ...CRASHES,
  ...HEALTH,
  ...CAPACITY,
  ...EXIT_CODES,
  ...FUNCTIONS,
  ...DEFINITIONS,
  ...GENERAL,
];

export type { Rule } from './rule.ts';
