/** What a plan has to say about files and about what runs, beyond the findings of the check. Pure. */
import type { CheckedWorkload } from '../check/checked.ts';
import { type Problem, type Severity, toProblem } from '../finding.ts';
import { capacityWords, onFallbackSince, strategyWords } from './capacity.ts';
import type { Desired } from './desired.ts';
import { ongoingDeployment } from './ecs.ts';
import { isOurs, type Live, type LiveFailure } from './live.ts';
import { problemAt } from './places.ts';

/** A problem of the workload as a whole, at the start of its definition file. */
export function problemAtDefinition(
  workload: CheckedWorkload,
  code: string,
  message: string,
  hint: string,
  severity: Severity = 'error',
): Problem {
  const definition =
    workload.files.find((file) => file.role === 'service' || file.role === 'function') ?? workload.files[0];
  const path = definition?.path ?? workload.path;
  return toProblem({ path, start: 0, end: 0, severity, code, message, hint }, definition?.source);
}

/** The target could not be read: nothing is known about what runs. */
export function unreadable(workload: CheckedWorkload, { code, message, hint, requestId }: LiveFailure): Problem {
  const next = hint ?? 'see the message, then plan again';
  if (isOurs(code)) return problemAtDefinition(workload, code, message, next);
  const id = requestId === undefined ? '' : ` (request ${requestId})`;
  const said = `AWS said ${code}: ${message}${id}`;
  // AWS did answer: what it said is about the file.
  if (code === 'ClusterNotFoundException')
    return problemAt(workload, 'service', ['cluster'], { code: 'plan.cluster-missing', message: said, hint: next });
  return problemAtDefinition(workload, 'plan.live-unreadable', said, next);
}

/** Somebody else is changing the service: what is compared here moves, and a rollout would cut in. */
export function othersDeployment(workload: CheckedWorkload, live: Live | undefined): Problem[] {
  const ongoing = live?.kind === 'ecs' && live.service !== undefined ? ongoingDeployment(live.service) : undefined;
  if (ongoing === undefined) return [];
  return [
    problemAtDefinition(
      workload,
      'plan.deployment-in-progress',
      `a deployment that no rollout of this store is about is in progress: ${ongoing}`,
      'find out who deploys this service, and wait until that is over',
      'warning',
    ),
  ];
}

/** The service runs on its fallback, which is no difference to be planned for. */
export function onFallback(workload: CheckedWorkload, live: Live | undefined, desired: Desired | undefined): Problem[] {
  if (live?.kind !== 'ecs' || desired?.kind !== 'ecs') return [];
  const since = onFallbackSince(live.service, desired);
  if (since === null) return [];
  const { fallback } = desired.settings;
  const message = `it runs on its fallback ${strategyWords([...fallback!.strategy])} since ${new Date(since).toISOString()}, for want of room on ${capacityWords(desired.service)}`;
  const hint =
    fallback!.return === undefined
      ? `bring it back with \`gitmoxi return ${workload.path}\``
      : `it comes back while \`gitmoxi return --watch\` runs; to try now, \`gitmoxi return ${workload.path}\``;
  return [problemAtDefinition(workload, 'plan.on-fallback', message, hint, 'info')];
}
