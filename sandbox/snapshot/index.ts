/**
 * Puts a snapshot into a world, as if it had come to be there an hour ago: the tasks of its services start, pass their
 * checks and serve before anybody looks.
 *
 * Owns: nothing. What a service's part of a snapshot means is the service's own business.
 */
import { restoreApi } from '../apigateway/index.ts';
import { restoreAlarms } from '../cloudwatch/index.ts';
import { restoreEcs } from '../ecs/index.ts';
import { restoreElb } from '../elbv2/index.ts';
import { AwsFault, SandboxError } from '../fault.ts';
import { restoreFunction } from '../lambda/index.ts';
import type { World } from '../world.ts';
import type { RegionSnapshot, Snapshot } from './snapshot.ts';

export type { ApiSnapshot, FunctionSnapshot, RegionSnapshot, Snapshot } from './snapshot.ts';

/** How long ago it came to be. Slow starts, checks and a bake are over by then, ms. */
export const RESTORED_AGO_MS = 3_600_000;

/**
 * Everything but alarms, which would meddle while services start.
 *
 * @throws SandboxError `snapshot.not-imitated` where something in it is of a kind that the sandbox does not have
 */
export function restore(world: World, snapshot: Snapshot): void {
  for (const given of snapshot.regions) restoreRegion(world, given);
  world.record((copy) => restore(copy, snapshot));
}

function restoreRegion(world: World, given: RegionSnapshot): void {
  const region = world.region(given.account, given.region);
  try {
    for (const one of given.apis) restoreApi(region, one);
    for (const one of given.functions) restoreFunction(region, one);
    restoreElb(region, given);
    restoreEcs(region, given);
  } catch (error) {
    if (!(error instanceof AwsFault)) throw error;
    const message = `what runs in ${given.account}, ${given.region} cannot be imitated: ${error.message}`;
    throw new SandboxError('snapshot.not-imitated', message, 'rehearse from the files instead');
  }
}

/** The alarms, when everything else runs. */
export function restoreAlarmsOf(world: World, snapshot: Snapshot): void {
  for (const { account, region, alarms } of snapshot.regions) restoreAlarms(world.region(account, region), alarms);
  world.record((copy) => restoreAlarmsOf(copy, snapshot));
}
