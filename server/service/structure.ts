/** The structure of a file: symbols, folding, selection, links. Pure. */
import { type Node, parseTree } from 'jsonc-parser';
import { inputReferences } from '../../engine/config/index.ts';
import { type Body, partsOf } from '../../engine/template/index.ts';
import type { ConfigDocument } from './document.ts';
import { expressionsAt } from './jinja/expressions.ts';
import { enclosing } from './jinja/scope.ts';
import type { FileView, Span } from './knowledge.ts';
import { renderedRange } from './rendered.ts';

export interface DocumentSymbol extends Span {
  readonly name: string;
  /** The value, where it is short; what an expression gave, where it is known. */
  readonly detail: string;
  readonly kind: 'object' | 'list' | 'text' | 'number' | 'boolean' | 'null';
  /** The key. */
  readonly selection: Span;
  readonly children: readonly DocumentSymbol[];
}

const KINDS = {
  object: 'object',
  array: 'list',
  string: 'text',
  number: 'number',
  boolean: 'boolean',
  null: 'null',
  property: 'text',
} as const;

/** Symbols beyond these are not shown: nobody reads so many. */
const MOST_SYMBOLS = 5000;

/** The structure of what a template gives, at the places that give it; of what is written while it gives no JSON. */
export const documentSymbols = (view: FileView): DocumentSymbol[] =>
  symbolsOf(renderedOutline(view) ?? writtenOutline(view));

export function symbolsOf(outlined: Outlined): DocumentSymbol[] {
  let left = MOST_SYMBOLS;
  const visit = (value: Node, name: string, range: Node, key: Node): DocumentSymbol[] => {
    if (left-- <= 0) return [];
    const selection = outlined.spanOf(key);
    const whole = outlined.spanOf(range);
    return [
      {
        name,
        detail: value.type === 'object' || value.type === 'array' ? '' : outlined.textOf(value).slice(0, 100),
        kind: KINDS[value.type],
        // In a loop, a key may be given behind its value.
        start: Math.min(whole.start, selection.start),
        end: Math.max(whole.end, selection.end),
        selection,
        children: childrenOf(value),
      },
    ];
  };
  const childrenOf = (value: Node): DocumentSymbol[] => {
    if (value.type === 'array')
      return (value.children ?? []).flatMap((item, i) => visit(item, itemName(item, i, outlined.textOf), item, item));
    if (value.type !== 'object') return [];
    return (value.children ?? []).flatMap((property) => {
      const [key, inner] = property.children ?? [];
      return key && inner ? visit(inner, unquoted(outlined.textOf(key)), property, key) : [];
    });
  };
  return outlined.root ? childrenOf(outlined.root) : [];
}

/** A tree of JSON, where its nodes are in the file, and what they are. */
export interface Outlined {
  readonly root: Node | undefined;
  spanOf(node: Node): Span;
  textOf(node: Node): string;
}

export const spanIn = ({ offset, length }: Node): Span => ({ start: offset, end: offset + length });

function renderedOutline({ document, workload }: FileView): Outlined | undefined {
  const file = workload.checked.files.find(({ path }) => path === document.path);
  if (document.tags.length === 0 || file?.value === undefined || file.source !== document.text) return undefined;
  const { map, text } = file;
  if (map === undefined || text === undefined) return undefined;
  const placeOf = ({ offset, length }: Node) => map.toBody(offset, offset + length);
  return {
    root: parseTree(text),
    spanOf: placeOf,
    textOf: (node) => {
      if (placeOf(node).sensitive) return node.type === 'string' ? '"(sensitive)"' : '(sensitive)';
      return text.slice(node.offset, node.offset + node.length);
    },
  };
}

const writtenOutline = ({ document, workload }: FileView): Outlined => ({
  root: document.json,
  spanOf: spanIn,
  textOf: (node) =>
    renderedRange(workload, document, spanIn(node))?.text ??
    document.text.slice(node.offset, node.offset + node.length),
});

/** Items are told apart by their name, where they have one. */
function itemName(item: Node, i: number, textOf: (node: Node) => string): string {
  const named = item.children?.find(({ children }) =>
    /^(name|containerName|capacityProvider|key|Key|Service)$/.test(String(children?.[0]?.value)),
  );
  const name = named?.children?.[1];
  return name?.type === 'string' && name.value !== '' ? unquoted(textOf(name)) : `[${i}]`;
}

const unquoted = (text: string): string => text.replace(/^"|"$/g, '');

/** Ranges of more than a line; the caller leaves out those that are not. */
export function foldingRanges(document: ConfigDocument): Span[] {
  const found: Span[] = [];
  const visit = (node: Node): void => {
    if (node.type === 'object' || node.type === 'array')
      found.push({ start: node.offset, end: node.offset + node.length - 1 });
    for (const child of node.children ?? []) visit(child);
  };
  if (document.json) visit(document.json);
  const statements = (body: Body): void => {
    for (const statement of body.statements) {
      const { bodies } = partsOf(statement);
      if (bodies.length > 0) found.push({ start: statement.start, end: statement.end });
      for (const inner of bodies) statements(inner);
    }
  };
  if (document.template) statements(document.template.body);
  for (const { start, end } of document.tags) found.push({ start, end });
  return found;
}

/** Ranges around an offset, each inside the next. */
export function selectionRanges(document: ConfigDocument, offset: number): Span[] {
  const spans: Span[] = [];
  if (document.template) {
    for (const { start, end } of expressionsAt(document.template, offset)) spans.push({ start, end });
    for (const { start, end } of enclosing(document.template, offset)) spans.push({ start, end });
  }
  for (const tag of document.tags) {
    if (tag.start <= offset && offset <= tag.end)
      spans.push({ start: tag.innerStart, end: tag.innerEnd }, { start: tag.start, end: tag.end });
  }
  const visit = (node: Node): void => {
    const end = node.offset + node.length;
    if (node.offset > offset || offset > end) return;
    if (node.type === 'string' && node.length >= 2) spans.push({ start: node.offset + 1, end: end - 1 });
    if (node.type === 'object' || node.type === 'array') spans.push({ start: node.offset + 1, end: end - 1 });
    spans.push({ start: node.offset, end });
    for (const child of node.children ?? []) visit(child);
  };
  if (document.json) visit(document.json);
  spans.push({ start: 0, end: document.text.length });
  return nested(spans.filter(({ start, end }) => start <= offset && offset <= end));
}

/** From the smallest out; what only overlaps is left out, as ranges have to hold one another. */
function nested(spans: readonly Span[]): Span[] {
  const sorted = [...spans].sort((a, b) => a.end - a.start - (b.end - b.start));
  const found: Span[] = [];
  for (const span of sorted) {
    const last = found.at(-1);
    if (last && (span.start > last.start || span.end < last.end)) continue;
    if (last && span.start === last.start && span.end === last.end) continue;
    found.push(span);
  }
  return found;
}

export interface DocumentLink extends Span {
  /** From the repository root. */
  readonly target: string;
}

/** Of files that are missing there is no link: there is a finding. */
export function documentLinks({ document: { role, text, path }, workload }: FileView): DocumentLink[] {
  if (role !== 'input') return [];
  const missing = workload.checked.findings.filter((one) => one.code === 'file.missing' && one.path === path);
  return inputReferences(text).references.flatMap((reference): DocumentLink[] => {
    const { start, end, problem } = reference;
    const isMissing = missing.some((one) => one.start <= start && end <= one.end);
    return problem === undefined && !isMissing ? [{ start: start + 1, end: end - 1, target: reference.path }] : [];
  });
}
