/** The door of engine/check. */
export { keepReferenced } from '../template/index.ts';
export { anchorOf, CATALOGUE } from './catalogue.ts';
export { type CheckedWorkload, hasErrors, objectOf, type RenderedFile } from './checked.ts';
export { callsOf } from './place.ts';
export { REGIONS } from './regions.ts';
export type { Documentation } from './rule.ts';
export { cpuUnits, FARGATE_SIZES } from './rules/fargate.ts';
export { DEPRECATED_RUNTIMES } from './rules/runtimes.ts';
export { type SeveritySettings, withSeverities } from './severities.ts';
export { withComma } from './withComma.ts';
export { checkInSteps, checkWorkload, inputsOf } from './workload.ts';
