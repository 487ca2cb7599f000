/**
 * What is known of the account and region that a workload is deployed to: names for completion, and the ground for
 * warnings about what does not exist. It comes from outside, if a person wants it; by default nothing is known.
 */
import { type CheckedWorkload, objectOf } from '../../engine/check/index.ts';
import { environmentOf, targetOf } from '../../engine/plan/index.ts';

/** Kinds of things that keys name. */
export type AwsKind =
  | 'cluster'
  | 'service'
  | 'targetGroup'
  | 'alarm'
  | 'subnet'
  | 'securityGroup'
  | 'role'
  | 'repository'
  | 'image'
  | 'logGroup'
  | 'function'
  | 'queue'
  | 'capacityProvider';

/** Where a workload is deployed to. What its files do not say is the caller's own. */
export interface AwsPlace {
  readonly account?: string | undefined;
  readonly region?: string | undefined;
}

export interface AwsThing {
  /** What is written into a file: a name, an id or an ARN. */
  readonly id: string;
  /** Shown beside it, for example a subnet's name and zone. */
  readonly detail?: string;
}

export interface AwsList {
  readonly things: readonly AwsThing[];
  /** Whether these are all that there are: only then can something not exist. */
  readonly complete: boolean;
  /** Whose they are, where that is known. */
  readonly account?: string;
  readonly region?: string;
}

export interface AwsKnowledge {
  /**
   * Never waits: what is not known yet is empty and not complete.
   *
   * @param of what the things are in: a service's cluster by name, an image's repository by URI
   */
  list(kind: AwsKind, place: AwsPlace, of?: string): AwsList;
}

export const NOTHING_KNOWN: AwsList = { things: [], complete: false };

export const NO_AWS_KNOWLEDGE: AwsKnowledge = { list: () => NOTHING_KNOWN };

/**
 * As deploying finds it.
 *
 * @returns undefined where the file that says it cannot be read, or does not say it yet
 */
export function placeOf(workload: CheckedWorkload): AwsPlace | undefined {
  const deployment = objectOf(workload, 'deployment');
  if (deployment === undefined && workload.files.some(({ role }) => role === 'deployment')) return undefined;
  return targetOf(workload, {}) ?? environmentOf(deployment);
}

/** For people. */
export const AWS_WORDS: Readonly<Record<AwsKind, string>> = {
  cluster: 'cluster',
  service: 'service',
  targetGroup: 'target group',
  alarm: 'alarm',
  subnet: 'subnet',
  securityGroup: 'security group',
  role: 'role',
  repository: 'repository',
  image: 'image',
  logGroup: 'log group',
  function: 'function',
  queue: 'queue',
  capacityProvider: 'capacity provider',
};

/** Source: Amazon ECR user guide, "Private registries": registry URIs. */
const ECR =
  /^\d{12}\.dkr[.-]ecr(?:-fips)?\.[a-z0-9-]+\.(?:amazonaws\.com(?:\.cn)?|on\.aws|on\.amazonwebservices\.com\.cn)\/[^:@]+(?=[:@])/;

/** The repository's URI of an image in ECR; undefined while there is no tag or digest, and for other registries. */
export const imageRepository = (image: string): string | undefined => ECR.exec(image)?.[0];
