/** What `gitmoxi explain` prints, without AWS and Git. */
import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { width } from '../../cli/terminal/columns.ts';
import { styleFor } from '../../cli/terminal/style.ts';
import { explanationJson, explanationLines } from '../../cli/views/explanation.ts';
import type { Explanation, RolloutRecord } from '../../engine/index.ts';
import { hasEscapes } from './command.ts';

const RECORD: RolloutRecord = {
  version: 1,
  id: 'ro-1',
  workload: 'dev/web',
  kind: 'ecs',
  repository: { identity: 'shop', root: '/shop' },
  revision: { commit: 'c'.repeat(40) },
  target: { kind: 'ecs', account: '123456789012', region: 'eu-west-1', cluster: 'prod', service: 'web' },
  strategy: 'ecs-rolling',
  trigger: 'manual',
  force: false,
  hold: null,
  replaced: null,
  paused: null,
  waiting: null,
  expected: null,
  answered: 0,
  digest: '',
  phase: 'rolled back',
  message: 'it went back',
  progress: {},
  state: null,
  pending: null,
  outcome: null,
  attempts: 0,
  failure: null,
  serving: null,
  startedAt: 0,
  updatedAt: 65_000,
  endedAt: 65_000,
};

const UNKNOWN_TEXT = `The flux capacitor ${'is out of plutonium and '.repeat(8)}cannot go on.`;

const FAILED: Explanation = {
  rollout: RECORD,
  outcome: 'failed',
  failure: {
    class: 'unknown',
    message: 'ECS reports the deployment as failed',
    cause: null,
    next: 'read what AWS says above',
    rule: null,
    source: null,
    requestId: 'req-1',
  },
  evidence: [{ kind: 'event', text: UNKNOWN_TEXT, at: 1_000 }],
  logs: [],
  change: null,
  edit: null,
  missing: ['log lines: not allowed'],
};

const narrow = Object.assign(new Writable(), { isTTY: true, columns: 60 });
const style = styleFor(narrow, { NO_COLOR: '1' });
const shown = (changes: Partial<Explanation> = {}) => explanationLines({ ...FAILED, ...changes }, style);

describe('the text of an explanation', () => {
  it('shows what nobody knows whole, and what could not be seen', () => {
    const lines = shown();
    assert.match(lines[0]!, /^▲ dev\/web {2}rolled back, after 1m 05s {2}ro-1$/);
    const text = lines
      .map((line) => line.trim())
      .join(' ')
      .replaceAll(/ +/g, ' ');
    assert.ok(text.includes(UNKNOWN_TEXT), text);
    assert.match(text, /what happened ECS reports the deployment as failed \(unknown\)/);
    assert.match(text, /request id req-1 .*next read what AWS says above .*not seen · log lines: not allowed/);
    assert.doesNotMatch(text, /why|edit|what changed/);
  });

  it('stays within a narrow terminal', () => {
    assert.ok(Math.max(...shown().map(width)) <= 60);
  });

  it('lets no text from outside move the cursor', () => {
    const lines = shown({
      evidence: [{ kind: 'reason', text: 'gone \u001b[2J', at: null }],
      logs: [{ group: '/web', stream: 's\u001b[1A', container: 'web', lines: [{ at: 0, text: 'a\u001b[31mb' }] }],
      missing: ['\u001b[2J'],
    });
    assert.ok(!hasEscapes(lines.join('\n')));
  });

  it('shows a statement for a policy, and a value that has no one place', () => {
    const policy = {
      description: 'add this statement',
      what: { pointer: null, value: { Effect: 'Allow' } },
      place: null,
    };
    assert.match(shown({ edit: policy }).join('\n'), /edit +add this statement\n +\+ \{"Effect":"Allow"\}/);
    const value = { description: 'give it more', what: { pointer: '/memory', value: '1024' }, place: null };
    assert.match(shown({ edit: value }).join('\n'), /\+ \/memory: "1024"/);
  });

  it('says how a rollout stands that did not fail', () => {
    const calm = (outcome: Explanation['outcome'], phase: RolloutRecord['phase']) =>
      shown({ outcome, failure: null, rollout: { ...RECORD, phase, message: 'so it is' } })
        .slice(3)
        .join(' ');
    assert.match(calm('succeeded', 'succeeded'), /so it is; it succeeded/);
    assert.match(calm('superseded', 'superseded'), /something else took its place/);
    assert.match(calm('under way', 'stabilizing'), /not over yet/);
    assert.match(calm('aborted', 'aborted'), /somebody asked for it/);
  });

  it('has the same members in its JSON whatever happened', () => {
    const members = (explanation: Explanation) => Object.keys(explanationJson(explanation));
    assert.deepEqual(members({ ...FAILED, failure: null, outcome: 'succeeded' }), members(FAILED));
  });
});
