/** The value of a parsed JSON tree. Keys such as `__proto__` are keys like any other. */
import type { Node } from 'jsonc-parser';
import type { Json } from '../json.ts';

export function jsonOf(node: Node): Json {
  if (node.type === 'array') return (node.children ?? []).map(jsonOf);
  if (node.type !== 'object') return node.value as Json;
  const members = (node.children ?? []).flatMap(({ children }): [string, Json][] => {
    const [key, value] = children ?? [];
    return value === undefined ? [] : [[String(key?.value), jsonOf(value)]];
  });
  return Object.fromEntries(members);
}
