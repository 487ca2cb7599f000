/** The door of engine/diagnose. */
export { type Diagnosis, diagnose, diagnosisOf } from './diagnose.ts';
export { FAILURE_CLASSES, type FailureClass } from './failureClass.ts';
export { type Definitions, type Fix, fixFor, type ValueFix } from './fixes.ts';
export { type LogHint, logHint } from './logHint.ts';
export { isOrdinary } from './ordinary.ts';
export { RULES, type Rule } from './rules/index.ts';
export { LOG_RULES, type LogRule } from './rules/programs.ts';
