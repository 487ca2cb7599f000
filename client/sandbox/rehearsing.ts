/**
 * A rehearsal without its window: reads what runs, puts it into a private sandbox whose time leaps, and deploys there. Where AWS
 * cannot be read, what runs is made from the files: first the commit that served last is deployed, then the new revision.
 *
 * Owns: the sandbox and its engine, until it is over. Must not: ask for any change of the AWS that the window works on.
 */
import type {
  DeployReport,
  Engine,
  PlanReport,
  PlanRequest,
  RolloutRecord,
  RolloutSummary,
  Snapshot,
  Where,
} from '../../engine/index.ts';
import { type Opened, openAt } from '../engine/session.ts';
import type { WorkloadPlan } from '../rollouts/rollout.ts';
import type { Mishap, Rule, Victim } from './mishaps.ts';
import { startTrial, type Trial } from './trial.ts';

/** What does not answer by then is not waited for: the rehearsal is made from the files, ms. */
const READ_PATIENCE_MS = 30_000;

export interface RehearsalRequest {
  /** The window's engine: it is asked what runs. */
  readonly engine: Pick<Engine, 'plan' | 'snapshot' | 'status' | 'history'>;
  readonly where: Where & { readonly selectors: readonly string[] };
  /** Where to deploy when files do not say; empty for the sandbox's own. */
  readonly region: string;
  /** What goes wrong. @default nothing */
  readonly mishap?: Mishap | undefined;
  /** Rules that hold where the window works, if that is a sandbox. */
  readonly rules?: readonly Rule[];
  readonly signal: AbortSignal;
  /** Told what is being done, for people. */
  readonly doing: (text: string) => void;
  /** Told of each rollout when it begins, with where it can be read until it has ended. */
  readonly began: (rollout: string, from: Opened, origin: Origin) => Promise<void>;
  readonly ended: (rollout: string) => Promise<void>;
}

/** What the rehearsal was made from. */
export type Origin =
  | { readonly kind: 'live' /** Real time, ms since the epoch. */; readonly readAt: number }
  | { readonly kind: 'files'; readonly why: string };

export interface Rehearsed {
  readonly rollouts: readonly RolloutSummary[];
  /** What would not even begin, each with why. */
  readonly blocked: readonly WorkloadPlan[];
  readonly origin: Origin;
}

/** @throws EngineError where the files cannot be deployed at all */
export async function playRehearsal(request: RehearsalRequest): Promise<Rehearsed> {
  request.doing('reading what runs');
  const seen = await readLive(request);
  if (request.signal.aborted) return { rollouts: [], blocked: [], origin: seen.origin };
  if ('snapshot' in seen) {
    const blocked = seen.plan.workloads.filter(({ action }) => action === 'blocked');
    const selectors = seen.plan.workloads.filter((one) => !blocked.includes(one)).map(({ workload }) => workload);
    if (selectors.length === 0) return { rollouts: [], blocked, origin: seen.origin };
    const played = await playOn({ ...request, where: { ...request.where, selectors } }, seen);
    return { ...played, blocked: [...blocked, ...played.blocked] };
  }
  return playOn(request, seen);
}

async function playOn(request: RehearsalRequest, seen: Seen): Promise<Rehearsed> {
  const { repo } = request.where;
  const snapshot = 'snapshot' in seen ? seen.snapshot : undefined;
  const before = snapshot === undefined ? await servedBefore(request) : undefined;
  const files = [request.where, ...(before === undefined ? [] : [{ repo, revision: before }])];
  const region = ('plan' in seen ? regionOf(seen.plan) : undefined) ?? request.region;
  const base = { files, speed: 'asNeeded', region, rules: request.rules ?? [] } as const;
  const trial = await startTrial(snapshot === undefined ? base : { ...base, snapshot }).catch((error: unknown) => {
    if (snapshot === undefined || !isNotImitated(error)) throw error;
    return error;
  });
  if (trial instanceof Error) return playOn(request, fromFiles(trial.message));
  const opened = await openAt(trial.place, trial.clock);
  try {
    if (before !== undefined) await trial.run(deployBefore(request, opened, before));
    return { ...(await play(request, opened, trial, seen)), origin: seen.origin };
  } finally {
    await opened.engine.close();
    await trial.stop();
  }
}

