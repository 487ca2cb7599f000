/**
 * Why a rollout ended as it did: what its record and events say, what AWS and Git still know, and the edit that would
 * mend it. Looked at when somebody asks, so that a rollback never waits for it. Reads only; owns nothing.
 *
 * What cannot be read is said in `missing`: an explanation never fails for want of evidence.
 */
import type { Evidence, EvidenceKind, Explanation, ProposedEdit, RolloutChange } from './api.ts';
import type { Aws, LogTail, LogWish } from './aws/index.ts';
import { type CheckedWorkload, checkWorkload, objectOf } from './check/index.ts';
import { groupWorkloads, type WorkloadPaths } from './config/index.ts';
import { type Definitions, type Diagnosis, diagnose, fixFor, logHint } from './diagnose/index.ts';
import { affectedWorkloads, loadWorkloads, type Tree } from './git/index.ts';
import { type Difference, revisionChanges, secretsOf } from './plan/index.ts';
import { proposeEdit, type Read } from './proposedEdit.ts';
import { redactor, withoutLikelySecrets } from './redact.ts';
import { type Failure, isFinal, type RolloutEvent, type RolloutRecord } from './rollout/index.ts';
import type { Store } from './store/index.ts';
import { type Opened, withRevision } from './workspace.ts';

export interface ExplainPorts {
  readonly store: Store;
  readonly aws: () => Promise<Aws>;
}

/** What is shown of each kind of evidence, the newest. */
const MOST_EVIDENCE = 10;

/** Failed tasks whose logs are read: those of one deployment say the same. */
const TASKS_ASKED = 2;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function outcomeOf({ phase, endedAt }: RolloutRecord): Explanation['outcome'] {
  if (endedAt === null || !isFinal(phase)) return 'under way';
  return phase === 'rolled back' ? 'failed' : (phase as Explanation['outcome']);
}

/** A rollout on its way back keeps its failure in the strategy's state until it ends. */
function failureOf(record: RolloutRecord): Failure | null {
  const kept = record.state?.['failure'];
  return record.failure ?? ((kept ?? null) as unknown as Failure | null);
}

const KIND_OF: Partial<Record<RolloutEvent['code'], EvidenceKind>> = {
  'task.failed': 'task',
  'alarm.fired': 'alarm',
  'aws.event': 'event',
  'action.refused': 'refusal',
};

/** What a text is about that no event tells of. */
function kindOf(text: string): EvidenceKind {
  if (/^task \S+ stopped/.test(text)) return 'task';
  if (text.startsWith('alarm ')) return 'alarm';
  if (text.includes(':targetgroup/') && !text.startsWith('(service')) return 'target';
  return text.startsWith('(service') ? 'event' : 'reason';
}

/** Does a service event only give the reason again that a task gave? */
function repeats(message: string, decisive: readonly Evidence[]): boolean {
  const reason = /\bReason: (?<reason>.+?)\.?$/s.exec(message)?.groups?.['reason'];
  return reason !== undefined && decisive.some(({ text }) => text.includes(reason));
}

/** What the failure was decided by, then what else went wrong; oldest first, each text once. */
function evidenceOf(failure: Failure | null, events: readonly RolloutEvent[]): Evidence[] {
  const bad = events.filter(({ code, level }) => KIND_OF[code] !== undefined && level !== 'info');
  const decisive = (failure?.evidence ?? []).map((text): Evidence => {
    const event = bad.find(({ message }) => message === text);
    return { kind: event ? KIND_OF[event.code]! : kindOf(text), text, at: event?.time ?? null };
  });
  const said = new Set(decisive.map(({ text }) => text));
  const others = bad
    .filter(({ message, code }) => !said.has(message) && code !== 'action.refused')
    .filter(({ message }) => !repeats(message, decisive))
    .filter(({ code }) => code !== 'alarm.fired' || !decisive.some(({ kind }) => kind === 'alarm'))
    .map(({ code, message, time }): Evidence => ({ kind: KIND_OF[code]!, text: message, at: time }));
  const unique = [...new Map(others.map((one) => [one.text, one])).values()];
  const room = Math.max(0, MOST_EVIDENCE - decisive.length);
  return [...decisive, ...(room === 0 ? [] : unique.slice(-room))];
}

