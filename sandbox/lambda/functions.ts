/**
 * Functions and their versions over time: creation, updates, publishing. Owns: their states. The state machines are
 * those of the developer guide, "function states" (SPEC.md, "Lambda states").
 */

import { object, text } from '../input.ts';
import { canonical, type JsonObject } from '../json.ts';
import { functionEffect } from '../scenario/index.ts';
import type { Region } from '../world.ts';
import { conflict, stale } from './faults.ts';
import type { Code, FunctionVersion, Lambda, LambdaFunction, Reason } from './state.ts';

const SECOND = 1000;

/** [low, high) seconds. Sources: SPEC.md, "Durations". */
const ZIP_TIMES = [1, 5] as const;
const IMAGE_CREATE = [5, 30] as const;
const IMAGE_UPDATE = [10, 40] as const;
const VPC_TIMES = [40, 60] as const;
const SNAPSHOT = [60, 180] as const;

export function lambdaOf(region: Region): Lambda {
  return region.part(createLambda);
}

function createLambda(region: Region): Lambda {
  return { region, functions: new Map(), mappings: new Map(), archive: new Map(), standIns: new Map() };
}

/** A new revision id: each write of anything changes one. */
export function newRevisionId(fn: LambdaFunction): string {
  return fn.lambda.region.random(`lambda/${fn.name}/revision/${fn.draws++}`).uuid();
}

export interface NewFunction {
  readonly name: string;
  readonly packageType: 'Zip' | 'Image';
  readonly configuration: JsonObject;
  readonly code: Code;
  readonly tags: Map<string, string>;
}

/** A function in state Pending, which becomes Active, or Failed where the scenario says so. */
export function createFunction(lambda: Lambda, given: NewFunction): LambdaFunction {
  const { region } = lambda;
  const fn: LambdaFunction = {
    lambda,
    name: given.name,
    arn: region.arn('lambda', `function:${given.name}`),
    packageType: given.packageType,
    latest: {
      version: '$LATEST',
      configuration: given.configuration,
      code: given.code,
      state: 'Pending',
      stateReason: { code: 'Creating', text: 'The function is being created.' },
      initializing: false,
      updateStatus: 'InProgress',
      updateReason: { code: 'Creating', text: 'The function is being created.' },
      revisionId: '',
      lastModified: region.now,
    },
    versions: new Map(),
    aliases: new Map(),
    policies: new Map(),
    provisioned: new Map(),
    tags: given.tags,
    reservedConcurrency: undefined,
    lastVersion: 0,
    updates: 0,
    draws: 0,
  };
  fn.latest.revisionId = newRevisionId(fn);
  lambda.functions.set(given.name, fn);
  const effect = functionEffect(region.scenario, subjectOf(fn, given.code));
  const usual = hasVpc(given.configuration) ? VPC_TIMES : given.packageType === 'Image' ? IMAGE_CREATE : ZIP_TIMES;
  region.after(seconds(fn, effect.seconds, usual) * SECOND, () => {
    const failure = effect.activation && failureOf(effect.activation, effect.reason);
    for (const version of [fn.latest, ...fn.versions.values()]) {
      if (version.state !== 'Pending' || version.initializing) continue;
      version.state = failure ? 'Failed' : 'Active';
      version.stateReason = failure || undefined;
      version.updateStatus = failure ? 'Failed' : 'Successful';
      version.updateReason = failure || undefined;
      version.revisionId = newRevisionId(fn);
    }
  });
  return fn;
}

export interface Update {
  readonly configuration?: JsonObject;
  readonly code?: Code;
}

/**
 * Begins an update of `$LATEST`. When it fails, the configuration and code before it are in force again.
 * @returns what has to be told about the outcome, for a version published along with it
 */
export function beginUpdate(fn: LambdaFunction, update: Update): void {
  const { latest } = fn;
  const { region } = fn.lambda;
  const before = { configuration: latest.configuration, code: latest.code };
  latest.configuration = update.configuration ?? latest.configuration;
  latest.code = update.code ?? latest.code;
  latest.updateStatus = 'InProgress';
  latest.updateReason = { code: 'Creating', text: 'The function is being created.' };
  latest.lastModified = region.now;
  latest.revisionId = newRevisionId(fn);
  fn.updates++;
  const effect = functionEffect(region.scenario, subjectOf(fn, latest.code));
  const movesVpc = canonical(before.configuration['VpcConfig']) !== canonical(latest.configuration['VpcConfig']);
  const usual = movesVpc ? VPC_TIMES : fn.packageType === 'Image' && update.code ? IMAGE_UPDATE : ZIP_TIMES;
  region.after(seconds(fn, effect.seconds, usual) * SECOND, () => {
    const failure = effect.update && failureOf(effect.update, effect.reason);
    if (failure) Object.assign(latest, before);
    latest.updateStatus = failure ? 'Failed' : 'Successful';
    latest.updateReason = failure || undefined;
    latest.revisionId = newRevisionId(fn);
    for (const version of fn.versions.values()) {
      if (version.updateStatus !== 'InProgress') continue;
      version.updateStatus = failure ? 'Failed' : 'Successful';
      if (failure) version.state = 'Failed';
      version.updateReason = failure || undefined;
      version.stateReason = failure || undefined;
    }
  });
}

