/** Warnings about what does not exist in the account, where that is known. Pure. */

import { findNodeAtLocation, parseTree } from 'jsonc-parser';
import { type CheckedWorkload, callsOf, objectOf, type RenderedFile } from '../../engine/check/index.ts';
import { closest } from '../../engine/closest.ts';
import type { Finding } from '../../engine/finding.ts';
import { isObject, type Json } from '../../engine/json.ts';
import { parseArn } from '../../engine/plan/index.ts';
import { AWS_WORDS, type AwsKind, type AwsKnowledge, type AwsList, imageRepository, placeOf } from './aws.ts';
import { AWS_KEYS, clusterOf } from './json/known.ts';
import { shownValue } from './shown.ts';

/** They exist in every account. Source: Amazon ECS developer guide, "Fargate capacity providers". */
const EVERYWHERE = new Set(['FARGATE', 'FARGATE_SPOT']);

export function awsFindings(checked: CheckedWorkload, aws: AwsKnowledge): Finding[] {
  const place = placeOf(checked);
  // Its own file may say where it goes, and cannot be read.
  const isBroken = objectOf(checked, checked.kind === 'ecs' ? 'service' : 'function') === undefined;
  if (place === undefined || (isBroken && place.region === undefined)) return [];
  return AWS_KEYS.flatMap(({ role, pattern, kind, isNeeded, region }) =>
    checked.files
      .filter((file) => file.role === role && file.value !== undefined)
      .flatMap((file) =>
        valuesAt(file.value!, pattern.split('/'), []).flatMap(({ value, path }): Finding[] => {
          if (isNeeded?.(file.value, path) === false || EVERYWHERE.has(value)) return [];
          const repository = kind === 'image' ? imageRepository(value) : undefined;
          if (kind === 'image' && repository === undefined) return [];
          const there = { ...place, region: region?.(file.value, path) ?? place.region };
          const list = aws.list(kind, there, repository);
          return isMissing(kind, value, list) ? [missing(file, path, kind, value, list)] : [];
        }),
      ),
  );
}

/** Has asked for what may be completed in a workload's files, so that it is there when somebody types. */
export function askAhead(checked: CheckedWorkload, aws: AwsKnowledge): void {
  const place = placeOf(checked);
  if (place === undefined) return;
  for (const { role, kind } of AWS_KEYS) {
    if (!checked.files.some((file) => file.role === role)) continue;
    if (kind === 'service') {
      const cluster = clusterOf(objectOf(checked, 'service'));
      // Not of every name on the way to that of a cluster.
      if (aws.list('cluster', place).things.some(({ id }) => id === cluster)) aws.list(kind, place, cluster);
    } else aws.list(kind === 'image' ? 'repository' : kind, place);
  }
}

/** What is certainly not there. Of things in other accounts and regions, and of what has no name yet, nothing is said. */
function isMissing(kind: AwsKind, value: string, { things, complete, account, region }: AwsList): boolean {
  if (!complete || value === '') return false;
  // Digests are not listed.
  if (kind === 'image' && value.includes('@')) return false;
  if (kind === 'queue' && !/^arn:[a-z-]+:sqs:/.test(value)) return false;
  const arn = parseArn(value);
  const isElsewhere = (own: string | undefined, its: string | undefined) =>
    own !== undefined && its !== undefined && own !== its;
  if (arn !== undefined && (isElsewhere(account, arn.account) || isElsewhere(region, arn.region))) return false;
  return !things.some(({ id }) => {
    if (id === value) return true;
    if (arn !== undefined) return !id.startsWith('arn:') && (value.endsWith(`/${id}`) || value.endsWith(`:${id}`));
    return id.startsWith('arn:') && id.endsWith(`/${value}`);
  });
}

function missing(
  file: RenderedFile,
  path: readonly (string | number)[],
  kind: AwsKind,
  value: string,
  { things, account, region }: AwsList,
): Finding {
  const root = parseTree(file.text!);
  const node = root && findNodeAtLocation(root, [...path]);
  const start = node?.offset ?? 0;
  const end = start + (node?.length ?? 0);
  const place = file.map!.toSource(start, end);
  const related = callsOf(file.path, place.calls);
  const near = place.sensitive
    ? undefined
    : closest(
        value,
        things.map(({ id }) => id),
      );
  // Only what stands in the template as it is can be replaced there.
  const written = near === undefined ? undefined : file.map!.verbatim(start, end);
  // Roles are everywhere in an account, and an image says itself where it is.
  const parts = kind === 'image' ? [] : kind === 'role' ? [account] : [account, region];
  const where = parts.filter((part) => part !== undefined).join(', ');
  return {
    path: file.path,
    start: place.start,
    end: place.end,
    severity: 'warning',
    code: `aws.no-${AWS_WORDS[kind].replaceAll(' ', '-')}`,
    message: `there is no ${AWS_WORDS[kind]} ${place.sensitive ? '(sensitive)' : shownValue(value, false)} in ${where || (kind === 'image' ? 'its repository' : 'the account')}`,
    hint: near === undefined ? 'create it, or correct the name' : `did you mean "${near}"?`,
    ...(related.length > 0 && { related }),
    ...(written && {
      fix: {
        title: `Change to ${JSON.stringify(near)}`,
        edits: [{ path: file.path, ...written, text: JSON.stringify(near) }],
      },
    }),
  };
}

function valuesAt(
  value: Json,
  pattern: readonly string[],
  path: readonly (string | number)[],
): { value: string; path: readonly (string | number)[] }[] {
  const [segment, ...rest] = pattern;
  if (segment === undefined) return typeof value === 'string' && value !== '' ? [{ value, path }] : [];
  if (segment === '*')
    return Array.isArray(value) ? value.flatMap((item: Json, i) => valuesAt(item, rest, [...path, i])) : [];
  const member = isObject(value) && Object.hasOwn(value, segment) ? value[segment] : undefined;
  return member === undefined ? [] : valuesAt(member, rest, [...path, segment]);
}
