/** Objects such as `{ "MODE": "prod" }` where AWS has a list of names and values. Pure. */
import type { Node } from 'jsonc-parser';
import { followReference, type SchemaPlace } from '../../schemas/index.ts';

/**
 * What a list of pairs would have of an object that stands in its place: `[{ "name": "MODE", "value": "prod" }]`.
 *
 * @returns each pair as JSON; undefined where the object is no such thing
 */
export function pairsOf(node: Node, place: SchemaPlace): readonly string[] | undefined {
  const { schema, file } = followReference(place);
  if (node.type !== 'object' || !node.children?.length || schema.items === undefined) return undefined;
  const names = Object.keys(followReference({ schema: schema.items, file }).schema.properties ?? {});
  const [first, second] = names;
  if (names.length !== 2) return undefined;
  const pairs = node.children.map(({ children: [key, value] = [] }) => {
    const isPlain = value?.type === 'string' || value?.type === 'number' || value?.type === 'boolean';
    // One pair that lacks only the list around it has the names themselves.
    if (!isPlain || names.includes(String(key!.value))) return undefined;
    const text = JSON.stringify(String(value.value));
    return `{ ${JSON.stringify(first)}: ${JSON.stringify(key!.value)}, ${JSON.stringify(second)}: ${text} }`;
  });
  return pairs.every((pair) => pair !== undefined) ? pairs : undefined;
}
