/** Stories of ECS rolling updates. */
import { UpdateServiceCommand } from '@aws-sdk/client-ecs';
import type { JsonObject } from '../../../../engine/json.ts';
import { web } from '../fixtures.ts';
import { shortage, spotWeb } from '../spot.ts';
import type { Scene, Story } from './scene.ts';

const NEXT = 'shop/web:2';
const SPOT_RUNS_OUT = {
  clusters: [],
  scenario: { given: { clusters: ['prod'] }, rules: [shortage('FARGATE_SPOT', 600)] },
};
const BAD = { image: '*:2' };

/** The second image is bad in this way, and an update to it is told. */
const update = (kind: string, title: string, then: object, files: Parameters<typeof web>[0] = {}): Story => ({
  file: `ecs-rolling/${kind}`,
  title,
  scenario: { rules: [{ when: BAD, then }] },
  async play(scene) {
    await scene.given('dev/web', web({ ...files, image: 'shop/web:1' }));
    await scene.tell('dev/web', web({ ...files, image: NEXT }));
  },
});

export const ECS_ROLLING: readonly Story[] = [
  {
    file: 'ecs-rolling/create',
    title: 'A service is created',
    play: (scene) => scene.tell('dev/web', web()),
  },
  {
    file: 'ecs-rolling/create-fails',
    title: 'A service is to be created, and its image does not exist',
    scenario: { rules: [{ when: BAD, then: { pull: 'not-found' } }] },
    play: (scene) => scene.tell('dev/web', web({ image: NEXT })),
  },
  update('update', 'A service is updated', { startSeconds: 30 }),
  update('image-missing', 'The new image does not exist', { pull: 'not-found' }),
  update('crash-loop', 'The new container exits soon after it starts', { exit: { code: 1, afterSeconds: 3 } }),
  update(
    'container-unhealthy',
    "The new container's own health check fails",
    { health: 'failing' },
    { healthCheck: true },
  ),
  update('secret-denied', 'The new tasks may not read a secret', { init: 'secret-denied' }),
  update('no-capacity', 'There is no room for the new tasks', { capacity: 'unavailable' }),
  {
    file: 'ecs-rolling/fallback',
    title: 'Spot has no room for the new tasks, and there is a fallback',
    ...SPOT_RUNS_OUT,
    async play(scene) {
      await scene.given('dev/web', spotWeb());
      await scene.stage.clock.advance(600_000);
      await scene.tell('dev/web', spotWeb({ image: NEXT }));
    },
  },
  {
    file: 'ecs-rolling/fallback-fails',
    title: 'Spot has no room, and the new tasks fail on the fallback: what served goes where there is room',
    scenario: {
      ...SPOT_RUNS_OUT.scenario,
      rules: [{ when: BAD, then: { exit: { code: 1, afterSeconds: 3 } } }, ...SPOT_RUNS_OUT.scenario.rules],
    },
    async play(scene) {
      await scene.given('dev/web', spotWeb());
      await scene.stage.clock.advance(600_000);
      await scene.tell('dev/web', spotWeb({ image: NEXT }));
    },
  },
  update('time-out', 'The new tasks take longer than the stability check allows', { startSeconds: 900 }),
  {
    file: 'ecs-rolling/target-unhealthy',
    title: 'The new tasks fail the health checks of the load balancer',
    scenario: { rules: [{ when: BAD, then: { targets: 'failing' } }] },
    async play(scene) {
      const service = await behind(scene);
      await scene.given('dev/web', web({ service }));
      await scene.tell('dev/web', web({ service, image: NEXT }));
    },
  },
  {
    file: 'ecs-rolling/abort',
    title: 'Somebody aborts an update while the new tasks start',
    async play(scene) {
      await scene.given('dev/web', web());
      await scene.tell('dev/web', web({ image: NEXT }), {
        when: ({ phase }) => phase === 'stabilizing',
        happens: ({ id }) => scene.stage.store.ask(id, 'abort', 'test'),
      });
    },
  },
  {
    file: 'ecs-rolling/ecs-breaker',
    title: "ECS's own circuit breaker rolls an update back",
    scenario: { rules: [{ when: BAD, then: { pull: 'not-found' } }] },
    async play(scene) {
      const service: JsonObject = {
        deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } },
      };
      const deployment = { stabilityCheck: { timeout: 1800 }, gmDeploymentCircuitBreaker: { failureThreshold: 50 } };
      await scene.given('dev/web', web({ service, deployment }));
      await scene.tell('dev/web', web({ service, deployment, image: NEXT }));
    },
  },
  {
    file: 'ecs-rolling/ecs-alarm',
    title: 'An alarm that ECS itself watches fires, and ECS rolls the update back',
    scenario: {
      given: { alarms: [{ name: 'web-errors', state: 'OK' }] },
      rules: [
        { when: { alarm: 'web-errors', service: 'web', deployment: 2 }, then: { state: 'ALARM', afterSeconds: 60 } },
      ],
    },
    async play(scene) {
      const alarms = { alarmNames: ['web-errors'], enable: true, rollback: true };
      const service: JsonObject = { deploymentConfiguration: { alarms } };
      await scene.given('dev/web', web({ service }));
      await scene.tell('dev/web', web({ service, image: NEXT }));
    },
  },
  {
    file: 'ecs-rolling/somebody-else',
    title: 'Somebody else deploys the service while it is being rolled out',
    async play(scene) {
      await scene.given('dev/web', web());
      await scene.tell('dev/web', web({ image: NEXT }), {
        when: ({ progress }) => progress.ready === 1,
        happens: () =>
          scene.stage.ecs.send(new UpdateServiceCommand({ cluster: 'prod', service: 'web', taskDefinition: 'web:1' })),
      });
    },
  },
];

async function behind(scene: Scene): Promise<JsonObject> {
  const { blue } = await scene.balanced();
  return { loadBalancers: [{ targetGroupArn: blue, containerName: 'web', containerPort: 8080 }] };
}
