/** Stories of ECS blue/green by task sets. */
import { ModifyListenerCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { JsonObject } from '../../../../engine/json.ts';
import { external } from '../balanced.ts';
import { web } from '../fixtures.ts';
import { onSpot, shortage } from '../spot.ts';
import type { Files } from '../stage.ts';
import type { Meanwhile, Scene, Story } from './scene.ts';

const NEXT = 'shop/web:2';

const CANARY: JsonObject = { type: 'CANARY', percent: 20, waitInterval: 300 };
const LINEAR: JsonObject = { type: 'LINEAR', percent: 40, waitInterval: 60 };
const AT_ONCE: JsonObject = { type: 'ALL_AT_ONCE', waitInterval: 300 };

interface Update {
  readonly shifting?: JsonObject;
  readonly scenario?: object;
  readonly deployment?: JsonObject;
  readonly meanwhile?: (scene: Scene) => Meanwhile;
}

/** An update from the first image to the second, behind a load balancer. */
const update = (
  kind: string,
  title: string,
  { shifting = CANARY, scenario, deployment = {}, meanwhile }: Update,
): Story => ({
  file: `ecs-blue-green/${kind}`,
  title,
  ...(scenario === undefined ? {} : { scenario }),
  async play(scene) {
    const { blue, green } = await scene.balanced();
    await scene.given('dev/web', external(blue, green, 'shop/web:1', shifting, deployment));
    await scene.tell('dev/web', external(blue, green, NEXT, shifting, deployment), meanwhile?.(scene));
  },
});

const alone = (image: string): Files => {
  const files = web({ image });
  return { ...files, service: { ...files['service']!, deploymentController: { type: 'EXTERNAL' } } };
};

const ALARM = { name: 'web-5xx', state: 'OK' };

export const ECS_BLUE_GREEN: readonly Story[] = [
  {
    file: 'ecs-blue-green/fallback',
    title: 'Spot has no room for the new task set, and there is a fallback',
    clusters: [],
    scenario: { given: { clusters: ['prod'] }, rules: [shortage('FARGATE_SPOT', 600)] },
    async play(scene) {
      const { blue, green } = await scene.balanced();
      await scene.given('dev/web', onSpot(external(blue, green, 'shop/web:1', CANARY)));
      await scene.stage.clock.advance(600_000);
      await scene.tell('dev/web', onSpot(external(blue, green, NEXT, CANARY)));
    },
  },
  {
    file: 'ecs-blue-green/create',
    title: 'A service behind a load balancer is created',
    async play(scene) {
      const { blue, green } = await scene.balanced();
      await scene.tell('dev/web', external(blue, green, 'shop/web:1', CANARY));
    },
  },
  {
    file: 'ecs-blue-green/create-alone',
    title: 'A service without a load balancer is created',
    play: (scene) => scene.tell('dev/web', alone('shop/web:1')),
  },
  {
    file: 'ecs-blue-green/update-alone',
    title: 'A service without a load balancer is updated',
    async play(scene) {
      await scene.given('dev/web', alone('shop/web:1'));
      await scene.tell('dev/web', alone(NEXT));
    },
  },
  update('canary', 'An update gets 20 % of the traffic, then all of it', { shifting: CANARY }),
  update('linear', 'An update gets 40 % more of the traffic each minute', { shifting: LINEAR }),
  update('all-at-once', 'An update gets all traffic at once and is watched for five minutes', { shifting: AT_ONCE }),
  update('tasks-fail', 'The new tasks do not start', {
    scenario: { rules: [{ when: { image: '*:2' }, then: { pull: 'access-denied' } }] },
  }),
  update('targets-unhealthy', 'The new tasks fail the health checks of the load balancer', {
    scenario: { rules: [{ when: { image: '*:2' }, then: { targets: 'failing' } }] },
  }),
  update('tasks-die-in-canary', 'The new tasks exit while they bake at 20 %', {
    scenario: { rules: [{ when: { image: '*:2' }, then: { exit: { code: 137, afterSeconds: 180 } } }] },
  }),
  update('alarm-in-canary', 'An alarm fires while the new tasks bake at 20 %', {
    deployment: { alarms: { alarmNames: ['web-5xx'] } },
    scenario: {
      given: { alarms: [ALARM] },
      rules: [
        { when: { alarm: 'web-5xx', service: 'web', deployment: 2 }, then: { state: 'ALARM', afterSeconds: 200 } },
      ],
    },
  }),
  update('alarm-at-bake', 'An alarm fires after all traffic was moved at once', {
    shifting: AT_ONCE,
    deployment: { alarms: { alarmNames: ['web-5xx'] } },
    scenario: {
      given: { alarms: [ALARM] },
      rules: [
        { when: { alarm: 'web-5xx', service: 'web', deployment: 2 }, then: { state: 'ALARM', afterSeconds: 200 } },
      ],
    },
  }),
  update('weights-changed', 'Somebody sets the listener back by hand while the new tasks bake', {
    meanwhile: (scene) => ({
      when: ({ progress }) => progress.trafficPercent === 20,
      happens: async () => {
        const { elb, blue, listener } = await scene.balanced();
        const DefaultActions = [{ Type: 'forward' as const, TargetGroupArn: blue }];
        await elb.send(new ModifyListenerCommand({ ListenerArn: listener, DefaultActions }));
      },
    }),
  }),
  update('abort', 'Somebody aborts the update while the new tasks bake at 20 %', {
    meanwhile: (scene) => ({
      when: ({ progress }) => progress.trafficPercent === 20,
      happens: ({ id }) => scene.stage.store.ask(id, 'abort', 'test'),
    }),
  }),
];
