/**
 * Random schedules of faults, for what no example thought of: the process dies, AWS throttles, answers are lost, people
 * abort, again and again within one rollout. Whatever happens, the invariants of DESIGN hold at the end:
 *
 * - the rollout is over, in one final phase, and either the new or the old revision serves everything;
 * - nothing was created twice, and nothing that the rollout created is left behind after going back.
 *
 * `GITMOXI_SCHEDULES` sets how many (24, always the same, without it), `GITMOXI_SEED` repeats a run.
 */
import assert from 'node:assert/strict';
import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ListTaskDefinitionsCommand,
} from '@aws-sdk/client-ecs';
import { GetAliasCommand, GetFunctionCommand, ListVersionsByFunctionCommand } from '@aws-sdk/client-lambda';
import fc from 'fast-check';
import { type DeployPorts, deployPlan, resumeAll } from '../../../engine/deploying.ts';
import type { AwsError } from '../../../engine/rollout/index.ts';
import { balanced, external, taskSets } from './balanced.ts';
import { Crash } from './crash.ts';
import { resize, web } from './fixtures.ts';
import { type Files, Stage } from './stage.ts';

const RUNS = Number(process.env['GITMOXI_SCHEDULES'] ?? 24);

/** The same schedules at each ordinary run; others where more are asked for, with their seed in the failure's text. */
const SEED = seedFrom(
  process.env['GITMOXI_SEED'] ?? (process.env['GITMOXI_SCHEDULES'] === undefined ? '20260101' : undefined),
);

function seedFrom(text: string | undefined): { seed?: number } {
  return text === undefined ? {} : { seed: Number(text) };
}

type FaultKind = 'crash before' | 'crash after' | 'throttled' | 'answer lost' | 'abort';

interface Fault {
  /** Counted over all processes: writes to the store and changes of AWS. */
  readonly touch: number;
  readonly kind: FaultKind;
}

const fault = fc.record<Fault>({
  touch: fc.nat({ max: 28 }),
  kind: fc.constantFrom<FaultKind>('crash before', 'crash after', 'throttled', 'answer lost', 'abort'),
});

const passing = (code: string): AwsError => ({ code, message: 'not now', requestId: undefined, passing: true });

/** A life of one or more processes under a schedule. */
class Life {
  #touches = 0;
  #dead = false;
  readonly #stage: Stage;
  readonly #faults: readonly Fault[];

  constructor(stage: Stage, faults: readonly Fault[]) {
    this.#stage = stage;
    this.#faults = faults;
  }

  /** Ports of a new process. */
  #born(): DeployPorts {
    this.#dead = false;
    const ports = this.#stage.ports();
    return {
      ...ports,
      store: { ...ports.store, append: (...args) => this.#touch(() => ports.store.append(...args)) },
      aws: {
        ...ports.aws,
        observe: (...args) => (this.#dead ? Promise.reject(new Crash()) : ports.aws.observe(...args)),
        perform: (action, context, repeated) =>
          this.#touch(
            () => ports.aws.perform(action, context, repeated),
            (code) => ({ type: action.type, ok: false, error: passing(code) }),
          ),
      },
    };
  }

  async #touch<T>(work: () => Promise<T>, refuse?: (code: string) => T): Promise<T> {
    if (this.#dead) throw new Crash();
    const here = this.#faults.filter(({ touch }) => touch === this.#touches);
    this.#touches++;
    const has = (kind: FaultKind) => here.some((one) => one.kind === kind);
    const die = () => {
      this.#dead = true;
      throw new Crash();
    };
    if (has('abort')) await this.#abort();
    if (has('crash before')) die();
    if (has('throttled') && refuse) return refuse('ThrottlingException');
    const result = await work();
    if (has('crash after')) die();
    if (has('answer lost') && refuse) return refuse('ECONNRESET');
    return result;
  }

  async #abort(): Promise<void> {
    const [open] = await this.#stage.store.list({ unfinished: true });
    if (open) await this.#stage.store.ask(open.record.id, 'abort', 'test');
  }

  /** Deploys, and takes up what is left until nothing is. */
  async live(path: string, files: Files): Promise<string> {
    const plan = await this.#stage.plan(path, files);
    await this.#stage.clock.run(deployPlan(this.#born(), plan, this.#stage.options()));
    for (let i = 0; i < 40 && (await this.#stage.store.list({ unfinished: true })).length > 0; i++) {
      await this.#stage.clock.run(resumeAll(this.#born(), this.#stage.options()));
    }
    const [last] = await this.#stage.store.list({ limit: 1 });
    return last?.record.phase ?? 'none';
  }
}

const count = (stage: Stage, operation: string) => stage.changes.filter((name) => name === operation).length;

const activeRevisions = async (stage: Stage) =>
  (await stage.ecs.send(new ListTaskDefinitionsCommand({ familyPrefix: 'web', status: 'ACTIVE' }))).taskDefinitionArns
    ?.length;

