/**
 * One schedule: a story under faults, judged by the invariants of DESIGN's section 6. Gives what was violated, with the
 * story of how it came about; nothing when all held.
 */
import { returnsOf } from '../../../../engine/returning.ts';
import type { RolloutRecord } from '../../../../engine/rollout/index.ts';
import { type Clients, type Files, openClients, type Snapshot, Stage } from '../stage.ts';
import { type Fault, rulesOf, type Supersede, tell } from './faults.ts';
import { type Commit, Life, type Shops } from './life.ts';
import type { Due, Ending, FilesFor, Revision, Serving, Story } from './story.ts';

/** The world settles after the rollout, ms: tasks that died are replaced, what drains is gone. */
const SETTLE_MS = 30 * 60_000;

/** Before what is deployed next, ms. */
const BEFORE_MS = 5 * 60_000;

/** A rollout that ends so long after the last hand that somebody laid on it knows of it, ms. */
const UNDISTURBED_MS = 60_000;

/** Attempts to come back to their own capacity that the stories' services allow. */
export const RETURNS = 3;

/** Most requests that are lost by rounding, not by a rollout. */
const NONE_LOST = 0.001;

/** A story's world, made once, and clients that outlive a schedule. */
export interface Bench {
  readonly story: Story;
  readonly revisions: Readonly<Record<Revision, Files | undefined>>;
  readonly from: Snapshot;
  /** Of the rollout that made the world, where one did. */
  readonly past: RolloutRecord | undefined;
  /** Of the stage itself. */
  readonly own: Clients;
  readonly shops: Shops & { close(): void };
}

/** Opens as many as are lent at the same time. */
function shopsOf(open: () => Clients): Bench['shops'] {
  const all: Clients[] = [];
  const free: Clients[] = [];
  const another = () => {
    const shop = open();
    all.push(shop);
    return shop;
  };
  return {
    lend: () => free.pop() ?? another(),
    giveBack: (shop) => void free.push(shop),
    close: () => all.forEach((shop) => void shop.close()),
  };
}

export async function benchOf(story: Story): Promise<Bench> {
  const { given, rules } = story.scenario;
  await using stage = await Stage.open({ scenario: { given, rules } });
  const filesOf = (files: FilesFor | undefined) => (typeof files === 'function' ? files(stage) : files);
  const [old, next] = [await filesOf(story.before), await filesOf(story.next)];
  const [third, broken] = [await filesOf(story.further?.third), await filesOf(story.further?.broken)];
  if (old) {
    const { rollouts } = await stage.deploy(story.path, old);
    if (rollouts[0]?.phase !== 'succeeded') throw new RangeError(`${story.name}: ${stage.story().join('\n')}`);
  }
  await stage.clock.advance(BEFORE_MS);
  stage.sandbox.world.catchUp();
  const from = stage.snapshot();
  const [past] = (await stage.store.list({})).map(({ record }) => record);
  const open = () => openClients({ sandbox: stage.sandbox, clock: stage.clock, epoch: 0 });
  return { story, revisions: { old, new: next, third, broken }, from, past, own: open(), shops: shopsOf(open) };
}

export function closeBench({ own, shops }: Bench): void {
  own.close();
  shops.close();
}

/** @returns what was violated and how, undefined when nothing was */
export async function violationOf(bench: Bench, faults: readonly Fault[]): Promise<string | undefined> {
  const { story, from, own, shops } = bench;
  const { given, rules, traffic } = story.scenario;
  let passed = 0;
  await using stage = await Stage.open({
    scenario: { given, rules },
    from,
    clients: own,
    storeNow: () => Date.now() + passed,
  });
  if (bench.past) await remember(stage, bench, bench.past);
  const watch = await story.watch?.(stage);
  stage.setScenario({ given, traffic, rules: [...rulesOf(faults, story.weathers), ...rules] });
  const life = new Life(
    stage,
    { path: story.path, before: bench.revisions.old, since: from.at },
    faults,
    shops,
    (ms) => {
      passed += ms;
    },
  );
  life.watch = watch;
  const records = await run(stage, bench, life, faults);
  stage.setScenario({ given, rules });
  const lost = stage.sandbox.traffic.reduce((sum, { failed }) => sum + failed, 0);
  await stage.clock.advance(SETTLE_MS);
  stage.sandbox.world.catchUp();
  const found =
    records === undefined
      ? ['the rollouts are never over']
      : await judge({ stage, story, faults, commits: life.commits, records, lost, startedAt: from.at });
  const problems = [...life.violations, ...found];
  if (problems.length === 0) return undefined;
  return [
    ...problems.map((problem) => `VIOLATED: ${problem}`),
    `faults: ${faults.map(tell).join('; ') || 'none'}`,
    ...stage.story(),
  ].join('\n');
}

/** Has the store know a rollout of old. */
async function remember(stage: Stage, { story, revisions }: Bench, record: RolloutRecord): Promise<void> {
  const { store } = stage;
  stage.knows(record.revision.commit!, story.path, revisions.old);
  const owner = { id: 'before', host: 'before', pid: 0 };
  const created = await store.create({ ...record, endedAt: null }, owner, { code: 'rollout.started', message: '' });
  if ('conflict' in created) return;
  await store.append(created.claim, created.seq, record, []);
  await store.release(created.claim);
}

