/** What goes wrong in the world around a rollout, one mishap at a time, and the end that it must have. */
import assert from 'node:assert/strict';
import {
  DescribeServicesCommand,
  ListTaskDefinitionsCommand,
  TagResourceCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import {
  CreateAliasCommand,
  CreateFunctionCommand,
  GetAliasCommand,
  GetFunctionCommand,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
  UpdateAliasCommand,
} from '@aws-sdk/client-lambda';
import { deployPlan } from '../../../engine/deploying.ts';
import type { AwsPort } from '../../../engine/rollout/index.ts';
import { deployThroughCrash } from './crash.ts';
import { resize, web } from './fixtures.ts';
import { Stage } from './stage.ts';

const BROKEN = { rules: [{ when: { image: '*:broken' }, then: { pull: 'not-found' } }] };

async function service(stage: Stage) {
  const { services } = await stage.ecs.send(
    new DescribeServicesCommand({ cluster: 'prod', services: ['web'], include: ['TAGS'] }),
  );
  return services?.[0];
}

const active = async (stage: Stage) =>
  (
    await stage.ecs.send(new ListTaskDefinitionsCommand({ familyPrefix: 'web', status: 'ACTIVE' }))
  ).taskDefinitionArns?.map((arn) => arn.replace(/.*\//, ''));

/** A network that is lost for good from the answer of the n-th such action on: the action takes effect, nobody hears. */
function losingAnswers(aws: AwsPort, type: string): Pick<AwsPort, 'perform'> {
  const lost = { code: 'ECONNRESET', message: 'socket hang up', requestId: undefined, passing: true };
  let done = false;
  return {
    async perform(action, context, repeated) {
      if (action.type !== type) return aws.perform(action, context, repeated);
      if (!done) await aws.perform(action, context, repeated);
      done = true;
      return { type: action.type, ok: false, error: lost };
    },
  };
}

describe('mishaps of an ECS rollout', () => {
  it('undo an update whose answer never came', async () => {
    await using stage = await Stage.open();
    await stage.deploy('dev/web', web());
    const ports = stage.ports();
    const plan = await stage.plan('dev/web', web({ image: 'shop/web:2' }));
    const deaf = { ...ports, aws: { ...ports.aws, ...losingAnswers(ports.aws, 'ecs.update-service') } };
    const { rollouts } = await stage.clock.run(deployPlan(deaf, plan, stage.options()));
    assert.equal(rollouts[0]?.phase, 'rolled back', stage.story().join('\n'));
    assert.match((await service(stage))?.taskDefinition ?? '', /web:1$/);
    assert.deepEqual(await active(stage), ['web:1']);
  });

  it('find and deregister a revision whose registration was never answered', async () => {
    await using stage = await Stage.open();
    await stage.deploy('dev/web', web());
    const ports = stage.ports();
    const plan = await stage.plan('dev/web', web({ image: 'shop/web:2' }));
    const deaf = { ...ports, aws: { ...ports.aws, ...losingAnswers(ports.aws, 'ecs.register-task-definition') } };
    const { rollouts } = await stage.clock.run(deployPlan(deaf, plan, stage.options()));
    assert.equal(rollouts[0]?.phase, 'failed');
    assert.deepEqual(await active(stage), ['web:1']);
  });

  for (const touch of [2, 3]) {
    it(`register a revision once although lists lag behind (cut off at touch ${touch})`, async () => {
      await using stage = await Stage.open();
      await stage.deploy('dev/web', web());
      stage.setScenario({ rules: [{ when: { operation: 'ecs:*' }, then: { lagSeconds: 8 } }] });
      await deployThroughCrash(stage, 'dev/web', web({ image: 'shop/web:2' }), { touch, when: 'after' });
      stage.setScenario({});
      await stage.clock.advance(60_000);
      assert.deepEqual(await active(stage), ['web:1', 'web:2'], stage.story().join('\n'));
    });
  }

  it('register a revision once although its answer is lost and lists lag behind', async () => {
    await using stage = await Stage.open();
    await stage.deploy('dev/web', web());
    const lost = { when: { operation: 'ecs:RegisterTaskDefinition', nth: 1 }, then: { loseAnswer: true } };
    stage.setScenario({ rules: [lost, { when: { operation: 'ecs:List*' }, then: { lagSeconds: 8 } }] });
    const { rollouts } = await stage.deploy('dev/web', web({ image: 'shop/web:2' }));
    assert.equal(rollouts[0]?.phase, 'succeeded', stage.story().join('\n'));
    await stage.clock.advance(60_000);
    assert.deepEqual(await active(stage), ['web:1', 'web:2']);
  });

  it('let a rollout that needs its files no more finish without them', async () => {
    await using stage = await Stage.open();
    await stage.deploy('dev/web', web());
    // Touches: begin, decide, register, outcome, decide, update (5): killed right after the update.
    await deployThroughCrashWithout(stage, 5);
    assert.match((await service(stage))?.taskDefinition ?? '', /web:2$/);
    const [latest] = await stage.store.list({ limit: 1 });
    assert.equal(latest?.record.phase, 'succeeded', stage.story().join('\n'));
  });

  it('send a rollout that needs its files back when they are gone, and leave nothing behind', async () => {
    await using stage = await Stage.open();
    await stage.deploy('dev/web', web());
    await deployThroughCrashWithout(stage, 3);
    const [latest] = await stage.store.list({ limit: 1 });
    assert.equal(latest?.record.phase, 'failed', stage.story().join('\n'));
    assert.match(latest.record.message, /nothing was changed/);
    assert.match((await service(stage))?.taskDefinition ?? '', /web:1$/);
    assert.deepEqual(await active(stage), ['web:1']);
  });

  async function deployThroughCrashWithout(stage: Stage, touch: number) {
    const ports = stage.ports.bind(stage);
    stage.ports = (overrides) => ({ ...ports(overrides), renderAgain: async () => undefined });
    await deployThroughCrash(stage, 'dev/web', web({ image: 'shop/web:2' }), { touch, when: 'after' });
  }

  it("put tags back without those that are AWS's own", async () => {
    await using stage = await Stage.open({ scenario: BROKEN });
    const tagged = (image: string, team: string) => web({ image, service: { tags: [{ key: 'team', value: team }] } });
    await stage.deploy('dev/web', tagged('shop/web:1', 'shop'));
    const resourceArn = (await service(stage))?.serviceArn;
    await stage.ecs.send(new TagResourceCommand({ resourceArn, tags: [{ key: 'gitmoxi:note', value: 'x' }] }));
    const { rollouts } = await stage.deploy('dev/web', tagged('shop/web:broken', 'checkout'));
    assert.equal(rollouts[0]?.phase, 'rolled back', stage.story().join('\n'));
    const tags = Object.fromEntries(((await service(stage))?.tags ?? []).map(({ key, value }) => [key, value]));
    assert.deepEqual([tags['team'], tags['gitmoxi:note']], ['shop', 'x']);
  });

  it('go back to the last completed deployment, not to one that somebody else has not finished', async () => {
    await using stage = await Stage.open({ scenario: BROKEN });
    await stage.deploy('dev/web', web());
    const { rollouts: second } = await stage.deploy('dev/web', web({ image: 'shop/web:2' }));
    assert.equal(second[0]?.phase, 'succeeded');
    await stage.ecs.send(new UpdateServiceCommand({ cluster: 'prod', service: 'web', taskDefinition: 'web:1' }));
    const { rollouts } = await stage.deploy('dev/web', web({ image: 'shop/web:broken' }));
    assert.equal(rollouts[0]?.phase, 'rolled back', stage.story().join('\n'));
    assert.match((await service(stage))?.taskDefinition ?? '', /web:2$/);
  });

  it('count only the failures of this rollout', async () => {
    await using stage = await Stage.open({
      scenario: { rules: [{ when: { image: '*:flaky' }, then: { exit: { code: 1, afterSeconds: 300 } } }] },
    });
    const flaky = (desiredCount: number) =>
      web({
        image: 'shop/web:flaky',
        desiredCount,
        deployment: { gmDeploymentCircuitBreaker: { failureThreshold: 3 } },
      });
    await stage.deploy('dev/web', flaky(1));
    await stage.clock.advance(40 * 60_000);
    const named = { ...flaky(2), task: undefined, service: { ...flaky(2).service!, taskDefinition: 'web:1' } };
    const { task: _none, ...files } = named;
    const { rollouts } = await stage.deploy('dev/web', files);
    assert.equal(rollouts[0]?.phase, 'succeeded', stage.story().join('\n'));
  });
});

describe('answers that the SDK itself asks for again', () => {
  it('leave one revision where registering was answered into the void', async () => {
    await using stage = await Stage.open({
      scenario: {
        rules: [{ when: { operation: 'ecs:RegisterTaskDefinition' }, then: { loseAnswer: true, times: 1 } }],
      },
    });
    const { rollouts } = await stage.deploy('dev/web', web());
    assert.equal(rollouts[0]?.phase, 'succeeded', stage.story().join('\n'));
    assert.deepEqual(await active(stage), ['web:1']);
  });

  it('leave one function where creating was answered into the void', async () => {
    await using stage = await Stage.open({
      scenario: { rules: [{ when: { operation: 'lambda:CreateFunction' }, then: { loseAnswer: true, times: 1 } }] },
    });
    const { rollouts } = await stage.deploy('dev/resize', resize());
    assert.equal(rollouts[0]?.phase, 'succeeded', stage.story().join('\n'));
  });

  it('tell a lack of capacity by its name, however long ago ECS said so', async () => {
    await using stage = await Stage.open({
      scenario: { rules: [{ when: { service: 'web' }, then: { capacity: 'unavailable' } }] },
    });
    const { rollouts } = await stage.deploy('dev/web', web());
    assert.equal(rollouts[0]?.phase, 'rolled back', stage.story().join('\n'));
    assert.equal((await stage.store.load(rollouts[0].rollout!))?.record.failure?.class, 'capacity');
  });
});

describe('mishaps of a Lambda rollout', () => {
  const plain = {
    FunctionName: 'resize',
    Role: 'arn:aws:iam::123456789012:role/resize',
    Runtime: 'nodejs20.x' as const,
    Handler: 'old.handler',
    Description: 'made by hand',
    Code: { S3Bucket: 'elsewhere', S3Key: 'old.zip' },
  };
  const found = (stage: Stage) => stage.lambda.send(new GetFunctionCommand({ FunctionName: 'resize' }));
  const versions = async (stage: Stage) =>
    (await stage.lambda.send(new ListVersionsByFunctionCommand({ FunctionName: 'resize' }))).Versions?.map(
      ({ Version }) => Version,
    );
  const FAILING = {
    rules: [{ when: { code: '*broken.zip' }, then: { update: 'InvalidZipFileException', reason: 'bad zip' } }],
  };

  it('never delete a function that somebody else made in the meantime', async () => {
    await using stage = await Stage.open();
    const plan = await stage.plan('dev/resize', resize());
    const ports = stage.ports();
    let made = false;
    const racing: AwsPort['perform'] = async (action, context, repeated) => {
      if (action.type === 'lambda.create-function' && !made) {
        made = true;
        await stage.lambda.send(new CreateFunctionCommand(plain));
      }
      return ports.aws.perform(action, context, repeated);
    };
    const { rollouts } = await stage.clock.run(
      deployPlan({ ...ports, aws: { ...ports.aws, perform: racing } }, plan, stage.options()),
    );
    assert.equal(rollouts[0]?.phase, 'failed', stage.story().join('\n'));
    assert.match(rollouts[0].reason ?? '', /nothing was changed/);
    assert.equal((await found(stage)).Configuration?.Handler, 'old.handler');
  });

  it('put a function that had no alias back as it was', async () => {
    await using stage = await Stage.open({ scenario: FAILING });
    await stage.lambda.send(new CreateFunctionCommand(plain));
    await stage.clock.advance(60_000);
    const before = await found(stage);
    const { rollouts } = await stage.deploy('dev/resize', resize({ key: 'broken.zip' }));
    assert.equal(rollouts[0]?.phase, 'rolled back', stage.story().join('\n'));
    await stage.clock.advance(60_000);
    const after = await found(stage);
    const shown = ({ Configuration: c }: typeof after) => [
      c?.Handler,
      c?.Runtime,
      c?.Description,
      c?.CodeSha256,
      c?.MemorySize,
    ];
    assert.deepEqual(shown(after), shown(before));
    assert.deepEqual(await versions(stage), ['$LATEST']);
  });

  it('adopt a function that had no alias', async () => {
    await using stage = await Stage.open();
    await stage.lambda.send(new CreateFunctionCommand(plain));
    await stage.clock.advance(60_000);
    const { rollouts } = await stage.deploy('dev/resize', resize());
    assert.equal(rollouts[0]?.phase, 'succeeded', stage.story().join('\n'));
    assert.equal((await stage.plan('dev/resize', resize())).workloads[0]?.action, 'unchanged');
  });

  it('say what could not be put back', async () => {
    await using stage = await Stage.open({
      scenario: {
        rules: [
          ...FAILING.rules,
          {
            when: { operation: 'lambda:UpdateFunctionConfiguration', nth: 2 },
            then: { error: 'AccessDeniedException', message: 'no', status: 403 },
          },
        ],
      },
    });
    await stage.deploy('dev/resize', resize());
    const { rollouts } = await stage.deploy(
      'dev/resize',
      resize({ key: 'broken.zip', definition: { MemorySize: 512 } }),
    );
    assert.equal(rollouts[0]?.phase, 'rolled back', stage.story().join('\n'));
    assert.match(
      rollouts[0].reason ?? '',
      /left behind: putting the configuration of version 1 back failed: AccessDeniedException/,
    );
  });

  it('leave the alias to whoever moved it', async () => {
    await using stage = await Stage.open();
    await stage.deploy('dev/resize', resize());
    // Keeps version 1 from being deleted when it is old.
    await stage.lambda.send(new CreateAliasCommand({ FunctionName: 'resize', Name: 'beta', FunctionVersion: '1' }));
    await stage.deploy('dev/resize', resize({ key: 'resize-2.zip' }));
    const files = resize({
      key: 'resize-3.zip',
      deployment: { trafficShiftingConfig: { percent: 20, waitInterval: 600 } },
    });
    let moved = false;
    const onRecord = async (record: { progress: { trafficPercent?: number } }) => {
      if (moved || record.progress.trafficPercent !== 20) return;
      moved = true;
      await stage.lambda.send(
        new UpdateAliasCommand({
          FunctionName: 'resize',
          Name: 'live',
          FunctionVersion: '1',
          RoutingConfig: { AdditionalVersionWeights: {} },
        }),
      );
    };
    const { rollouts } = await stage.deploy('dev/resize', files, undefined, { onRecord });
    assert.equal(rollouts[0]?.phase, 'superseded', stage.story().join('\n'));
    assert.equal(
      (await stage.lambda.send(new GetAliasCommand({ FunctionName: 'resize', Name: 'live' }))).FunctionVersion,
      '1',
    );
  });

  it('keep a $LATEST that somebody changed by hand as a version before changing it', async () => {
    await using stage = await Stage.open({ scenario: FAILING });
    await stage.lambda.send(new CreateFunctionCommand(plain));
    await stage.clock.advance(60_000);
    await stage.lambda.send(new PublishVersionCommand({ FunctionName: 'resize' }));
    const { rollouts } = await stage.deploy('dev/resize', resize({ key: 'broken.zip' }));
    assert.equal(rollouts[0]?.phase, 'rolled back', stage.story().join('\n'));
    assert.deepEqual(await versions(stage), ['$LATEST', '1']);
  });
});
