/** Why tasks end: AWS's texts, with their sources in SPEC.md, "Stop codes and reasons". */
import type { InitFailure, PullFailure } from '../scenario/index.ts';

export function pullReason(failure: PullFailure, image: string): string {
  switch (failure) {
    case 'not-found':
      return `CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref ${image}: ${image}: not found`;
    case 'access-denied':
      return `CannotPullContainerError: pull access denied for ${image}, repository does not exist or may require 'docker login': denied: User is not authorized`;
    case 'rate-limited':
      return `CannotPullContainerError: failed to resolve ref ${image}: unexpected status from HEAD request: 429 Too Many Requests: toomanyrequests: You have reached your pull rate limit.`;
    case 'wrong-architecture':
      return "CannotPullContainerError: image Manifest does not contain descriptor matching platform 'linux/amd64'";
    case 'no-route':
      return 'ResourceInitializationError: unable to pull secrets or registry auth: The task cannot pull registry auth from Amazon ECR: There is a connection issue between the task and Amazon ECR. Check your task network configuration.';
  }
}

const NO_SECRETS =
  'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed';

export function initReason(
  failure: InitFailure,
  subject: {
    readonly secret: string;
    /** The session of the execution role. */
    readonly principal: string;
    readonly command: string;
    readonly subnet: string;
    readonly publicIp: boolean;
  },
): string {
  switch (failure) {
    case 'secret-denied':
      return `${NO_SECRETS}: unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret ${subject.secret} from secrets manager: api error AccessDeniedException: User: ${subject.principal} is not authorized to perform: secretsmanager:GetSecretValue on resource: ${subject.secret} because no identity-based policy allows the secretsmanager:GetSecretValue action`;
    case 'secret-missing':
      return `${NO_SECRETS}: unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret ${subject.secret} from secrets manager: ResourceNotFoundException: Secrets Manager can't find the specified secret.`;
    case 'secret-malformed':
      return `${NO_SECRETS}: unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret ${subject.secret} from secrets manager: invalid character 'p' in literal true (expecting 'r')`;
    case 'parameter-missing':
      return `${NO_SECRETS}: unable to retrieve secrets from ssm: service call has been retried 1 time(s): invalid ssm parameters: ${subject.secret}`;
    case 'log-group-missing':
      return 'ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: operation error CloudWatch Logs: CreateLogStream, https response error StatusCode: 400, ResourceNotFoundException: The specified log group does not exist. : exit status 1';
    case 'logs-unreachable':
      return 'ResourceInitializationError: failed to validate logger args: The task cannot find the Amazon CloudWatch log group defined in the task definition. There is a connection issue between the task and Amazon CloudWatch. Check your network configuration. : signal: killed';
    case 'file-system-unreachable':
      return 'ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: stderr: mount.nfs4: Connection timed out : unsuccessful EFS utils command execution; code: 32';
    case 'no-addresses':
      return `Unexpected EC2 error while attempting to Create Network Interface with public IP assignment ${subject.publicIp ? 'enabled' : 'disabled'} in subnet '${subject.subnet}': InsufficientFreeAddressesInSubnet`;
    case 'network-timeout':
      return 'Timeout waiting for network interface provisioning to complete.';
    case 'entry-point-missing':
      return `CannotStartContainerError: ResourceInitializationError: failed to create new container runtime task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "${subject.command}": executable file not found in $PATH: unknown`;
  }
}

export const CONTAINER_EXITED = 'Essential container in task exited';
export const HOST_RETIRED = 'Amazon ECS is performing maintenance on the underlying infrastructure hosting the task.';
export const SPOT_INTERRUPTED = 'Your Spot Task was interrupted.';
export const CONTAINER_CHECKS_FAILED = 'Task failed container health checks';
export const OUT_OF_MEMORY = 'OutOfMemoryError: Container killed due to memory usage';

export function targetChecksFailed(targetGroupArn: string): string {
  return `Task failed ELB health checks in (target-group ${targetGroupArn})`;
}
