/** What a rule of the table is, and the sources that rules cite. */
import type { FailureClass } from '../failureClass.ts';
import type { FixName } from '../fixes.ts';

/**
 * One thing that AWS says when something goes wrong, and what it means.
 *
 * `cause` and `next` are sentences for people. `{image|the image}` stands for what the pattern's group `image` found,
 * and for `the image` where it found nothing; `{role|user|the caller}` tries several groups.
 */
export interface Rule {
  /** Stable name, written nowhere else. */
  readonly id: string;
  /** Tried on each text by itself. */
  readonly pattern: RegExp;
  readonly class: FailureClass;
  /** Why, most likely. */
  readonly cause: string;
  /** What to do, as an instruction. */
  readonly next: string;
  /** The edit that would mend it, where that is mechanical. */
  readonly fix?: FixName;
  /** May the program's own log lines say why? @default no: AWS knows */
  readonly inLogs?: true;
  /** Where the text and its meaning come from. */
  readonly source: string;
}

export const SOURCE = {
  stopped: 'Amazon ECS Developer Guide, stopped task error codes',
  pulling: 'Amazon ECS Developer Guide, CannotPullContainer task errors',
  starting: 'Amazon ECS Developer Guide, ResourceInitializationError task errors',
  task: 'Amazon ECS API Reference, Task (stopCode, stoppedReason) and Container (exitCode, reason)',
  signals: 'POSIX and bash: exit status 126, 127, and 128 plus the number of the signal',
  events: 'Amazon ECS Developer Guide, service event messages',
  deployments: 'Amazon ECS Developer Guide, service deployment states and circuit breaker',
  spot: 'Amazon ECS Developer Guide, Fargate Spot termination and capacity errors',
  failures: 'Amazon ECS Developer Guide, API failure reasons',
  ecs: 'Amazon ECS API Reference, common errors and errors of CreateService, UpdateService and RegisterTaskDefinition',
  sizes: 'Amazon ECS Developer Guide, task size (CPU and memory of Fargate tasks)',
  targets: 'Elastic Load Balancing API Reference, TargetHealth (Reason)',
  elb: 'Elastic Load Balancing API Reference, errors',
  lambdaStates: 'AWS Lambda API Reference, FunctionConfiguration (StateReasonCode, LastUpdateStatusReasonCode)',
  lambda: 'AWS Lambda API Reference, errors, and AWS Lambda Developer Guide',
  alarms: 'Amazon CloudWatch User Guide, alarms',
  cloudWatch: 'Amazon CloudWatch API Reference, errors',
  secrets: 'AWS Secrets Manager API Reference, GetSecretValue; AWS Systems Manager API Reference, GetParameter',
  gateway: 'Amazon API Gateway V2 API Reference, errors',
  dynamo: 'Amazon DynamoDB API Reference, errors',
  iam: 'AWS Identity and Access Management User Guide, access denied error messages',
  common: 'AWS General Reference, common errors',
} as const;