/** With what it does about a rollout under way. */
function superseding(files: Files | undefined, supersede: Supersede): Files | undefined {
  const settings = files?.['function'] ? 'lambdaDeployment' : 'ecsDeployment';
  return files && { ...files, [settings]: { ...files[settings], supersede } };
}

async function run(
  stage: Stage,
  { story, revisions }: Bench,
  life: Life,
  faults: readonly Fault[],
): Promise<RolloutRecord[] | undefined> {
  const { clock } = stage;
  const over = new AbortController();
  const start = clock.now();
  const at = async (seconds: number, happen: () => unknown, told?: string) => {
    await clock.sleepUntil(start + seconds * 1000, over.signal);
    if (over.signal.aborted) return;
    if (told !== undefined) stage.note(told);
    await happen();
  };
  // A commit that brings what the story fails with is one of the same.
  const nameOf = (revision: Revision) =>
    revision === 'broken' && servedBy(story, 'new') === undefined ? 'new' : revision;
  const commit = (brings: Revision, supersede?: Supersede): Commit => {
    const revision = nameOf(brings);
    const files = revisions[revision];
    return {
      id: String(life.commits.length).padEnd(40, 'c'),
      revision,
      files: supersede === undefined ? files : superseding(files, supersede),
    };
  };
  const befalls = (fault: Fault): Promise<void>[] => {
    switch (fault.kind) {
      case 'mishap': {
        const { name, happen } = story.mishaps.find((one) => one.name === fault.name)!;
        const work = () => happen(stage).catch((error) => stage.note(`${name}: ${error}`));
        return [at(fault.at, work, name)];
      }
      case 'pause':
        return [at(fault.at, () => life.happen('pause')), at(fault.at + fault.lasting, () => life.happen('continue'))];
      case 'commit': {
        const { brings, supersede, processes } = fault;
        const come = () => life.bring(commit(brings, supersede), processes);
        // No two commits come within one millisecond.
        return [at(fault.at + (1 + faults.indexOf(fault)) / 1000, come, tell(fault))];
      }
      case 'crash':
      case 'store locked':
      case 'api':
      case 'stale reads':
      case 'weather':
        return [];
      default:
        return [at(fault.at, () => life.happen(fault.kind))];
    }
  };
  const living = (async () => {
    const watching = new AbortController();
    const clearAt = start + clearFrom(faults) * 1000;
    life.bring(commit('new'));
    const watcher = story.isWatched ? life.watchOver(watching.signal) : undefined;
    const happening = faults.flatMap(befalls);
    const records = await life.toTheEnd(
      story.isWatched &&
        (async () => clock.now() > clearAt && (await returns(stage)).every(({ dueAt }) => dueAt === null)),
    );
    over.abort();
    watching.abort();
    await Promise.all([...happening, watcher]);
    return records;
  })();
  return clock.run(living);
}

/** When all shortages are over, and a look of whoever watches came after that, seconds. */
const clearFrom = (faults: readonly Fault[]): number =>
  Math.max(0, ...faults.map((fault) => (fault.kind === 'weather' ? fault.at + fault.lasting : 0))) + 120;

const returns = async (stage: Stage) =>
  returnsOf(
    stage.ports(),
    (await stage.store.latest()).map(({ record }) => record),
  );

/** All that came of a schedule. */
interface Outcome {
  readonly stage: Stage;
  readonly story: Story;
  readonly faults: readonly Fault[];
  /** Oldest first, both. */
  readonly commits: readonly Commit[];
  readonly records: readonly RolloutRecord[];
  /** Requests. */
  readonly lost: number;
  readonly startedAt: number;
}

async function judge(outcome: Outcome): Promise<string[]> {
  const { stage, story, faults, records, lost, startedAt } = outcome;
  const last = records.at(-1);
  const named = (name: string) => story.mishaps.find((one) => one.name === name);
  const interfered = faults.some((fault) => fault.kind === 'mishap' && named(fault.name)?.interferes);
  const disturbed = faults.some(({ kind }) => DISTURBING.has(kind));
  const away = story.isWatched && !interfered ? await returns(stage) : undefined;
  const due = { ...dueOf(outcome), capacity: away && (away.length > 0 ? ('fallback' as const) : ('own' as const)) };
  const ending = await story.look(stage, due);
  const lastHand = Math.max(...faults.map((fault) => (fault.kind === 'mishap' ? startedAt + fault.at * 1000 : 0)));
  const claims = !interfered || lastHand + UNDISTURBED_MS < (last?.endedAt ?? 0);
  const problems = [
    ...(last !== undefined && wasLeft(last)
      ? []
      : interfered
        ? honest(outcome, due, ending, claims)
        : exact(outcome, due, ending)),
    ...(interfered ? [] : inOrder(outcome, due, disturbed)),
    ...toAndFro(outcome),
  ];
  const loses =
    story.loses === true ||
    interfered ||
    faults.some(
      (fault) =>
        (fault.kind === 'mishap' && named(fault.name)?.loses) ||
        (fault.kind === 'weather' && story.weathers.find(({ name }) => name === fault.name)?.loses),
    );
  if (!loses && lost > NONE_LOST) problems.push(`${lost} requests were lost`);
  return problems;
}

