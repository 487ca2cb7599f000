/**
 * Scenario files: strict JSON. Every key and value is checked against the tables below, which are the format's
 * definition (SPEC.md explains them), and the first thing wrong is reported with its place.
 */
import { SandboxError } from '../fault.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { ALARM_STATES, INIT_FAILURES, PULL_FAILURES, type Rule, type Scenario } from './scenario.ts';

/** Far above any sensible scenario; keeps matching cheap. */
const MAX_RULES = 1000;

const MAX_LOG_LINES = 100;

/** In the file only: an object in memory that has a `then` could be taken for a promise. */
const THEN = 'then';

type Check = (value: Json, place: Place) => void;

/** Where in the file something stands, for messages. */
interface Place {
  readonly path: string;
  readonly at: string;
}

const text: Check = (value, place) => {
  if (typeof value !== 'string' || value === '') throw wrong(place, value, 'a non-empty string');
};
const yes: Check = (value, place) => {
  if (value !== true) throw wrong(place, value, 'true');
};
const oneOf =
  (allowed: readonly string[]): Check =>
  (value, place) => {
    if (typeof value !== 'string' || !allowed.includes(value))
      throw wrong(place, value, `one of ${allowed.join(', ')}`);
  };
const numberIn =
  (low: number, high: number, isWhole: boolean): Check =>
  (value, place) => {
    if (typeof value !== 'number' || value < low || value > high || (isWhole && !Number.isInteger(value))) {
      throw wrong(place, value, `${isWhole ? 'a whole number' : 'a number'} from ${low} to ${high}`);
    }
  };
const either =
  (first: Check, whenObject: Check): Check =>
  (value, place) =>
    isObject(value) ? whenObject(value, place) : first(value, place);

const ordinal = numberIn(1, 1_000_000, true);
const seconds = numberIn(0, 31_536_000, false);
const percent = numberIn(0, 100, false);
const latency = numberIn(0, 900_000, false);

const PLACE = { account: text, region: text, fromSeconds: seconds, untilSeconds: seconds };

const KINDS = {
  task: {
    when: {
      ...PLACE,
      image: text,
      container: text,
      service: text,
      cluster: text,
      family: text,
      revision: ordinal,
      deployment: ordinal,
      capacityProvider: text,
    },
    effects: {
      pull: oneOf(PULL_FAILURES),
      init: oneOf(INIT_FAILURES),
      exit: membersOf({ code: numberIn(0, 255, true), afterSeconds: seconds }, ['code']),
      health: either(oneOf(['failing']), membersOf({ failsAfterSeconds: seconds }, ['failsAfterSeconds'])),
      targets: either(
        oneOf(['failing', 'timing-out']),
        membersOf({ failsAfterSeconds: seconds }, ['failsAfterSeconds']),
      ),
      responses: membersOf({ '5xxPercent': percent, latencyMs: latency, afterSeconds: seconds }, []),
      interrupt: membersOf({ afterSeconds: seconds }, ['afterSeconds']),
      retire: membersOf({ afterSeconds: seconds }, ['afterSeconds']),
      startSeconds: seconds,
      logs: listOf(text, MAX_LOG_LINES),
      capacity: oneOf(['unavailable']),
    },
    needs: { when: [], effects: [] },
  },
  function: {
    when: { ...PLACE, function: text, code: text, version: text, updateNumber: ordinal },
    effects: {
      activation: text,
      update: text,
      snapStart: text,
      provisioned: text,
      reason: text,
      seconds,
      readySeconds: seconds,
      invocations: membersOf({ errorPercent: percent, latencyMs: latency }, []),
    },
    needs: { when: [], effects: [] },
  },
  alarm: {
    when: { ...PLACE, alarm: text, service: text, function: text, deployment: ordinal },
    effects: { state: oneOf(ALARM_STATES), afterSeconds: seconds, forSeconds: seconds },
    needs: { when: ['alarm'], effects: ['state'] },
  },
  hook: {
    when: { ...PLACE, hook: text, stage: text, service: text, deployment: ordinal },
    effects: { hook: oneOf(['SUCCEEDED', 'FAILED', 'IN_PROGRESS']), answerSeconds: seconds },
    needs: { when: [], effects: [] },
  },
  api: {
    when: { ...PLACE, operation: text, caller: text, resource: text, nth: ordinal },
    effects: {
      error: text,
      message: text,
      status: numberIn(400, 599, true),
      loseAnswer: yes,
      hang: yes,
      delaySeconds: seconds,
      lagSeconds: seconds,
      times: ordinal,
    },
    needs: { when: ['operation'], effects: [] },
  },
} as const satisfies Record<Rule['kind'], unknown>;

