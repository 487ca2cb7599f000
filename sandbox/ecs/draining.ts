/** The end of a service: everything of it stops, then it is INACTIVE for a while. Owns: nothing. */
import { isOpen, setStatus } from './deployments.ts';
import type { EcsService } from './state.ts';
import { stopAll } from './stopping.ts';
import { wakeAfterRequest } from './waking.ts';

/** INACTIVE services stay describable for a while. */
const KEPT_INACTIVE_MS = 3_600_000;

/** Stops everything of a service that is being deleted. */
export function drain(service: EcsService): void {
  service.status = 'DRAINING';
  service.settings = { ...service.settings, desiredCount: 0 };
  for (const record of service.records) if (isOpen(record)) setStatus(service, record, 'STOPPED');
  for (const set of service.taskSets) set.status = 'DRAINING';
  const live = [...service.tasks].filter((task) => task.desiredStatus === 'RUNNING');
  if (live.length > 0) stopAll(service, live);
  wakeAfterRequest(service);
}

/** Makes a draining service INACTIVE once its tasks have gone so far that they cannot come back. */
export function finishDraining(service: EcsService): void {
  const { region } = service.cluster.ecs;
  if (![...service.tasks].every((task) => ['STOPPING', 'DEPROVISIONING', 'STOPPED'].includes(task.lastStatus))) return;
  service.status = 'INACTIVE';
  service.deployments = [];
  service.taskSets = [];
  region.after(KEPT_INACTIVE_MS, () => {
    if (service.cluster.services.get(service.name) === service) service.cluster.services.delete(service.name);
  });
}