async function runningImage(stage: Stage): Promise<string | undefined> {
  const { services } = await stage.ecs.send(new DescribeServicesCommand({ cluster: 'prod', services: ['web'] }));
  const service = services?.[0];
  assert.equal(service?.runningCount, service?.desiredCount);
  const described = await stage.ecs.send(
    new DescribeTaskDefinitionCommand({ taskDefinition: service?.taskDefinition }),
  );
  return described.taskDefinition?.containerDefinitions?.[0]?.image;
}

/** Runs schedules, each in a world of its own. */
async function underSchedules(body: (stage: Stage, life: Life) => Promise<void>): Promise<void> {
  const property = fc.asyncProperty(fc.array(fault, { maxLength: 5 }), async (faults) => {
    await using stage = await Stage.open({
      scenario: { rules: [{ when: { image: '*:broken' }, then: { pull: 'not-found' } }] },
    });
    try {
      await body(stage, new Life(stage, faults));
    } catch (error) {
      assert.fail(`${error instanceof Error ? error.message : String(error)}\n${stage.story().join('\n')}`);
    }
  });
  await fc.assert(property, { numRuns: RUNS, ...SEED });
}

const ENDS = ['succeeded', 'rolled back', 'failed', 'aborted'];

describe(`${RUNS} random schedules of faults each`, function () {
  this.timeout(Math.max(120_000, RUNS * 4_000));

  it('leave a rolling update with one revision in force', () =>
    underSchedules(async (stage, life) => {
      await stage.deploy('dev/web', web());
      stage.events.length = 0;
      const phase = await life.live('dev/web', web({ image: 'shop/web:2' }));
      assert.ok(ENDS.includes(phase), phase);
      assert.equal(await runningImage(stage), phase === 'succeeded' ? 'shop/web:2' : 'shop/web:1');
      assert.equal(await activeRevisions(stage), phase === 'succeeded' ? 2 : 1);
      assert.ok(count(stage, 'RegisterTaskDefinition') <= 2);
    }));

  it('leave a broken rolling update with the old revision in force', () =>
    underSchedules(async (stage, life) => {
      await stage.deploy('dev/web', web());
      stage.events.length = 0;
      const phase = await life.live('dev/web', web({ image: 'shop/web:broken' }));
      assert.ok(ENDS.includes(phase) && phase !== 'succeeded', phase);
      assert.deepEqual([await runningImage(stage), await activeRevisions(stage)], ['shop/web:1', 1]);
    }));

  it('leave a blue/green rollout with one task set and all traffic on it', () =>
    underSchedules(async (stage, life) => {
      const { elb, blue, green, weights } = await balanced(stage);
      await stage.deploy('dev/web', external(blue, green));
      stage.events.length = 0;
      const phase = await life.live('dev/web', external(blue, green, 'shop/web:2'));
      assert.ok(ENDS.includes(phase), phase);
      const served = phase === 'succeeded' ? ['web:2', green, 'green'] : ['web:1', blue, 'blue'];
      assert.deepEqual(await taskSets(stage), [['PRIMARY', served[0], 2, served[1]]]);
      const carrying = Object.entries(await weights()).filter(([, weight]) => (weight ?? 0) > 0);
      assert.deepEqual(
        carrying.map(([name]) => name),
        [served[2]],
      );
      assert.equal(await activeRevisions(stage), phase === 'succeeded' ? 2 : 1);
      assert.ok(count(stage, 'CreateTaskSet') <= 2 && count(stage, 'RegisterTaskDefinition') <= 2);
      elb.destroy();
    }));

  it('leave a canary of a function with one version behind its alias', () =>
    underSchedules(async (stage, life) => {
      await stage.deploy('dev/resize', resize());
      const before = await stage.lambda.send(new GetFunctionCommand({ FunctionName: 'resize' }));
      stage.events.length = 0;
      const shifting = { trafficShiftingConfig: { type: 'LINEAR', percent: 40, waitInterval: 30 } };
      const phase = await life.live(
        'dev/resize',
        resize({ key: 'resize-2.zip', definition: { MemorySize: 512 }, deployment: shifting }),
      );
      assert.ok(ENDS.includes(phase), phase);
      const alias = await stage.lambda.send(new GetAliasCommand({ FunctionName: 'resize', Name: 'live' }));
      const weights = Object.keys(alias.RoutingConfig?.AdditionalVersionWeights ?? {});
      assert.deepEqual([alias.FunctionVersion, weights], [phase === 'succeeded' ? '2' : '1', []]);
      const { Versions = [] } = await stage.lambda.send(new ListVersionsByFunctionCommand({ FunctionName: 'resize' }));
      assert.deepEqual(
        Versions.map(({ Version }) => Version),
        phase === 'succeeded' ? ['$LATEST', '1', '2'] : ['$LATEST', '1'],
      );
      if (phase === 'succeeded') return;
      const { Configuration } = await stage.lambda.send(new GetFunctionCommand({ FunctionName: 'resize' }));
      assert.deepEqual([Configuration?.MemorySize, Configuration?.CodeSha256], [256, before.Configuration?.CodeSha256]);
    }));
});
