/** A repository, a sandbox and an engine over both: `gitmoxi` without the command line. */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { CreateClusterCommand, ECSClient } from '@aws-sdk/client-ecs';
import {
  createEngine,
  type DeployReport,
  type Engine,
  openStore,
  type Phase,
  type PlanReport,
  type PlanRequest,
} from '../../engine/index.ts';
import { type Sandbox, startSandbox, VirtualClock } from '../../sandbox/index.ts';
import { type TestRepository, testRepository } from './git/testRepository.ts';

const ACCOUNT = '123456789012';
export const CREDENTIALS = { accessKeyId: ACCOUNT, secretAccessKey: 'x' };

export class Team implements AsyncDisposable {
  readonly repository: TestRepository = testRepository();
  readonly clock = new VirtualClock();
  readonly engine: Engine;
  readonly sandbox: Sandbox;
  readonly ecs: ECSClient;

  private constructor(sandbox: Sandbox, clock: VirtualClock) {
    this.sandbox = sandbox;
    this.clock = clock;
    this.ecs = new ECSClient({
      endpoint: sandbox.endpoint,
      region: 'eu-west-1',
      credentials: CREDENTIALS,
    });
    this.engine = createEngine({
      clock,
      endpoint: sandbox.endpoint,
      store: () => openStore(this.storePath),
      owner: { id: 'test', host: 'test', pid: process.pid },
    });
  }

  static async open(): Promise<Team> {
    process.env['AWS_ACCESS_KEY_ID'] = ACCOUNT;
    process.env['AWS_SECRET_ACCESS_KEY'] = 'x';
    const clock = new VirtualClock();
    const team = new Team(await startSandbox({ clock, throttling: false }), clock);
    await team.ecs.send(new CreateClusterCommand({ clusterName: 'prod' }));
    return team;
  }

  get storePath(): string {
    return join(this.repository.root, '.git', 'store.db');
  }

  plan(request: Partial<PlanRequest> = {}): Promise<PlanReport> {
    return this.engine.plan({ repo: this.repository.root, ...request });
  }

  deploy(plan: PlanReport): Promise<DeployReport> {
    return this.clock.run(this.engine.deploy(plan, { signal: new AbortController().signal, onEvent: () => {} }));
  }

  /** Deploys, and lets go of the rollouts in this phase. */
  async deployUntil(phase: Phase, plan: PlanReport): Promise<DeployReport> {
    const leaving = new AbortController();
    const onEvent = (event: { readonly phase: Phase }) => event.phase === phase && leaving.abort();
    return this.clock.run(this.engine.deploy(plan, { signal: leaving.signal, onEvent }));
  }

  /** Takes up what nobody runs. */
  resume(): Promise<DeployReport> {
    return this.clock.run(this.engine.resume({ signal: new AbortController().signal, onEvent: () => {} }));
  }

  /** Lets go of the rollouts as soon as they are created, as `deploy --detach` does, and takes them up again. */
  async deployDetached(plan: PlanReport): Promise<DeployReport> {
    const leaving = new AbortController();
    const left = await this.clock.run(
      this.engine.deploy(plan, { signal: leaving.signal, onEvent: () => setImmediate(() => leaving.abort()) }),
    );
    assert.deepEqual(new Set(left.rollouts.map(({ phase }) => phase)), new Set(['unfinished']));
    return this.resume();
  }

  /** Changing calls since the last time it was asked. */
  get changes(): string[] {
    const now = this.sandbox.calls.filter((call) => call.mutating).map((call) => call.operation);
    const fresh = now.slice(this.#seen);
    this.#seen = now.length;
    return fresh;
  }
  #seen = 0;

  async [Symbol.asyncDispose](): Promise<void> {
    await this.engine.close();
    this.ecs.destroy();
    await this.sandbox.stop();
    rmSync(this.repository.root, { recursive: true, force: true });
  }
}
