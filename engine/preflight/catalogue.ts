/**
 * What preflight looks for: one entry per code, with where AWS's documentation says what goes wrong otherwise. The
 * entries are the documentation too (docs/preflight.md). Pure.
 */
import type { Severity } from '../finding.ts';

export interface Check {
  readonly severity: Severity;
  /** What is wrong, as a heading. */
  readonly title: string;
  /** Why it matters: full sentences. */
  readonly about: string;
  /** The page that says so. */
  readonly source: string;
  /** May a person deploy all the same? Not where the rollout could not even be carried out. @default true */
  readonly skippable?: false;
}

const check = (severity: Severity, title: string, about: string, source: string): Check => ({
  severity,
  title,
  about,
  source,
});

const CHECK_TABLE = {
  'alarm-missing': check(
    'error',
    'An alarm does not exist',
    'Nothing would notice that the new revision is bad. Where it is skipped, that alarm is not watched.',
    'CloudWatch API reference, DescribeAlarms: names that do not exist are left out of the answer',
  ),
  'alarm-firing': check(
    'error',
    'An alarm is in ALARM before anything has begun',
    'It cannot tell the new revision from the old one, and ECS turns its own alarm protection off for the deployment. Where it is skipped, that alarm is not watched.',
    'ECS developer guide, "How CloudWatch alarms detect Amazon ECS deployment failures"',
  ),
  'alarm-without-data': check(
    'warning',
    'An alarm has no data yet',
    'Until it has, it notices nothing.',
    'CloudWatch user guide, "Alarm states": INSUFFICIENT_DATA',
  ),
  'target-group-pairs': {
    ...check(
      'error',
      'targetGroupArnPairs do not fit the service',
      'Each target group of the service has to be in exactly one pair: else there is nothing to shift traffic to.',
      'ECS API reference, CreateTaskSet: loadBalancers',
    ),
    skippable: false,
  },
  'pair-not-reached': {
    ...check(
      'error',
      'No listener and no rule forwards to a pair',
      'There is no traffic to shift.',
      'Elastic Load Balancing API reference, ForwardActionConfig',
    ),
    skippable: false,
  },
  'pair-without-weight': {
    ...check(
      'error',
      'Both halves of a pair have weight 0',
      'No request reaches them, and there is none to shift.',
      'Elastic Load Balancing API reference, TargetGroupTuple: Weight',
    ),
    skippable: false,
  },
  'weights-moved': check(
    'error',
    'Listener weights are not what the last rollout left',
    'Somebody sends requests to a half that should get none. Where it is skipped, all traffic first goes to the tasks that serve.',
    'Elastic Load Balancing API reference, ModifyRule: anybody may change the weights at any time',
  ),
  'production-misdirected': check(
    'error',
    'Production traffic goes to an empty target group',
    'Healthy targets stand in the other half: ECS shifts on from there without a word, and its idea of which half serves is wrong from then on.',
    'containers-roadmap #2853',
  ),
  'target-group-missing': check(
    'error',
    'A target group does not exist',
    'ECS refuses the service, or its tasks get no requests.',
    'ECS API reference, LoadBalancer: targetGroupArn',
  ),
  'target-group-type': check(
    'error',
    "A target group's type does not fit the network mode",
    'Tasks in awsvpc mode are registered by address (ip), others by container instance (instance).',
    'ECS API reference, LoadBalancer: targetGroupArn',
  ),
  'target-group-unused': check(
    'error',
    'No load balancer forwards to a target group of the service',
    'ECS refuses to create the service: "The target group … does not have an associated load balancer".',
    'ECS API reference, CreateService: InvalidParameterException',
  ),
  'no-healthy-target': check(
    'error',
    'What serves has no healthy target',
    'Whether the new revision is better could not be told, and going back would go back to what does not work. Skip it to deploy the repair.',
    'Elastic Load Balancing user guide, "Health checks for your target groups"',
  ),
  'rollback-target-inactive': check(
    'error',
    'The task definition that runs is INACTIVE',
    'ECS refuses to start tasks of it anew in an update: there would be no way back.',
    'ECS API reference, DeregisterTaskDefinition: an INACTIVE task definition cannot be used to run new tasks or update a service to it',
  ),
  'rollback-image-missing': check(
    'error',
    'An image of what runs is gone',
    'Tasks that run stay, but none can be started: there would be no way back.',
    'ECS developer guide, "CannotPullContainer task errors"',
  ),
  'deployment-in-progress': check(
    'error',
    'Somebody else is deploying right now',
    'A rollout would cut in: what it goes back to is not at rest, and one of the two ends with what the other put there. Deployments of this store are known and not meant.',
    'ECS API reference, UpdateService: a new deployment takes the place of one in progress',
  ),
  'cluster-missing': check(
    'error',
    'The cluster does not exist, or is INACTIVE',
    'No service can be created in it.',
    'ECS API reference, Cluster: status',
  ),
  'capacity-provider-missing': check(
    'error',
    'A capacity provider is not one of the cluster',
    'ECS refuses the service, or the fallback when it is needed.',
    'ECS API reference, PutClusterCapacityProviders: only capacity providers associated with the cluster can be used',
  ),
  'task-definition-missing': check(
    'error',
    'The task definition that the service names does not exist, or is INACTIVE',
    'ECS refuses the service.',
    'ECS API reference, DeregisterTaskDefinition',
  ),
  'subnet-missing': check(
    'error',
    'A subnet does not exist',
    'ECS refuses the service, or Lambda the function: InvalidSubnetID.NotFound.',
    'EC2 API reference, error codes: InvalidSubnetID.NotFound',
  ),
  'security-group-missing': check(
    'error',
    'A security group does not exist',
    'ECS refuses the service, or Lambda the function: InvalidGroup.NotFound.',
    'EC2 API reference, error codes: InvalidGroup.NotFound',
  ),
  'network-split': check(
    'error',
    'Subnets and security groups are in different VPCs',
    'A network interface takes all of them from one VPC: no task and no function can start.',
    'ECS API reference, AwsVpcConfiguration: all specified subnets, and all security groups, must be from the same VPC',
  ),
  'few-addresses': check(
    'warning',
    'The subnets have few free addresses',
    'Each new task needs one; those that get none do not start.',
    'EC2 API reference, Subnet: AvailableIpAddressCount',
  ),
  'role-missing': check(
    'error',
    'A role does not exist',
    'ECS stops each task with "unable to assume the role"; Lambda refuses the function.',
    'ECS developer guide, "Amazon ECS task execution IAM role"; Lambda developer guide, "Lambda execution role"',
  ),
  'role-not-trusted': check(
    'error',
    'A role cannot be assumed by the service that is to use it',
    'Its trust policy has to allow sts:AssumeRole to that service.',
    'ECS developer guide, "Amazon ECS task IAM role"; Lambda developer guide, "Lambda execution role"',
  ),
  'secret-missing': check(
    'error',
    'A secret does not exist, or is marked for deletion',
    'Tasks stop with ResourceInitializationError before they start.',
    'ECS developer guide, "Amazon ECS resource initialization errors"',
  ),
  'secret-without-value': check(
    'error',
    'A secret has no value with the label that is asked for',
    'Tasks stop with ResourceInitializationError before they start. The value itself is never read.',
    'Secrets Manager API reference, DescribeSecret: VersionIdsToStages',
  ),
  'parameter-missing': check(
    'error',
    'An SSM parameter does not exist',
    'Tasks stop with ResourceInitializationError before they start. The value itself is never read.',
    'Systems Manager API reference, DescribeParameters',
  ),
  'log-group-missing': check(
    'error',
    'A log group does not exist',
    'Tasks stop with ResourceInitializationError before they start, unless awslogs-create-group is true.',
    'ECS developer guide, "Send Amazon ECS logs to CloudWatch": awslogs-create-group',
  ),
  'image-missing': check(
    'error',
    'An image is not in its ECR repository',
    'Tasks stop with CannotPullContainerError; Lambda refuses the code. Registries other than ECR are not asked.',
    'ECS developer guide, "CannotPullContainer task errors"',
  ),
  'object-missing': check(
    'error',
    "The function's code is not in S3",
    'Lambda refuses the code: NoSuchKey.',
    'Lambda API reference, FunctionCode',
  ),
  'layer-missing': check(
    'error',
    'A version of a layer does not exist',
    'Lambda refuses the configuration.',
    'Lambda API reference, GetLayerVersionByArn',
  ),
  'not-checked': check(
    'info',
    'Something could not be looked at',
    'These credentials may not, or the endpoint does not know how. Nothing is refused for it; the hint names the permission.',
    'IAM user guide, "Troubleshoot access denied error messages"',
  ),
} as const satisfies Record<string, Check>;

/** A code without its `preflight.`: what lists of checks to be skipped name. */
export type CheckName = keyof typeof CHECK_TABLE;

export const CHECKS: Readonly<Record<CheckName, Check>> = CHECK_TABLE;

export const CHECK_NAMES = Object.keys(CHECKS) as readonly CheckName[];

/** Those that people may skip. */
export const SKIPPABLE: readonly CheckName[] = CHECK_NAMES.filter(
  (name) => CHECKS[name].severity === 'error' && CHECKS[name].skippable !== false,
);
