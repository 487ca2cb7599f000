/** Completion inside tags: names, members, filters, tests, statements; each with what it is now. */
import { isObject, type Json, type JsonObject } from '../../../engine/json.ts';
import { GLOBAL_NAMES } from '../../../engine/template/index.ts';
import type { Completion } from '../completion.ts';
import { misfit, type Wanted, wantedAt } from '../json/fit.ts';
import { jsonPlaceAt } from '../json/location.ts';
import { schemaAt } from '../json/schemaPlace.ts';
import { escaped } from '../json/snippets.ts';
import type { FileView } from '../knowledge.ts';
import type { Tag } from '../mask.ts';
import { code, kindOfValue, shownBlock, shownValue } from '../shown.ts';
import { DICT_METHODS, escapedKey, isMemberName, isTemplateName, quotedKey } from '../written.ts';
import { FILTER_DOCS, GLOBAL_DOCS, LOOP_DOCS, METHOD_DOCS, STATEMENTS, TEST_DOCS } from './builtins.ts';
import { operandBefore } from './operand.ts';
import { type Sample, sampleOf } from './sample.ts';
import { isInLoop, localsAt } from './scope.ts';

const WORD = /[\p{ID_Continue}]*$/u;

/** Keywords that a tag ends with, by the kind of statement. */
const ENDS: Readonly<Record<string, readonly string[]>> = {
  if: ['endif', 'else', 'elif'],
  for: ['endfor', 'else'],
  macro: ['endmacro'],
  call: ['endcall'],
  filter: ['endfilter'],
  with: ['endwith'],
  set: ['endset'],
};

const OPERATORS = ['in', 'is', 'not', 'and', 'or', 'if', 'else'];

/** Words behind which a value begins. */
const BEFORE_VALUE: ReadonlySet<string> = new Set('and or not in is if elif else for set with call'.split(' '));

