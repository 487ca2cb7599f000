/** When a service is looked at next. Owns: each service's `wakeAt`. What a look does is the service's scheduler. */
import { draw } from './deployments.ts';
import type { EcsService } from './state.ts';

/** How soon the scheduler acts on a request, seconds. Source: SPEC.md, "Durations". */
const AFTER_REQUEST = [5, 15] as const;

export function wakeAfterRequest(service: EcsService): void {
  wake(service, draw(service, 'wake').between(...AFTER_REQUEST));
}

/** Has the scheduler look in so many seconds, if it would not sooner. */
export function wake(service: EcsService, seconds: number): void {
  const { region } = service.cluster.ecs;
  // Rounded up: a look just before its reason would only set another one.
  const at = Math.ceil(region.now + seconds * 1000);
  if (at >= service.wakeAt) return;
  service.wakeAt = at;
  region.at(at, () => {
    // An earlier wake-up has taken this one's place.
    if (service.wakeAt !== at) return;
    service.wakeAt = Number.POSITIVE_INFINITY;
    service.look(service);
  });
}
