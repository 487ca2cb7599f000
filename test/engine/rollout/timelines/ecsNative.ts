/** Stories of services whose traffic ECS itself shifts. */
import { ContinueServiceDeploymentCommand, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import type { JsonObject } from '../../../../engine/json.ts';
import {
  BLUE_GREEN,
  CANARY,
  LINEAR,
  native,
  newestDeployment,
  pauseAt,
  SHIFTED_GIVEN,
  shifted,
} from '../shiftedByEcs.ts';
import { onSpot, shortage } from '../spot.ts';
import type { Meanwhile, Scene, Story } from './scene.ts';

const NEXT = 'shop/web:2';

interface Update {
  readonly configuration?: JsonObject;
  readonly deployment?: JsonObject;
  readonly rules?: readonly object[];
  readonly meanwhile?: (scene: Scene) => Meanwhile;
}

const update = (
  kind: string,
  title: string,
  { configuration = CANARY, deployment = {}, rules = [], meanwhile }: Update = {},
): Story => ({
  file: `ecs-native/${kind}`,
  title,
  scenario: { given: SHIFTED_GIVEN, rules },
  async play(scene) {
    const front = await shifted(scene.stage);
    await scene.given('dev/web', native(front, configuration, 'shop/web:1', deployment));
    await scene.tell('dev/web', native(front, configuration, NEXT, deployment), meanwhile?.(scene));
  },
});

const alarm = (afterSeconds: number) => ({
  when: { alarm: 'errors', service: 'web', deployment: 2 },
  then: { state: 'ALARM', afterSeconds },
});

const paused = (timeout?: JsonObject): JsonObject => ({
  ...BLUE_GREEN,
  lifecycleHooks: [pauseAt('POST_SCALE_UP', timeout)],
});

/** When the rollout waits for somebody. */
const waits = ({ message }: { readonly message: string }) => message.startsWith('paused at');

export const ECS_NATIVE: readonly Story[] = [
  {
    file: 'ecs-native/fallback',
    title: 'Spot has no room for the new tasks of a canary, and there is a fallback',
    clusters: [],
    scenario: { given: { ...SHIFTED_GIVEN, clusters: ['prod'] }, rules: [shortage('FARGATE_SPOT', 1200)] },
    async play(scene) {
      const front = await shifted(scene.stage);
      await scene.given('dev/web', onSpot(native(front, CANARY, 'shop/web:1')));
      await scene.stage.clock.advance(1_200_000);
      await scene.tell('dev/web', onSpot(native(front, CANARY, NEXT)));
    },
  },
  {
    file: 'ecs-native/create',
    title: 'A service with its own canary is created',
    scenario: { given: SHIFTED_GIVEN, rules: [] },
    async play(scene) {
      await scene.tell('dev/web', native(await shifted(scene.stage), CANARY));
    },
  },
  update('blue-green', 'ECS moves all traffic at once and bakes for five minutes', { configuration: BLUE_GREEN }),
  update('canary', 'ECS gives the new tasks 10 % of the traffic, then all of it', { configuration: CANARY }),
  update('linear', 'ECS moves half of the traffic every two minutes', { configuration: LINEAR }),
  update('tasks-fail', 'The new tasks do not start', {
    rules: [{ when: { image: '*:2' }, then: { pull: 'not-found' } }],
  }),
  update('alarm', "An alarm that GitMoxi watches fires during ECS's canary", {
    deployment: { alarms: { alarmNames: ['errors'] } },
    rules: [alarm(200)],
  }),
  update('ecs-alarm', 'An alarm that ECS itself watches fires during its canary', {
    configuration: { ...CANARY, alarms: { alarmNames: ['errors'], enable: true, rollback: true } },
    rules: [alarm(200)],
  }),
  update('hook-fails', 'A lifecycle hook says no', {
    configuration: {
      ...BLUE_GREEN,
      lifecycleHooks: [
        {
          hookTargetArn: 'arn:aws:lambda:eu-west-1:123456789012:function:smoke-test',
          roleArn: 'arn:aws:iam::123456789012:role/hooks',
          lifecycleStages: ['POST_SCALE_UP'],
        },
      ],
    },
    rules: [{ when: { hook: '*smoke-test', deployment: 2 }, then: { hook: 'FAILED' } }],
  }),
  update('pause-promoted', 'A deployment pauses, and somebody promotes it', {
    configuration: paused(),
    meanwhile: (scene) => ({ when: waits, happens: ({ id }) => scene.stage.store.ask(id, 'promote', 'test') }),
  }),
  update('pause-answered', 'A deployment pauses, and somebody answers in AWS', {
    configuration: paused(),
    meanwhile: ({ stage }) => ({
      when: waits,
      happens: async () => {
        const { serviceDeploymentArn, lifecycleHookDetails } = await newestDeployment(stage);
        const hookId = lifecycleHookDetails?.[0]?.hookId;
        await stage.ecs.send(new ContinueServiceDeploymentCommand({ serviceDeploymentArn, hookId }));
      },
    }),
  }),
  update('pause-expires', 'A deployment pauses, and nobody answers', {
    configuration: paused({ timeoutInMinutes: 30, action: 'ROLLBACK' }),
  }),
  update('abort', 'Somebody aborts the canary', {
    meanwhile: (scene) => ({
      when: ({ progress }) => progress.trafficPercent === 10,
      happens: ({ id }) => scene.stage.store.ask(id, 'abort', 'test'),
    }),
  }),
  update('somebody-else', 'Somebody else deploys the service during the canary', {
    meanwhile: ({ stage }) => ({
      when: ({ progress }) => progress.trafficPercent === 10,
      happens: () =>
        stage.ecs.send(
          new UpdateServiceCommand({
            cluster: 'prod',
            service: 'web',
            taskDefinition: 'web:1',
            forceNewDeployment: true,
          }),
        ),
    }),
  }),
];