/** Filters whose text arguments name an attribute of each item, at once or as `attribute=`. */
const ATTRIBUTE =
  /^([\s\S]*)\|\s*(?:(?:groupby|selectattr|rejectattr)\(|(?:map|sum|sort|unique|min|max|join)\([^()|]*\battribute\s*=)\s*(['"])([\w.]*)$/;

/** @param tag the tag that the offset is in */
export function completeInTag(view: FileView, offset: number, tag: Tag): Completion[] {
  const { text } = view.document;
  const before = text.slice(tag.innerStart, offset);
  const word = WORD.exec(before)![0];
  const replace = { start: offset - word.length, end: endOfWord(text, offset) };
  const context: Context = { view, offset, tag, replace };
  return found(context, before, before.slice(0, before.length - word.length)).map((item) => finished(context, item));
}

/** What is offered, with the value that its expression has now. */
interface Offered extends Completion {
  readonly value?: Json;
}

/** @param lead what is before the word that is being typed */
function found(context: Context, before: string, lead: string): Offered[] {
  const { tag } = context;
  const quoted = /^([\s\S]*)\[\s*(['"])([^'"\]]*)$/.exec(before);
  if (quoted) return keys(context, quoted[1]!, quoted[2]!, quoted[3]!);
  const attribute = ATTRIBUTE.exec(before);
  if (attribute) return attributes(context, attribute[1]!, attribute[3]!);
  if (isInsideString(before)) return [];
  if (/\|\s*$/.test(lead)) return filters(context);
  if (/\bis\s+(?:not\s+)?$/.test(lead)) return tests(context);
  const member = /^([\s\S]*)\.\s*$/.exec(lead);
  if (member) return members(context, member[1]!);
  if (tag.kind === 'statement') {
    if (/^[-+]?\s*$/.test(lead)) return statements(context);
    if (/^[-+]?\s*(?:for|macro|set|block)\s+(?:[\w.]+\s*,\s*)*$/.test(lead)) return [];
    if (/^[-+]?\s*for\s+[\w\s,()]+\s$/.test(lead) && !/\sin\s/.test(lead)) return words(context, ['in']);
    if (/^[-+]?\s*(?:set|macro|end\w+)\s+\S+\s+$/.test(lead)) return [];
  }
  const end = lead.trimEnd();
  const isAfterValue = /[\p{ID_Continue})\]}'"]$/u.test(end) && !BEFORE_VALUE.has(/\w*$/.exec(end)![0]);
  if (isAfterValue) return end === lead ? [] : words(context, OPERATORS);
  const item = /^([\s\S]*)\[$/.exec(end);
  return [...(item ? keys(context, item[1]!, '', '') : []), ...names(context)];
}

/** With the filter that a bare value needs, and the end of a tag that has none yet, where nothing else follows. */
function finished(context: Context, { value, ...item }: Offered): Completion {
  const { view, tag, replace } = context;
  const isOpen = tag.innerEnd === tag.end;
  if (item.kind !== 'variable' && item.kind !== 'member' && item.kind !== 'filter') return item;
  const rest = view.document.text.slice(Math.max(replace.end, item.replace.end), tag.innerEnd).trim();
  const hasHalf = tag.inString && rest === '}';
  const end =
    !isOpen || !/^[\]},]*$|^,\s*"/.test(rest) ? '' : tag.kind === 'statement' ? ' %}' : hasHalf ? ' }' : ' }}';
  const isBare = (rest === '' || end !== '') && isBareValue(context, value);
  const after = `${isBare ? ' | tojson' : ''}${end}`;
  return after === '' ? item : { ...item, text: `${escaped(item.text)}$0${escaped(after)}`, isSnippet: true };
}

/** Whether the whole tag stands for a value of the JSON, and Jinja would print it as Python does. */
function isBareValue({ view, tag, replace }: Context, value: Json | undefined): boolean {
  if (value === undefined || typeof value === 'number' || tag.kind !== 'expression' || tag.inString) return false;
  const { mask, text } = view.document;
  const isWhole = /^[-+]?\s*[\p{ID_Continue}.]*$/u.test(text.slice(tag.innerStart, replace.end));
  return isWhole && /[:[,]\s*$/.test(mask.slice(Math.max(0, tag.start - 200), tag.start));
}

const words = ({ replace }: Context, labels: readonly string[]): Completion[] =>
  labels.map((label) => ({ label, kind: 'keyword', replace, text: label, order: `3${label}` }));

interface Context {
  readonly view: FileView;
  readonly offset: number;
  readonly tag: Tag;
  readonly replace: { readonly start: number; readonly end: number };
}

const endOfWord = (text: string, offset: number): number =>
  offset + /^[\p{ID_Continue}]*/u.exec(text.slice(offset))![0].length;

function isInsideString(before: string): boolean {
  return (
    /^(?:[^'"]|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")*['"][^'"]*$/.test(before) &&
    !/^(?:[^'"]|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")*$/.test(before)
  );
}

function documented(
  context: Context,
  docs: Readonly<Record<string, { readonly signature: string; readonly about: string }>>,
  kind: 'filter' | 'test',
): Completion[] {
  return Object.entries(docs).map(([label, { signature, about }]) => ({
    label,
    kind,
    detail: signature,
    documentation: about,
    replace: context.replace,
    text: label,
    // What is needed in nearly every template comes first.
    order: label === 'tojson' || label === 'default' || label === 'defined' ? `0${label}` : `1${label}`,
  }));
}

const filters = (context: Context) => documented(context, FILTER_DOCS, 'filter');
const tests = (context: Context) => documented(context, TEST_DOCS, 'test');

function statements(context: Context): Completion[] {
  const { view, offset, tag, replace } = context;
  const around = blockAround(view, tag);
  const ends = around ? (ENDS[around.word] ?? [`end${around.word}`]) : [];
  const end = view.document.text.slice(offset, tag.end).includes('%}') ? '' : ' %}';
  const closing = ends
    // What is closed already may have another branch, but no second end.
    .filter((label) => !around?.isClosed || !label.startsWith('end'))
    .map(
      (label): Completion => ({
        label,
        kind: 'keyword',
        replace,
        text: label + (label === 'elif' ? '' : end),
        order: `0${label}`,
      }),
    );
  const begins = Object.entries(STATEMENTS).map(
    ([label, [snippet, about]], i): Completion => ({
      label,
      kind: 'keyword',
      documentation: about,
      replace,
      // The end of this tag becomes that of the ending tag.
      text: snippet + end,
      isSnippet: true,
      order: `1${i}`,
    }),
  );
  return [...closing, ...begins];
}

/** The innermost block that is open before a tag, and whether its end follows. */
function blockAround(
  { document }: FileView,
  tag: Tag,
): { readonly word: string; readonly isClosed: boolean } | undefined {
  const open: string[] = [];
  let depth = 0;
  for (const other of document.tags) {
    if (other.kind !== 'statement' || other === tag) continue;
    const inner = document.text.slice(other.innerStart, other.innerEnd);
    const word = /^[-+]?\s*(\w+)/.exec(inner)?.[1] ?? '';
    const change = word.startsWith('end') ? -1 : Object.hasOwn(ENDS, word) && !isInlineSet(word, inner) ? 1 : 0;
    if (other.start > tag.start) {
      depth += change;
      if (depth < 0) return open.length > 0 ? { word: open.at(-1)!, isClosed: true } : undefined;
    } else if (change > 0) open.push(word);
    else if (change < 0) open.pop();
  }
  const last = open.at(-1);
  return last === undefined ? undefined : { word: last, isClosed: false };
}

const isInlineSet = (word: string, inner: string): boolean => word === 'set' && inner.includes('=');

/** Orders inputs: what can be gone through behind `in`; elsewhere what goes where the expression is. */
function rankOf({ view: { document }, tag, replace }: Context): (name: string, value: Json) => number {
  if (tag.kind === 'statement') {
    const isList = /\bfor\b.*\bin\s+$/s.test(document.text.slice(tag.innerStart, replace.start));
    return (_, value) => (isList && !isObject(value) && !Array.isArray(value) ? 1 : 0);
  }
  const { path } = jsonPlaceAt(document, tag.start);
  const wanted: Wanted = wantedAt(path, schemaAt(document, path));
  return (name, value) => misfit(wanted, name, value);
}

function names(context: Context): Offered[] {
  const { view, offset, replace } = context;
  const template = view.document.template!;
  const rank = rankOf(context);
  const inputs = Array.from(
    view.workload.inputs.values(),
    ({ name, value, sensitive, path, line }): Offered => ({
      label: name,
      value,
      kind: 'variable',
      detail: shownValue(value, sensitive, 40),
      documentation: `${kindOfValue(value)} from ${code(path)}, line ${line}\n\n${shownBlock(value, sensitive)}`,
      replace,
      text: name,
      order: `1${rank(name, value)}${name}`,
    }),
  );
  const locals = new Map(localsAt(template, offset).map((local) => [local.name, local]));
  const own = Array.from(locals.values(), ({ name, what }): Offered => {
    const sample = what === 'macro' ? undefined : sampleOf(name, offset, template, view.workload.inputs);
    return {
      label: name,
      kind: what === 'macro' ? 'function' : 'variable',
      detail: sample === undefined ? what : `${what}: ${shownValue(sample.value, sample.sensitive, 40)}`,
      replace,
      text: name,
      order: `0${name}`,
      ...(sample !== undefined && { value: sample.value }),
    };
  });
  const loop: Completion[] = isInLoop(template, offset)
    ? [{ label: 'loop', kind: 'variable', detail: 'the loop around', replace, text: 'loop', order: '0loop' }]
    : [];
  const globals = [...GLOBAL_NAMES].flatMap((label): Completion[] =>
    Object.hasOwn(GLOBAL_DOCS, label)
      ? [{ label, kind: 'function', documentation: GLOBAL_DOCS[label]!, replace, text: label, order: `2${label}` }]
      : [],
  );
  const reachable = inputs.filter(({ label }) => !locals.has(label) && isTemplateName(label));
  return [...own, ...loop, ...reachable, ...globals, ...words(context, ['not', 'true', 'false', 'none'])];
}

/** The value of the operand that text ends with. */
function operandValue({ view, offset }: Context, text: string): Sample | undefined {
  const operand = operandBefore(text);
  return operand === undefined ? undefined : sampleOf(operand, offset, view.document.template!, view.workload.inputs);
}

/** Members of an object. Of a secret one only those that inputs have as keys: an expression may make a value a key. */
function membersOf({ view }: Context, object: JsonObject, { sensitive, names }: Sample): [string, Json][] {
  const members = Object.entries(object);
  if (!sensitive) return members;
  const written = new Set(names.flatMap((name) => keysIn(view.workload.inputs.get(name)?.value ?? null)));
  return members.filter(([key]) => written.has(key));
}

function keysIn(value: Json): string[] {
  if (Array.isArray(value)) return value.flatMap(keysIn);
  return isObject(value) ? Object.entries(value).flatMap(([key, member]) => [key, ...keysIn(member)]) : [];
}

function members(context: Context, chain: string): Offered[] {
  const { replace, view } = context;
  if (/(?:^|[^\w.])loop\s*$/.test(chain) && isInLoop(view.document.template!, context.offset)) {
    return Object.entries(LOOP_DOCS).map(([label, about], i) => ({
      label,
      kind: 'member',
      documentation: about,
      replace,
      text: label,
      order: String(i).padStart(2, '0'),
    }));
  }
  const found = operandValue(context, chain);
  if (found === undefined) return [];
  const { value, sensitive } = found;
  const dot = view.document.text.lastIndexOf('.', replace.start);
  const own = isObject(value) ? membersOf(context, value, found) : [];
  const items = own.map(([label, member]): Offered => {
    const isName = isMemberName(label) && !DICT_METHODS.has(label);
    return {
      label,
      kind: 'member',
      value: member,
      detail: shownValue(member, sensitive, 40),
      documentation: shownBlock(member, sensitive),
      // A member that is no name is reached by its text.
      replace: isName ? replace : { start: dot, end: replace.end },
      text: isName ? label : `[${quotedKey(label)}]`,
      order: `0${label}`,
      ...(isName ? {} : { filter: `.${label}` }),
    };
  });
  const names = new Set(own.map(([label]) => label));
  return [...items, ...methods(context, value).filter(({ label }) => !names.has(label))];
}

function methods({ view, tag, replace }: Context, value: Json): Completion[] {
  const type =
    typeof value === 'string' ? 'text' : Array.isArray(value) ? 'list' : isObject(value) ? 'object' : undefined;
  if (type === undefined) return [];
  const isCalled = view.document.text.slice(replace.end, tag.innerEnd).startsWith('(');
  return Object.entries(METHOD_DOCS[type]).map(([label, { signature, about }]) => {
    const takesNothing = signature.endsWith('()');
    return {
      label,
      kind: 'function',
      detail: signature,
      documentation: about,
      replace,
      text: isCalled ? label : takesNothing ? `${label}()` : `${label}($1)`,
      ...(!isCalled && !takesNothing && { isSnippet: true }),
      order: `1${label}`,
    };
  });
}

/** @param quote that is there already, with what is typed behind it; empty behind a bracket */
function keys(context: Context, chain: string, quote: string, typed: string): Completion[] {
  const found = operandValue(context, chain);
  if (!found || !isObject(found.value)) return [];
  const { text } = context.view.document;
  const rest = quote === '' ? '' : /^[^'"\]}]*/.exec(text.slice(context.offset))![0];
  const after = text.slice(context.offset + rest.length);
  const isQuoted = quote !== '' && after.startsWith(quote);
  const closing = /^['"]?\s*\]/.test(after) ? '' : ']';
  const replace = { start: context.offset - typed.length, end: context.offset + (isQuoted ? rest.length : 0) };
  return membersOf(context, found.value, found).map(([label, value]): Completion => {
    const key = quote === '' ? quotedKey(label) : escapedKey(label, quote);
    // The bracket goes behind the quote that is there.
    const end = isQuoted ? (closing === '' ? '' : quote + closing) : quote + closing;
    return {
      label,
      kind: 'member',
      detail: shownValue(value, found.sensitive, 40),
      documentation: shownBlock(value, found.sensitive),
      replace: isQuoted && closing !== '' ? { ...replace, end: replace.end + 1 } : replace,
      text: key + end,
      order: `0${label}`,
      ...(quote === '' && { filter: key }),
    };
  });
}

/** Attributes that the items of a list have. */
function attributes(context: Context, pipe: string, typed: string): Completion[] {
  const found = operandValue(context, pipe);
  const first = Array.isArray(found?.value) ? (found.value[0] as Json | undefined) : undefined;
  const path = typed.split('.').slice(0, -1);
  const holder = path.reduce<Json | undefined>(
    (value, key) => (isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined),
    first,
  );
  if (found === undefined || !isObject(holder)) return [];
  return membersOf(context, holder, found).map(([label, value]) => ({
    label,
    kind: 'member',
    detail: shownValue(value, found.sensitive, 40),
    replace: context.replace,
    text: label,
  }));
}
