/** The table: every rule, in the order in which they are tried on a text. */
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

const WHY: readonly Rule[] = [
  ...ALARMS,
  ...ACCESS,
  ...IMAGES,
  ...STARTING,
  ...CRASHES,
  ...EXIT_CODES,
  ...HEALTH,
  ...FUNCTIONS,
  ...DEFINITIONS,
];

const isShortage = ({ class: kind }: Rule): boolean => kind === 'capacity';

/**
 * The rules by how much they decide where several texts tell of one failure: what stays as long as nobody mends it, then
 * a lack of room, then rates that were exceeded, then what only follows.
 */
export const BY_WEIGHT: readonly Rule[] = [
  ...WHY.filter((rule) => !isShortage(rule)),
  ...WHY.filter(isShortage),
  ...CAPACITY,
  ...THROTTLING,
  ...GENERAL,
];

export type { Rule } from './rule.ts';
