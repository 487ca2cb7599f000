/** Completion inside tags: names, members, filters, tests, statements; each with what it is now. */
import { isObject, type Json } from '../../../engine/json.ts';
import { GLOBAL_NAMES } from '../../../engine/template/index.ts';
import type { Completion } from '../completion.ts';
import type { FileView } from '../knowledge.ts';
import type { Tag } from '../mask.ts';
import { kindOfValue, shownBlock, shownValue } from '../shown.ts';
import { FILTER_DOCS, GLOBAL_DOCS, LOOP_DOCS, STATEMENTS, TEST_DOCS } from './builtins.ts';
import { sampleOf } from './sample.ts';
import { enclosing, isInLoop, localsAt } from './scope.ts';

/** A chain of members before a dot or bracket: `a`, `a.b['c']`. */
const CHAIN =
  /[\p{ID_Start}_][\p{ID_Continue}]*(?:\s*\.\s*[\p{ID_Start}_][\p{ID_Continue}]*|\[(?:'[^'\]]*'|"[^"\]]*"|\d+)\])*$/u;
const WORD = /[\p{ID_Continue}]*$/u;

/** Keywords that a tag ends with, by the kind of statement. */
const ENDS: Readonly<Record<string, readonly string[]>> = {
  if: ['endif', 'else', 'elif'],
  for: ['endfor', 'else'],
  macro: ['endmacro'],
  'call-block': ['endcall'],
  'filter-block': ['endfilter'],
  with: ['endwith'],
  'set-block': ['endset'],
};

const OPERATORS = ['in', 'is', 'not', 'and', 'or', 'if', 'else'];

/** @param tag the tag that the offset is in */
export function completeInTag(view: FileView, offset: number, tag: Tag): Completion[] {
  const { text } = view.document;
  const before = text.slice(tag.innerStart, offset);
  const word = WORD.exec(before)![0];
  const lead = before.slice(0, before.length - word.length);
  const context: Context = {
    view,
    offset,
    tag,
    replace: { start: offset - word.length, end: endOfWord(text, offset) },
  };
  const quoted = /([\s\S]*)\[\s*(['"])([^'"\]]*)$/.exec(before);
  if (quoted) return keys(context, quoted[1]!, quoted[2]!, quoted[3]!);
  if (isInsideString(before)) return [];
  if (/\|\s*$/.test(lead)) return filters(context);
  if (/\bis\s+(?:not\s+)?$/.test(lead)) return tests(context);
  const member = /([\s\S]*)\.\s*$/.exec(lead);
  if (member) return members(context, member[1]!);
  if (tag.kind === 'statement' && /^[-+]?\s*$/.test(lead)) return statements(context);
  if (/(?:^|\s)(?:for|macro|set)\s+(?:\w+\s*,\s*)*$/.test(lead) && tag.kind === 'statement') return [];
  return names(context, /[\w)\]'"]\s+$/.test(lead));
}

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
  const template = view.document.template!;
  const around = enclosing(template, tag.start + 1).at(-1);
  const open = around?.kind === undefined ? unclosedAt(view, tag.start) : (ENDS[around.kind] ?? []);
  const ends = open.map((label): Completion => ({ label, kind: 'keyword', replace, text: label, order: `0${label}` }));
  const closes = view.document.text.slice(offset, tag.end).includes('%}');
  const begins = Object.entries(STATEMENTS).map(
    ([label, [snippet, about]]): Completion => ({
      label,
      kind: 'keyword',
      documentation: about,
      replace,
      // The rest is only added where the tag is closed already: its end becomes that of the ending tag.
      text: closes ? snippet : label,
      ...(closes && { isSnippet: true }),
      order: `1${label}`,
    }),
  );
  return [...ends, ...begins];
}

/** Ends of what is open before an offset: while it is not closed, the parser has no statement around it. */
function unclosedAt({ document }: FileView, offset: number): readonly string[] {
  const open: string[] = [];
  for (const { kind, innerStart, end } of document.tags) {
    if (kind !== 'statement' || end > offset) continue;
    const word = /^[-+]?\s*(\w+)/.exec(document.text.slice(innerStart, end))?.[1] ?? '';
    if (word.startsWith('end')) open.pop();
    else if (Object.hasOwn(ENDS, word) || word === 'filter') open.push(word);
  }
  const last = open.at(-1);
  return last === undefined ? [] : (ENDS[last] ?? [`end${last}`]);
}

function names(context: Context, isAfterValue: boolean): Completion[] {
  const { view, offset, replace } = context;
  const template = view.document.template!;
  const inputs = Array.from(
    view.workload.inputs.values(),
    ({ name, value, sensitive, path, line }): Completion => ({
      label: name,
      kind: 'variable',
      detail: shownValue(value, sensitive, 40),
      documentation: `${kindOfValue(value)} from \`${path}\`, line ${line}\n\n${shownBlock(value, sensitive)}`,
      replace,
      text: name,
      order: `1${name}`,
    }),
  );
  const locals = new Map(localsAt(template, offset).map((local) => [local.name, local]));
  const own = Array.from(locals.values(), ({ name, what }): Completion => {
    const sample = what === 'macro' ? undefined : sampleOf(name, offset, template, view.workload.inputs);
    return {
      label: name,
      kind: what === 'macro' ? 'function' : 'variable',
      detail: sample === undefined ? what : `${what}: ${shownValue(sample.value, sample.sensitive, 40)}`,
      replace,
      text: name,
      order: `0${name}`,
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
  const words = (isAfterValue ? OPERATORS : ['not', 'true', 'false', 'none']).map(
    (label): Completion => ({ label, kind: 'keyword', replace, text: label, order: `3${label}` }),
  );
  return [...own, ...loop, ...inputs.filter(({ label }) => !locals.has(label)), ...globals, ...words];
}

/** The value of the chain that text ends with. */
function chainValue({ view, offset }: Context, text: string): { value: Json; sensitive: boolean } | undefined {
  const chain = CHAIN.exec(text.trimEnd())?.[0];
  return chain === undefined ? undefined : sampleOf(chain, offset, view.document.template!, view.workload.inputs);
}

function members(context: Context, chain: string): Completion[] {
  const { replace } = context;
  if (/(?:^|[^\w.])loop\s*$/.test(chain)) {
    return Object.entries(LOOP_DOCS).map(([label, about]) => ({
      label,
      kind: 'member',
      documentation: about,
      replace,
      text: label,
    }));
  }
  const found = chainValue(context, chain);
  if (!found || !isObject(found.value)) return [];
  const dot = context.view.document.text.lastIndexOf('.', replace.start);
  return Object.entries(found.value).map(([label, value]): Completion => {
    const isName = /^[\p{ID_Start}_][\p{ID_Continue}]*$/u.test(label);
    return {
      label,
      kind: 'member',
      detail: shownValue(value, found.sensitive, 40),
      documentation: shownBlock(value, found.sensitive),
      // A member that is no name is reached by its text.
      replace: isName ? replace : { start: dot, end: replace.end },
      text: isName ? label : `['${label.replaceAll("'", "\\'")}']`,
      ...(isName ? {} : { filter: `.${label}` }),
    };
  });
}

function keys(context: Context, chain: string, quote: string, typed: string): Completion[] {
  const found = chainValue(context, chain);
  if (!found || !isObject(found.value)) return [];
  const { text } = context.view.document;
  const rest = /^[^'"\]}]*/.exec(text.slice(context.offset))![0];
  const after = text.slice(context.offset + rest.length);
  const closing = after.startsWith(`${quote}]`) ? '' : after.startsWith(quote) ? ']' : `${quote}]`;
  const replace = {
    start: context.offset - typed.length,
    end: context.offset + (closing === `${quote}]` ? 0 : rest.length),
  };
  return Object.entries(found.value).map(([label, value]) => ({
    label,
    kind: 'member',
    detail: shownValue(value, found.sensitive, 40),
    documentation: shownBlock(value, found.sensitive),
    replace,
    text: closing === ']' ? label : `${label}${closing}`,
  }));
}
