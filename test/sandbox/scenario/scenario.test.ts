import assert from 'node:assert/strict';
import { parseScenario, type SandboxError } from '../../../sandbox/index.ts';
import { matchesGlob, taskEffect } from '../../../sandbox/scenario/index.ts';

const subject = (more: object) => ({ account: '1', region: 'us-west-2', elapsedSeconds: 0, ...more });

function problem(source: string): [code: string, message: string, hint: string | undefined] {
  try {
    parseScenario(source, 's.json');
  } catch (error) {
    const { code, message, hint } = error as SandboxError;
    return [code, message, hint];
  }
  return assert.fail(`${source} was accepted`);
}

describe('a scenario', () => {
  it('gives each effect of the first rule that matches', () => {
    const scenario = parseScenario(
      JSON.stringify({
        description: 'a bad release',
        rules: [
          { when: { image: '*:broken' }, then: { pull: 'not-found' } },
          { when: { service: 'web', revision: 2 }, then: { pull: 'access-denied', startSeconds: 90 } },
        ],
      }),
      's.json',
    );
    const both = subject({ image: ['app:broken'], service: 'web', revision: 2 });
    assert.deepEqual(taskEffect(scenario, both), { pull: 'not-found', startSeconds: 90 });
    assert.deepEqual(taskEffect(scenario, subject({ image: ['app:1'], service: 'web', revision: 1 })), {});
  });

  it('holds from and until a time', () => {
    const scenario = parseScenario(
      '{ "rules": [{ "when": { "fromSeconds": 10, "untilSeconds": 20 }, "then": { "capacity": "unavailable" } }] }',
      's.json',
    );
    const at = (elapsedSeconds: number) => taskEffect(scenario, subject({ elapsedSeconds })).capacity;
    assert.deepEqual([at(9), at(10), at(19), at(20)], [undefined, 'unavailable', 'unavailable', undefined]);
  });

  it('is refused with the place and what is allowed', () => {
    assert.equal(problem('{')[0], 'scenario.syntax');
    assert.deepEqual(problem('{ "rule": [] }'), [
      'scenario.unknown-key',
      "s.json: unknown key 'rule' in the scenario",
      'use one of description, given, rules, traffic',
    ]);
    assert.deepEqual(
      problem('{ "rules": [{ "when": { "imag": "x" }, "then": { "health": "failing" } }] }').slice(0, 2),
      ['scenario.unknown-key', "s.json: unknown key 'imag' in rules[0].when"],
    );
    assert.deepEqual(problem('{ "rules": [{ "then": { "pull": "gone" } }] }'), [
      'scenario.value',
      's.json: rules[0].then.pull is "gone"',
      'write one of not-found, access-denied, rate-limited, wrong-architecture, no-route',
    ]);
    assert.equal(
      problem('{ "rules": [{ "then": { "exit": { "code": 256 } } }] }')[1],
      's.json: rules[0].then.exit.code is 256',
    );
    assert.equal(problem('{ "rules": [{ "when": {} }] }')[1], "s.json: rules[0] lacks 'then'");
    assert.equal(
      problem('{ "rules": [{ "then": { "pull": "not-found", "error": "X" } }] }')[0],
      'scenario.mixed-effects',
    );
    assert.equal(problem('{ "rules": [{ "then": { "error": "X" } }] }')[1], "s.json: rules[0].when lacks 'operation'");
    assert.equal(problem('{ "rules": [{ "then": { "__proto__": {} } }] }')[0], 'scenario.unknown-key');
    assert.equal(problem('[]')[0], 'scenario.value');
    assert.equal(
      problem('{ "given": { "alarms": [{ "name": "a", "state": "FINE" }] } }')[1],
      's.json: given.alarms[0].state is "FINE"',
    );
  });
});

describe('what a scenario gives', () => {
  it('is refused with its place where it is not what it should be', () => {
    const refused: [given: string, message: string][] = [
      ['{ "apis": [{ "name": "x" }] }', "given.apis[0] lacks 'apiId'"],
      ['{ "apis": [{ "apiId": "a", "routes": [{}] }] }', "given.apis[0].routes[0] lacks 'routeId'"],
      [
        '{ "apis": [{ "apiId": "a", "stages": [{ "stageName": "p", "variables": { "v": 1 } }] }] }',
        'given.apis[0].stages[0].variables.v is 1',
      ],
      ['{ "secrets": [{ "name": "s" }] }', "given.secrets[0] lacks 'value'"],
      ['{ "parameters": [{ "name": "", "value": "x" }] }', 'given.parameters[0].name is ""'],
      ['{ "logGroups": [7] }', 'given.logGroups[0] is 7'],
      ['{ "roles": "all" }', 'given.roles is "all"'],
      ['{ "strict": "yes" }', 'given.strict is "yes"'],
    ];
    for (const [given, message] of refused) assert.equal(problem(`{ "given": ${given} }`)[1], `s.json: ${message}`);
  });

  it('is nothing where nothing is said', () => {
    assert.deepEqual(parseScenario('{}', 's.json').given, { clusters: [], alarms: [] });
  });
});

describe('a glob', () => {
  it('matches the whole text, with stars and question marks', () => {
    const cases: [string, string, boolean][] = [
      ['*', '', true],
      ['web:?', 'web:1', true],
      ['web:?', 'web:12', false],
      ['*:broken', 'repo/app:broken', true],
      ['a*b*c', 'a--b--b--c', true],
      ['a*b', 'a--b--', false],
      ['a.c', 'abc', false],
    ];
    for (const [glob, text, expected] of cases) assert.equal(matchesGlob(glob, text), expected, `${glob} ${text}`);
  });

  it('comes to an end with hostile patterns', () => {
    assert.equal(matchesGlob(`${'*a'.repeat(50)}b`, 'a'.repeat(5000)), false);
  });
});