/** Whose logs may say why. */
function logWishes(record: RolloutRecord, events: readonly RolloutEvent[]): LogWish[] {
  const { target } = record;
  if (target.kind === 'lambda') {
    const version = record.state?.['version'];
    return typeof version === 'string' ? [{ kind: 'function', target, version }] : [];
  }
  const failed = events.filter(
    ({ code, data }) => code === 'task.failed' && typeof data['taskDefinition'] === 'string',
  );
  return failed.slice(-TASKS_ASKED).map(({ data }) => ({
    kind: 'task',
    target,
    task: String(data['task']),
    taskDefinition: String(data['taskDefinition']),
    containers: (Array.isArray(data['containers']) ? data['containers'] : []).map(String),
  }));
}

/** The last lines of what failed. A container that never started has none. */
async function logsOf(ports: ExplainPorts, wishes: readonly LogWish[], missing: string[]): Promise<LogTail[]> {
  if (wishes.length === 0) return [];
  const aws = await ports.aws();
  const told = new Set<string>();
  const read = async (wish: LogWish): Promise<readonly LogTail[]> => {
    try {
      const { tails, elsewhere } = await aws.logTail(wish);
      for (const { container, driver } of elsewhere)
        told.add(`${container} does not log to CloudWatch Logs (log driver: ${driver ?? 'none'})`);
      return tails;
    } catch (error) {
      // The same of each task, but for the request's id.
      told.add(messageOf(error).replace(/ \(request [^)]*\)$/, ''));
      return [];
    }
  };
  const found = (await Promise.all(wishes.map(read))).flat();
  missing.push(...[...told].map((text) => `log lines: ${text}`));
  const masked = found.map((tail) => ({
    ...tail,
    lines: tail.lines.map(({ at, text }) => ({ at, text: withoutLikelySecrets(text) })),
  }));
  return masked.filter(({ lines }) => lines.length > 0);
}

/** The commit that served before: that of the last good rollout of the same target. */
async function servedBefore(store: Store, record: RolloutRecord): Promise<RolloutRecord | undefined> {
  const stored = await store.list({ target: record.target, workload: record.workload });
  return stored
    .map((one) => one.record)
    .find(({ phase, startedAt, id }) => phase === 'succeeded' && id !== record.id && startedAt < record.startedAt);
}

async function readWorkload(tree: Tree, wanted: RolloutRecord): Promise<Read | undefined> {
  const same = (one: WorkloadPaths) => one.path === wanted.workload && one.kind === wanted.kind;
  const [source] = await loadWorkloads(tree, groupWorkloads(tree.paths).filter(same));
  return source && { source, checked: checkWorkload(source) };
}

/** What Git knows of a rollout. */
interface History {
  readonly now: Read | undefined;
  readonly before: Read | undefined;
  readonly change: RolloutChange;
}

async function changedFiles(opened: Opened, base: string | undefined, record: RolloutRecord) {
  if (base === undefined) return [];
  const changes = await opened.repository.changes(base, opened.tree.revision);
  const affected = await affectedWorkloads(opened.tree, changes);
  const own = affected.find(({ workload }) => workload.path === record.workload && workload.kind === record.kind);
  return (own?.changedFiles ?? []).map(({ path, change }) => ({ path, change }));
}

async function historyIn(opened: Opened, record: RolloutRecord, base: string | undefined): Promise<History> {
  const now = await readWorkload(opened.tree, record);
  const before =
    base === undefined ? undefined : await readWorkload(await opened.repository.tree({ commit: base }), record);
  const differences: readonly Difference[] = now && before ? revisionChanges(before.checked, now.checked) : [];
  const { commit } = opened;
  const change: RolloutChange = {
    commit: commit?.id ?? null,
    subject: commit?.subject ?? record.revision.subject ?? null,
    author: commit?.author ?? record.revision.author ?? null,
    authorEmail: commit?.authorEmail ?? null,
    committedAt: commit?.committedAt ?? null,
    since: base ?? null,
    files: await changedFiles(opened, base, record),
    differences: differences.map(({ path, live, desired }) => ({ path, before: live, after: desired })),
  };
  return { now, before, change };
}

