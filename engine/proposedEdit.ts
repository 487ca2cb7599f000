/**
 * From a change of a rendered value to an edit of the file where its author typed it: in the template itself, or in the
 * input that fed it. Every edit is tried by rendering the workload with it; one that does not bring the value about, or
 * breaks something else, is not proposed.
 */
import { type Node, parseTree } from 'jsonc-parser';
import type { ProposedEdit } from './api.ts';
import { type CheckedWorkload, checkWorkload, type RenderedFile } from './check/index.ts';
import type { WorkloadSource } from './config/index.ts';
import type { ValueFix } from './diagnose/index.ts';
import { lineIndex } from './finding.ts';
import { isObject, type Json } from './json.ts';
import { canonical } from './plan/index.ts';

/** A range of a file, and what is to stand there. */
interface Edit {
  readonly path: string;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A workload as it was read, and what checking it gave. */
export interface Read {
  readonly source: WorkloadSource;
  readonly checked: CheckedWorkload;
}

const segmentsOf = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));

function child(node: Node, segment: string): Node | undefined {
  if (node.type === 'array') return node.children?.[Number(segment)];
  return node.children?.find((property) => property.children?.[0]?.value === segment)?.children?.[1];
}

/** The deepest node there is on the way, and what is left of the way. */
function walk(root: Node, pointer: string): { readonly node: Node; readonly rest: readonly string[] } {
  let node = root;
  const rest = segmentsOf(pointer);
  for (let next = child(node, rest[0] ?? ''); rest.length > 0 && next !== undefined; ) {
    node = next;
    rest.shift();
    next = rest.length === 0 ? undefined : child(node, rest[0]!);
  }
  return { node, rest };
}

/** Rendered text that stands in the template as it is; undefined where an expression gave some of it. */
function verbatim(file: RenderedFile, start: number, end: number): Omit<Edit, 'text'> | undefined {
  const place = file.map!.toBody(start, end);
  const isSame = file.source!.slice(place.start, place.end) === file.text!.slice(start, end);
  return isSame ? { path: file.path, start: place.start, end: place.end } : undefined;
}

/** In the input file, where the value, or a part of it such as an image's tag, comes from there. */
function inInputs(checked: CheckedWorkload, names: readonly string[], old: string, wanted: string): Edit[] {
  const own = new Set(checked.files.map(({ path }) => path));
  return names.flatMap((name) => {
    const input = checked.inputs.get(name);
    // Outputs of Terraform and CDK are made by those: an edit there would not last.
    if (input === undefined || input.sensitive || !own.has(input.path)) return [];
    if (typeof input.value !== 'string' && typeof input.value !== 'number') return [];
    const fed = String(input.value);
    const at = fed === '' ? -1 : old.indexOf(fed);
    const [before, after] = [old.slice(0, at), old.slice(at + fed.length)];
    if (at < 0 || !wanted.startsWith(before) || !wanted.endsWith(after)) return [];
    const value = wanted.slice(before.length, wanted.length - after.length);
    const isNumber = typeof input.value === 'number' && /^\d+$/.test(value);
    return [{ path: input.path, start: input.start, end: input.end, text: isNumber ? value : JSON.stringify(value) }];
  });
}

function replacing(read: Read, file: RenderedFile, node: Node, value: Json): Edit[] {
  const isText = node.type === 'string' && typeof value === 'string';
  const [start, end] = isText
    ? [node.offset + 1, node.offset + node.length - 1]
    : [node.offset, node.offset + node.length];
  const text = isText ? JSON.stringify(value).slice(1, -1) : JSON.stringify(value);
  const there = verbatim(file, start, end);
  if (there !== undefined) return [{ ...there, text }];
  return inInputs(read.checked, file.map!.toBody(start, end).names, String(node.value), String(value));
}

/** A new member, after the last one and set off as that is. */
function inserting(file: RenderedFile, node: Node, rest: readonly string[], value: Json): Edit[] {
  const last = node.children?.at(-1);
  if (node.type !== 'object' || last === undefined) return [];
  const end = last.offset + last.length;
  const { end: at } = file.map!.toBody(end - 1, end);
  const { start } = file.map!.toBody(last.offset, last.offset + 1);
  const indent = /\n([ \t]*)$/.exec(file.source!.slice(0, start));
  const nested = rest.slice(1).reduceRight<Json>((inner, key) => ({ [key]: inner }), value);
  const shown = JSON.stringify(nested, null, 1).replace(/\s*\n\s*/g, ' ');
  const text = `,${indent === null ? ' ' : `\n${indent[1]}`}${JSON.stringify(rest[0])}: ${shown}`;
  return [{ path: file.path, start: at, end: at, text }];
}

