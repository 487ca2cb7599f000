/** Hover: what an expression gives and where it comes from, and what a key means. */
import { isObject } from '../../engine/json.ts';
import type { Expression } from '../../engine/template/index.ts';
import { usesOf } from './inputNames.ts';
import { type Builtin, FILTER_DOCS, GLOBAL_DOCS, LOOP_DOCS, METHOD_DOCS, TEST_DOCS } from './jinja/builtins.ts';
import { expressionsAt } from './jinja/expressions.ts';
import { sampleOf } from './jinja/sample.ts';
import { declarationsIn, isInLoop, localsAt } from './jinja/scope.ts';
import { jsonPlaceAt, patternOf } from './json/location.ts';
import { schemaAt } from './json/schemaPlace.ts';
import type { FileView, Span } from './knowledge.ts';
import type { Tag } from './mask.ts';
import { meaningOf } from './meaning.ts';
import { piecesOf } from './rendered.ts';
import type { Schemas } from './schemas.ts';
import { code, kindOfValue, shownBlock } from './shown.ts';

export interface Hover extends Span {
  /** Markdown. */
  readonly text: string;
}

export async function hover(view: FileView, offset: number, schemas: Schemas): Promise<Hover | undefined> {
  const { document } = view;
  const tag = document.tags.find(({ start, end }) => start <= offset && offset < end);
  if (tag?.kind === 'comment') return undefined;
  if (tag !== undefined) return hoverTag(view, offset, tag);
  if (document.role === 'input') {
    const own = hoverInput(view, offset);
    if (own) return own;
  }
  const fromSchema = await schemas.hover(document, offset);
  const place = jsonPlaceAt(document, offset);
  const meaning = meaningOf(view.workload, patternOf(place.path)) ?? oldKey(view, place.path);
  if (meaning === undefined) return fromSchema;
  const range =
    fromSchema ??
    (place.token
      ? { start: place.token.offset, end: place.token.offset + place.token.length }
      : { start: offset, end: offset });
  return { start: range.start, end: range.end, text: [meaning, fromSchema?.text].filter((part) => part).join('\n\n') };
}

/** What has become of a key of older files. */
function oldKey({ document }: FileView, path: readonly (string | number)[]): string | undefined {
  const old = schemaAt(document, path.slice(0, -1))?.schema['x-gitmoxi-old-keys'];
  const key = path.at(-1);
  if (old === undefined || typeof key !== 'string' || !Object.hasOwn(old, key)) return undefined;
  const { now, hint } = old[key]!;
  return `An older key${now === undefined ? '' : `, now ${code(now)}`}: ${hint}`;
}

function hoverTag(view: FileView, offset: number, tag: Tag): Hover | undefined {
  const { document } = view;
  const path = expressionsAt(document.template!, offset);
  const inner = innermost(path);
  if (document.text.slice(tag.innerStart, tag.innerEnd).trim() === '') return undefined;
  const declared = inner === undefined ? hoverDeclared(view, offset) : undefined;
  if (declared) return declared;
  if (inner === undefined) return tag.kind === 'expression' ? hoverOutput(view, tag, tag.start, tag.end) : undefined;
  const builtin = hoverBuiltin(inner, offset, document.text);
  if (builtin) return builtin;
  const { start, end } = inner;
  const source = document.text.slice(start, end);
  const sample = sampleOf(source, start, document.template!, view.workload.inputs);
  if (sample === undefined) {
    const rounds = tag.kind === 'expression' && path[0] === inner ? hoverOutput(view, tag, start, end) : undefined;
    return rounds ?? withoutValue(view, inner);
  }
  const isInLoop = dependsOnLoop(view, inner);
  const rounds = isInLoop && tag.kind === 'expression' && path[0] === inner ? roundsOf(view, tag) : undefined;
  const lines = [
    `${code(source)}: ${kindOfValue(sample.value)}${isInLoop ? ', in the first round' : ''}`,
    shownBlock(sample.value, sample.sensitive),
    ...(rounds && rounds.count > 1 ? [`each round: ${rounds.text}`] : []),
    ...origins(view, sample.names),
  ];
  return { start, end, text: lines.join('\n\n') };
}

/** A variable of the template's own, where it is declared: its value, and of a loop's the first ones. */
function hoverDeclared({ document, workload }: FileView, offset: number): Hover | undefined {
  const template = document.template!;
  const local = declarationsIn(template.body).find(({ start, end }) => start <= offset && offset < end);
  if (local === undefined) return undefined;
  const { name, what, start, end, valueAt } = local;
  const sample = valueAt === undefined ? undefined : sampleOf(name, valueAt, template, workload.inputs);
  const kind = sample ? `, ${kindOfValue(sample.value)}${what === 'loop variable' ? ' in the first round' : ''}` : '';
  const block = sample ? [shownBlock(sample.value, sample.sensitive)] : [];
  return { start, end, text: [`${code(name)}: ${what}${kind}`, ...block].join('\n\n') };
}

/** Names in an expression that a loop around it declares. */
function dependsOnLoop({ document }: FileView, { start, end }: Expression): boolean {
  const source = document.text.slice(start, end);
  const loops = localsAt(document.template!, start).filter(({ what }) => what === 'loop variable');
  return /\bloop\b/.test(source) || loops.some(({ name }) => new RegExp(`(?<![\\w.])${name}(?!\\w)`).test(source));
}