async function play(
  { where, mishap, signal, doing, began, ended }: RehearsalRequest,
  opened: Opened,
  trial: Trial,
  seen: Seen,
): Promise<Omit<Rehearsed, 'origin'>> {
  const { engine } = opened;
  const plan = await trial.run(planned(engine, where));
  if (mishap !== undefined) {
    const snapshot = 'snapshot' in seen ? seen.snapshot : undefined;
    await trial.addRules(plan.workloads.flatMap((one) => mishap.rules(victimOf(one, snapshot))));
  }
  const known = new Map<string, Promise<void>>();
  const answered = new Set<string>();
  const onRecord = ({ id, phase, message, waiting }: RolloutRecord) => {
    doing(`${phase}: ${message}`);
    if (!known.has(id)) known.set(id, began(id, opened, seen.origin));
    // Nobody is there to be waited for: each such wait is answered once.
    const wait = waiting?.for === 'person' ? `${id} ${waiting.text}` : undefined;
    if (wait === undefined || answered.has(wait)) return;
    answered.add(wait);
    engine.ask(id, 'promote', 'the rehearsal').catch(() => {});
  };
  const onEvent = (_event: unknown, record: RolloutRecord) => onRecord(record);
  const report = await trial.run(engine.deploy(plan, { signal, onEvent, onRecord }));
  // What is shown of them is read while there is something to read.
  await trial.run(Promise.all([...known].map(([id, shown]) => shown.then(() => ended(id)))));
  const { rollouts, blocked = [] } = report;
  return { rollouts, blocked };
}

async function deployBefore({ where, signal, doing }: RehearsalRequest, { engine }: Opened, revision: string) {
  const { selectors, repo } = where;
  const plan = await engine.plan({ repo, selectors, revision, all: true });
  const onEvent = (_event: unknown, { phase }: RolloutRecord) => doing(`what served before: ${phase}`);
  const ended: DeployReport = await engine.deploy(plan, { signal, onEvent });
  return ended;
}

/** What is in line is deployed again, and what is held too: somebody wants to see it. */
async function planned(engine: Pick<Engine, 'plan'>, request: PlanRequest): Promise<PlanReport> {
  const plan = await engine.plan({ ...request, all: true });
  const isAll = plan.workloads.every(({ action }) => action === 'create' || action === 'update');
  return isAll ? plan : engine.plan({ ...request, all: true, force: true });
}

type Seen =
  | { readonly origin: Origin; readonly plan: PlanReport; readonly snapshot: Snapshot }
  | { readonly origin: Extract<Origin, { kind: 'files' }> };

async function readLive(request: RehearsalRequest): Promise<Seen> {
  const late = Promise.withResolvers<Seen>();
  const timer = setTimeout(() => late.resolve(fromFiles('AWS does not answer')), READ_PATIENCE_MS);
  const cancelled = () => late.resolve(fromFiles('reading AWS was cancelled'));
  request.signal.addEventListener('abort', cancelled, { once: true });
  try {
    return await Promise.race([readNow(request), late.promise]);
  } finally {
    clearTimeout(timer);
    request.signal.removeEventListener('abort', cancelled);
  }
}

async function readNow({ engine, where }: RehearsalRequest): Promise<Seen> {
  try {
    const plan = await planned(engine, { ...where, preflight: 'changes' });
    const unread = plan.workloads.flatMap(unreadable);
    if (unread.length > 0) return fromFiles(unread[0]!);
    const snapshot = await engine.snapshot(plan);
    return { origin: { kind: 'live', readAt: Date.now() }, plan, snapshot };
  } catch (error) {
    if (!isAboutSurroundings(error)) throw error;
    return fromFiles(error.message);
  }
}

const fromFiles = (why: string): Seen => ({ origin: { kind: 'files', why } });

/** What the window cannot read now is no reason not to rehearse. */
const isAboutSurroundings = (error: unknown): error is Error =>
  error instanceof Error && 'kind' in error && error.kind === 'surroundings';

const isNotImitated = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && error.code === 'snapshot.not-imitated';

const unreadable = ({ action, problems }: WorkloadPlan): string[] =>
  action === 'blocked'
    ? problems
        .filter(({ code }) => code === 'plan.live-unreadable' || code.startsWith('aws.'))
        .map(({ message }) => message)
    : [];

const regionOf = ({ workloads }: PlanReport): string | undefined =>
  workloads.find(({ target }) => target?.region !== undefined)?.target?.region;

/** The commit of the last good rollout. */
async function servedBefore({ engine, where: { repo, selectors } }: RehearsalRequest): Promise<string | undefined> {
  const [entry] = await engine.status({ repo, selectors });
  if (entry === undefined) return undefined;
  const { repository } = entry.rollout;
  const history = await engine.history({ repository: repository.identity, workload: entry.workload, limit: 20 });
  return history.find(({ phase }) => phase === 'succeeded')?.revision.commit;
}

/** The deployment that is rehearsed, as scenarios name it; the way back is another one. */
function victimOf({ target, action }: WorkloadPlan, snapshot: Snapshot | undefined): Victim {
  if (target?.kind === 'lambda')
    return { function: target.function, ...(action === 'create' ? {} : { updateNumber: 1 }) };
  if (target === undefined) return {};
  const services = snapshot?.regions.flatMap((region) => region.services) ?? [];
  const running = services.find((service) => service['serviceName'] === target.service);
  const sets = running?.['taskSets'];
  const earlier = Array.isArray(sets) && sets.length > 0 ? sets.length : action === 'create' ? 0 : 1;
  return { service: target.service, deployment: earlier + 1 };
}
