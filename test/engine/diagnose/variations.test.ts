/** The same texts as AWS may say them elsewhere: other ids, partitions and line breaks, several in one failure. */
import assert from 'node:assert/strict';
import { diagnose, type FailureClass } from '../../../engine/diagnose/index.ts';
import { broken } from '../../../engine/rollout/failures.ts';
import { ECS_ERRORS, ELB_ERRORS, LAMBDA_ERRORS, OTHER_ERRORS } from './refused.ts';
import { EVENTS, FUNCTION_STATES, TARGETS, TASKS } from './said.ts';

/** Of AWS; what the rollout itself says is always said alike. */
const SAID = [
  ...TASKS,
  ...EVENTS,
  ...TARGETS,
  ...FUNCTION_STATES,
  ...ECS_ERRORS,
  ...ELB_ERRORS,
  ...LAMBDA_ERRORS,
  ...OTHER_ERRORS,
].filter(([, , rule]) => rule !== 'not-stable-in-time');

/** Bare words that mean something else in small letters. */
const IS_CODE = /^(?:AGENT|ATTRIBUTE)$/;

const WAYS: Readonly<Record<string, (text: string) => string>> = {
  'in small letters': (text) => (IS_CODE.test(text) ? text : text.toLowerCase()),
  'in capitals': (text) => text.toUpperCase(),
  'in a line for each part': (text) => `\n  ${text.replaceAll(': ', ':\n  ')}\n`,
  'in a line for each word': (text) => text.replaceAll(' ', '\r\n'),
  'with spaces doubled': (text) => text.replaceAll(' ', '  '),
  'with typographic quotes': (text) => text.replaceAll("'", '\u2019'),
  'of another partition': (text) =>
    text.replaceAll('arn:aws:', 'arn:aws-us-gov:').replaceAll('eu-west-1', 'us-gov-west-1'),
  'with other ids': (text) =>
    text
      .replaceAll('0f3a', 'c29dbefd8466e3f8a9c1787f130cf11d')
      .replaceAll('0123456789abcdef', 'fedcba9876543210')
      .replaceAll(/ecs-svc\/\d+/g, 'ecs-svc/9223372036854775807'),
  'of another account': (text) => text.replaceAll('123456789012', '999988887777'),
  'of a task with its id': (text) => `task 0123456789abcdef0123456789abcdef stopped: ${text}`,
  'with a request id': (text) => `${text} (request 8f9d1c2e-1111-2222-3333-444455556666)`,
  'between other lines': (text) => `something went wrong\n${text}\nmore is in the console`,
};

describe('a text that AWS says otherwise', () => {
  for (const [way, told] of Object.entries(WAYS)) {
    it(`is known ${way}`, () => {
      const lost = SAID.filter(([text, kind, rule]) => {
        const found = diagnose(told(text));
        return found.rule !== rule || found.class !== kind;
      });
      assert.deepEqual(
        lost.map(([text]) => [told(text), diagnose(told(text)).rule]),
        [],
      );
    });
  }

  it('is known beyond whatever else was said that tells of no trouble', () => {
    const calm = ['(service web) has reached a steady state.', 'Scaling activity initiated by (deployment ecs-svc/1)'];
    for (const [text, , rule] of SAID) assert.equal(diagnose(...calm, text, ...calm).rule, rule, text);
  });
});

const EXITED = 'task 0f3a stopped: EssentialContainerExited: Essential container in task exited';
const CRASH = `${EXITED} [web exit code 1]`;
const NOT_FOUND =
  'task 0f3a stopped: TaskFailedToStart: CannotPullContainerError: x: failed to resolve ref a:1: a:1: not found';
const SICK = 'task 0f3a stopped: ServiceSchedulerInitiated: Task failed container health checks [web exit code 137]';
const NO_ROOM = '(service web) was unable to place a task. Reason: Capacity is unavailable at this time.';
const NO_INTERFACE =
  'task 0f3a stopped: TaskFailedToStart: Timeout waiting for network interface provisioning to complete.';
const THROTTLED = '(service web) operations are being throttled. Will try again later.';
const PULL_LIMIT =
  'task 0f3a stopped: TaskFailedToStart: CannotPullContainerError: toomanyrequests: You have reached your pull rate limit.';
