/**
 * What is known of the AWS account that a workload is deployed to: names for completion, and the ground for warnings
 * about what does not exist. It comes from outside, if a person wants it; by default nothing is known.
 */

/** Kinds of things that keys name. */
export type AwsKind =
  | 'cluster'
  | 'targetGroup'
  | 'alarm'
  | 'subnet'
  | 'securityGroup'
  | 'role'
  | 'logGroup'
  | 'function'
  | 'queue'
  | 'capacityProvider';

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
}

export interface AwsKnowledge {
  /** Never waits: what is not known yet is empty and not complete. */
  list(kind: AwsKind): AwsList;
}

const NOTHING: AwsList = { things: [], complete: false };

export const NO_AWS_KNOWLEDGE: AwsKnowledge = { list: () => NOTHING };
