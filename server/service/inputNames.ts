/**
 * Inputs as symbols: where each is written, and where templates use it, across the files of a workload. The ground for
 * definition, references, rename and highlights. Pure.
 */
import { getNodePath, type Node } from 'jsonc-parser';
import type { NameUse } from '../../engine/template/index.ts';
import { type ConfigDocument, treeOf } from './document.ts';
import { innermostAt } from './json/location.ts';
import type { FileSpan, FileView, InputsView, Span } from './knowledge.ts';

/** An input, or a member of one. */
export interface InputSymbol {
  readonly name: string;
  /** Literal members behind it, outermost first. */
  readonly members: readonly (string | number)[];
}

export interface InputUse {
  readonly symbol: InputSymbol;
  /** The name, or the last of the members. */
  readonly place: FileSpan;
  readonly use: NameUse;
}

/** What is at an offset: a use in a template, or the key in the file that gives it. */
export function inputAt(view: FileView, offset: number): { symbol: InputSymbol; place: FileSpan } | undefined {
  const { document } = view;
  if (document.isTemplate) return useAt(document.path, document.uses, offset);
  return keyAt(view, offset);
}

function useAt(
  path: string,
  uses: readonly NameUse[],
  offset: number,
): { symbol: InputSymbol; place: FileSpan } | undefined {
  for (const use of uses) {
    if (use.start <= offset && offset <= use.end) {
      return { symbol: { name: use.name, members: [] }, place: { path, start: use.start, end: use.end } };
    }
    const at = use.members.findIndex(({ start, end }) => start <= offset && offset <= end);
    if (at < 0) continue;
    const { start, end } = use.members[at]!;
    const members = use.members.slice(0, at + 1).map(({ name }) => name);
    return { symbol: { name: use.name, members }, place: { path, start, end } };
  }
  return undefined;
}

function keyAt({ document, workload }: FileView, offset: number): { symbol: InputSymbol; place: FileSpan } | undefined {
  const node = innermostAt(document, offset);
  const property = node?.parent;
  if (node?.type !== 'string' || property?.type !== 'property' || property.children?.[0] !== node) return undefined;
  const place = { path: document.path, start: node.offset, end: node.offset + node.length };
  const [name, ...members] = getNodePath(property.children[1] ?? node);
  const isOwn = typeof name === 'string' && name !== 'ref' && workload.inputs.get(name)?.path === document.path;
  return isOwn ? { symbol: { name, members }, place } : undefined;
}

/** Where an input, or a member of it, is written: the key, or the value where there is none. */
export function definitionOf({ inputs, sources }: InputsView, { name, members }: InputSymbol): FileSpan | undefined {
  const input = inputs.get(name);
  const text = input && sources.get(input.path);
  if (input === undefined || text === undefined) return undefined;
  const root = treeOf(text);
  const value = root && valueAt(root, input.start, input.end);
  if (value === undefined) return undefined;
  const found = members.reduce<Node | undefined>((node, member) => node && childOf(node, member), value);
  // A Terraform output is named by the object around its value.
  const named = members.length > 0 ? found : keyed(value, name);
  return named && { path: input.path, ...keySpan(named) };
}

function valueAt(node: Node, start: number, end: number): Node | undefined {
  if (node.offset === start && node.offset + node.length === end && node.type !== 'property') return node;
  for (const child of node.children ?? []) {
    if (child.offset <= start && end <= child.offset + child.length) return valueAt(child, start, end);
  }
  return undefined;
}

function childOf(node: Node, member: string | number): Node | undefined {
  if (node.type === 'array') return typeof member === 'number' ? node.children?.at(member) : undefined;
  return node.children?.findLast(({ children }) => children?.[0]?.value === String(member))?.children?.[1];
}

/** The value, or the value around it, that has this key. */
function keyed(value: Node, name: string): Node | undefined {
  for (let node: Node | undefined = value; node; node = node.parent?.parent) {
    if (node.parent?.type === 'property' && node.parent.children?.[0]?.value === name) return node;
  }
  return undefined;
}

/** The key of a value; the value itself where it is an item of a list. */
export function keySpan(value: Node): Span {
  const key = value.parent?.type === 'property' ? value.parent.children![0]! : value;
  return { start: key.offset, end: key.offset + key.length };
}

/** Templates that may use a name: of many, most need not be parsed to know. */
const naming = (documents: InputsView['documents'], name: string): ConfigDocument[] =>
  [...documents.values()].filter(({ isTemplate, text }) => isTemplate && text.includes(name));

/** Does beforehand what finding the uses of a name takes its time for. */
export function prepareUses({ documents }: InputsView, name: string): void {
  for (const document of naming(documents, name)) void document.uses;
}

/** Every use of an input, or of a member of it, in the workload's templates. */
export function usesOf({ documents }: InputsView, { name, members }: InputSymbol): InputUse[] {
  return naming(documents, name).flatMap(({ path, uses }) =>
    uses.flatMap((use): InputUse[] => {
      if (use.name !== name) return [];
      if (!members.every((member, i) => use.members[i]?.name === member)) return [];
      const { start, end } = members.length === 0 ? use : use.members[members.length - 1]!;
      return [{ symbol: { name, members }, place: { path, start, end }, use }];
    }),
  );
}
