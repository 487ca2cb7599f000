/** The value of a parsed JSON tree. Keys such as `__proto__` are keys like any other. */
import type { Node } from 'jsonc-parser';
import type { Json } from '../json.ts';

export function jsonOf(node: Node): Json {
  if (node.type === 'array') return (node.children ?? []).map(jsonOf);
  if (node.type !== 'object') return node.value as Json;
  const object: Record<string, Json> = {};
  for (const { children } of node.children ?? []) {
    const value = children?.[1];
    if (value === undefined) continue;
    const key = String(children![0]!.value);
    // Assigning this one would set the prototype.
    if (key === '__proto__')
      Object.defineProperty(object, key, {
        value: jsonOf(value),
        enumerable: true,
        configurable: true,
        writable: true,
      });
    else object[key] = jsonOf(value);
  }
  return object;
}