/** The effect that decides which kind a rule is; the kinds share no effect. */
function kindOf(then: JsonObject, place: Place): Rule['kind'] {
  const kinds = Object.keys(KINDS) as Rule['kind'][];
  const all = kinds.flatMap((kind) => Object.keys(KINDS[kind].effects));
  const effects = Object.keys(then);
  const unknown = effects.find((effect) => !all.includes(effect));
  if (unknown !== undefined) throw unknownKey(place, unknown, all);
  if (effects.length === 0) throw wrong(place, then, `an object with at least one of ${all.join(', ')}`);
  const kind = kinds.find((candidate) => effects.every((effect) => Object.hasOwn(KINDS[candidate].effects, effect)));
  if (kind !== undefined) return kind;
  throw new SandboxError(
    'scenario.mixed-effects',
    `${place.path}: ${place.at} mixes effects of different kinds: ${effects.join(', ')}`,
    'write one rule per kind of effect: tasks, functions, alarms, hooks, API calls',
  );
}

/**
 * Reads a scenario file.
 *
 * @param path how the file is called in messages
 * @throws SandboxError `scenario.syntax`, `scenario.unknown-key`, `scenario.missing-key`, `scenario.value`,
 *   `scenario.mixed-effects`, each with the place, for example `rules[0].then`
 */
export function parseScenario(source: string, path: string): Scenario {
  let parsed: unknown;
  try {
    parsed = JSON.parse(source);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SandboxError('scenario.syntax', `${path} is not JSON: ${reason}`, 'correct the syntax');
  }
  return readScenario(parsed, path);
}

/** Reads a scenario that is already parsed, as `parseScenario` does. */
export function readScenario(parsed: unknown, path: string): Scenario {
  const top = { path, at: 'the scenario' };
  checkMembers(
    parsed as Json,
    top,
    { description: text, given: anyObject, rules: anyList, traffic: listOf(trafficSource) },
    [],
  );
  const file = parsed as { given?: JsonObject; rules?: readonly Json[]; traffic?: Scenario['traffic'] };
  return {
    given: readGiven(file.given ?? {}, path),
    rules: (file.rules ?? []).map((rule, i) => readRule(rule, i, path)),
    traffic: file.traffic ?? [],
  };
}

function readGiven(given: JsonObject, path: string): Scenario['given'] {
  const alarm = membersOf({ name: text, state: oneOf(ALARM_STATES), metric: givenMetric }, ['name']);
  const route = membersOf({ routeId: text, routeKey: text, functionArn: text }, ['routeId']);
  const stage = membersOf({ stageName: text, variables: textMap }, ['stageName']);
  const api = membersOf({ apiId: text, name: text, routes: listOf(route), stages: listOf(stage) }, ['apiId']);
  const named = membersOf({ name: text, value: text }, ['name', 'value']);
  const checks = {
    clusters: listOf(
      either(text, membersOf({ name: text, capacityProviders: listOf(text) }, ['name', 'capacityProviders'])),
    ),
    alarms: listOf(alarm),
    apis: listOf(api),
    roles: listOf(text),
    subnets: listOf(membersOf({ id: text, name: text, vpc: text, freeAddresses: numberIn(0, 65_536, true) }, ['id'])),
    securityGroups: listOf(membersOf({ id: text, name: text, vpc: text }, ['id'])),
    iamRoles: listOf(membersOf({ name: text, trusts: listOf(text) }, ['name'])),
    images: listOf(text),
    pullThroughCaches: listOf(text),
    objects: listOf(text),
    layers: listOf(text),
    targetGroups: listOf(givenTargetGroup),
    logGroups: listOf(text),
    secrets: listOf(named),
    parameters: listOf(named),
    strict: yes,
  };
  checkMembers(given, { path, at: 'given' }, checks, []);
  const checked = given as unknown as Partial<Scenario['given']>;
  return {
    ...checked,
    clusters: checked.clusters ?? [],
    alarms: (checked.alarms ?? []).map((alarm) => ({ ...alarm, state: alarm.state ?? 'OK' })),
  };
}

/** Of a load balancer or of an alias. */
const trafficSource: Check = (value, place) => {
  const perSecond = numberIn(0, 1_000_000, false);
  if (isObject(value) && Object.hasOwn(value, 'alias')) {
    checkMembers(value, place, { alias: functionAlias, perSecond }, ['perSecond']);
    return;
  }
  if (isObject(value) && Object.hasOwn(value, 'api')) {
    checkMembers(value, place, { api: text, route: text, stage: text, perSecond }, ['route', 'perSecond']);
    return;
  }
  const balancer = { loadBalancer: text, listenerPort: numberIn(1, 65_535, true), rule: numberIn(1, 50_000, true) };
  checkMembers(value, place, { ...balancer, perSecond }, ['loadBalancer', 'perSecond']);
};

const functionAlias: Check = (value, place) => {
  if (typeof value !== 'string' || !/^[\w-]{1,64}:[\w-]{1,128}$/.test(value)) {
    throw wrong(place, value, "a function's name and an alias, for example 'checkout:live'");
  }
};

