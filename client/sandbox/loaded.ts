/** The simulated AWS as the extension loads it: a module of its own (scripts/build.ts), read from disk when first needed. */
export {
  noScenario,
  parseScenario,
  type Sandbox,
  type Scenario,
  speedClock,
  startSandbox,
  VirtualClock,
} from '../../sandbox/index.ts';
