/** Every text that AWS is known to say of a failure: its class, its cause and what to do. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { TaskStopCode } from '@aws-sdk/client-ecs';
import { TargetHealthReasonEnum } from '@aws-sdk/client-elastic-load-balancing-v2';
import { LastUpdateStatusReasonCode, StateReasonCode } from '@aws-sdk/client-lambda';
import { diagnose, FAILURE_CLASSES, isOrdinary, RULES } from '../../../engine/diagnose/index.ts';
import { ECS_ERRORS, ELB_ERRORS, LAMBDA_ERRORS, OTHER_ERRORS } from './refused.ts';
import { EVENTS, FUNCTION_STATES, type Row, TARGETS, TASKS } from './said.ts';

const GROUPS: Readonly<Record<string, readonly Row[]>> = {
  'a stopped task': TASKS,
  'a service event': EVENTS,
  'a target': TARGETS,
  "a function's state": FUNCTION_STATES,
  'an error of ECS': ECS_ERRORS,
  'an error of a load balancer': ELB_ERRORS,
  'an error of Lambda': LAMBDA_ERRORS,
  'an error of another service': OTHER_ERRORS,
};
const ALL = Object.values(GROUPS).flat();

describe('a diagnosis', () => {
  for (const [subject, rows] of Object.entries(GROUPS)) {
    describe(`of ${subject}`, () => {
      for (const [text, kind, rule, word] of rows) {
        it(`knows ${text}`, () => {
          const found = diagnose(text);
          assert.deepEqual({ class: found.class, rule: found.rule }, { class: kind, rule });
          assert.match(`${found.cause}; ${found.next}`, word);
        });
      }
    });
  }

  it('knows every reason code of Lambda', () => {
    const codes = [...Object.values(LastUpdateStatusReasonCode), ...Object.values(StateReasonCode)];
    const unknown = codes.filter((code) => !isOrdinary(code) && diagnose(`${code}: why`).rule === undefined);
    assert.deepEqual(unknown, []);
  });

  it('knows every stop code of tasks and every reason of target health', () => {
    const codes = [...Object.values(TaskStopCode), ...Object.values(TargetHealthReasonEnum)];
    // The scheduler stops tasks for good reasons too: its reason decides.
    const unknown = codes.filter((code) => code !== 'ServiceSchedulerInitiated' && diagnose(code).rule === undefined);
    assert.deepEqual(unknown, []);
  });

  it('has a test for every rule', () => {
    const tested = new Set(ALL.map(([, , rule]) => rule));
    assert.deepEqual(
      RULES.map(({ id }) => id).filter((id) => !tested.has(id)),
      [],
    );
    assert.equal(new Set(RULES.map(({ id }) => id)).size, RULES.length);
  });

  it('names a source, a cause and an instruction in each rule', () => {
    for (const { id, cause, next, source, class: kind } of RULES) {
      assert.ok(FAILURE_CLASSES.includes(kind), id);
      assert.match(cause, /^[a-zA-Z{].{15,}[^.]$/, id);
      assert.match(next, /^[a-z].{10,}[^.]$/, id);
      assert.ok(source.length > 10, id);
    }
  });

  it('is documented as it is', () => {
    const script = join(import.meta.dirname, '..', '..', '..', 'scripts', 'diagnoses.ts');
    execFileSync(process.execPath, [script, '--check'], { stdio: 'pipe' });
  });

  it('leaves no gap in a sentence', () => {
    for (const [text] of ALL) {
      const { cause, next } = diagnose(text);
      assert.doesNotMatch(`${cause} ${next}`, /undefined|[{}|]| {2}| [,.;]/, text);
    }
  });

  it('classes what it does not know as unknown, and says where to look', () => {
    const found = diagnose('The flux capacitor is out of plutonium.');
    assert.deepEqual([found.class, found.rule, found.cause], ['unknown', undefined, undefined]);
    assert.match(found.next, /gitmoxi logs/);
    assert.equal(diagnose().class, 'unknown');
    assert.equal(diagnose(undefined, '').class, 'unknown');
  });

  it('lets the cause decide where one text says why and another what follows', () => {
    const crash =
      'task 0f3a stopped: EssentialContainerExited: Essential container in task exited [web exit code 137 (OutOfMemoryError: Container killed due to memory usage)]';
    const follows = '(service web) (deployment ecs-svc/1) deployment failed: tasks failed to start.';
    assert.equal(diagnose(follows, crash).rule, 'out-of-memory');
    assert.equal(diagnose(crash, follows).rule, 'out-of-memory');
    const image = 'TaskFailedToStart: CannotPullContainerError: x: failed to resolve ref a:1: a:1: not found';
    assert.equal(diagnose(follows, image, 'ECS deployment circuit breaker: tasks failed to start.').class, 'image');
  });

  const ORDINARY = [
    '(service web) has reached a steady state.',
    '(service web) deregistered 2 targets in (target-group arn:x)',
    '(service web) registered 2 targets in (target-group arn:x)',
    '(service web) has begun draining connections on 2 tasks.',
    '(service web) has stopped 2 running tasks: (task a) (task b).',
    '(service web) has started 2 tasks: (task a) (task b).',
    '(service web) (deployment ecs-svc/1) deployment completed.',
    '(service web) stopped 2 pending tasks.',
    '(service web) is AZ balanced with 2 tasks in eu-central-1a, 2 tasks in eu-central-1c.',
    '(service web) has started 1 tasks in eu-central-1a to AZ Rebalance: (task a).',
    'service web updated computedDesiredCount for taskSet ecs-svc/1 to 1.',
    '(service web, taskSet ecs-svc/1) updated state to STEADY_STATE.',
    'Scaling activity initiated by (deployment ecs-svc/1)',
    'ECS deployment ecs-svc/1 in progress.',
    'ECS deployment ecs-svc/1 completed.',
    'Creating: The function is being created.',
    'Idle: The function is idle.',
  ];
  for (const text of ORDINARY) {
    it(`sees no trouble in: ${text}`, () => {
      assert.equal(isOrdinary(text), true);
      assert.equal(diagnose(text).rule, undefined);
    });
  }

  it('takes no failure for an ordinary text', () => {
    assert.deepEqual(ALL.map(([text]) => text).filter(isOrdinary), []);
  });

  it('stays quick on texts that were made to be slow', () => {
    // Beginnings of what rules look for, over and over: what makes a pattern try again at each place.
    const beginnings = [
      'CannotPullContainerError ',
      'ResourceInitializationError ',
      'User: a',
      'is not authorized to perform: ',
      'failed to resolve ref a',
      'failed to fetch secret a ',
      'arn:x:targetgroup/a',
      'Essential container in task exited[a',
      'unable to place a task ',
      'no container instance met all of its requirements ',
      'CodeSHA256 ',
      'a'.repeat(100),
    ];
    for (const beginning of beginnings) {
      assert.ok(FAILURE_CLASSES.includes(diagnose(beginning.repeat(100_000)).class), beginning);
    }
  });
});
