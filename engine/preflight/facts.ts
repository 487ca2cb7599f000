/**
 * What a preflight wants to know of things outside the files, and what was found. Pure; `engine/aws` does the looking.
 */

/** What is known of a thing that is there, by its kind. */
export interface FactOf {
  /** By name or ARN. */
  readonly cluster: { readonly status: string; readonly capacityProviders: readonly string[] };
  readonly subnet: { readonly vpc: string; readonly freeAddresses: number };
  readonly 'security-group': { readonly vpc: string };
  /** By ARN or name. `trusts`: services that may assume it; null where its policy is too involved to say. */
  readonly role: { readonly trusts: readonly string[] | null };
  readonly 'target-group': { readonly type: string; readonly loadBalancers: number };
  /** Of a target group, how many targets are in which health. */
  readonly targets: {
    readonly healthy: number;
    readonly unhealthy: number;
    readonly draining: number;
    readonly other: number;
  };
  readonly 'task-definition': { readonly status: string };
  /** By ARN, without key, stage and version. Never its value. */
  readonly secret: { readonly isDeleted: boolean; readonly stages: readonly string[] };
  /** By name. Never its value. */
  readonly parameter: object;
  readonly 'log-group': object;
  /** An image of ECR by its URI. */
  readonly image: object;
  /** `bucket/key`, and where a version is asked for `?version`. */
  readonly object: object;
  /** A layer's version by its ARN. */
  readonly layer: object;
  readonly alarm: { readonly state: string; readonly reason: string };
}

export type ThingKind = keyof FactOf;

/** Something that files name and that has to be there. */
export interface Thing {
  readonly kind: ThingKind;
  /** Whose credentials look: the workload's account. */
  readonly account: string | undefined;
  readonly region: string;
  readonly id: string;
}

export const thingKey = ({ kind, account, region, id }: Thing): string => `${kind} ${account} ${region} ${id}`;

export type Looked<Fact> =
  | { readonly state: 'found'; readonly fact: Fact }
  | { readonly state: 'absent' }
  /** Nothing can be said. `code` is AWS's, `why` in its words, for people. */
  | { readonly state: 'unknown'; readonly code: string; readonly why: string };

/** By `thingKey`. */
export type Facts = ReadonlyMap<string, Looked<unknown>>;

/** How checks ask. */
export type Look = <K extends ThingKind>(kind: K, region: string, id: string) => Looked<FactOf[K]>;

export const UNASKED: Looked<never> = { state: 'unknown', code: 'unasked', why: 'it was not asked for' };

/** What the last rollout of the target says about what is live. */
export interface Past {
  /** Was it left before it came to an end of its own, so that what is live may be half done? */
  readonly leftHalfway: boolean;
  /** Does it know of the deployment or task set with this id? */
  readonly knows: (id: string) => boolean;
}

/** What a look at each kind of thing needs to be allowed. */
export const PERMISSIONS: Readonly<Record<ThingKind, string>> = {
  cluster: 'ecs:DescribeClusters',
  subnet: 'ec2:DescribeSubnets',
  'security-group': 'ec2:DescribeSecurityGroups',
  role: 'iam:GetRole',
  'target-group': 'elasticloadbalancing:DescribeTargetGroups',
  targets: 'elasticloadbalancing:DescribeTargetHealth',
  'task-definition': 'ecs:DescribeTaskDefinition',
  secret: 'secretsmanager:DescribeSecret',
  parameter: 'ssm:DescribeParameters',
  'log-group': 'logs:DescribeLogGroups',
  image: 'ecr:DescribeImages',
  object: 's3:GetObject',
  layer: 'lambda:GetLayerVersion',
  alarm: 'cloudwatch:DescribeAlarms',
};
