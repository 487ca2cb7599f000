/**
 * Failure classes, decided from what AWS says. Pure. The table is the documentation: first match wins, and what no
 * row knows is `unknown` with its text whole.
 *
 * Sources: Amazon ECS developer guide, "Stopped tasks error messages" and "Service event messages"; Amazon ECS API
 * reference, Task.stopCode; AWS Lambda API reference, FunctionConfiguration.LastUpdateStatusReasonCode.
 */

export type FailureClass =
  | 'capacity'
  | 'crash'
  | 'health check'
  | 'image'
  | 'permission'
  | 'configuration'
  | 'alarm'
  | 'throttling'
  | 'timeout'
  | 'unknown';

interface Rule {
  readonly pattern: RegExp;
  readonly class: FailureClass;
  readonly next: string;
}

const RULES: readonly Rule[] = [
  {
    pattern: /alarm detected|in ALARM\b/i,
    class: 'alarm',
    next: 'look at the metric of the alarm and at the logs of the new tasks',
  },
  {
    pattern: /AccessDenied|not authorized to perform|access denied|has the permissions to pull/i,
    class: 'permission',
    next: 'grant the role that the message names what it asks for, then deploy again',
  },
  {
    pattern: /toomanyrequests|pull rate limit|Rate exceeded|Throttl|TooManyRequests|are being throttled/i,
    class: 'throttling',
    next: 'wait, or raise the limit that the message names; for images, use a registry without a pull limit',
  },
  {
    pattern:
      /CannotPullContainerError|CannotPullImage|ImageDeleted|ImageAccessDenied|InvalidImage|Source image .* does not exist/i,
    class: 'image',
    next: 'check the image name and tag in the task or function definition, and that it is pushed for this platform',
  },
  {
    pattern:
      /Capacity is unavailable|reached the limit on the number of (tasks|vCPUs)|InsufficientCapacity|SpotInterruption|Spot Task was interrupted|RESOURCE:(CPU|MEMORY|ENI)|InsufficientFreeAddresses|no container instance met all|No Container Instances were found|VcpuLimitExceeded/i,
    class: 'capacity',
    next: 'try again later, use another capacity provider, or ask AWS for a higher limit',
  },
  {
    pattern: /failed (container|ELB) health checks|is unhealthy in|is not healthy in|Health checks failed/i,
    class: 'health check',
    next: 'look at the container logs and at what the health check asks; give slow starters a startPeriod or a grace period',
  },
  {
    pattern: /FunctionError/,
    class: 'crash',
    next: "look at the function's logs: its own code failed while it was initialized",
  },
  {
    pattern: /OutOfMemoryError|Essential container in task exited|EssentialContainerExited|exit(ed)?( with)? code/i,
    class: 'crash',
    next: 'look at the logs of the container that exited; 137 is out of memory or killed, 139 a segmentation fault',
  },
  {
    pattern:
      /ResourceInitializationError|CannotStartContainerError|ResourceNotFoundException|Invalid(Parameter|Configuration|Runtime|ZipFile|Subnet|SecurityGroup)|ClientException|does not exist|executable file not found|ClusterNotFound/i,
    class: 'configuration',
    next: 'correct what the message names in the definition files, or create it, then deploy again',
  },
];

export interface Classified {
  readonly class: FailureClass;
  /** What to do next, as an instruction. */
  readonly next: string;
}

/** What to do where nothing but the class is known. */
const NEXT_OF: Partial<Record<FailureClass, string>> = {
  timeout:
    'see in the service events what it waited for; where tasks only need longer, raise the time-out in the deployment definition',
  'health check': 'look at the container logs and at what the health check asks',
  crash: 'look at the stopped tasks of the service, and at the logs of their containers',
};

/**
 * Classifies one or more texts of the same failure: stop code, reasons, error code, message.
 *
 * @param fallback the class where the texts do not say
 */
export function classify(texts: readonly (string | undefined)[], fallback: FailureClass = 'unknown'): Classified {
  const text = texts.filter(Boolean).join('\n');
  const rule = RULES.find((candidate) => candidate.pattern.test(text));
  return (
    rule ?? {
      class: fallback,
      next: NEXT_OF[fallback] ?? 'read the message above; `gitmoxi logs` shows all events of the rollout',
    }
  );
}
