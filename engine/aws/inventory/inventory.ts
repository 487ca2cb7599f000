/**
 * What there is in an account and region, for who completes names and warns of those that do not exist: whole lists,
 * within bounds. Owns nothing: whoever asks remembers.
 */
import { EngineError } from '../../errors.ts';
import type { Clients } from '../clients.ts';
import { isUnreachable, toAwsError, toEngineError } from '../errors.ts';
import type { InventoryKind, InventoryThing, Listings } from './page.ts';

/** Of one list. Larger accounts are known in part. */
const MOST_PAGES = 50;
const MOST_THINGS = 5_000;
/** A list takes this long at most, ms of real time; what was had by then counts. */
const PATIENCE_MS = 15_000;

/** Loaded when asked for: each brings an SDK client with it. */
const LISTINGS: Listings = {
  cluster: async () => (await import('./containers.ts')).clusters,
  service: async () => (await import('./containers.ts')).services,
  capacityProvider: async () => (await import('./containers.ts')).capacityProviders,
  targetGroup: async () => (await import('./targetGroups.ts')).targetGroups,
  alarm: async () => (await import('./alarms.ts')).alarms,
  subnet: async () => (await import('./network.ts')).subnets,
  securityGroup: async () => (await import('./network.ts')).securityGroups,
  role: async () => (await import('./roles.ts')).roles,
  repository: async () => (await import('./images.ts')).repositories,
  image: async () => (await import('./images.ts')).images,
  logGroup: async () => (await import('./logGroups.ts')).logGroups,
  function: async () => (await import('./functions.ts')).functions,
  queue: async () => (await import('./functions.ts')).queues,
};

export interface ThingsListed {
  readonly things: readonly InventoryThing[];
  /** Whether there are no others. */
  readonly complete: boolean;
}

/**
 * @param of what the things are in: a service's cluster, an image's repository
 * @throws EngineError where nothing was had
 */
export async function listThings(
  clients: Clients,
  region: string,
  kind: InventoryKind,
  of: string,
): Promise<ThingsListed> {
  const abortSignal = AbortSignal.timeout(PATIENCE_MS);
  const list = await LISTINGS[kind]();
  const found = new Map<string, InventoryThing>();
  let token: string | undefined;
  let isPartial = false;
  for (let pages = 0; pages < MOST_PAGES && found.size < MOST_THINGS; pages++) {
    try {
      const page = await list({ clients, region, of, token, abortSignal });
      for (const thing of page.things) if (thing.id !== '' && !found.has(thing.id)) found.set(thing.id, thing);
      isPartial ||= page.isPartial === true;
      token = page.token || undefined;
    } catch (error) {
      if (pages > 0) return { things: [...found.values()], complete: false };
      throw unlisted(kind, region, error);
    }
    if (token === undefined) break;
  }
  return { things: [...found.values()], complete: token === undefined && !isPartial };
}

function unlisted(kind: InventoryKind, region: string, error: unknown): EngineError {
  const { code } = toAwsError(error);
  if (code !== 'AbortError' && !isUnreachable(error)) return toEngineError(error, `list every ${kind} in ${region}`);
  return new EngineError('aws.unreachable', `AWS in ${region} did not list every ${kind} in time`, {
    kind: 'surroundings',
    passing: true,
    cause: error,
  });
}
