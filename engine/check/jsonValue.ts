/** The value of a parsed JSON tree. Keys such as `__proto__` are keys like any other. */
import type { Node } from 'jsonc-parser';
import type { Json } from '../json.ts';

export function valueOf(node: Node): Json {
  if (node.type === 'array') return (node.children ?? []).map(valueOf);
  if (node.type !== 'object') return node.value as Json;
  const members = (node.children ?? []).flatMap(({ children }): [string, Json][] => {
    const [key, value] = children ?? [];
    return value === undefined ? [] : [[String(key?.value), valueOf(value)]];
  });
  return Object.fromEntries(members);
}