/** Snapshots `$LATEST`; where nothing changed since the last version, that one is given instead of a new one. */
export function publish(fn: LambdaFunction, description: string | undefined): FunctionVersion {
  const { latest } = fn;
  const last = fn.versions.get(String(fn.lastVersion));
  if (last !== undefined && last.code.sha256 === latest.code.sha256 && sameConfiguration(last, latest)) return last;
  const version = String(++fn.lastVersion);
  const published: FunctionVersion = {
    ...latest,
    version,
    configuration:
      description === undefined ? latest.configuration : { ...latest.configuration, Description: description },
    revisionId: newRevisionId(fn),
    lastModified: fn.lambda.region.now,
  };
  fn.versions.set(version, published);
  if (text(object(latest.configuration, 'SnapStart') ?? {}, 'ApplyOn') === 'PublishedVersions') snapshot(fn, published);
  return published;
}

/** A version with SnapStart is Pending until its snapshot is made. */
function snapshot(fn: LambdaFunction, version: FunctionVersion): void {
  const { region } = fn.lambda;
  version.state = 'Pending';
  version.stateReason = { code: 'Creating', text: 'The function is being created.' };
  version.initializing = true;
  const effect = functionEffect(region.scenario, { ...subjectOf(fn, version.code), version: version.version });
  region.after(seconds(fn, effect.readySeconds, SNAPSHOT) * SECOND, () => {
    const failure = effect.snapStart && failureOf(effect.snapStart, effect.reason);
    version.initializing = false;
    version.state = failure ? 'Failed' : 'Active';
    version.stateReason = failure || undefined;
    version.revisionId = newRevisionId(fn);
  });
}

function sameConfiguration(one: FunctionVersion, other: FunctionVersion): boolean {
  // The description belongs to the version, so that another one alone does not make another version.
  const compared = (version: FunctionVersion) => canonical({ ...version.configuration, Description: undefined });
  return compared(one) === compared(other) && canonical(one.code.architectures) === canonical(other.code.architectures);
}

/** @throws AwsFault 409 while the function is being created or updated */
export function checkChangeable(fn: LambdaFunction): void {
  if (fn.latest.state === 'Pending') {
    throw conflict(
      'The operation cannot be performed at this time. The function is currently in the following state: Pending',
    );
  }
  if (fn.latest.updateStatus === 'InProgress') {
    throw conflict(`The operation cannot be performed at this time. An update is in progress for resource: ${fn.arn}`);
  }
}

/** @throws AwsFault 412 where the caller has seen another revision */
export function checkRevision(asked: string | undefined, actual: string): void {
  if (asked !== undefined && asked !== actual) throw stale();
}

function subjectOf(fn: LambdaFunction, code: Code) {
  return { ...fn.lambda.region.subject, function: fn.name, code: code.source, updateNumber: fn.updates || undefined };
}

function hasVpc(configuration: JsonObject): boolean {
  return canonical(configuration['VpcConfig']).includes('subnet-');
}

function seconds(fn: LambdaFunction, fixed: number | undefined, [low, high]: readonly [number, number]): number {
  return Math.ceil(fixed ?? fn.lambda.region.random(`lambda/${fn.name}/time/${fn.draws++}`).between(low, high));
}

/** AWS's usual sentence for some codes; others say no more than their code. */
const REASONS: Readonly<Record<string, string>> = {
  ImageAccessDenied: 'Lambda does not have permission to access the ECR image. Check the ECR permissions.',
  ImageDeleted: 'The function image was deleted.',
  InvalidImage: 'The image is not valid.',
  InsufficientRolePermissions: 'The function role does not have the permissions that are needed.',
  InternalError: 'An internal error occurred.',
  'FunctionError.InitTimeout': 'The function timed out while it was initialized.',
};

function failureOf(code: string, text: string | undefined): Reason {
  return { code, text: text ?? REASONS[code] ?? code };
}
