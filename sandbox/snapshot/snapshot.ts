/**
 * A snapshot: what runs in some accounts and regions, as AWS's own Describe operations tell it. Plain JSON, members in
 * each service's own spelling; what the sandbox does not imitate is left out silently.
 */
import type { JsonObject } from '../json.ts';

export interface Snapshot {
  readonly regions: readonly RegionSnapshot[];
}

export interface RegionSnapshot {
  /** Twelve digits. */
  readonly account: string;
  /** For example `us-west-2`. */
  readonly region: string;
  /** ECS DescribeClusters. */
  readonly clusters: readonly JsonObject[];
  /** ECS DescribeTaskDefinition, with `tags` among its members. Those that services and task sets name have to be here. */
  readonly taskDefinitions: readonly JsonObject[];
  /** ECS DescribeServices, with tags and task sets. */
  readonly services: readonly JsonObject[];
  /** ELBv2 DescribeTargetGroups, with `Attributes`, and with `Targets` where these are functions. */
  readonly targetGroups: readonly JsonObject[];
  /** ELBv2 DescribeListeners, with `Rules`. */
  readonly listeners: readonly JsonObject[];
  /** CloudWatch DescribeAlarms. */
  readonly alarms: readonly JsonObject[];
  readonly functions: readonly FunctionSnapshot[];
  readonly apis: readonly ApiSnapshot[];
}

export interface FunctionSnapshot {
  /** Lambda GetFunctionConfiguration of `$LATEST`. */
  readonly latest: JsonObject;
  /** GetFunction's `Code`. */
  readonly code: JsonObject;
  readonly tags: Readonly<Record<string, string>>;
  /** Configurations of published versions. */
  readonly versions: readonly JsonObject[];
  /** GetAlias. What it names has to be among the versions. */
  readonly aliases: readonly JsonObject[];
  /** Of the resource policies of its aliases. */
  readonly permissions: readonly {
    readonly alias: string;
    readonly id: string;
    readonly principal: string;
    readonly sourceArn: string;
  }[];
  /** Event source mappings: `FunctionArn`, `UUID`, and the members of CreateEventSourceMapping. */
  readonly mappings: readonly JsonObject[];
  /** Provisioned concurrency by qualifier. */
  readonly provisioned: Readonly<Record<string, number>>;
}

/** An HTTP API as far as its routes to functions go. */
export interface ApiSnapshot {
  readonly apiId: string;
  readonly routes: readonly {
    readonly routeId: string;
    readonly routeKey: string;
    /** `integrations/…`. */
    readonly target: string | null;
    /** What that integration points to. */
    readonly integrationUri: string | null;
  }[];
  readonly stages: readonly {
    readonly stageName: string;
    readonly autoDeploy: boolean;
    readonly variables: Readonly<Record<string, string>>;
  }[];
}
