/** Finds what a request names: functions by name or ARN with or without a qualifier, versions, aliases, pages. */
import { text } from '../input.ts';
import type { JsonObject } from '../json.ts';
import { type Page, pageOf } from '../page.ts';
import type { Region } from '../world.ts';
import { invalid, notFound, validation } from './faults.ts';
import { lambdaOf } from './functions.ts';
import type { FunctionVersion, LambdaFunction } from './state.ts';

export interface Named {
  readonly name: string;
  readonly qualifier: string | undefined;
}

/** `F`, `F:q`, `account:function:F`, or a whole ARN, with or without `:q`. */
export function readFunctionName(given: string, qualifier?: string): Named {
  const match =
    /^(?:arn:[\w-]+:lambda:[\w-]+:)?(?:\d{12}:)?(?:function:)?([A-Za-z0-9_-]{1,64})(?::(\$LATEST|[A-Za-z0-9_-]{1,128}))?$/.exec(
      given,
    );
  if (given.length > 140 || match === null) {
    throw validation(
      given.slice(0, 160),
      'functionName',
      'Member must satisfy regular expression pattern: (arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}(-gov)?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?',
    );
  }
  const [, name = '', own] = match;
  if (own !== undefined && qualifier !== undefined && own !== qualifier) {
    throw invalid('The derived qualifier from the function name does not match the specified qualifier.');
  }
  return { name, qualifier: own ?? qualifier };
}

export interface Found extends Named {
  readonly fn: LambdaFunction;
}

/** The function of the request's `FunctionName`. @throws AwsFault 404 */
export function functionOf(region: Region, input: JsonObject): Found {
  const named = readFunctionName(text(input, 'FunctionName') ?? '', text(input, 'Qualifier'));
  const fn = lambdaOf(region).functions.get(named.name);
  if (fn === undefined) throw missing(region, named);
  return { ...named, fn };
}

function missing(region: Region, { name, qualifier }: Named) {
  const suffix = qualifier === undefined ? '' : `:${qualifier}`;
  return notFound(`Function not found: ${region.arn('lambda', `function:${name}${suffix}`)}`);
}

export interface FoundVersion extends Found {
  readonly version: FunctionVersion;
  /** With the qualifier that was asked for. */
  readonly arn: string;
}

/** The version that the request's qualifier names, an alias standing for its main version. @throws AwsFault 404 */
export function versionOf(region: Region, input: JsonObject): FoundVersion {
  const found = functionOf(region, input);
  const { fn, qualifier } = found;
  const version = findVersion(fn, qualifier);
  if (version === undefined) throw missing(region, found);
  return { ...found, version, arn: qualifier === undefined ? fn.arn : `${fn.arn}:${qualifier}` };
}

/** @returns undefined where the qualifier names nothing */
export function findVersion(fn: LambdaFunction, qualifier: string | undefined): FunctionVersion | undefined {
  if (qualifier === undefined || qualifier === '$LATEST') return fn.latest;
  const number = fn.aliases.get(qualifier)?.functionVersion ?? qualifier;
  return number === '$LATEST' ? fn.latest : fn.versions.get(number);
}

/** One page for `Marker` and `MaxItems`, at most `max` items. */
export function lambdaPage<T>(
  region: Region,
  input: JsonObject,
  items: readonly T[],
  keyOf: (item: T) => string,
): Page<T> {
  // Query parameters arrive as text.
  const asked = text({ given: String(input['MaxItems'] ?? '') }, 'given') || '50';
  if (!/^\d{1,5}$/.test(asked) || Number(asked) < 1) {
    throw validation(asked, 'maxItems', 'Member must have value greater than or equal to 1');
  }
  return pageOf(items, keyOf, {
    token: text(input, 'Marker'),
    size: Math.min(Number(asked), 50, region.world.pageSize),
    badToken: () => invalid('The provided Marker is invalid.'),
  });
}
