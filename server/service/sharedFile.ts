/**
 * A file that inputs refer to, seen from itself: what Terraform or the CDK wrote, or plain JSON. Templates of any number
 * of workloads use its keys by name. Pure.
 */
import { findNodeAtOffset, getNodePath, getNodeValue, type Node } from 'jsonc-parser';
import { inputReferences } from '../../engine/config/index.ts';
import type { Json } from '../../engine/json.ts';
import { treeOf } from './document.ts';
import type { Hover } from './hover.ts';
import { definitionOf, type InputSymbol, keySpan, usesOf } from './inputNames.ts';
import type { FileSpan, InputsView, Span } from './knowledge.ts';
import { type Prepared, type Renaming, renameWrittenInput } from './navigation.ts';
import { code, kindOfValue, shownBlock } from './shown.ts';
import { type DocumentSymbol, spanIn, symbolsOf } from './structure.ts';

export interface SharedFile {
  /** From the repository root. */
  readonly path: string;
  readonly text: string;
  /** The workloads whose inputs refer to it, at least one. */
  readonly users: readonly InputsView[];
  /** What they say that it is: `TERRAFORM`, `CDK`, `JSON`. */
  readonly types: ReadonlySet<string>;
}

/** What is at an offset: a key of the file, or its value. */
interface At {
  readonly symbol: InputSymbol;
  readonly key: FileSpan;
  readonly value: Node;
  readonly isSensitive: boolean;
  /** What is under the cursor. */
  readonly token: Span;
  readonly isKey: boolean;
}

function at({ path, text, types }: SharedFile, offset: number): At | undefined {
  const root = treeOf(text);
  const token = root && findNodeAtOffset(root, offset, true);
  if (token === undefined || token.type === 'object' || token.type === 'array') return undefined;
  const onKey = isKey(token);
  const whole = onKey ? (token.parent!.children![1] ?? token) : token;
  const isTerraform = types.has('TERRAFORM');
  const [name, ...members] = getNodePath(whole);
  if (typeof name !== 'string' || (isTerraform && members.length > 0 && members[0] !== 'value')) return undefined;
  // An output of Terraform is named by the object around its value.
  const isOutput = isTerraform && members.length === 1;
  const symbol = { name, members: isTerraform ? members.slice(1) : members };
  return {
    symbol,
    key: { path, ...keySpan(isOutput ? whole.parent!.parent! : whole) },
    value: isTerraform && members.length === 0 ? (memberOf(whole, 'value') ?? whole) : whole,
    isSensitive: isSensitive(whole),
    token: spanIn(token),
    isKey: onKey,
  };
}

/** What a workload says that the files are which it refers to. */
export const referredTypeOf = ({ documents }: InputsView): string => {
  const input = [...documents.values()].find(({ role }) => role === 'input');
  return inputReferences(input?.text ?? '').type?.value ?? 'JSON';
};

const memberOf = (node: Node, name: string): Node | undefined =>
  node.type === 'object'
    ? node.children?.findLast(({ children }) => children?.[0]?.value === name)?.children?.[1]
    : undefined;

/** Whether a value is of an output that Terraform marks as secret, however the file is read. */
function isSensitive(node: Node): boolean {
  for (let around: Node | undefined = node; around; around = around.parent) {
    if (memberOf(around, 'sensitive')?.value === true && memberOf(around, 'value') !== undefined) return true;
  }
  return false;
}

/** The name by which templates have what is at an offset. */
export const sharedNameAt = (file: SharedFile, offset: number): string | undefined => at(file, offset)?.symbol.name;

/** The key itself: this is where the name is written. */
export const sharedDefinition = (file: SharedFile, offset: number): FileSpan | undefined => at(file, offset)?.key;

/**
 * Where templates use what is at an offset, workload by workload; and where a workload has an input of that name from
 * elsewhere, which its templates use instead.
 */
export function sharedReferences(file: SharedFile, offset: number, withDefinition: boolean): FileSpan[] {
  const found = at(file, offset);
  if (found === undefined) return [];
  const { symbol, key } = found;
  const others = file.users.flatMap((user) =>
    isFrom(file, user, symbol) ? usesOf(user, symbol).map(({ place }) => place) : shadowing(user, symbol),
  );
  const places = withDefinition ? [key, ...others] : others;
  return [...new Map(places.map((place) => [`${place.path} ${place.start}`, place])).values()];
}

