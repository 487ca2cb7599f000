/**
 * One schedule: a story under faults, judged by the invariants of DESIGN's section 6. Gives what was violated, with the
 * story of how it came about; nothing when all held.
 */
import type { RolloutRecord } from '../../../../engine/rollout/index.ts';
import { type Files, openClients, type Snapshot, Stage } from '../stage.ts';
import { type Fault, rulesOf, tell } from './faults.ts';
import { Life, type Shops } from './life.ts';
import type { Ending, FilesFor, Serving, Story } from './story.ts';

/** Processes at the same time. */
const SHOPS = 4;

/** The world settles after the rollout, ms: tasks that died are replaced, what drains is gone. */
const SETTLE_MS = 30 * 60_000;

/** Before what is deployed next, ms. */
const BEFORE_MS = 5 * 60_000;

/** A rollout that ends so long after the last hand that somebody laid on it knows of it, ms. */
const UNDISTURBED_MS = 60_000;

/** Most requests that are lost by rounding, not by a rollout. */
const NONE_LOST = 0.001;

/** A story's world, made once, and clients that outlive a schedule. */
export interface Bench {
  readonly story: Story;
  readonly before: Files | undefined;
  readonly next: Files | undefined;
  readonly from: Snapshot;
  readonly shops: Shops;
}

export async function benchOf(story: Story): Promise<Bench> {
  const { given, rules } = story.scenario;
  await using stage = await Stage.open({ scenario: { given, rules } });
  const filesOf = (files: FilesFor | undefined) => (typeof files === 'function' ? files(stage) : files);
  const [before, next] = [await filesOf(story.before), await filesOf(story.next)];
  if (before) {
    const { rollouts } = await stage.deploy(story.path, before);
    if (rollouts[0]?.phase !== 'succeeded') throw new RangeError(`${story.name}: ${stage.story().join('\n')}`);
  }
  await stage.clock.advance(BEFORE_MS);
  stage.sandbox.world.catchUp();
  const from = stage.snapshot();
  const line = () => ({ sandbox: stage.sandbox, clock: stage.clock, epoch: 0 });
  return { story, before, next, from, shops: Array.from({ length: SHOPS + 1 }, () => openClients(line())) };
}

export const closeBench = ({ shops }: Bench): void => shops.forEach((shop) => void shop.close());

/** @returns what was violated and how, undefined when nothing was */
export async function violationOf(bench: Bench, faults: readonly Fault[]): Promise<string | undefined> {
  const { story, from, shops } = bench;
  const { given, rules, traffic } = story.scenario;
  let passed = 0;
  const [own, ...lent] = shops;
  await using stage = await Stage.open({
    scenario: { given, rules },
    from,
    clients: own!,
    storeNow: () => Date.now() + passed,
  });
  const watch = await story.watch?.(stage);
  stage.setScenario({ given, traffic, rules: [...rulesOf(faults, story.weathers), ...rules] });
  const life = new Life(stage, faults, lent, (ms) => {
    passed += ms;
  });
  life.watch = watch;
  const record = await run(stage, bench, life, faults);
  stage.setScenario({ given, rules });
  const lost = stage.sandbox.traffic.reduce((sum, { failed }) => sum + failed, 0);
  await stage.clock.advance(SETTLE_MS);
  stage.sandbox.world.catchUp();
  const problems = [...life.violations, ...(await judge(stage, story, faults, record, lost, from.at))];
  if (problems.length === 0) return undefined;
  return [
    ...problems.map((problem) => `VIOLATED: ${problem}`),
    `faults: ${faults.map(tell).join('; ') || 'none'}`,
    ...stage.story(),
  ].join('\n');
}

async function run(
  stage: Stage,
  { story, before, next }: Bench,
  life: Life,
  faults: readonly Fault[],
): Promise<RolloutRecord | undefined> {
  const { clock } = stage;
  const over = new AbortController();
  const start = clock.now();
  const mishap = async (at: number, happen: () => unknown) => {
    await clock.sleepUntil(start + at * 1000, over.signal);
    if (!over.signal.aborted) await happen();
  };
  const living = (async () => {
    const plan = await stage.plan(story.path, next, next === undefined ? before : undefined);
    const happening = faults.flatMap((fault) => {
      switch (fault.kind) {
        case 'mishap': {
          const { name, happen } = story.mishaps.find((one) => one.name === fault.name)!;
          return mishap(fault.at, () => {
            stage.note(name);
            return happen(stage).catch((error) => stage.note(`${name}: ${error}`));
          });
        }
        case 'pause':
          return [
            mishap(fault.at, () => life.happen('pause')),
            mishap(fault.at + fault.lasting, () => life.happen('continue')),
          ];
        case 'crash':
        case 'store locked':
        case 'api':
        case 'stale reads':
        case 'weather':
          return [];
        default:
          return mishap(fault.at, () => life.happen(fault.kind));
      }
    });
    const record = await life.live(plan);
    over.abort();
    await Promise.all(happening);
    return record;
  })();
  return clock.run(living);
}

async function judge(
  stage: Stage,
  story: Story,
  faults: readonly Fault[],
  record: RolloutRecord | undefined,
  lost: number,
  startedAt: number,
): Promise<string[]> {
  if (record === undefined) return ['the rollout is never over'];
  const named = (name: string) => story.mishaps.find((one) => one.name === name);
  const interfered = faults.some((fault) => fault.kind === 'mishap' && named(fault.name)?.interferes);
  const disturbed = faults.some(({ kind }) => DISTURBING.has(kind));
  const ending = await story.look(stage, record.phase);
  const lastHand = Math.max(...faults.map((fault) => (fault.kind === 'mishap' ? startedAt + fault.at * 1000 : 0)));
  const claims = !interfered || lastHand + UNDISTURBED_MS < (record.endedAt ?? 0);
  const problems = wasLeft(record)
    ? []
    : interfered
      ? honest(story, record, ending, claims)
      : exact(story, record, ending);
  if (!disturbed && record.phase !== story.phase)
    problems.push(`it ended ${record.phase}, not ${story.phase}: ${record.message}`);
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

function servingIf({ before, next }: Story, phase: string): Serving {
  if (phase === 'succeeded') return next === undefined ? 'none' : 'new';
  return before === undefined ? 'none' : 'old';
}

/** With nobody else about, the end is exactly the one or the other. */
function exact(story: Story, record: RolloutRecord, { serving, amiss }: Ending): string[] {
  const expected = servingIf(story, record.phase);
  const admitted = record.message.includes('left behind');
  return [
    ...(serving === expected ? [] : [`${record.phase}, but what serves is ${serving}: ${record.message}`]),
    ...(admitted ? [] : amiss),
  ];
}

/** Where somebody else has a hand in it, at least nothing is claimed that is not so. */
function honest(story: Story, record: RolloutRecord, { serving }: Ending, claims: boolean): string[] {
  const says = record.message.includes('nothing serves') ? 'none' : servingIf(story, record.phase);
  const claimed = claims && ['succeeded', 'rolled back'].includes(record.phase) ? says : serving;
  if (claimed !== serving) return [`${record.phase}, but what serves is ${serving}: ${record.message}`];
  const divided = serving === 'both' && !['failed', 'superseded'].includes(record.phase);
  return divided ? [`${record.phase}, but both revisions serve: ${record.message}`] : [];
}
