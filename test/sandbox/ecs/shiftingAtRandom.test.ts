import assert from 'node:assert/strict';
import { StopServiceDeploymentCommand, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import fc from 'fast-check';
import { describe1, MINUTE, SECOND, startAws } from '../aws.ts';
import { type Configuration, deployment, GIVEN, served, until, update, weights } from './shifted.ts';

const RUNS = 15;
const OPEN = /^(?:PENDING|.*IN_PROGRESS|.*REQUESTED)$/;

const strategies: readonly Configuration[] = [
  { strategy: 'BLUE_GREEN', bakeTimeInMinutes: 2 },
  { strategy: 'CANARY', canaryConfiguration: { canaryPercent: 10, canaryBakeTimeInMinutes: 2 }, bakeTimeInMinutes: 1 },
  { strategy: 'LINEAR', linearConfiguration: { stepPercent: 33.4, stepBakeTimeInMinutes: 1 }, bakeTimeInMinutes: 1 },
];

const action = fc.oneof(
  fc.record({ wait: fc.integer({ min: 0, max: 300 }) }),
  fc.record({ wait: fc.integer({ min: 0, max: 300 }) }),
  fc.constant('update' as const),
  fc.constant('stop' as const),
  fc.constant('break' as const),
  fc.record({ scale: fc.integer({ min: 1, max: 4 }) }),
);

describe('ECS’s own traffic shifting, whatever is done to it', () => {
  it('loses no request of healthy tasks, and ends with one half that serves everything', async function () {
    this.timeout(60_000);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...strategies),
        fc.array(action, { minLength: 2, maxLength: 12 }),
        async (strategy, actions) => {
          const rules = [{ when: { image: 'shop:broken' }, then: { pull: 'not-found' } }];
          await using aws = await startAws({ given: GIVEN, throttling: false, rules });
          const breaker = { deploymentCircuitBreaker: { enable: true, rollback: true } };
          const there = await served(aws, { ...strategy, ...breaker }, 2);
          // From now on, so that the service's first tasks are not waited for.
          aws.traffic({ loadBalancer: 'front', rule: 10, perSecond: 10 });
          let images = 1;
          for (const step of actions) {
            if (step === 'update') await update(aws, `shop:${++images}`);
            else if (step === 'break') await update(aws, 'shop:broken');
            else if (step === 'stop') {
              const { serviceDeploymentArn } = await deployment(aws);
              // One that has ended cannot be stopped.
              await aws.ecs.send(new StopServiceDeploymentCommand({ serviceDeploymentArn })).catch(() => {});
            } else if ('scale' in step) {
              const input = { cluster: 'main', service: 'web', desiredCount: step.scale };
              await aws.ecs.send(new UpdateServiceCommand(input));
            } else {
              await aws.clock.advance(step.wait * SECOND);
            }
            const shares = await weights(aws, there);
            assert.equal((shares[0] ?? 0) + (shares[1] ?? 0), shares.some((share) => (share ?? 0) > 100) ? 1000 : 100);
          }
          await until(aws, ({ status }) => !OPEN.test(status ?? ''));
          await aws.clock.advance(5 * MINUTE);
          const service = await describe1(aws);
          assert.equal(service.deployments?.length, 1);
          assert.equal(service.runningCount, service.desiredCount);
          assert.deepEqual([...(await weights(aws, there))].sort(), [0, 100]);
          const [report] = aws.sandbox.traffic;
          assert.deepEqual(report?.failures, {});
          assert.ok((report?.served ?? 0) > 0);
        },
      ),
      { numRuns: RUNS },
    );
  });
});