const FOLLOWS = '(service web) (deployment ecs-svc/1) deployment failed: tasks failed to start.';
const DENIED =
  'task 0f3a stopped: TaskFailedToStart: ResourceInitializationError: unable to retrieve secret from asm: AccessDeniedException: User: arn:aws:sts::123456789012:assumed-role/x/y is not authorized to perform: secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:eu-west-1:123456789012:secret:db';
const ALARM = 'alarm errors: Threshold Crossed: 1 out of the last 1 datapoints was greater than the threshold (5.0).';
const UNKNOWN = 'The flux capacitor is out of plutonium.';

/** Of several reasons in one failure, the first is the decisive one. */
const MIXED: readonly (readonly [FailureClass, string, ...string[]])[] = [
  ['crash', CRASH, THROTTLED, FOLLOWS],
  ['crash', CRASH, NO_ROOM],
  ['crash', CRASH, NO_INTERFACE, FOLLOWS],
  ['crash', CRASH, SICK],
  ['crash', CRASH, PULL_LIMIT],
  ['image', NOT_FOUND, THROTTLED, NO_ROOM, FOLLOWS],
  ['image', NOT_FOUND, CRASH],
  ['permission', DENIED, CRASH, FOLLOWS],
  ['permission', DENIED, NO_ROOM],
  ['health check', SICK, NO_ROOM, THROTTLED],
  ['capacity', NO_ROOM, THROTTLED, FOLLOWS],
  ['capacity', NO_INTERFACE, FOLLOWS],
  ['throttling', PULL_LIMIT, FOLLOWS],
  ['throttling', THROTTLED, FOLLOWS],
  ['alarm', ALARM, CRASH, NO_ROOM],
  ['crash', FOLLOWS, UNKNOWN],
];

describe('several reasons in one failure', () => {
  for (const [kind, decisive, ...others] of MIXED) {
    it(`is decided by ${diagnose(decisive).rule}, not by ${others.map((text) => diagnose(text).rule ?? 'what nobody knows').join(', ')}`, () => {
      const wanted = diagnose(decisive);
      assert.equal(wanted.class, kind);
      // Whatever comes first.
      for (let i = 0; i <= others.length; i++) {
        const texts = [...others.slice(0, i), decisive, ...others.slice(i)];
        const found = diagnose(...texts);
        assert.deepEqual([found.class, found.rule], [kind, wanted.rule], texts.join('\n'));
      }
      // Also where they come as one text, over several lines.
      assert.equal(broken('it failed', [decisive, ...others]).class, kind);
    });
  }

  const CONTAINERS: readonly (readonly [string, string])[] = [
    ['web exit code 1, envoy exit code 137', 'program-error'],
    ['envoy exit code 143, web exit code 3', 'program-error'],
    ['init exit code 0, web exit code 3, envoy exit code 143', 'program-error'],
    ['web exit code 0, envoy exit code 137', 'ended-normally'],
    ['web exit code 139, worker exit code 1', 'segmentation-fault'],
    ['web exit code 127, envoy exit code 0', 'command-not-found'],
    [
      'web exit code 137 (OutOfMemoryError: Container killed due to memory usage), envoy exit code 143',
      'out-of-memory',
    ],
    ['envoy exit code 0, web exit code 137 (OutOfMemoryError: Container killed due to memory usage)', 'out-of-memory'],
    ['web exit code 137, envoy exit code 143', 'killed'],
  ];
  for (const [containers, rule] of CONTAINERS) {
    it(`is decided by the container that ended first: ${containers}`, () => {
      assert.equal(diagnose(`${EXITED} [${containers}]`).rule, rule);
    });
  }

  it('leaves unknown texts whole, and unknown, where there is nothing else', () => {
    const long = `${UNKNOWN} ${'It says so. '.repeat(60)}`;
    const failure = broken('the deployment failed for a new reason', [long, `second\nline: ${UNKNOWN}`]);
    assert.deepEqual([failure.class, failure.cause], ['unknown', undefined]);
    assert.deepEqual(failure.evidence, [long, `second\nline: ${UNKNOWN}`]);
    assert.match(failure.next, /read what AWS says/);
  });
});