/** The innermost expression that says something by itself: a member with what it is a member of. */
function innermost(path: readonly Expression[]): Expression | undefined {
  const last = path.at(-1);
  const around = path.at(-2);
  // On the key of `arns['blue']`, the item is meant.
  return last?.kind === 'constant' && around?.kind === 'item' && around.key === last ? around : last;
}

function hoverBuiltin(node: Expression, offset: number, text: string): Hover | undefined {
  if (node.kind === 'filter' || node.kind === 'test') {
    const end = node.nameStart + node.name.length;
    const docs = node.kind === 'filter' ? FILTER_DOCS : TEST_DOCS;
    if (offset < node.nameStart || offset > end || !Object.hasOwn(docs, node.name)) return undefined;
    const { signature, about } = docs[node.name]!;
    return { start: node.nameStart, end, text: `${node.kind} ${code(signature)}\n\n${about}` };
  }
  if (
    node.kind === 'attribute' &&
    node.object.kind === 'name' &&
    node.object.name === 'loop' &&
    Object.hasOwn(LOOP_DOCS, node.name)
  ) {
    return {
      start: node.start,
      end: node.end,
      text: `${code(text.slice(node.start, node.end))}\n\n${LOOP_DOCS[node.name]}`,
    };
  }
  if (node.kind === 'attribute' && offset >= node.end - node.name.length) {
    const docs = Object.values(METHOD_DOCS).find((methods) => Object.hasOwn(methods, node.name));
    const isCalled = text.slice(node.end).trimStart().startsWith('(');
    if (docs && isCalled) {
      const { signature, about } = (docs as Readonly<Record<string, Builtin>>)[node.name]!;
      return { start: node.end - node.name.length, end: node.end, text: `method ${code(signature)}\n\n${about}` };
    }
  }
  if (node.kind === 'name' && Object.hasOwn(GLOBAL_DOCS, node.name)) {
    return { start: node.start, end: node.end, text: GLOBAL_DOCS[node.name]! };
  }
  return undefined;
}

/** Where inputs come from. */
function origins({ workload }: FileView, names: readonly string[]): string[] {
  return names.flatMap((name) => {
    const input = workload.inputs.get(name);
    return input
      ? [
          `${code(name)} comes from ${code(input.path)}, line ${input.line}${input.sensitive ? ', and is marked as secret' : ''}`,
        ]
      : [];
  });
}

/** What an expression gave, each round of a loop by itself. */
function hoverOutput(view: FileView, tag: Tag, start: number, end: number): Hover | undefined {
  const rounds = roundsOf(view, tag);
  return rounds && { start, end, text: `${rounds.count > 1 ? 'each round: ' : ''}${rounds.text}` };
}

/** What a tag gave in each round of the loops around it. */
function roundsOf({ document, workload }: FileView, tag: Tag): { count: number; text: string } | undefined {
  const file = workload.checked.files.find(({ path }) => path === document.path);
  if (file?.map === undefined || file.text === undefined || file.source !== document.text) return undefined;
  const pieces = piecesOf(file.map, tag);
  if (pieces.length === 0) return undefined;
  const shown = pieces
    .slice(0, 10)
    .map((piece) => code(piece.sensitive ? '(sensitive)' : file.text!.slice(piece.start, piece.end)));
  const more = pieces.length > 10 ? ` and ${pieces.length - 10} more` : '';
  return { count: pieces.length, text: `${shown.join(', ')}${more}` };
}

/** What has no value here, in words. */
function withoutValue(view: FileView, node: Expression): Hover | undefined {
  const { start, end } = node;
  const text = node.kind === 'name' ? unknownName(view, node.name, start) : missingMember(view, node);
  return text === undefined ? undefined : { start, end, text };
}

function unknownName({ workload, document }: FileView, name: string, offset: number): string | undefined {
  const local = localsAt(document.template!, offset).findLast((one) => one.name === name);
  if (local) return `${code(name)}: ${local.what}`;
  if (name === 'loop' && isInLoop(document.template!, offset)) return `${code('loop')}: the loop around`;
  if (workload.inputs.has(name)) return undefined;
  return workload.inputsComplete ? `no input is called ${code(name)}` : 'not known: an input file cannot be read';
}

/** Most members that are named. */
const MOST_MEMBERS = 20;

function missingMember({ document, workload }: FileView, node: Expression): string | undefined {
  if (node.kind !== 'attribute' && node.kind !== 'item') return undefined;
  const { object } = node;
  const source = document.text.slice(object.start, object.end);
  const sample = sampleOf(source, object.start, document.template!, workload.inputs);
  if (sample === undefined || !isObject(sample.value)) return undefined;
  if (sample.sensitive) return `${code(source)} has no such member`;
  const names = Object.keys(sample.value).slice(0, MOST_MEMBERS);
  return `${code(source)} has no such member; it has ${names.map(code).join(', ') || 'none'}`;
}

/** In an input file: who uses a value. */
function hoverInput(view: FileView, offset: number): Hover | undefined {
  const { path, token } = jsonPlaceAt(view.document, offset);
  const [name] = path;
  if (path.length !== 1 || typeof name !== 'string' || name === 'ref' || !token) return undefined;
  const uses = usesOf(view.workload, { name, members: [] });
  const users = Array.from(
    Map.groupBy(uses, ({ place }) => place.path),
    ([file, own]) => `${code(file)} (${own.length})`,
  );
  const text =
    users.length === 0
      ? 'No template of this workload uses it.'
      : `Used as ${code(`{{ ${name} }}`)} by ${users.join(', ')}`;
  return { start: token.offset, end: token.offset + token.length, text };
}
