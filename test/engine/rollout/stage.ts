/**
 * A stage for rollouts: a sandbox on a virtual clock, a store, and the engine's own deployment, without Git. The files
 * of a workload are given as the JSON they would render to.
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CreateClusterCommand, ECSClient } from '@aws-sdk/client-ecs';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { LambdaClient } from '@aws-sdk/client-lambda';
import type { DeployReport, PlanReport, RunOptions } from '../../../engine/api.ts';
import { type Aws, createAws } from '../../../engine/aws/index.ts';
import type { CheckedWorkload, RenderedFile } from '../../../engine/check/index.ts';
import type { Clock } from '../../../engine/clock.ts';
import type { FileRole, Suffix } from '../../../engine/config/index.ts';
import { type DeployPorts, deployPlan, resumeAll } from '../../../engine/deploying.ts';
import { codeHash } from '../../../engine/hash.ts';
import type { JsonObject } from '../../../engine/json.ts';
import {
  type Desired,
  desiredOf,
  planWorkload,
  type Surroundings,
  targetKey,
  targetOf,
  wantedFor,
} from '../../../engine/plan/index.ts';
import { inFlight } from '../../../engine/planning.ts';
import type { RolloutEvent, RolloutRecord } from '../../../engine/rollout/index.ts';
import type { Store } from '../../../engine/store/index.ts';
import { openSqliteStore } from '../../../engine/store/sqlite.ts';
import {
  parseScenario,
  type Snapshot as Running,
  type Sandbox,
  startSandbox,
  VirtualClock,
} from '../../../sandbox/index.ts';
import { inProcess, type Line, lead, lighten, type Transport } from './transport.ts';

export const REGION = 'eu-west-1';
export const ACCOUNT = '123456789012';

const CREDENTIALS = { accessKeyId: ACCOUNT, secretAccessKey: 'secret' };

const SUFFIX: Record<string, [Suffix, FileRole]> = {
  service: ['_svcdef.json', 'service'],
  task: ['_taskdef.json', 'task'],
  ecsDeployment: ['_depdef.json', 'deployment'],
  function: ['_lambdadef.json', 'function'],
  lambdaDeployment: ['_lambdadepdef.json', 'deployment'],
  eventSources: ['_lambdaeventsourcedef.json', 'eventSource'],
};

/** A workload's files by what they render to. */
export type Files = { readonly [role in keyof typeof SUFFIX]?: JsonObject };

export function checkedFrom(path: string, files: Files): CheckedWorkload {
  const rendered = Object.entries(files).map(([name, value]): RenderedFile => {
    const [suffix, role] = SUFFIX[name]!;
    return {
      path: `${path}${suffix}`,
      suffix,
      role,
      source: '',
      text: '',
      value: value!,
      map: undefined,
      sensitive: new Set(),
    };
  });
  const kind = files['function'] ? 'lambda' : 'ecs';
  return { path, kind, files: rendered, inputs: new Map(), findings: [], sources: new Map() };
}

export interface Told {
  readonly events: RolloutEvent[];
  readonly records: RolloutRecord[];
}

/** AWS as the engine and as a test see it, on one line. */
export interface Clients {
  readonly line: Line;
  readonly aws: Aws;
  readonly ecs: ECSClient;
  readonly lambda: LambdaClient;
  readonly elb: ElasticLoadBalancingV2Client;
  readonly cloudWatch: CloudWatchClient;
  /** Of further SDK clients on this line. */
  readonly settings: Transport & {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: typeof CREDENTIALS;
  };
  close(): void;
}

export function openClients(line: Line): Clients {
  const transport = inProcess(line);
  const { endpoint } = line.sandbox;
  const settings = { endpoint, region: REGION, credentials: CREDENTIALS, ...transport };
  const sdk = {
    ecs: new ECSClient(settings),
    lambda: new LambdaClient(settings),
    elb: new ElasticLoadBalancingV2Client(settings),
    cloudWatch: new CloudWatchClient(settings),
  };
  for (const client of Object.values(sdk)) lighten(client);
  // What is paced must not wait for a time of another sandbox, which lies ahead of this one's.
  const clock: Clock = {
    now: () => line.epoch + line.clock.now(),
    sleepUntil: (at, signal) => line.clock.sleepUntil(at - line.epoch, signal),
  };
  const aws = createAws({ endpoint, transport, onClient: lighten }, clock);
  const close = () => {
    aws.close();
    for (const client of Object.values(sdk)) client.destroy();
  };
  return { line, aws, ...sdk, settings, close };
}

