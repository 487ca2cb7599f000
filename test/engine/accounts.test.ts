import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { CreateClusterCommand, DescribeServicesCommand, ECSClient } from '@aws-sdk/client-ecs';
import {
  type AccountAccess,
  createEngine,
  type DeployReport,
  type Engine,
  openStore,
  type PlanReport,
} from '../../engine/index.ts';
import { parseScenario, type Sandbox, startSandbox, VirtualClock } from '../../sandbox/index.ts';
import { cleanUp, type TestRepository, testRepository } from './git/testRepository.ts';
import { ecsFiles } from './workloads.ts';

const OWN = '123456789012';
const OTHER = '222222222222';
const ROLE = `arn:aws:iam::${OTHER}:role/deploy`;

/** The same service in the caller's account, `dev/web`, and in another one, `prod/web`. */
const BOTH: Record<string, string> = {
  ...ecsFiles(),
  ...Object.fromEntries(
    Object.entries(ecsFiles({ 'dev/web_depdef.json': { environment: { region: 'eu-west-1', account: OTHER } } }))
      .filter(([path]) => path.startsWith('dev/'))
      .map(([path, text]) => [path.replace('dev/', 'prod/'), text]),
  ),
};

/** One sandbox with a cluster in two accounts, a repository and a store, for any number of engines. */
class World implements AsyncDisposable {
  readonly repository: TestRepository = testRepository();
  readonly clock = new VirtualClock();
  readonly sandbox: Sandbox;
  readonly #engines: Engine[] = [];

  private constructor(sandbox: Sandbox, clock: VirtualClock) {
    this.sandbox = sandbox;
    this.clock = clock;
  }

  static async open(): Promise<World> {
    process.env['AWS_ACCESS_KEY_ID'] = OWN;
    process.env['AWS_SECRET_ACCESS_KEY'] = 'x';
    const clock = new VirtualClock();
    const world = new World(await startSandbox({ clock, throttling: false }), clock);
    for (const account of [OWN, OTHER])
      await world.as(account, (ecs) => ecs.send(new CreateClusterCommand({ clusterName: 'prod' })));
    return world;
  }

  async as<T>(account: string, work: (ecs: ECSClient) => Promise<T>): Promise<T> {
    const credentials = { accessKeyId: account, secretAccessKey: 'x' };
    const ecs = new ECSClient({ endpoint: this.sandbox.endpoint, region: 'eu-west-1', credentials });
    try {
      return await work(ecs);
    } finally {
      ecs.destroy();
    }
  }

  /** Services named `web` that run in an account. */
  async services(account: string): Promise<number> {
    const { services } = await this.as(account, (ecs) =>
      ecs.send(new DescribeServicesCommand({ cluster: 'prod', services: ['web'] })),
    );
    return services!.filter(({ status }) => status === 'ACTIVE').length;
  }

  engine(accounts: Readonly<Record<string, AccountAccess>> = {}): Engine {
    const engine = createEngine({
      clock: this.clock,
      endpoint: this.sandbox.endpoint,
      accounts: new Map(Object.entries(accounts)),
      store: () => openStore(join(this.repository.root, '.git', 'store.db')),
      owner: { id: `test-${this.#engines.length}`, host: 'test', pid: process.pid },
    });
    this.#engines.push(engine);
    return engine;
  }

  plan(engine: Engine): Promise<PlanReport> {
    return engine.plan({ repo: this.repository.root });
  }

  deploy(engine: Engine, plan: PlanReport): Promise<DeployReport> {
    return this.clock.run(engine.deploy(plan, { signal: new AbortController().signal, onEvent: () => {} }));
  }

  /** Lets go as soon as the rollouts are created, and closes the engine as a process that ends. */
  async leave(engine: Engine, plan: PlanReport): Promise<void> {
    const leaving = new AbortController();
    await this.clock.run(
      engine.deploy(plan, { signal: leaving.signal, onEvent: () => setImmediate(() => leaving.abort()) }),
    );
  }

  resume(engine: Engine): Promise<DeployReport> {
    return this.clock.run(engine.resume({ signal: new AbortController().signal, onEvent: () => {} }));
  }

