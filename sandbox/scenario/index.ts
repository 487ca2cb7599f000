export { matchesGlob } from './glob.ts';
export { parseScenario, readScenario } from './parse.ts';
export {
  type AlarmState,
  type ApiEffect,
  type ApiRule,
  alarmRules,
  apiRules,
  type FunctionEffect,
  functionEffect,
  type GivenTargetGroup,
  hookEffect,
  type InitFailure,
  noScenario,
  type PullFailure,
  type Scenario,
  type Subject,
  type TaskEffect,
  type TrafficSource,
  taskEffect,
} from './scenario.ts';
