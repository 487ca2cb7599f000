/** What tests of right definitions share. */
import assert from 'node:assert/strict';
import { checkWorkload } from '../../../../engine/check/index.ts';
import { sourceOf } from './checkRule.ts';

export type Definition = Readonly<Record<string, unknown>>;

export const PLACE = 'eu-west-1:123456789012';
export const ROLE = 'arn:aws:iam::123456789012:role/tasks';

export const without = (definition: Definition, ...keys: readonly string[]): Definition =>
  Object.fromEntries(Object.entries(definition).filter(([key]) => !keys.includes(key)));

/** The workload has no finding. */
export function checkFiles(files: Readonly<Record<string, Definition>>): void {
  const texts = Object.entries(files).map(([path, value]): [string, string] => [path, JSON.stringify(value, null, 2)]);
  assert.deepEqual(checkWorkload(sourceOf(new Map(texts))).findings, []);
}
