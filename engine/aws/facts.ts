/**
 * Looks at the things that files name: each once, however many workloads name it, as many in a call as AWS takes, and
 * all kinds at once. Owns what is being looked at, and what was found lately.
 *
 * Only that a thing is there is remembered: whoever repairs what was missing wants it to be seen.
 */
import type { Clock } from '../clock.ts';
import { type Facts, type Looked, type Thing, type ThingKind, thingKey } from '../preflight/index.ts';
import { createTurns } from '../turns.ts';
import { batches } from './batching.ts';
import type { Clients } from './clients.ts';
import { toAwsError } from './errors.ts';
import type { Lookup, Lookups } from './lookups/lookup.ts';

/** A plan and the rollouts that follow from it look once, ms. */
const REMEMBERED_MS = 60_000;

/** Kinds whose state is what matters: it is as old as the question. */
const PASSING: ReadonlySet<ThingKind> = new Set(['alarm', 'targets']);

/** What has not answered by then counts as unknown, ms of real time: somebody waits for the plan. */
const PATIENCE_MS = 5_000;

/** Calls of one kind under way at a time. IAM and ECR publish no rates; SDK clients have 50 connections. */
const AT_A_TIME = 25;

/** Loaded when asked for: each brings an SDK client with it. */
const LOOKUPS: Lookups = {
  cluster: async () => (await import('./lookups/containers.ts')).clusters,
  'task-definition': async () => (await import('./lookups/containers.ts')).taskDefinitions,
  subnet: async () => (await import('./lookups/network.ts')).subnets,
  'security-group': async () => (await import('./lookups/network.ts')).securityGroups,
  role: async () => (await import('./lookups/roles.ts')).roles,
  'target-group': async () => (await import('./lookups/targetGroups.ts')).targetGroups,
  targets: async () => (await import('./lookups/targetGroups.ts')).targets,
  secret: async () => (await import('./lookups/secrets.ts')).secrets,
  parameter: async () => (await import('./lookups/parameters.ts')).parameters,
  'log-group': async () => (await import('./lookups/logGroups.ts')).logGroups,
  image: async () => (await import('./lookups/images.ts')).images,
  object: async () => (await import('./lookups/objects.ts')).objects,
  layer: async () => (await import('./lookups/layers.ts')).layers,
  alarm: async () => (await import('./lookups/alarms.ts')).alarms,
};

type Answer = Looked<unknown>;
type Answers = ReadonlyMap<string, Answer>;

const ABSENT: Answer = { state: 'absent' };

function unknownFor(error: unknown): Answer {
  const { code, message } = toAwsError(error);
  if (code === 'AbortError' || code === 'TimeoutError')
    return { state: 'unknown', code, why: `no answer within ${PATIENCE_MS / 1000} s` };
  // What is asked for by HEAD alone is refused without a word.
  const status = (error as { readonly $metadata?: { readonly httpStatusCode?: number } }).$metadata?.httpStatusCode;
  const said = code === 'Unknown' && status !== undefined ? `HTTP ${status}` : `${code}: ${message}`;
  return { state: 'unknown', code, why: `AWS said ${said}` };
}

async function ask<K extends ThingKind>(
  { ask: call, saysAbsent }: Lookup<K>,
  clients: Clients,
  region: string,
  ids: readonly string[],
): Promise<Answers> {
  const all = (answer: Answer): Answers => new Map(ids.map((id) => [id, answer]));
  try {
    const found = await call(clients, region, ids, AbortSignal.timeout(PATIENCE_MS));
    return new Map(ids.map((id) => [id, found.has(id) ? { state: 'found', fact: found.get(id) } : ABSENT]));
  } catch (error) {
    const { code, message } = toAwsError(error);
    if (!saysAbsent(code, message)) return all(unknownFor(error));
    if (ids.length === 1) return all(ABSENT);
    // Which of them it is, each call alone tells.
    const each = await Promise.all(ids.map((id) => ask({ ask: call, saysAbsent, most: 1 }, clients, region, [id])));
    return new Map(each.flatMap((one) => [...one]));
  }
}

/** @returns what looks at things; never throws for what AWS answers */
export function createLooking(clients: Clients, clock: Clock): (things: readonly Thing[]) => Promise<Facts> {
  const known = new Map<string, { readonly at: number; readonly answer: Promise<Answer> }>();
  const turns = createTurns(AT_A_TIME);

  function remember(thing: Thing, answers: Promise<Answers>): void {
    const key = thingKey(thing);
    const answer = answers.then((all) => all.get(thing.id) ?? ABSENT);
    const entry = { at: clock.now(), answer };
    known.set(key, entry);
    answer.then(({ state }) => {
      if ((state !== 'found' || PASSING.has(thing.kind)) && known.get(key) === entry) known.delete(key);
    });
  }

  async function lookUp(kind: ThingKind, region: string, ids: readonly string[]): Promise<Answers> {
    // One of the table's entries: the kinds' facts differ, and are told apart by whoever asked.
    const lookup = (await LOOKUPS[kind]()) as Lookup<ThingKind>;
    const answers = await Promise.all(
      batches(ids, lookup.most).map((some) => turns.run(kind, () => ask(lookup, clients, region, some))),
    );
    return new Map(answers.flatMap((one) => [...one]));
  }

  return async (things) => {
    const now = clock.now();
    for (const [key, { at }] of known) if (now - at > REMEMBERED_MS) known.delete(key);
    const fresh = things.filter((thing) => !known.has(thingKey(thing)));
    const groups = Map.groupBy(fresh, ({ kind, region }) => `${kind} ${region}`);
    for (const group of groups.values()) {
      const { kind, region } = group[0]!;
      const answers = lookUp(kind, region, [...new Set(group.map(({ id }) => id))]);
      for (const thing of group) remember(thing, answers);
    }
    const asked = things.map((thing) => [thingKey(thing), known.get(thingKey(thing))!.answer] as const);
    return new Map(await Promise.all(asked.map(async ([key, answer]) => [key, await answer] as const)));
  };
}
