import assert from 'node:assert/strict';
import type { JsonObject } from '../../../engine/json.ts';
import {
  capacityWords,
  FALLBACK_TAG,
  fallbackMark,
  isAnother,
  onFallbackSince,
  withOwnCapacity,
} from '../../../engine/plan/capacity.ts';
import type { EcsDesired } from '../../../engine/plan/index.ts';
import { ecsSettings } from '../../../engine/plan/settings.ts';

const SPOT: JsonObject = { capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }] };
const FALLBACK = [{ capacityProvider: 'FARGATE', weight: 1 }];
const SINCE = Date.parse('2026-03-01T10:00:00.000Z');

const desired = (service: JsonObject = SPOT, fallback: JsonObject[] = FALLBACK): EcsDesired => ({
  kind: 'ecs',
  target: { kind: 'ecs', account: '123456789012', region: 'eu-west-1', cluster: 'prod', service: 'web' },
  service,
  taskDefinition: undefined,
  settings: ecsSettings({ fallbackCapacityProviderStrategy: fallback }, 2),
  secrets: [],
});

const live = (strategy: JsonObject[], mark?: string): JsonObject => ({
  capacityProviderStrategy: strategy,
  ...(mark === undefined ? {} : { tags: [{ key: FALLBACK_TAG, value: mark }] }),
});

const MARK = fallbackMark(SINCE, SPOT);

describe('a service on its fallback', () => {
  it('is one that is tagged so, runs on the fallback, and has the capacity in its files that it was moved from', () => {
    assert.equal(MARK, '2026-03-01T10:00:00.000Z from FARGATE_SPOT:0:1');
    // ECS answers with the base that the file leaves out.
    assert.equal(onFallbackSince(live([{ capacityProvider: 'FARGATE', weight: 1, base: 0 }], MARK), desired()), SINCE);
  });

  it('is not one without the tag, on other capacity, or whose files have changed since', () => {
    assert.equal(onFallbackSince(undefined, desired()), null);
    assert.equal(onFallbackSince(live(FALLBACK), desired()), null);
    assert.equal(onFallbackSince(live([{ capacityProvider: 'FARGATE_SPOT', weight: 1 }], MARK), desired()), null);
    assert.equal(onFallbackSince(live(FALLBACK, MARK), desired({ launchType: 'FARGATE' })), null);
    assert.equal(onFallbackSince(live(FALLBACK, MARK), desired(SPOT, [])), null);
    assert.equal(onFallbackSince(live(FALLBACK, 'yesterday from FARGATE_SPOT:0:1'), desired()), null);
  });

  it('is compared as if it had its own capacity, and no other one is', () => {
    assert.deepEqual(withOwnCapacity(live(FALLBACK, MARK), desired())['capacityProviderStrategy'], [
      { capacityProvider: 'FARGATE_SPOT', weight: 1 },
    ]);
    assert.deepEqual(withOwnCapacity(live(FALLBACK), desired())['capacityProviderStrategy'], FALLBACK);
  });

  it('has a tag that AWS takes, whatever the providers are called', () => {
    const many = Array.from({ length: 20 }, (_, i) => ({ capacityProvider: `provider,${i}`.repeat(4), weight: 1 }));
    const mark = fallbackMark(SINCE, { capacityProviderStrategy: many });
    assert.ok(mark.length <= 256 && /^[\w +\-=.:/@]*$/.test(mark), mark);
  });
});

describe('a fallback', () => {
  it('is one only where it is other capacity than the own', () => {
    assert.equal(isAnother(FALLBACK, SPOT), true);
    assert.equal(isAnother([{ capacityProvider: 'FARGATE_SPOT', weight: 1, base: 0 }], SPOT), false);
    assert.equal(isAnother([], SPOT), false);
  });

  it('has defaults, and a return that can be turned off', () => {
    const given = { fallbackCapacityProviderStrategy: FALLBACK };
    assert.deepEqual(ecsSettings(given, 2).fallback, {
      strategy: FALLBACK,
      afterSeconds: 60,
      return: { waitSeconds: 1800, attempts: 5 },
    });
    assert.equal(ecsSettings({ ...given, fallbackReturn: { enabled: false } }, 2).fallback?.return, undefined);
    assert.equal(ecsSettings({ fallbackReturn: { attempts: 2 } }, 2).fallback, undefined);
  });

  it('is told in words', () => {
    assert.equal(capacityWords(SPOT), 'FARGATE_SPOT');
    assert.equal(capacityWords({ launchType: 'FARGATE' }), 'launch type FARGATE');
    assert.equal(capacityWords({}), "the cluster's default capacity");
  });
});