/** From the repository where this machine has it: where the rollout was begun, or where the person is. */
async function historyOf(
  record: RolloutRecord,
  base: string | undefined,
  repo: string | undefined,
  missing: string[],
): Promise<History | undefined> {
  const revision = record.revision.commit ?? ({ worktree: true } as const);
  if (record.revision.commit === undefined)
    missing.push('the change: it was deployed from a working tree, which may have changed since');
  const roots = [...new Set([record.repository.root, ...(repo === undefined ? [] : [repo])])];
  const told: string[] = [];
  for (const root of roots) {
    try {
      return await withRevision({ repo: root, revision }, async (opened) => {
        const known = base === undefined ? undefined : await opened.repository.resolve(base).catch(() => undefined);
        if (base !== undefined && known === undefined)
          missing.push(`the change: this clone has no commit ${base.slice(0, 7)}, which served before`);
        return historyIn(opened, record, known?.id);
      });
    } catch (error) {
      told.push(messageOf(error));
    }
  }
  missing.push(`the change: ${told[0]}`);
  return undefined;
}

function definitionsOf(checked: CheckedWorkload | undefined): Definitions {
  if (checked === undefined) return {};
  return {
    service: objectOf(checked, 'service'),
    task: objectOf(checked, 'task'),
    function: objectOf(checked, 'function'),
    deployment: objectOf(checked, 'deployment'),
  };
}

function editOf(diagnosis: Diagnosis, history: History | undefined): ProposedEdit | null {
  if (diagnosis.fix === undefined) return null;
  const now = definitionsOf(history?.now?.checked);
  const fix = fixFor(diagnosis.fix, diagnosis.found, now, definitionsOf(history?.before?.checked));
  if (fix === undefined) return null;
  if (fix.kind === 'policy')
    return { description: fix.description, what: { pointer: null, value: fix.statement }, place: null };
  return history?.now === undefined ? null : proposeEdit(history.now, fix);
}

/** The rule that knows the failure: by what AWS said, else by what happened. */
function diagnosisOf(failure: Failure): Diagnosis {
  const heard = diagnose(...failure.evidence);
  return heard.rule === undefined ? diagnose(failure.message) : heard;
}

/**
 * Explains a rollout that went wrong; of another one, says how it stands.
 *
 * @param repo a folder in a clone of its repository, where the one it was begun from may be gone
 */
export async function explainRollout(
  ports: ExplainPorts,
  record: RolloutRecord,
  repo: string | undefined,
): Promise<Explanation> {
  const failure = failureOf(record);
  const outcome = outcomeOf(record);
  const plain = {
    rollout: record,
    outcome,
    failure: null,
    evidence: [],
    logs: [],
    change: null,
    edit: null,
    missing: [],
  };
  if (failure === null && outcome !== 'failed') return plain;
  const missing: string[] = [];
  const events = await ports.store.events(record.id, 0);
  const base = (await servedBefore(ports.store, record))?.revision.commit;
  const history = await historyOf(record, base, repo, missing);
  const wishes = logWishes(record, events);
  // Logs may quote secrets, and only the files say which texts those are.
  const isReadable = history?.now !== undefined || wishes.length === 0;
  if (!isReadable) missing.push('log lines: without its files it is not known which secrets to keep out of them');
  const logs = isReadable ? await logsOf(ports, wishes, missing) : [];
  const happened = failure ?? {
    class: 'unknown' as const,
    message: record.message,
    evidence: [],
    next: 'see `gitmoxi logs` for all events of the rollout',
  };
  const diagnosis = diagnosisOf(happened);
  const secrets = [history?.now, history?.before].flatMap((read) => (read ? secretsOf(read.checked) : []));
  const lines = logs.flatMap((excerpt) => excerpt.lines).sort((a, b) => a.at - b.at);
  const hint = diagnosis.inLogs ? logHint(lines.map(({ text }) => text)) : undefined;
  const causes = [happened.cause ?? diagnosis.cause, hint?.cause].filter((cause) => cause !== undefined);
  const explanation: Explanation = {
    ...plain,
    failure: {
      class: happened.class,
      message: happened.message,
      cause: causes.length === 0 ? null : causes.join('; by its last lines, '),
      next: hint?.next ?? happened.next,
      rule: diagnosis.rule ?? null,
      source: diagnosis.source ?? null,
      requestId: happened.requestId ?? null,
    },
    evidence: evidenceOf(failure, events),
    logs,
    change: history?.change ?? null,
    edit: editOf(diagnosis, history),
    missing,
  };
  // The record was redacted when it was written; all else comes from outside.
  const { rollout: _kept, ...rest } = explanation;
  return { ...redactor(secrets)(rest), rollout: record };
}