function removing(file: RenderedFile, node: Node): Edit[] {
  const property = node.parent;
  const siblings = property?.parent?.children ?? [];
  const index = property === undefined ? -1 : siblings.indexOf(property);
  if (property === undefined || index < 0) return [];
  const [next, previous] = [siblings[index + 1], siblings[index - 1]];
  const start = next === undefined && previous !== undefined ? previous.offset + previous.length : property.offset;
  const end = next === undefined ? property.offset + property.length : next.offset;
  const there = verbatim(file, start, end);
  return there === undefined ? [] : [{ ...there, text: '' }];
}

function editsFor(read: Read, file: RenderedFile, { pointer, value }: ValueFix): Edit[] {
  const root = file.text === undefined ? undefined : parseTree(file.text);
  if (root === undefined || file.map === undefined || file.source === undefined) return [];
  const { node, rest } = walk(root, pointer);
  if (rest.length > 0) return value === undefined ? [] : inserting(file, node, rest, value);
  if (value === undefined) return removing(file, node);
  // ECS has numbers as text in some places and as numbers in others: as the author wrote it.
  const isNumber = node.type === 'number' && typeof value === 'string' && /^\d+$/.test(value);
  return replacing(read, file, node, isNumber ? Number(value) : value);
}

const replaced = (text: string, { start, end, text: by }: Edit): string => text.slice(0, start) + by + text.slice(end);

const errorsOf = ({ findings }: CheckedWorkload): number =>
  findings.filter(({ severity }) => severity === 'error').length;

function valueAt(value: Json | undefined, pointer: string): Json | undefined {
  return segmentsOf(pointer).reduce<Json | undefined>((at, key) => {
    if (Array.isArray(at)) return at[Number(key)];
    return isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined;
  }, value);
}

const fileOf = ({ checked }: Read, role: ValueFix['role']) => checked.files.find((file) => file.role === role);

/** Does the edit bring the value about, and break nothing? */
function works({ source, checked }: Read, fix: ValueFix, edit: Edit): boolean {
  const files = source.files.map((file) =>
    file.path === edit.path && file.text !== undefined ? { ...file, text: replaced(file.text, edit) } : file,
  );
  const after = checkWorkload({ ...source, files });
  const value = valueAt(after.files.find((file) => file.role === fix.role)?.value, fix.pointer);
  const isThere =
    fix.value === undefined
      ? value === undefined
      : String(value) === String(fix.value) || canonical(value ?? null) === canonical(fix.value);
  return isThere && errorsOf(after) <= errorsOf(checked);
}

/** An edit with its place and its lines, as people see it. */
function shown(text: string, edit: Edit): NonNullable<ProposedEdit['place']> {
  const index = lineIndex(text);
  const [from, to] = [index.at(edit.start), index.at(edit.end)];
  const lineStart = text.lastIndexOf('\n', edit.start - 1) + 1;
  const lineEnd = text.indexOf('\n', edit.end);
  const end = lineEnd < 0 ? text.length : lineEnd;
  const lines = text.slice(lineStart, end);
  const after = replaced(text, edit).slice(lineStart, end + edit.text.length - (edit.end - edit.start));
  return {
    path: edit.path,
    line: from.line,
    column: from.column,
    endLine: to.line,
    endColumn: to.column,
    oldText: text.slice(edit.start, edit.end),
    newText: edit.text,
    removed: lines.split(/\r?\n/),
    added: after.split(/\r?\n/),
  };
}

/** The edit that brings a fix about; without a place where none was found that does. */
export function proposeEdit(read: Read, fix: ValueFix): ProposedEdit {
  const { description } = fix;
  const what = { pointer: fix.pointer, value: fix.value ?? null };
  const file = fileOf(read, fix.role);
  const isSecret = [...(file?.sensitive ?? [])].some((pointer) => fix.pointer.startsWith(pointer));
  if (file === undefined || isSecret) return { description, what, place: null };
  const edit = editsFor(read, file, fix).find((candidate) => works(read, fix, candidate));
  const text = edit && read.source.files.find(({ path }) => path === edit.path)?.text;
  return { description, what, place: edit === undefined || text === undefined ? null : shown(text, edit) };
}