/** As PutMetricAlarm would take it. */
const givenMetric: Check = (value, place) => {
  const dimension = membersOf({ Name: text, Value: text }, ['Name', 'Value']);
  const needed = {
    Namespace: text,
    MetricName: text,
    Statistic: oneOf(['Sum', 'Average', 'Minimum', 'Maximum', 'SampleCount']),
    Threshold: numberIn(-1e15, 1e15, false),
    ComparisonOperator: oneOf([
      'GreaterThanOrEqualToThreshold',
      'GreaterThanThreshold',
      'LessThanThreshold',
      'LessThanOrEqualToThreshold',
    ]),
  };
  const further = {
    Dimensions: listOf(dimension, 30),
    Period: numberIn(60, 86_400, true),
    EvaluationPeriods: numberIn(1, 1440, true),
    DatapointsToAlarm: numberIn(1, 1440, true),
    TreatMissingData: oneOf(['missing', 'notBreaching', 'breaching', 'ignore']),
  };
  checkMembers(value, place, { ...needed, ...further }, Object.keys(needed));
};

const givenTargetGroup: Check = (value, place) => {
  checkMembers(
    value,
    place,
    {
      arn: targetGroupArn,
      name: text,
      type: oneOf(['ip', 'instance', 'lambda', 'alb']),
      port: numberIn(1, 65_535, true),
      loadBalancer: text,
      loadBalancerType: oneOf(['application', 'network']),
      listenerPort: numberIn(1, 65_535, true),
      rule: numberIn(1, 50_000, true),
      listenerArn: text,
      ruleArn: text,
      weight: numberIn(0, 999, true),
      healthCheckIntervalSeconds: numberIn(5, 300, true),
      deregistrationDelaySeconds: numberIn(0, 3600, true),
    },
    [],
  );
  const { arn, name } = value as JsonObject;
  if ((arn === undefined) === (name === undefined)) throw wrong(place, value, "either 'arn' or 'name'");
};

const targetGroupArn: Check = (value, place) => {
  if (
    typeof value === 'string' &&
    /^arn:[\w-]+:elasticloadbalancing:[\w-]+:\d{12}:targetgroup\/[\w-]+\/\w+$/.test(value)
  ) {
    return;
  }
  throw wrong(place, value, "a target group's ARN");
};

function readRule(rule: Json, index: number, path: string): Rule {
  const at = `rules[${index}]`;
  checkMembers(rule, { path, at }, { comment: text, when: anyObject, [THEN]: anyObject }, [THEN]);
  const { when = {}, then } = rule as { when?: JsonObject; then: JsonObject };
  const kind = kindOf(then, { path, at: `${at}.then` });
  const { needs, ...checks } = KINDS[kind];
  checkMembers(when, { path, at: `${at}.when` }, checks.when, needs.when);
  checkMembers(then, { path, at: `${at}.then` }, checks.effects, needs.effects);
  return { kind, when, effect: then } as unknown as Rule;
}

function listOf(check: Check, most = MAX_RULES): Check {
  return (value, place) => {
    anyList(value, place);
    const items = value as readonly Json[];
    if (items.length > most) throw wrong(place, items.length, `a list of at most ${most}`);
    for (const [i, item] of items.entries()) check(item, { ...place, at: `${place.at}[${i}]` });
  };
}

const anyObject: Check = (value, place) => {
  if (!isObject(value)) throw wrong(place, value, 'an object');
};
const textMap: Check = (value, place) => {
  anyObject(value, place);
  for (const [key, item] of Object.entries(value as JsonObject)) text(item, { ...place, at: `${place.at}.${key}` });
};
const anyList: Check = (value, place) => {
  if (!Array.isArray(value)) throw wrong(place, value, 'a list');
  if (value.length > MAX_RULES) throw wrong(place, value.length, `a list of at most ${MAX_RULES}`);
};

function membersOf(checks: Readonly<Record<string, Check>>, required: readonly string[]): Check {
  return (value, place) => checkMembers(value, place, checks, required);
}

function checkMembers(
  value: Json,
  place: Place,
  checks: Readonly<Record<string, Check>>,
  required: readonly string[],
): void {
  anyObject(value, place);
  const members = value as JsonObject;
  const prefix = place.at === 'the scenario' ? '' : `${place.at}.`;
  for (const key of Object.keys(members)) {
    if (!Object.hasOwn(checks, key)) throw unknownKey(place, key, Object.keys(checks));
    checks[key]!(members[key]!, { path: place.path, at: `${prefix}${key}` });
  }
  const missing = required.find((key) => !Object.hasOwn(members, key));
  if (missing !== undefined) {
    throw new SandboxError('scenario.missing-key', `${place.path}: ${place.at} lacks '${missing}'`, `add '${missing}'`);
  }
}

function unknownKey(place: Place, key: string, allowed: readonly string[]): SandboxError {
  return new SandboxError(
    'scenario.unknown-key',
    `${place.path}: unknown key '${key}' in ${place.at}`,
    `use one of ${allowed.join(', ')}`,
  );
}

function wrong(place: Place, value: unknown, wanted: string): SandboxError {
  const shown = JSON.stringify(value) ?? 'nothing';
  return new SandboxError(
    'scenario.value',
    `${place.path}: ${place.at} is ${shown.length > 80 ? `${shown.slice(0, 80)}…` : shown}`,
    `write ${wanted}`,
  );
}
