/**
 * The engine behind its door: puts Git, checks, plans, AWS and the store together. One composition per program; owns
 * the store and the AWS clients it opens.
 */
import type { Engine, EngineOptions, RenderReport, ValidateReport, Where, WorkloadList } from './api.ts';
import type { Aws } from './aws/index.ts';
import type { CheckedWorkload, RenderedFile } from './check/index.ts';
import { closest } from './closest.ts';
import { deployPlan, resumeAll } from './deploying.ts';
import { EngineError } from './errors.ts';
import { type Problem, toProblems } from './finding.ts';
import { isObject, type Json } from './json.ts';
import { pointer as pointerTo, snapshotWish, withoutEnvironment } from './plan/index.ts';
import { heldReason, planRevision } from './planning.ts';
import { redactor, SENSITIVE, secretTexts } from './redact.ts';
import { bringAllBack, keepReturning, returnsOf } from './returning.ts';
import { planRollback } from './rollingBack.ts';
import { type StoredRollout, watchedAlarms } from './rollout/index.ts';
import { entriesOf, statusEntry, withDrift, withSurroundings } from './status.ts';
import type { Store } from './store/index.ts';
import { createTurns } from './turns.ts';
import { checkEach, type KnownCommits, oneWorkload, pick, withRevision, withWorkloads } from './workspace.ts';

const problemsOf = ({ findings, sources }: CheckedWorkload): Problem[] => toProblems(findings, sources);

/** A file's value as anybody may see it: what a sensitive input fed is masked. */
function shownValue({ value, sensitive }: RenderedFile): Json {
  const mask = (at: Json, pointer: string): Json => {
    if (sensitive.has(pointer)) return SENSITIVE;
    if (Array.isArray(at)) return at.map((item, i) => mask(item, `${pointer}/${i}`));
    if (!isObject(at)) return at;
    return Object.fromEntries(Object.entries(at).map(([key, member]) => [key, mask(member, pointerTo(pointer, key))]));
  };
  return value === undefined ? null : sensitive.size === 0 ? value : mask(value, '');
}

/** The rendered text likewise, piece by piece. */
function shownText({ text, map }: RenderedFile): string | undefined {
  if (text === undefined || map === undefined || !map.hasSensitive) return text;
  return map.pieces.map(({ start, end, sensitive }) => (sensitive ? SENSITIVE : text.slice(start, end))).join('');
}

function rendered(checked: CheckedWorkload): RenderReport['workloads'][number] {
  const inputs = [...checked.inputs].map(([name, input]) => {
    const { path, line, sensitive } = input;
    return [name, { value: sensitive ? SENSITIVE : input.value, path, line, sensitive }] as const;
  });
  // Masked by place first; keys, which have no place of their own, by what the secrets say.
  const redact = redactor(
    [...checked.inputs.values()].flatMap(({ sensitive, value }) => (sensitive ? secretTexts(value) : [])),
  );
  return {
    workload: checked.path,
    kind: checked.kind,
    files: checked.files
      .filter((file) => file.role !== 'input')
      .map((file) => ({
        path: file.path,
        suffix: file.suffix,
        rendered: redact(shownValue(file)),
        text: shownText(file),
      })),
    inputs: Object.fromEntries(inputs),
    problems: problemsOf(checked),
  };
}

function render(where: Where): Promise<RenderReport> {
  return withRevision(where, async (opened) => {
    const workloads = await checkEach(opened.tree, pick(opened, where, opened.workloads), rendered);
    return { revision: opened.revision, workloads };
  });
}