const isFrom = ({ path }: SharedFile, { inputs }: InputsView, { name }: InputSymbol): boolean =>
  inputs.get(name)?.path === path;

function shadowing(user: InputsView, { name, members }: InputSymbol): FileSpan[] {
  const place = members.length === 0 ? definitionOf(user, { name, members }) : undefined;
  return place ? [place] : [];
}

/** Files that are named in a hover. */
const MOST_NAMED = 10;

export function sharedHover(file: SharedFile, offset: number): Hover | undefined {
  const found = at(file, offset);
  if (found === undefined) return undefined;
  const { symbol, value, isSensitive, token } = found;
  // Of a key that is being typed, there is no value yet.
  if (value.parent?.type === 'property' && value.parent.children?.[0] === value) return undefined;
  const json = getNodeValue(value) as Json;
  const kind = `${kindOfValue(json)}${isSensitive ? ', marked as secret' : ''}`;
  const users = file.users.filter((user) => isFrom(file, user, symbol));
  const counts = Map.groupBy(
    users.flatMap((user) => usesOf(user, symbol)),
    ({ place }) => place.path,
  );
  const elsewhere = file.users.flatMap((user) => (isFrom(file, user, symbol) ? [] : shadowing(user, symbol)));
  const lines = [
    `${code(String(symbol.members.at(-1) ?? symbol.name))}: ${kind}`,
    shownBlock(json, isSensitive),
    counts.size === 0
      ? 'No template uses it.'
      : `Used by ${listed(Array.from(counts, ([path, uses]) => `${code(path)} (${uses.length})`))}`,
    ...(elsewhere.length > 0 ? [`Replaced in ${listed(elsewhere.map(({ path }) => code(path)))}`] : []),
  ];
  return { ...token, text: lines.join('\n\n') };
}

function listed(all: readonly string[]): string {
  const rest = all.length - MOST_NAMED;
  return `${all.slice(0, MOST_NAMED).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

/** What can be renamed at an offset: of a file that a program writes nothing, as it would write the old name again. */
export function prepareSharedRename(file: SharedFile, offset: number): Prepared | undefined {
  const found = at(file, offset);
  if (!found?.isKey) return undefined;
  const { symbol, key } = found;
  const refused = writtenByProgram(file);
  if (refused !== undefined) return { refused };
  return { path: key.path, start: key.start + 1, end: key.end - 1, text: String(symbol.members.at(-1) ?? symbol.name) };
}

export function renameShared(file: SharedFile, offset: number, newName: string): Renaming | undefined {
  const prepared = prepareSharedRename(file, offset);
  if (prepared === undefined || 'refused' in prepared) return prepared;
  const { symbol, key } = at(file, offset)!;
  const users = file.users.filter((user) => isFrom(file, user, symbol));
  return renameWrittenInput({ symbol, written: key, users, around: file.users, newName });
}

function writtenByProgram({ path, text, types }: SharedFile): string | undefined {
  const root = treeOf(text);
  const isOutput = root?.children?.some(({ children }) => {
    const value = children?.[1];
    return value !== undefined && memberOf(value, 'value') && typeof memberOf(value, 'sensitive')?.value === 'boolean';
  });
  const program = types.has('TERRAFORM') || isOutput ? 'Terraform' : types.has('CDK') ? 'the CDK' : undefined;
  return (
    program &&
    `${path} is written by ${program}, which would undo a new name here: rename the output in the code that ${program} runs, and write ${path} anew`
  );
}

const isKey = (node: Node): boolean => node.parent?.type === 'property' && node.parent.children?.[0] === node;

export function sharedSymbols({ text }: SharedFile): DocumentSymbol[] {
  return symbolsOf({
    root: treeOf(text),
    spanOf: spanIn,
    textOf: (node) =>
      isSensitive(node) && !isKey(node) ? '(sensitive)' : text.slice(node.offset, node.offset + node.length),
  });
}
