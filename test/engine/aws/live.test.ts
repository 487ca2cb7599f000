import assert from 'node:assert/strict';
import {
  CreateClusterCommand,
  CreateServiceCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
} from '@aws-sdk/client-ecs';
import { type Aws, createAws } from '../../../engine/aws/index.ts';
import type { Live, LiveFailure, Target } from '../../../engine/plan/index.ts';
import { parseScenario, type Sandbox, startSandbox, VirtualClock } from '../../../sandbox/index.ts';

const ACCOUNT = '123456789012';
const region = 'eu-west-1';

/** A cluster `prod` with services `web-0`, `web-1`, …, on a virtual clock that AWS's rates are counted on too. */
class Services implements AsyncDisposable {
  readonly clock: VirtualClock;
  readonly sandbox: Sandbox;
  readonly aws: Aws;
  readonly targets: Target[];

  private constructor(clock: VirtualClock, sandbox: Sandbox, count: number) {
    this.clock = clock;
    this.sandbox = sandbox;
    this.aws = createAws({ endpoint: sandbox.endpoint }, clock);
    this.targets = Array.from({ length: count }, (_, i) => ({
      kind: 'ecs',
      account: ACCOUNT,
      region,
      cluster: 'prod',
      service: `web-${i}`,
    }));
  }

  static async open(count: number, throttling: boolean): Promise<Services> {
    process.env['AWS_ACCESS_KEY_ID'] = ACCOUNT;
    process.env['AWS_SECRET_ACCESS_KEY'] = 'x';
    const clock = new VirtualClock();
    const sandbox = await startSandbox({ clock, throttling });
    const ecs = new ECSClient({
      endpoint: sandbox.endpoint,
      region,
      credentials: { accessKeyId: ACCOUNT, secretAccessKey: 'x' },
    });
    await ecs.send(new CreateClusterCommand({ clusterName: 'prod' }));
    const containerDefinitions = [{ name: 'web', image: 'shop/web:1', memory: 128 }];
    await ecs.send(new RegisterTaskDefinitionCommand({ family: 'web', containerDefinitions }));
    await clock.run(
      (async () => {
        for (let i = 0; i < count; i++) {
          const settings = { cluster: 'prod', taskDefinition: 'web', desiredCount: 0 };
          await ecs.send(new CreateServiceCommand({ ...settings, serviceName: `web-${i}` }));
          if (throttling) await clock.sleepUntil(clock.now() + 1_000);
        }
      })(),
    );
    ecs.destroy();
    return new Services(clock, sandbox, count);
  }

  setRule(rule: object): void {
    this.sandbox.setScenario(parseScenario(JSON.stringify({ rules: [rule] }), 'scenario.json'));
  }

  async read(): Promise<(Live | LiveFailure)[]> {
    const found = await this.clock.run(this.aws.read(this.targets.map((target) => ({ target }))));
    return [...found.values()];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.aws.close();
    await this.sandbox.stop();
  }
}

/** The failures' codes, and how many were read with their task definition. */
function outcome(found: readonly (Live | LiveFailure)[]): { failures: string[]; whole: number } {
  return {
    failures: found.flatMap((one) => (one.kind === 'failure' ? [one.code] : [])),
    whole: found.filter((one) => one.kind === 'ecs' && one.taskDefinition?.['family'] === 'web').length,
  };
}

describe('live state', () => {
  it('of 150 services is read without AWS throttling a call', async () => {
    await using services = await Services.open(150, true);
    assert.deepEqual(outcome(await services.read()), { failures: [], whole: 150 });
    assert.deepEqual(
      services.sandbox.calls.filter(({ error }) => error !== undefined),
      [],
    );
  });

  it('is asked for again while AWS has passing troubles', async () => {
    await using services = await Services.open(1, false);
    // The SDK tries each call three times by itself.
    services.setRule({
      when: { operation: 'ecs:DescribeServices', nth: 1 },
      then: { error: 'ServerException', status: 500, times: 4 },
    });
    assert.deepEqual(outcome(await services.read()), { failures: [], whole: 1 });
  });

  it('of one target fails alone', async () => {
    await using services = await Services.open(3, false);
    const refused = (operation: string) =>
      services.setRule({ when: { operation, nth: 1 }, then: { error: 'AccessDeniedException', message: 'no' } });
    refused('ecs:DescribeTaskDefinition');
    assert.deepEqual(outcome(await services.read()), { failures: ['AccessDeniedException'], whole: 2 });
    refused('ecs:DescribeServices');
    assert.deepEqual(outcome(await services.read()), { failures: [], whole: 3 });
  });
});
