/**
 * A stage for rollouts: a sandbox on a virtual clock, a store, and the engine's own deployment, without Git. The files
 * of a workload are given as the JSON they would render to.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateClusterCommand, ECSClient } from '@aws-sdk/client-ecs';
import { LambdaClient } from '@aws-sdk/client-lambda';
import type { DeployReport, PlanReport, RunOptions } from '../../../engine/api.ts';
import { type Aws, createAws } from '../../../engine/aws/index.ts';
import type { CheckedWorkload, RenderedFile } from '../../../engine/check/index.ts';
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
import type { RolloutEvent, RolloutRecord } from '../../../engine/rollout/index.ts';
import type { Store } from '../../../engine/store/index.ts';
import { openSqliteStore } from '../../../engine/store/sqlite.ts';
import { parseScenario, type Sandbox, startSandbox, VirtualClock } from '../../../sandbox/index.ts';
import { inProcess, type Transport } from './transport.ts';

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

/** Everything that a rollout touches, running against a clock that only moves when all wait. */
export class Stage implements AsyncDisposable {
  readonly clock: VirtualClock;
  readonly sandbox: Sandbox;
  /** Settings of further SDK clients. */
  readonly client: Transport & {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: typeof CREDENTIALS;
  };
  readonly ecs: ECSClient;
  readonly lambda: LambdaClient;
  readonly store: Store;
  /** The commit that plans are of. */
  commit = 'c'.repeat(40);
  readonly storeFile: string;
  readonly events: RolloutEvent[] = [];
  /** For further clients. */
  readonly transport: Transport;
  readonly #folder: string;
  readonly #aws: Aws;
  /** Of the last plan: what rendering a rollout's files again would give. */
  #desired: Desired | undefined;

  private constructor(clock: VirtualClock, sandbox: Sandbox) {
    this.clock = clock;
    this.sandbox = sandbox;
    this.#folder = mkdtempSync(join(tmpdir(), 'gitmoxi-stage-'));
    this.storeFile = join(this.#folder, 'store.db');
    this.store = openSqliteStore(this.storeFile);
    this.transport = inProcess(sandbox, clock);
    this.client = { endpoint: sandbox.endpoint, region: REGION, credentials: CREDENTIALS, ...this.transport };
    this.ecs = new ECSClient(this.client);
    this.lambda = new LambdaClient(this.client);
    this.#aws = createAws({ endpoint: sandbox.endpoint, transport: this.transport }, clock);
  }

  static async open(
    options: { readonly clusters?: readonly string[]; readonly scenario?: object; readonly throttling?: boolean } = {},
  ): Promise<Stage> {
    process.env['AWS_ACCESS_KEY_ID'] = CREDENTIALS.accessKeyId;
    process.env['AWS_SECRET_ACCESS_KEY'] = CREDENTIALS.secretAccessKey;
    const clock = new VirtualClock();
    const scenario = options.scenario && parseScenario(JSON.stringify(options.scenario), 'scenario.json');
    // Throttled calls are retried in real time, which tests do not have.
    const sandbox = await startSandbox({
      clock,
      throttling: options.throttling ?? false,
      ...(scenario ? { scenario } : {}),
    });
    const stage = new Stage(clock, sandbox);
    for (const clusterName of options.clusters ?? ['prod'])
      await stage.ecs.send(new CreateClusterCommand({ clusterName }));
    return stage;
  }

  setScenario(scenario: object): void {
    this.sandbox.setScenario(parseScenario(JSON.stringify(scenario), 'scenario.json'));
  }

  ports(overrides: Partial<DeployPorts> = {}): DeployPorts {
    const owner = { id: randomUUID(), host: hostname(), pid: process.pid };
    const renderAgain = async () => this.#desired;
    return { aws: this.#aws, store: this.store, clock: this.clock, owner, renderAgain, ...overrides };
  }

  /** Plans a workload as `gitmoxi plan` would, from rendered files. */
  async plan(path: string, files: Files | undefined, before?: Files, force = false): Promise<PlanReport> {
    const head = files && checkedFrom(path, files);
    const base = before && checkedFrom(path, before);
    const surroundings: Surroundings = { account: ACCOUNT, region: REGION };
    const target = targetOf((head ?? base)!, surroundings)!;
    const desired = head && desiredOf(head, surroundings, undefined);
    const live = await this.#aws.read([{ target, ...wantedFor(desired) }]);
    const plan = planWorkload({
      path,
      kind: (head ?? base)!.kind,
      base,
      head,
      deleted: head === undefined,
      changedFiles: [],
      live: live.get(targetKey(target)),
      surroundings,
      held: undefined,
      force,
      hash: codeHash,
    });
    this.#desired = head && desiredOf(head, surroundings, undefined);
    const context = {
      repository: { identity: 'test', root: this.#folder },
      branch: 'main',
      commit: { id: this.commit, subject: 'test', author: 'test' },
      trigger: 'manual' as const,
      force,
      whole: true,
    };
    return { revision: 'c'.repeat(40), since: null, workloads: [plan], context };
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
      this.plan(path, files, before).then((plan) => deployPlan(this.ports(), plan, this.options(overrides))),
    );
  }

  resume(overrides: Partial<DeployPorts> = {}): Promise<DeployReport> {
    return this.clock.run(resumeAll(this.ports(overrides), this.options()));
  }

  /** Takes up what is left, watched by a listener; to be run on the clock. */
  resumeWith(onRecord: NonNullable<RunOptions['onRecord']>): Promise<DeployReport> {
    return resumeAll(this.ports(), this.options({ onRecord }));
  }

  /** Successful changing calls, as `Operation` names. */
  get changes(): string[] {
    return this.sandbox.calls.filter((call) => call.mutating && call.error === undefined).map((call) => call.operation);
  }

  /** The events as a story: virtual seconds since the start, code and message. */
  story(): string[] {
    const start = this.events[0]?.time ?? 0;
    return this.events.map((event) => `${Math.round((event.time - start) / 1000)} s ${event.code}: ${event.message}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#aws.close();
    this.ecs.destroy();
    this.lambda.destroy();
    this.store.close();
    await this.sandbox.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