function validate(where: Where): Promise<ValidateReport> {
  return withRevision(where, async (opened) => {
    const picked = pick(opened, where, opened.workloads);
    const problems = (await checkEach(opened.tree, picked, problemsOf)).flat();
    // A file that several workloads refer to is wrong once.
    const distinct = [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
    return { revision: opened.revision, workloads: picked.length, problems: distinct };
  });
}

/** Below this, ECS's and Lambda's request rates leave room for every rollout's looks and changes. */
const MOST_AT_A_TIME = 50;

export function createEngine(options: EngineOptions): Engine {
  const { region, clock, owner, accounts = new Map(), ...rest } = options;
  let reached: Promise<Aws> | undefined;
  const aws = () => {
    reached ??= import('./aws/index.ts').then(({ createAccounts }) => createAccounts(accounts, rest, clock));
    return reached;
  };
  let opened: Promise<Store> | undefined;
  const store = () => {
    opened ??= options.store();
    return opened;
  };
  const plans = { aws, store, clock, region, accounts: new Set(accounts.keys()) };
  const remembering = new Map<number, Promise<Aws>>();
  /** AWS whose answers may be as old as that, for plans only. */
  const awsNotOlderThan = (maxAgeMs: number) => () => {
    const known =
      remembering.get(maxAgeMs) ??
      Promise.all([aws(), import('./aws/index.ts')]).then(([own, { rememberedAws }]) =>
        rememberedAws(own, clock, maxAgeMs),
      );
    remembering.set(maxAgeMs, known);
    return known;
  };
  const turns = createTurns(options.parallel ?? MOST_AT_A_TIME);
  const ports = async () => ({ aws: await aws(), store: await store(), clock, owner, turns });

  async function stored(id: string): Promise<StoredRollout> {
    const here = await store();
    const found = await here.load(id);
    if (found !== undefined) return found;
    const near = closest(
      id,
      (await here.list({})).map(({ record }) => record.id),
    );
    throw new EngineError('store.no-such-rollout', `no rollout ${id} in this store`, {
      kind: 'usage',
      hint: near === undefined ? 'see `gitmoxi history` for the ids' : `did you mean ${near}?`,
    });
  }

  const latestOf = async (where: Where | undefined) =>
    (await entriesOf(await store(), where)).map(({ rollout }) => rollout);

  const knownCommits: KnownCommits = new Map();
  const workloads = (where: Where): Promise<WorkloadList> =>
    withWorkloads(where, knownCommits, async (opened) => {
      const { identity, root } = opened.repository;
      const holds = await (await store()).holds(identity);
      const listed = pick(opened, where, opened.workloads).map((one) => ({
        workload: one.path,
        kind: one.kind,
        held: heldReason(holds, one, opened.commit?.id),
      }));
      return { revision: opened.revision, repository: { identity, root }, workloads: listed };
    });

  return {
    workloads,
    render,
    validate,
    snapshot: async ({ workloads: plans }) => {
      const changes = plans.filter(({ action }) => action === 'create' || action === 'update' || action === 'delete');
      const readAt = clock.now();
      const regions = await (await aws()).snapshot(changes.flatMap((plan) => snapshotWish(plan) ?? []));
      return {
        readAt,
        regions: withoutEnvironment(
          regions,
          changes.flatMap(({ desired }) => desired ?? []),
        ),
      };
    },
    plan: (request) => {
      const { maxAgeMs = 0 } = request;
      return planRevision(maxAgeMs > 0 ? { ...plans, aws: awsNotOlderThan(maxAgeMs) } : plans, request);
    },
    deploy: async (plan, run) => deployPlan(await ports(), plan, run),
    resume: async (run, only) => resumeAll(await ports(), run, only),
    returns: async (where) => returnsOf(await ports(), await latestOf(where)),
    bringBack: async (entries, run) => bringAllBack(await ports(), entries, run),
    keepReturning: async (run, where) => keepReturning(await ports(), () => latestOf(where), run),
    status: async (where) => {
      const entries = await withSurroundings(await store(), await entriesOf(await store(), where));
      return where !== undefined && 'live' in where && where.live ? withDrift(await aws(), entries) : entries;
    },
    history: async (query) => (await (await store()).list(query)).map(({ record }) => record),
    rollout: async (id) => (await withSurroundings(await store(), [statusEntry(await stored(id))]))[0]!,
    events: async (id, after = 0) => {
      await stored(id);
      return (await store()).events(id, after);
    },
    alarmCurves: async (id) => {
      const { record } = await stored(id);
      const alarms = watchedAlarms(record);
      if (alarms.length === 0) return [];
      const to = record.endedAt ?? clock.now();
      return (await aws()).alarmCurves(record.target, { alarms, from: record.startedAt, to });
    },
    explain: async (id, repo) => {
      const { record } = await stored(id);
      const { explainRollout } = await import('./explaining.ts');
      return explainRollout({ store: await store(), aws }, record, repo);
    },
    planRollback: (where, to, skips) => planRollback(plans, where, to, skips),
    inventory: async ({ kind, account, region: asked, of = '' }) => {
      const there = asked ?? region;
      if (there === undefined) {
        throw new EngineError('aws.no-region', `nobody says in which region to look for every ${kind}`, {
          kind: 'usage',
          hint: 'set environment.region in the deployment definition, or a region for this program',
        });
      }
      const here = await aws();
      const place = { account: account ?? (await here.account([there])), region: there };
      return { ...(await here.inventory(place, kind, of)), ...place };
    },
    ask: async (id, command, by) => {
      await stored(id);
      return (await store()).ask(id, command, by);
    },
    hold: async (where, reason) => {
      const { identity, workload } = await oneWorkload(where);
      const { kind, path } = workload;
      await (await store()).hold({ repository: identity, kind, workload: path, commit: undefined, reason });
      return { workload: path, kind };
    },
    release: async (where) => {
      const { identity, workload } = await oneWorkload(where);
      const { kind, path } = workload;
      return { workload: path, kind, wasHeld: await (await store()).releaseHold(identity, kind, path) };
    },
    close: async () => {
      (await reached)?.close();
      (await opened?.catch(() => undefined))?.close();
    },
  };
}
