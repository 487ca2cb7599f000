/** Where an offset is in the JSON of a file. Pure. */
import { findNodeAtLocation, findNodeAtOffset, getLocation, type Node } from 'jsonc-parser';
import type { ConfigDocument } from '../document.ts';
import { containersAt } from './excerpt.ts';

export interface JsonPlace {
  /** Keys and positions from the root; of a key that is being typed, with the key. */
  readonly path: readonly (string | number)[];
  readonly isKey: boolean;
  /** The string, number or word at the offset, in the mask. */
  readonly token: Node | undefined;
  /** Whether the offset is between the quotes of a string. */
  readonly inString: boolean;
}

export function jsonPlaceAt(document: ConfigDocument, offset: number): JsonPlace {
  const excerpt = document.excerptAt(offset);
  const { path, isAtPropertyKey, previousNode } = getLocation(excerpt.text, offset - excerpt.shift);
  const before = previousNode && { ...previousNode, offset: previousNode.offset + excerpt.shift };
  const token = before && before.offset <= offset && offset <= before.offset + before.length ? before : undefined;
  const isText = token?.type === 'string' || token?.type === 'property';
  const end = token === undefined ? 0 : token.offset + token.length;
  const isClosed = token !== undefined && token.length > 1 && document.mask[end - 1] === '"';
  const inString = isText && offset > token!.offset && (offset < end || !isClosed);
  const whole = [...excerpt.path, ...path.slice(excerpt.path.length)];
  const isKey =
    (isAtPropertyKey && path.length > 0) ||
    isKeyAfterValue(document.mask, token?.offset ?? offset - wordBefore(document.mask, offset), offset);
  return { path: whole, isKey, token, inString };
}

/** Characters of a word that is no value yet. */
const wordBefore = (mask: string, offset: number): number =>
  /[\w.-]*$/.exec(mask.slice(Math.max(0, offset - 200), offset))![0].length;

/** Whether what begins at `start` is a key, although there is no comma between it and the value before. */
function isKeyAfterValue(mask: string, start: number, offset: number): boolean {
  const isAfterValue = /["\w}\]]\s*$/.test(mask.slice(Math.max(0, start - 200), start));
  return isAfterValue && containersAt(mask, offset).at(-1)?.isList === false;
}

/** Positions in lists become a star. */
export const patternOf = (path: readonly (string | number)[]): string =>
  path.map((segment) => (typeof segment === 'number' ? '*' : segment)).join('/');

/** A value of the file, by its path. */
export const nodeAt = (document: ConfigDocument, path: readonly (string | number)[]): Node | undefined =>
  document.json && findNodeAtLocation(document.json, [...path]);

/** The innermost value or key at an offset. */
export const innermostAt = (document: ConfigDocument, offset: number): Node | undefined =>
  document.json && findNodeAtOffset(document.json, offset, true);
