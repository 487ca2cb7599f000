/** The messages that a service shows, newest first, in AWS's words (SPEC.md, "Service events"). */
import type { EcsService, Task } from './state.ts';

/** Shown per service: API, Service. */
const KEPT = 100;

/** A message that still holds is not repeated for so long: developer guide, "service event messages". */
const REPEAT_MS = 6 * 3600 * 1000;

/**
 * Says something with the usual `(service <name>) ` before it.
 * @param taskSet id, where the message is about one task set: `(service <name>, taskSet <id>) `
 */
export function announce(service: EcsService, message: string, taskSet?: string): void {
  const { region } = service.cluster.ecs;
  const last = service.events[0]?.createdAt ?? 0;
  const random = region.random(`event/${service.arn}/${service.draws++}`);
  service.events.unshift({
    id: random.uuid(),
    // Events of one instant keep their order by a millisecond each, as in real logs.
    createdAt: Math.max(Math.round(region.now), last + 1),
    message: `(service ${service.name}${taskSet === undefined ? '' : `, taskSet ${taskSet}`}) ${message}`,
  });
  if (service.events.length > KEPT) service.events.length = KEPT;
}

/** Says something that lasts, unless it was said within the last six hours and did not end since. */
export function announceOnce(service: EcsService, message: string): void {
  const { now } = service.cluster.ecs.region;
  const said = service.said.get(message);
  if (said !== undefined && now - said < REPEAT_MS) return;
  service.said.set(message, now);
  announce(service, message);
}

/** For `has started` and the like: `(task a) (task b)`. */
export function taskList(tasks: readonly Task[]): string {
  return tasks.map(({ id }) => `(task ${id})`).join(' ');
}

/** Says that all that is wanted runs, once, and again every six hours while it holds (observed). */
export function becomeSteady(service: EcsService): void {
  if (service.steady) return;
  service.steady = true;
  repeatSteady(service);
}

function repeatSteady(service: EcsService): void {
  announce(service, 'has reached a steady state.');
  const said = service.events[0];
  service.cluster.ecs.region.after(REPEAT_MS, () => {
    if (service.status === 'ACTIVE' && service.steady && service.events[0] === said) repeatSteady(service);
  });
}
