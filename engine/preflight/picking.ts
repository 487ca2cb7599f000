/** Values of rendered JSON with their places, by a path in which `*` stands for every item of a list. Pure. */
import type { FileRole } from '../config/index.ts';
import { isObject, type Json } from '../json.ts';
import type { At } from './obstacle.ts';

export interface Picked {
  readonly value: Json;
  readonly at: At;
}

/** Each value at the path; nothing where there is none, or where something on the way has another type. */
export function pick(file: FileRole, root: Json | undefined, ...path: readonly string[]): Picked[] {
  const start: Picked[] = root === undefined ? [] : [{ value: root, at: { file, path: [] } }];
  return path.reduce((found, key) => found.flatMap((one) => step(one, key)), start);
}

function step({ value, at }: Picked, key: string): Picked[] {
  const below = (member: Json, name: string | number) => ({ value: member, at: { ...at, path: [...at.path, name] } });
  if (key === '*') return Array.isArray(value) ? value.map(below) : [];
  return isObject(value) && Object.hasOwn(value, key) ? [below(value[key]!, key)] : [];
}

/** A name that a file says, and where. */
export interface Named {
  readonly name: string;
  readonly at: At;
}

/** Likewise, of texts that are not empty. */
export const named = (...args: Parameters<typeof pick>): Named[] =>
  pick(...args).flatMap(({ value, at }) => (typeof value === 'string' && value !== '' ? [{ name: value, at }] : []));

export const textAt = (root: Json | undefined, ...path: readonly string[]): string | undefined =>
  named('service', root, ...path)[0]?.name;

/** Each name once, where it is said first. */
export const distinct = (all: readonly Named[]): Named[] =>
  [...new Map(all.toReversed().map((one) => [one.name, one])).values()].reverse();
