/**
 * A simulated AWS with what the files of some folders take for granted in theirs, and an engine's place in it.
 *
 * Owns: the sandbox until `stop`, and its store's folder.
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock, RenderReport, Snapshot, Where } from '../../engine/index.ts';
import { openAt, type Place } from '../engine/session.ts';
import type { Rule } from './mishaps.ts';

export interface TrialOptions {
  /** The files to have an account for. */
  readonly files: readonly Where[];
  /**
   * Seconds of the simulated AWS per real second, 1 or more; or `asNeeded`: time stands still while there is something to
   * do, and leaps while everything waits, so that no limit runs out because this machine is slow.
   */
  readonly speed: number | 'asNeeded';
  /** Where to deploy when files do not say. */
  readonly region: string;
  /** What runs in it. Then nothing else is there that files name. @default what the files take for granted, without services */
  readonly snapshot?: Snapshot;
  /** What goes wrong, before what a scenario beside the files says. @default nothing */
  readonly rules?: readonly Rule[];
}

export interface Trial {
  readonly place: Place;
  readonly endpoint: string;
  /** For engines in it; undefined where they find it by themselves. */
  readonly clock: Clock | undefined;
  /** Lets time pass until the work has settled, where time passes as needed. */
  run<T>(work: Promise<T>): Promise<T>;
  /** What somebody had go wrong. */
  readonly rules: readonly Rule[];
  /** Puts rules before those that hold already. */
  addRules(rules: readonly Rule[]): Promise<void>;
  /** Takes away all that were put there. */
  clearRules(): Promise<void>;
  stop(): Promise<void>;
}

type Scenario = import('./loaded.ts').Scenario;

/** The sandbox's default account. */
const ACCOUNT = '123456789012';
const REGION = 'us-east-1';

/** Scenarios that lie beside config files. */
const SCENARIO = 'scenario.json';

export async function startTrial({ files, speed, region, snapshot, rules = [] }: TrialOptions): Promise<Trial> {
  const { needsOf, sandboxAccess, withNeeds } = await import('../engine/loaded.ts');
  const { parseScenario, speedClock, startSandbox, VirtualClock } = await import('./loaded.ts');
  const folder = await mkdtemp(join(tmpdir(), 'gitmoxi-sandbox-'));
  const place: Omit<Place, 'endpoint' | 'credentials'> = {
    store: join(folder, 'store.db'),
    region: region || REGION,
    profile: '',
    accounts: {},
  };
  const rendered = await renderAll(files, { ...place, endpoint: '' });
  const needs = needsOf(rendered);
  const running = snapshot?.regions.map(({ account }) => account) ?? [];
  const [account = ACCOUNT, ...others] = new Set([...running, ...needs.accounts]);
  const own = await scenarioBeside(rendered, files, parseScenario);
  const given = snapshot === undefined ? withNeeds(own.given, needs.given) : besides(own.given);
  let added = rules;
  const scenario = (): Scenario => ({ ...own, given, rules: [...added, ...own.rules] });
  const leaping = speed === 'asNeeded' ? new VirtualClock(Date.now()) : undefined;
  const sandbox = await startSandbox({
    clock: leaping ?? speedClock(Number(speed)),
    // Requests are counted on a clock that leaps over the waits of whoever asks too often.
    throttling: leaping === undefined,
    scenario: scenario(),
    ...(snapshot === undefined ? {} : { snapshot }),
  }).catch(async (error: unknown) => {
    await rm(folder, { recursive: true, force: true });
    throw error;
  });
  return {
    endpoint: sandbox.endpoint,
    place: {
      ...place,
      endpoint: sandbox.endpoint,
      accounts: sandboxAccess(others),
      credentials: { accessKeyId: account, secretAccessKey: 'sandbox' },
    },
    clock: leaping,
    run: (work) => leaping?.run(work) ?? work,
    get rules() {
      return added;
    },
    async addRules(more) {
      added = [...more, ...added];
      sandbox.setScenario(scenario());
    },
    async clearRules() {
      added = [];
      sandbox.setScenario(scenario());
    },
    async stop() {
      await sandbox.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** What a scenario gives besides what runs, which is known. */
function besides({ targetGroups: _groups, apis: _apis, ...given }: Scenario['given']): Scenario['given'] {
  return { ...given, clusters: [], alarms: [] };
}

async function renderAll(files: readonly Where[], place: Place): Promise<RenderReport[]> {
  const { engine } = await openAt(place);
  try {
    const reports = await Promise.all(files.map((where) => engine.render(where).catch(() => undefined)));
    return reports.filter((report) => report !== undefined);
  } finally {
    await engine.close();
  }
}

/** What a folder of config files says that goes wrong, where one does. */
async function scenarioBeside(
  reports: readonly RenderReport[],
  files: readonly Where[],
  parse: (text: string, path: string) => Scenario,
): Promise<Scenario> {
  const folders = reports.flatMap(({ workloads }, i) =>
    workloads.map(({ workload }) => join(files[i]!.repo, workload, '..')),
  );
  for (const folder of new Set(folders)) {
    const names: string[] = await readdir(folder).catch(() => []);
    if (!names.includes(SCENARIO)) continue;
    const path = join(folder, SCENARIO);
    return parse(await readFile(path, 'utf8'), path);
  }
  return parse('{ "rules": [] }', SCENARIO);
}
