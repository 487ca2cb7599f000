/** Credentials that do not count, and permissions that are missing. */
import { type Rule, SOURCE } from './rule.ts';

export const ACCESS: readonly Rule[] = [
  {
    id: 'credentials-expired',
    pattern: /ExpiredToken|security token included in the request is expired|RequestExpired/i,
    class: 'permission',
    cause: 'the credentials of whoever deploys have expired',
    next: 'log in again (`aws sso login`), then go on with `gitmoxi resume` or deploy again',
    source: SOURCE.common,
  },
  {
    id: 'credentials-rejected',
    pattern:
      /InvalidClientTokenId|UnrecognizedClientException|InvalidSignatureException|SignatureDoesNotMatch|MissingAuthenticationToken|IncompleteSignature/i,
    class: 'permission',
    cause: 'AWS does not know these credentials, or they do not belong together',
    next: 'check which profile and keys are in use with `aws sts get-caller-identity`, and the clock of this machine',
    source: SOURCE.common,
  },
  {
    id: 'region-disabled',
    pattern: /RegionDisabled/i,
    class: 'permission',
    cause: 'the region is not enabled for the account',
    next: 'enable the region in the account settings, or correct environment.region',
    source: SOURCE.common,
  },
  {
    id: 'account-blocked',
    pattern: /BlockedException|account is currently blocked/i,
    class: 'permission',
    cause: 'AWS has blocked the account',
    next: 'ask AWS Support to lift the block',
    source: SOURCE.ecs,
  },
  {
    id: 'pass-role-denied',
    pattern:
      /(?:User: (?<principal>\S+) )?is not authorized to perform:? (?<action>iam:PassRole)(?: on resource:? (?<resource>[^\s,]+))?/i,
    class: 'permission',
    cause: 'whoever deploys may not hand {resource|the role of the definition} to AWS',
    next: 'allow {action} on {resource|the role} to {principal|the caller}',
    fix: 'allow-action',
    source: SOURCE.iam,
  },
  {
    id: 'secret-denied',
    pattern:
      /ResourceInitializationError.*?(?:User: (?<principal>\S+) )?is not authorized to perform:? (?<action>(?:secretsmanager|ssm|kms):\w+)(?: on resource:? (?<resource>[^\s,]+))?/is,
    class: 'permission',
    cause: "the task's execution role may not read a secret that the task definition names",
    next: 'allow {action} on {resource|the secret} to {principal|the execution role}',
    fix: 'allow-action',
    source: SOURCE.starting,
  },
  {
    id: 'pull-denied',
    pattern:
      /(?:CannotPullContainerError.{0,500}?)?pull access denied for (?<image>[^\s,]+)|can't pull the image '(?<named>[^']+)'.*has the permissions to pull|CannotPullContainerError.*(?:AccessDenied|403 Forbidden|denied:)/is,
    class: 'permission',
    cause:
      'the registry does not let the task pull {image|named|the image}: it is private, or not there under this name',
    next: 'let the execution role pull it (ecr:GetAuthorizationToken, ecr:BatchGetImage, ecr:GetDownloadUrlForLayer), give repositoryCredentials for another private registry, or correct the name',
    source: SOURCE.pulling,
  },
  {
    id: 'service-linked-role-missing',
    pattern: /Unable to assume the service linked role/i,
    class: 'permission',
    cause: 'the account has no service-linked role for Amazon ECS yet',
    next: 'run `aws iam create-service-linked-role --aws-service-name ecs.amazonaws.com`, then deploy again',
    source: SOURCE.ecs,
  },
  {
    id: 'service-role-unusable',
    pattern:
      /Unable to assume (?:the )?role\b|IAM (?:permissions policies have|trust relationship has) been misconfigured|ECS was unable to assume the role '?(?<role>[^\s']+)?/i,
    class: 'permission',
    cause: 'Amazon ECS may not use the role {role|of the service}, or the role may not do what ECS needs',
    next: "correct the role's trust policy (ecs.amazonaws.com, ecs-tasks.amazonaws.com for task roles) and its permissions",
    source: SOURCE.events,
  },
  {
    id: 'function-role-unusable',
    pattern: /cannot be assumed by Lambda|InsufficientRolePermissions/i,
    class: 'permission',
    cause: "Lambda may not use the function's role, or the role lacks what the function's settings need",
    next: 'let lambda.amazonaws.com assume the role; in a VPC it needs ec2:CreateNetworkInterface too (AWSLambdaVPCAccessExecutionRole)',
    source: SOURCE.lambda,
  },
  {
    id: 'function-image-denied',
    pattern: /ImageAccessDenied|does not have permission to access the ECR image/i,
    class: 'permission',
    cause: "Lambda may not read the function's image in Amazon ECR",
    next: 'allow ecr:BatchGetImage and ecr:GetDownloadUrlForLayer to lambda.amazonaws.com in the policy of the repository',
    source: SOURCE.lambda,
  },
  {
    id: 'function-key-denied',
    pattern: /KMS(?:Key)?AccessDenied/i,
    class: 'permission',
    cause: "Lambda may not decrypt the function's environment with its KMS key",
    next: "allow kms:Decrypt on the key to the function's role",
    source: SOURCE.lambdaStates,
  },
  {
    id: 'target-group-may-not-invoke',
    pattern: /elasticloadbalancing principal does not have permission to invoke (?<function>\S+)/i,
    class: 'permission',
    cause: 'the load balancer may not invoke {function|the function}',
    next: 'give the target group as a push event source: the permission is then added on the alias',
    source: SOURCE.elb,
  },
  {
    id: 'function-permission-denied',
    pattern: /FunctionError\.PermissionDenied|EC2AccessDenied(?:Exception)?/i,
    class: 'permission',
    cause: "the function's code may not be read or run, or its role may not use the network",
    next: 'make the files of the package readable (chmod 644, 755 for folders and programs), and check the role',
    source: SOURCE.lambdaStates,
  },
  {
    id: 'action-denied',
    pattern:
      /(?:User: (?<principal>\S+) )?is not authorized to perform:? (?<action>[\w-]+:\w+)(?: on resource:? (?<resource>[^\s,]+))?/i,
    class: 'permission',
    cause: '{principal|the caller} lacks a permission, or a policy denies it',
    next: 'allow {action} on {resource|the resource} to {principal|the caller}; where it is allowed already, look for a deny in an SCP or a permissions boundary',
    fix: 'allow-action',
    source: SOURCE.iam,
  },
  {
    id: 'access-denied',
    pattern: /AccessDenied|not authorized to perform|access denied|\bForbidden\b/i,
    class: 'permission',
    cause: 'a permission is missing, or a policy denies it',
    next: 'grant the role that the message names what it asks for, then deploy again',
    source: SOURCE.common,
  },
];