  /** Successful calls of these operations, with the account that they were made in. */
  calls(...operations: string[]): string[] {
    return this.sandbox.calls
      .filter(({ operation, error }) => operations.includes(operation) && error === undefined)
      .map(({ operation, account }) => `${operation} ${account}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const engine of this.#engines) await engine.close();
    await this.sandbox.stop();
    rmSync(this.repository.root, { recursive: true, force: true });
  }
}

const errorOf = (plan: PlanReport['workloads'][number] | undefined) =>
  plan?.problems.find(({ severity }) => severity === 'error');

const ends = ({ rollouts }: DeployReport) => rollouts.map(({ workload, phase }) => `${workload} ${phase}`).sort();

describe('workloads of several accounts', () => {
  afterEach(cleanUp);

  it('are planned and rolled out at once, each with the credentials of its account, found and verified once', async () => {
    await using world = await World.open();
    world.repository.commit(BOTH);
    const engine = world.engine({ [OTHER]: { role: { arn: ROLE } } });
    const plan = await world.plan(engine);
    assert.deepEqual(
      plan.workloads.map(({ workload, action, target }) => [workload, action, target?.account]),
      [
        ['dev/web', 'create', OWN],
        ['prod/web', 'create', OTHER],
      ],
    );
    assert.deepEqual(ends(await world.deploy(engine, plan)), ['dev/web succeeded', 'prod/web succeeded']);
    assert.deepEqual([await world.services(OWN), await world.services(OTHER)], [1, 1]);
    assert.deepEqual(world.calls('AssumeRole'), [`AssumeRole ${OWN}`]);
    assert.deepEqual(world.calls('GetCallerIdentity').sort(), [
      `GetCallerIdentity ${OWN}`,
      `GetCallerIdentity ${OTHER}`,
    ]);
    assert.deepEqual(
      (await engine.status({ repo: world.repository.root, live: true })).map(({ drift }) => drift),
      [null, null],
    );
  });

  it('are told apart from the role: the session in the other account says whose it is', async () => {
    await using world = await World.open();
    world.repository.commit(BOTH);
    const engine = world.engine({ [OTHER]: { role: { arn: ROLE } } });
    await world.deploy(engine, await world.plan(engine));
    const session = `arn:aws:sts::${OTHER}:assumed-role/deploy/GitMoxi`;
    const sessions = [...world.sandbox.world.sessions.values()];
    assert.deepEqual(
      sessions.map(({ arn }) => arn),
      [session],
    );
  });

  it('are refused before anything is changed where an account has no credentials, with the option to give some', async () => {
    await using world = await World.open();
    world.repository.commit(BOTH);
    await assert.rejects(world.plan(world.engine()), {
      code: 'aws.wrong-account',
      kind: 'surroundings',
      message: /account 222222222222, and these credentials are of account 123456789012/,
      hint: /--account 222222222222=profile:NAME/,
    });
  });

  it('are refused in the account whose profile or role is of a third one, and rolled out in the other', async () => {
    await using world = await World.open();
    world.repository.commit(BOTH);
    const engine = world.engine({ [OTHER]: { role: { arn: 'arn:aws:iam::333333333333:role/deploy' } } });
    const plan = await world.plan(engine);
    const [own, other] = plan.workloads;
    assert.deepEqual([own?.action, other?.action], ['create', 'blocked']);
    assert.equal(errorOf(other)?.code, 'aws.wrong-account');
    assert.match(
      other!.reason,
      /belongs in account 222222222222, and the role arn:\S+, set for it, is of account 333333333333/,
    );
    const report = await world.deploy(engine, plan);
    assert.deepEqual(ends(report), ['dev/web succeeded']);
    assert.deepEqual(
      report.blocked?.map(({ workload }) => workload),
      ['prod/web'],
    );
    assert.deepEqual(world.calls('RegisterTaskDefinition'), [`RegisterTaskDefinition ${OWN}`]);
  });

  it('say who must be let assume the role where it is refused', async () => {
    await using world = await World.open();
    world.sandbox.setScenario(parseScenario(JSON.stringify({ given: { roles: ['*/other'] } }), 'scenario.json'));
    world.repository.commit(BOTH);
    const plan = await world.plan(world.engine({ [OTHER]: { role: { arn: ROLE } } }));
    const other = plan.workloads.find(({ workload }) => workload === 'prod/web');
    assert.equal(other?.action, 'blocked');
    assert.equal(errorOf(other)?.code, 'aws.role-refused');
    assert.match(
      other.reason,
      /role arn:aws:iam::222222222222:role\/deploy cannot be assumed: AWS said AccessDenied: User: /,
    );
    assert.match(errorOf(other)?.hint ?? '', /trust policy/);
  });

  it('say that the keys of the caller count no more, where a role is assumed with such', async () => {
    await using world = await World.open();
    const expired = {
      error: 'ExpiredToken',
      message: 'The security token included in the request is expired',
      status: 403,
    };
    const scenario = { rules: [{ when: { operation: 'sts:AssumeRole' }, then: expired }] };
    world.sandbox.setScenario(parseScenario(JSON.stringify(scenario), 'scenario.json'));
    world.repository.commit(BOTH);
    const plan = await world.plan(world.engine({ [OTHER]: { role: { arn: ROLE } } }));
    const problem = errorOf(plan.workloads.find(({ workload }) => workload === 'prod/web'));
    assert.equal(problem?.code, 'aws.rejected-credentials', problem?.message);
    assert.match(problem.hint ?? '', /log in again/);
  });

  it('are taken up by a process with credentials for one account, which leaves the other rollout as it is', async () => {
    await using world = await World.open();
    world.repository.commit(BOTH);
    const first = world.engine({ [OTHER]: { role: { arn: ROLE } } });
    await world.leave(first, await world.plan(first));

    const lone = world.engine();
    const before = (await lone.history({ unfinished: true })).find(({ workload }) => workload === 'prod/web');
    const events = (await lone.events(before!.id)).length;
    const taken = await world.resume(lone);
    assert.deepEqual(ends(taken), ['dev/web succeeded', 'prod/web unfinished']);
    const refused = taken.rollouts.find(({ workload }) => workload === 'prod/web');
    assert.match(refused?.reason ?? '', /account 222222222222, and these credentials are of account 123456789012/);
    assert.match(refused?.next ?? '', /--account 222222222222=.*then `gitmoxi resume`$/);
    assert.equal((await lone.events(before!.id)).length, events);

    const both = world.engine({ [OTHER]: { role: { arn: ROLE } } });
    assert.deepEqual(ends(await world.resume(both)), ['prod/web succeeded']);
    assert.equal(await world.services(OTHER), 1);
  });

  it('need no credentials of the caller that work, where each account has its own', async () => {
    await using world = await World.open();
    const other = Object.entries(BOTH).filter(([path]) => !path.startsWith('dev/'));
    world.repository.commit(Object.fromEntries(other));
    const engine = world.engine({ [OTHER]: { role: { arn: ROLE } } });
    await world.plan(engine);
    assert.deepEqual(world.calls('GetCallerIdentity'), [`GetCallerIdentity ${OTHER}`]);
  });
});
