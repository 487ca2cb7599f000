/**
 * The engine as the extension loads it: modules of their own (scripts/build.ts), read from disk when first needed.
 * Import this module dynamically, and for its types.
 */
export {
  createEngine,
  defaultStorePath,
  differences,
  EngineError,
  isFinal,
  openStore,
  systemClock,
  targetKey,
  targetLabel,
  waitWords,
} from '../../engine/index.ts';
export { answering, needsOf, openEngine, person, sandboxAccess, withNeeds } from '../../session/index.ts';
