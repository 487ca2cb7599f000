/** Warnings about what does not exist in the account, where that is known. Pure. */

import { findNodeAtLocation, parseTree } from 'jsonc-parser';
import type { CheckedWorkload, RenderedFile } from '../../engine/check/index.ts';
import { closest } from '../../engine/closest.ts';
import type { Finding } from '../../engine/finding.ts';
import { isObject, type Json } from '../../engine/json.ts';
import type { AwsKind, AwsKnowledge } from './aws.ts';
import { AWS_PATTERNS } from './json/known.ts';

const WORDS: Readonly<Record<AwsKind, string>> = {
  cluster: 'cluster',
  targetGroup: 'target group',
  alarm: 'alarm',
  subnet: 'subnet',
  securityGroup: 'security group',
  role: 'role',
  logGroup: 'log group',
  function: 'function',
  queue: 'queue',
  capacityProvider: 'capacity provider',
};

export function awsFindings({ files }: CheckedWorkload, aws: AwsKnowledge): Finding[] {
  return AWS_PATTERNS.flatMap(({ role, pattern, kind }) => {
    const { things, complete } = aws.list(kind);
    if (!complete) return [];
    const known = new Set(things.map(({ id }) => id));
    return files
      .filter((file) => file.role === role)
      .flatMap((file) =>
        valuesAt(file.value ?? null, pattern.split('/'), []).flatMap(({ value, path }): Finding[] => {
          const isKnown =
            known.has(value) || things.some(({ id }) => id.endsWith(`/${value}`) || value.endsWith(`/${id}`));
          return isKnown ? [] : [missing(file, path, kind, value, known)];
        }),
      );
  });
}

function missing(
  file: RenderedFile,
  path: readonly (string | number)[],
  kind: AwsKind,
  value: string,
  known: ReadonlySet<string>,
): Finding {
  const root = parseTree(file.text!);
  const node = root && findNodeAtLocation(root, [...path]);
  const place = file.map!.toSource(node?.offset ?? 0, (node?.offset ?? 0) + (node?.length ?? 0));
  const near = place.sensitive ? undefined : closest(value, known);
  return {
    path: file.path,
    start: place.start,
    end: place.end,
    severity: 'warning',
    code: `aws.no-${WORDS[kind].replaceAll(' ', '-')}`,
    message: `there is no ${WORDS[kind]} ${place.sensitive ? '(sensitive)' : JSON.stringify(value)} in the account`,
    hint: near === undefined ? 'create it, or correct the name' : `did you mean "${near}"?`,
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
