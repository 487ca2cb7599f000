/** What a plan has to say about files and about what runs, beyond the findings of the check. Pure. */
import { type CheckedWorkload, objectOf } from '../check/checked.ts';
import type { FileRole } from '../config/index.ts';
import { type Problem, type Severity, toProblem } from '../finding.ts';
import type { Json } from '../json.ts';
import { capacityWords, onFallbackSince, strategyWords } from './capacity.ts';
import type { Desired } from './desired.ts';
import { isEmpty } from './differences.ts';
import { ongoingDeployment } from './ecs.ts';
import type { Live, LiveFailure } from './live.ts';
import type { StrategyName } from './workloadPlan.ts';

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
  const id = requestId === undefined ? '' : ` (request ${requestId})`;
  return problemAtDefinition(
    workload,
    'plan.live-unreadable',
    `AWS said ${code}: ${message}${id}`,
    hint ?? 'see the message, then plan again',
  );
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

interface Ignored {
  readonly role: FileRole;
  /** A member of the file; the whole file where there is none. */
  readonly key?: string;
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  /** A value that asks for nothing else than what is done anyway. */
  readonly harmless?: Json;
}

/** @param why completes "is checked and not carried out: …" */
const ignored = (key: string, why: string, hint = `take ${key} out, or do not count on it`): Ignored => ({
  role: 'deployment',
  key,
  code: 'plan.setting-not-carried-out',
  message: `${key} is checked and not carried out: ${why}`,
  hint,
});

const NO_PAUSES = ignored('pauseHooks', "only ECS's own BLUE_GREEN, LINEAR and CANARY have lifecycle hooks that pause");

const BY_ECS = 'the service definition has ECS shift the traffic itself';

/** What the files may ask for and this version does not do. */
const IGNORED: Partial<Record<StrategyName, readonly Ignored[]>> = {
  'ecs-rolling': [
    ...['trafficShiftingConfig', 'targetGroupArnPairs'].map((key) =>
      ignored(key, "this version deploys the service by ECS's rolling update alone"),
    ),
    NO_PAUSES,
  ],
  'ecs-native': [
    ignored(
      'trafficShiftingConfig',
      BY_ECS,
      'take it out, and set linearConfiguration or canaryConfiguration, and bakeTimeInMinutes, in deploymentConfiguration of the service definition',
    ),
    ignored(
      'targetGroupArnPairs',
      BY_ECS,
      'take it out: targetGroupArn and advancedConfiguration.alternateTargetGroupArn of the service definition are the pair',
    ),
    {
      ...ignored(
        'deleteNewUponTrafficShiftFailure',
        BY_ECS,
        'take it out: ECS stops the new tasks when it rolls back; a lifecycle hook that pauses is a way to have a look first',
      ),
      harmless: true,
    },
  ],
  'ecs-blue-green': [NO_PAUSES],
};

/** Said plainly, so that nobody counts on it. */
export function notCarriedOut(workload: CheckedWorkload, strategy: StrategyName): Problem[] {
  return (IGNORED[strategy] ?? []).flatMap(({ role, key, harmless, ...finding }) => {
    const file = workload.files.find((one) => one.role === role);
    const value = key === undefined ? undefined : objectOf(workload, role)?.[key];
    if (file === undefined || (key !== undefined && (isEmpty(value) || value === harmless))) return [];
    const name = key === undefined ? '' : `"${key}"`;
    // A key that a template makes is not found: then it is the file.
    const start = Math.max(0, file.source?.indexOf(name) ?? 0);
    const end = file.source?.startsWith(name, start) ? start + name.length : start;
    return [toProblem({ path: file.path, start, end, severity: 'warning', ...finding }, file.source)];
  });
}