/** A world as it was at some time, to be begun from again. */
export interface Snapshot {
  readonly journal: Sandbox['world']['journal'];
  readonly at: number;
}

export interface StageOptions {
  /** @default prod */
  readonly clusters?: readonly string[];
  readonly scenario?: object;
  readonly throttling?: boolean;
  /** Begins with this world, which was begun with the same scenario. */
  readonly from?: Snapshot;
  /** What runs from the start; its clusters are there, and no others. */
  readonly running?: Running;
  /** Led to this stage, and left open. @default its own */
  readonly clients?: Clients;
  /** Of processes in the store. @default real time */
  readonly storeNow?: () => number;
}

/** Everything that a rollout touches, running against a clock that only moves when all wait. */
export class Stage implements AsyncDisposable {
  readonly clock: VirtualClock;
  readonly sandbox: Sandbox;
  readonly clients: Clients;
  readonly store: Store;
  /** The commit that plans are of. */
  commit = 'c'.repeat(40);
  readonly events: RolloutEvent[] = [];
  readonly #notes: { readonly at: number; readonly time: number; readonly what: string }[] = [];
  readonly #ownClients: boolean;
  /** What rendering a commit's files again would give, by its id. */
  readonly #desired = new Map<string, Desired | undefined>();

  private constructor(clock: VirtualClock, sandbox: Sandbox, { clients, storeNow }: StageOptions) {
    this.clock = clock;
    this.sandbox = sandbox;
    this.store = openSqliteStore(':memory:', storeNow);
    this.clients = clients ?? openClients({ sandbox, clock, epoch: 0 });
    this.#ownClients = clients === undefined;
    lead(this.clients.line, sandbox, clock);
  }

  /** Settings of further SDK clients. */
  get client(): Clients['settings'] {
    return this.clients.settings;
  }

  get ecs(): ECSClient {
    return this.clients.ecs;
  }

  get lambda(): LambdaClient {
    return this.clients.lambda;
  }

  get elb(): ElasticLoadBalancingV2Client {
    return this.clients.elb;
  }

  get cloudWatch(): CloudWatchClient {
    return this.clients.cloudWatch;
  }

  static async open(options: StageOptions = {}): Promise<Stage> {
    process.env['AWS_ACCESS_KEY_ID'] = CREDENTIALS.accessKeyId;
    process.env['AWS_SECRET_ACCESS_KEY'] = CREDENTIALS.secretAccessKey;
    const clock = new VirtualClock();
    const scenario = options.scenario && parseScenario(JSON.stringify(options.scenario), 'scenario.json');
    const sandbox = await startSandbox({
      clock,
      throttling: options.throttling ?? false,
      ...(scenario ? { scenario } : {}),
      ...(options.running ? { snapshot: options.running } : {}),
    });
    const stage = new Stage(clock, sandbox, options);
    if (options.from) await stage.#become(options.from);
    else if (options.running === undefined) {
      for (const clusterName of options.clusters ?? ['prod'])
        await stage.ecs.send(new CreateClusterCommand({ clusterName }));
    }
    return stage;
  }

