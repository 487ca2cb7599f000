/** The door of the engine: what the command line, the server and the editor may use. */
export type * from './api.ts';
export { type Clock, systemClock } from './clock.ts';
export { createEngine } from './engine.ts';
export { EngineError, type ErrorKind } from './errors.ts';
export { type Finding, lineIndex, type Problem, type Severity, toProblem } from './finding.ts';
export { isObject, type Json, type JsonObject } from './json.ts';
export { type Difference, differences, type Target, targetKey, targetLabel, targetView } from './plan/index.ts';
export { SKIPPABLE } from './preflight/index.ts';
export { SENSITIVE } from './redact.ts';
export { readRevisionFiles } from './revisionFiles.ts';
export {
  type AlarmCurve,
  aheadOf,
  COMMANDS,
  type Command,
  EVENT_CODES,
  type Expected,
  type Failure,
  type FallbackState,
  isFinal,
  nextLook,
  PHASES,
  type Phase,
  type RolloutEvent,
  type RolloutRecord,
  type TimeLeft,
  timeLeft,
  WAITS,
  type Waiting,
  type WaitKind,
  waitWords,
} from './rollout/index.ts';
export { defaultStorePath, openStore, type Store } from './store/index.ts';
