/** What AWS Lambda keeps in one account and region. Plain data. */
import type { JsonObject } from '../json.ts';
import type { Region } from '../world.ts';

export interface Lambda {
  readonly region: Region;
  readonly functions: Map<string, LambdaFunction>;
  /** By UUID. */
  readonly mappings: Map<string, EventSourceMapping>;
  /** Code by the hexadecimal SHA-256 of its zip, for `Code.Location`. */
  readonly archive: Map<string, Buffer>;
  /** Code of a snapshot, whose bytes are not known, by the digest of the zip that stands for it. */
  readonly standIns: Map<string, Code>;
}

export interface LambdaFunction {
  readonly lambda: Lambda;
  readonly name: string;
  /** Without a version. */
  readonly arn: string;
  readonly packageType: 'Zip' | 'Image';
  readonly latest: FunctionVersion;
  /** Published ones by number. */
  readonly versions: Map<string, FunctionVersion>;
  readonly aliases: Map<string, Alias>;
  /** By qualifier, `$LATEST` for none. */
  readonly policies: Map<string, Policy>;
  /** By qualifier. */
  readonly provisioned: Map<string, ProvisionedConcurrency>;
  readonly tags: Map<string, string>;
  reservedConcurrency: number | undefined;
  /** Never given twice, even after a version is deleted. */
  lastVersion: number;
  /** Updates since creation. */
  updates: number;
  /** Random draws so far. */
  draws: number;
}

export type State = 'Pending' | 'Active' | 'Failed';
export type UpdateStatus = 'InProgress' | 'Successful' | 'Failed';

export interface Reason {
  readonly code: string;
  readonly text: string;
}

export interface FunctionVersion {
  /** `$LATEST` or a number. */
  readonly version: string;
  configuration: JsonObject;
  code: Code;
  state: State;
  stateReason: Reason | undefined;
  /** Its SnapStart snapshot is being made. */
  initializing: boolean;
  updateStatus: UpdateStatus;
  updateReason: Reason | undefined;
  revisionId: string;
  lastModified: number;
}

export interface Code {
  /** What AWS shows: base64 of the zip's SHA-256, hexadecimal for an image. */
  readonly sha256: string;
  readonly size: number;
  /** `s3://bucket/key`, an image URI, or `zip:` and the hexadecimal SHA-256: what scenarios match. */
  readonly source: string;
  readonly imageUri: string | undefined;
  /** Key in the archive; undefined for images. */
  readonly archiveKey: string | undefined;
  readonly architectures: readonly string[];
}

export interface Alias {
  readonly name: string;
  functionVersion: string;
  description: string;
  /** Of at most one further version, 0..1. */
  weights: ReadonlyMap<string, number>;
  revisionId: string;
}

export interface Policy {
  revisionId: string;
  readonly statements: Map<string, JsonObject>;
}

export interface ProvisionedConcurrency {
  readonly requested: number;
  status: 'IN_PROGRESS' | 'READY' | 'FAILED';
  /** Why it failed. */
  reason: string | undefined;
  readonly lastModified: number;
  /** Of this allocation, ms. */
  readonly startedAt: number;
  readonly readyAt: number;
}

export type MappingState = 'Creating' | 'Enabling' | 'Enabled' | 'Disabling' | 'Disabled' | 'Updating' | 'Deleting';

export interface EventSourceMapping {
  readonly uuid: string;
  readonly arn: string;
  configuration: JsonObject;
  functionArn: string;
  readonly tags: Map<string, string>;
  state: MappingState;
  reason: string;
  lastModified: number;
  draws: number;
}