  /** Does again what was done to another world, at the same times. */
  async #become({ journal, at }: Snapshot): Promise<void> {
    for (const change of journal) {
      await this.clock.advanceTo(change.at);
      const { world } = this.sandbox;
      change.replay(world);
      world.record(change.replay);
    }
    await this.clock.advanceTo(at);
  }

  snapshot(): Snapshot {
    return { journal: [...this.sandbox.world.journal], at: this.clock.now() };
  }

  setScenario(scenario: object): void {
    this.sandbox.setScenario(parseScenario(JSON.stringify(scenario), 'scenario.json'));
  }

  ports(overrides: Partial<DeployPorts> = {}): DeployPorts {
    const owner = { id: randomUUID(), host: hostname(), pid: process.pid };
    const renderAgain = async ({ revision }: RolloutRecord) => this.#desired.get(revision.commit ?? '');
    // What files name is looked at in tests of its own: here it would only cost each of many thousand rollouts a call.
    const preflight = false;
    return { aws: this.clients.aws, store: this.store, clock: this.clock, owner, renderAgain, preflight, ...overrides };
  }

  /** A commit whose files can be rendered again. */
  knows(commit: string, path: string, files: Files | undefined): void {
    const head = files && checkedFrom(path, files);
    this.#desired.set(commit, head && desiredOf(head, { account: ACCOUNT, region: REGION }, undefined));
  }

  /** Plans a workload as `gitmoxi plan` would, from rendered files. */
  plan(path: string, files: Files | undefined, before?: Files, force = false): Promise<PlanReport> {
    return this.clock.run(this.#planned(path, files, before, force));
  }

  async #planned(path: string, files: Files | undefined, before?: Files, force = false): Promise<PlanReport> {
    const { commit } = this;
    const plannedAt = this.clock.now();
    const head = files && checkedFrom(path, files);
    const base = before && checkedFrom(path, before);
    const surroundings: Surroundings = { account: ACCOUNT, region: REGION };
    const target = targetOf((head ?? base)!, surroundings)!;
    const desired = head && desiredOf(head, surroundings, undefined);
    const live = await this.clients.aws.read([{ target, ...wantedFor(desired) }]);
    const [open] = await this.store.list({ target, unfinished: true });
    const plan = planWorkload({
      path,
      kind: (head ?? base)!.kind,
      base,
      head,
      deleted: head === undefined,
      changedFiles: [],
      live: live.get(targetKey(target)),
      surroundings,
      ...(open === undefined ? {} : inFlight(open)),
      held: undefined,
      force,
      hash: codeHash,
    });
    this.knows(commit, path, files);
    const context = {
      repository: { identity: 'test', root: '/nowhere' },
      branch: 'main',
      commit: { id: commit, subject: 'test', author: 'test' },
      trigger: 'manual' as const,
      plannedAt,
      force,
      whole: true,
    };
    return { revision: commit, since: null, workloads: [plan], context };
  }

  options(overrides: Partial<RunOptions> = {}): RunOptions {
    return { signal: new AbortController().signal, onEvent: (event) => this.events.push(event), ...overrides };
  }

  /** Plans and deploys to the end, on the virtual clock. */
  deploy(
    path: string,
    files: Files | undefined,
    before?: Files,
    overrides: Partial<RunOptions> = {},
  ): Promise<DeployReport> {
    return this.clock.run(
      this.#planned(path, files, before).then((plan) => deployPlan(this.ports(), plan, this.options(overrides))),
    );
  }

  resume(overrides: Partial<DeployPorts> = {}, options: Partial<RunOptions> = {}): Promise<DeployReport> {
    return this.clock.run(resumeAll(this.ports(overrides), this.options(options)));
  }

  /** Takes up what is left, watched by a listener; to be run on the clock. */
  resumeWith(onRecord: NonNullable<RunOptions['onRecord']>): Promise<DeployReport> {
    return resumeAll(this.ports(), this.options({ onRecord }));
  }

  /** Successful changing calls, as `Operation` names. */
  get changes(): string[] {
    return this.sandbox.calls.filter((call) => call.mutating && call.error === undefined).map((call) => call.operation);
  }

  /** Puts something into the story that no event tells. */
  note(what: string): void {
    this.#notes.push({ at: this.events.length, time: this.clock.now(), what });
  }

  /** The events as a story: virtual seconds since the start, code and message. */
  story(): string[] {
    const start = this.events[0]?.time ?? 0;
    const seconds = (time: number) => `${Math.round((time - start) / 1000)} s`;
    const noted = (i: number) =>
      this.#notes.filter(({ at }) => at === i).map(({ time, what }) => `${seconds(time)} >>> ${what}`);
    const told = this.events.flatMap((event, i) => [
      ...noted(i),
      `${seconds(event.time)} ${event.code}: ${event.message}`,
    ]);
    return [...told, ...noted(this.events.length)];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#ownClients) this.clients.close();
    this.store.close();
    await this.sandbox.stop();
  }
}