/** With these, a rollout need not end as its story does. */
const DISTURBING: ReadonlySet<Fault['kind']> = new Set(['mishap', 'weather', 'abort', 'leave']);

/** Somebody asked for it to be left as it was then, and answers for it. */
const wasLeft = ({ phase, message }: RolloutRecord): boolean =>
  phase === 'aborted' && message.startsWith('left as it is');

/** What serves once a revision was rolled out; undefined where that cannot be. */
function servedBy(story: Story, revision: Revision): Serving | undefined {
  if (revision === 'broken') return undefined;
  if (revision !== 'new') return revision;
  if (story.next === undefined) return 'none';
  return story.phase === 'succeeded' ? 'new' : undefined;
}

/** Does it bring nothing but other capacity? */
const isMove = ({ trigger }: RolloutRecord): boolean => trigger === 'return' || trigger === 'fallback';

/** Did it change anything, as far as it knows? */
const hasBegun = ({ state }: RolloutRecord): boolean => state !== null;

function dueOf({ story, commits, records }: Outcome): Due {
  const good = records.findLast(({ phase }) => phase === 'succeeded');
  const revision = commits.find(({ id }) => id === good?.revision.commit)?.revision;
  const before = story.before === undefined ? 'none' : 'old';
  const made = records.filter((record) => hasBegun(record) && record.digest !== '');
  const kept = made.filter((record) => ['succeeded', 'superseded'].includes(record.phase) || wasLeft(record));
  // A move of task sets makes a revision, a move of a rolling service does not.
  const least = kept.filter((record) => record.phase === 'succeeded' && !isMove(record)).length;
  return {
    serving: (revision === undefined ? before : servedBy(story, revision)) ?? 'none',
    kept: { least, most: kept.length },
    tried: made.length,
    capacity: undefined,
  };
}

/** With nobody else about, the end is exactly what the rollouts say. */
function exact({ records }: Outcome, due: Due, { serving, amiss }: Ending): string[] {
  const admitted = records.some(({ message }) => message.includes('left behind'));
  return [
    ...(serving === due.serving ? [] : [`what serves is ${serving}, not ${due.serving}`]),
    ...(admitted ? [] : amiss),
  ];
}

/** Where somebody else has a hand in it, at least nothing is claimed that is not so. */
function honest({ records }: Outcome, due: Due, { serving }: Ending, claims: boolean): string[] {
  const { phase, message } = records.at(-1)!;
  const says = message.includes('nothing serves') ? 'none' : due.serving;
  const isClaimed = phase === 'succeeded' || (phase === 'rolled back' && records.length === 1);
  if (claims && isClaimed && says !== serving) return [`${phase}, but what serves is ${serving}: ${message}`];
  const divided = serving === 'both' && phase !== 'failed' && phase !== 'superseded';
  return divided ? [`${phase}, but both revisions serve: ${message}`] : [];
}

/** The newest commit is the one that counts, and each is carried out once. */
function inOrder({ story, commits, records }: Outcome, due: Due, disturbed: boolean): string[] {
  const newest = commits.at(-1)!;
  const aim = servedBy(story, newest.revision);
  const same = commits.filter(({ revision }) => revision === newest.revision).map(({ id }) => id);
  const brought = records.filter((record) => !isMove(record));
  const own = brought.findLast(({ revision }) => same.includes(revision.commit ?? ''));
  const problems: string[] = [];
  if (own === undefined && aim !== due.serving)
    problems.push(`the newest commit (${newest.revision}) was never rolled out`);
  if (own !== undefined && own !== brought.at(-1)) problems.push('an older commit was rolled out after the newest');
  const wanted = aim === undefined ? 'rolled back' : 'succeeded';
  if (own !== undefined && !disturbed && own.phase !== wanted)
    problems.push(`it ended ${own.phase}, not ${wanted}: ${own.message}`);
  for (const { id, revision } of commits) {
    const carriedOut = records.filter(
      (one) =>
        one.revision.commit === id &&
        !isMove(one) &&
        hasBegun(one) &&
        BROUGHT.has(one.phase) &&
        // Two that are refused in the same millisecond cannot know of each other, and need not.
        !one.message.endsWith('nothing was changed'),
    );
    if (carriedOut.length > 1) problems.push(`${revision} was carried out ${carriedOut.length} times`);
  }
  return problems;
}

/** Moves to other capacity end: each return that fails is one of few. */
function toAndFro({ records }: Outcome): string[] {
  const failed = records.filter(({ trigger, phase }) => trigger === 'return' && phase !== 'succeeded').length;
  const made = records.filter(isMove).length;
  // A commit that comes begins the count anew.
  const most = RETURNS * (1 + records.length - made);
  return failed <= most ? [] : [`${failed} returns failed, of ${most} at most`];
}

const BROUGHT: ReadonlySet<string> = new Set(['succeeded', 'rolled back', 'failed']);
