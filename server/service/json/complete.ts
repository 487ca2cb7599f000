/** Completion outside tags: keys, known values, inputs as expressions, paths of `ref.file`; scaffolds of empty files. */

import { DEPRECATED_RUNTIMES } from '../../../engine/check/index.ts';
import { isObject } from '../../../engine/json.ts';
import type { InputValue } from '../../../engine/template/index.ts';
import type { SchemaPlace } from '../../../schemas/index.ts';
import type { Completion } from '../completion.ts';
import { missingNames, placeholderOf } from '../inputPlaceholders.ts';
import { sampleOf } from '../jinja/sample.ts';
import { localsAt } from '../jinja/scope.ts';
import type { FileView, Span } from '../knowledge.ts';
import type { Schemas } from '../schemas.ts';
import { kindOfValue, shownBlock, shownValue } from '../shown.ts';
import { asPart, asValue, DICT_METHODS, isMemberName, isTemplateName, quotedKey } from '../written.ts';
import { FITS, misfit, wantedAt } from './fit.ts';
import { knownKeys, knownValues } from './known.ts';
import { type JsonPlace, jsonPlaceAt, nodeAt, patternOf } from './location.ts';
import { SCAFFOLDS } from './scaffolds.ts';
import { accepts, memberOf, schemaAt, typesAt } from './schemaPlace.ts';
import { separatorsAround } from './separators.ts';
import { escaped, memberSnippet, neededAt, valueSnippet } from './snippets.ts';

export async function completeJson(view: FileView, offset: number, schemas: Schemas): Promise<Completion[]> {
  const { document } = view;
  if (document.text.trim() === '') return scaffolds(view, offset);
  const place = jsonPlaceAt(document, offset);
  const slot = slotOf(view, place, offset);
  const fromSchema = slot.hasTag ? [] : await schemas.complete(document, offset);
  const found = place.isKey ? keys(view, place, slot, fromSchema) : values(view, place, slot, fromSchema);
  const once = [...new Map(found.reverse().map((item) => [item.label.replaceAll('"', ''), item])).values()].reverse();
  return withSeparators(view, slot, once);
}

function scaffolds({ document, files }: FileView, offset: number): Completion[] {
  const { text, suffix, name } = document;
  const line = text.lastIndexOf('\n', offset - 1) + 1;
  const rest = text.slice(line).search(/[\r\n]/);
  // Editors want the range of a completion on one line.
  const replace = { start: line, end: rest < 0 ? text.length : line + rest };
  const file = referable(files.paths).find(isOutput) ?? 'terraform_output.json';
  return SCAFFOLDS[suffix].map(({ label, about, text: snippet }) => ({
    label,
    kind: 'snippet',
    documentation: about,
    replace,
    // Names in AWS have no other characters.
    text: snippet.replaceAll('NAME', name.replace(/[^\w-]+/g, '-')).replaceAll('FILE', escaped(file)),
    isSnippet: true,
    order: `0${label}`,
  }));
}

/** Where a key or value goes. */
interface Slot {
  /** The string, number or word that is there, quotes included. */
  readonly whole: Span;
  /** Between the quotes, and between expressions that stand there; undefined outside strings. */
  readonly inner: Span | undefined;
  readonly hasTag: boolean;
  /** Where the cursor is. */
  readonly offset: number;
  /** Whether the string has its closing quote. */
  readonly isClosed: boolean;
}

function slotOf({ document }: FileView, { token, inString }: JsonPlace, offset: number): Slot {
  const { mask, tags } = document;
  const isWord = token && (token.type === 'string' || token.type === 'property' || offset > token.offset);
  if (!inString || token === undefined) {
    const before = isWord && token ? offset - token.offset : /[\w.-]*$/.exec(mask.slice(0, offset))![0].length;
    const start = offset - before;
    const end = isWord && token ? token.offset + token.length : offset + /^[\w.-]*/.exec(mask.slice(offset))![0].length;
    return { whole: { start, end }, inner: undefined, hasTag: document.hasTag(start, end), offset, isClosed: true };
  }
  const end = token.offset + token.length;
  const isClosed = token.length > 1 && mask[end - 1] === '"';
  // Of a string that is still being typed, the rest of the line is no part.
  const stop = isClosed ? end - 1 : Math.min(end, offset + /^[\w./:-]*/.exec(mask.slice(offset))![0].length);
  const whole = { start: token.offset, end: isClosed ? end : stop };
  const from = Math.max(token.offset + 1, ...tags.filter((tag) => tag.end <= offset).map((tag) => tag.end));
  const to = Math.min(stop, ...tags.filter((tag) => tag.start >= offset).map((tag) => tag.start));
  const hasTag = document.hasTag(whole.start, whole.end);
  return { whole, inner: { start: from, end: to }, hasTag, offset, isClosed };
}

/** With the commas that are missing around what is inserted, and the closing quote. */
function withSeparators({ document }: FileView, slot: Slot, items: readonly Completion[]): Completion[] {
  const { before, after } = separatorsAround(document, slot.whole);
  return items.map((item): Completion => {
    const { replace, text } = item;
    const isWhole = replace.start === slot.whole.start && replace.end === slot.whole.end;
    const quote = isWhole || slot.isClosed ? '' : '"';
    if (before === undefined && !after) return quote === '' ? item : { ...item, text: text + quote };
    const isBeside = before === slot.whole.start && isWhole;
    const extra = [
      ...(before === undefined || isBeside ? [] : [{ start: before, end: before, text: ',' }]),
      ...(after && !isWhole ? [{ start: slot.whole.end, end: slot.whole.end, text: ',' }] : []),
    ];
    return {
      ...item,
      text: `${isBeside ? ', ' : ''}${text}${quote}${after && isWhole ? ',' : ''}`,
      ...(extra.length > 0 && { extra }),
    };
  });
}

function keys(view: FileView, place: JsonPlace, { whole }: Slot, fromSchema: readonly Completion[]): Completion[] {
  const { document } = view;
  const parent = place.path.slice(0, -1);
  const around = schemaAt(document, parent);
  const isNamed = document.mask.slice(whole.end).trimStart().startsWith(':');
  const target = { role: document.role, pattern: patternOf(parent) };
  const required = around ? neededAt(around, target) : [];
  const key = (label: string, member: SchemaPlace | undefined, more: Partial<Completion>): Completion => ({
    label,
    kind: 'key',
    replace: whole,
    text: isNamed ? escaped(JSON.stringify(label)) : memberSnippet(label, member, target),
    isSnippet: true,
    order: `${required.includes(label) ? 0 : 1}${label}`,
    filter: JSON.stringify(label),
    ...more,
  });
  if (document.role === 'input' && parent.length === 0) {
    const known = missingNames(view).map((name) => key(name, undefined, missingInput(view, name, isNamed)));
    const schema = schemaKeys(fromSchema, around, key);
    return [
      ...known,
      ...(isNamed ? schema : schema.map((item) => (item.label === 'ref' ? { ...item, text: REFERENCE } : item))),
    ];
  }
  const open = document.role === 'input' ? [] : knownKeys(document.role, patternOf(parent));
  const members = open.length > 0 ? nodeAt(document, parent)?.children : undefined;
  // The key that is being typed is not there yet.
  const others = members?.filter(({ offset }) => offset !== whole.start);
  const present = new Set(others?.map(({ children }) => children?.[0]?.value));
  return [
    ...open
      .filter((label) => !present.has(label))
      .map((label) => key(label, around && memberOf(around, label), { order: `0${label}` })),
    ...schemaKeys(fromSchema, around, key),
  ];
}

const schemaKeys = (
  items: readonly Completion[],
  around: SchemaPlace | undefined,
  key: (label: string, member: SchemaPlace | undefined, more: Partial<Completion>) => Completion,
): Completion[] =>
  items
    .filter((item) => item.kind === 'key' && !isFiller(item.label))
    .map(({ label, detail, documentation }) =>
      key(label, around && memberOf(around, label), {
        ...(detail !== undefined && { detail }),
        ...(documentation !== undefined && { documentation }),
      }),
    );

const REFERENCE = `"ref": { "file": ["$1"], "type": "\${2|TERRAFORM,CDK,JSON|}" }`;

/** A name that templates use and no input gives. */
const missingInput = (view: FileView, name: string, isNamed: boolean): Partial<Completion> => ({
  detail: 'used by a template',
  order: `0${name}`,
  text: escaped(JSON.stringify(name)) + (isNamed ? '' : `: ${placeholderOf(view.workload, name).snippet}`),
});

function values(view: FileView, place: JsonPlace, slot: Slot, fromSchema: readonly Completion[]): Completion[] {
  const { document } = view;
  const before = document.mask.slice(0, slot.whole.start).trimEnd();
  const isItem = typeof place.path.at(-1) === 'number';
  // After a whole value, nothing but an item of a list may follow.
  if (!/[:[,]$/.test(before) && !isItem) return [];
  if (document.role === 'input') return referencePaths(view, place, slot, fromSchema);
  return [
    ...knownHere(view, place, slot),
    ...expressions(view, place, slot),
    ...fromSchema.filter(({ kind, text }) => kind !== 'key' && !isFiller(text)).map(toValue(view, place, slot)),
  ];
}

/** The language service offers what other properties have: of a mask, these are fillers. */
const isFiller = (text: string): boolean => /^"?_{4,}/.test(text);

const toValue =
  ({ document }: FileView, { path }: JsonPlace, { whole }: Slot) =>
  (item: Completion, i: number): Completion => {
    const container = item.label === '[]' ? 'array' : item.label === '{}' ? 'object' : undefined;
    const text = container
      ? valueSnippet(schemaAt(document, path), { role: document.role, pattern: patternOf(path) }, container)
      : item.text.replace(/,$/, '');
    const isOld = document.role === 'function' && Object.hasOwn(DEPRECATED_RUNTIMES, item.label.replaceAll('"', ''));
    return {
      ...item,
      replace: whole,
      text,
      order: `${isOld ? 9 : 1}${String(i).padStart(3, '0')}`,
      ...(container && { isSnippet: true }),
      ...(isOld && { isDeprecated: true }),
    };
  };

function knownHere(view: FileView, { path }: JsonPlace, { whole, inner }: Slot): Completion[] {
  const typed = inner === undefined ? '' : view.document.text.slice(inner.start, inner.end);
  return knownValues(view, path, typed).map(({ value, detail, order }): Completion => {
    const json = JSON.stringify(value);
    const isPart = inner !== undefined && typeof value === 'string';
    return {
      label: String(value),
      kind: 'value',
      detail,
      replace: isPart ? inner : whole,
      text: isPart ? json.slice(1, -1) : json,
      order: `0${order ?? value}`,
      filter: isPart ? value : inner === undefined ? json : `"${value}`,
    };
  });
}

/** Inputs whose value fits the key, written as they have to be there: bare, in quotes, or with `| tojson`. */
function expressions(view: FileView, { path }: JsonPlace, slot: Slot): Completion[] {
  const types = typesAt(view.document, path);
  const schema = schemaAt(view.document, path);
  const { whole, inner } = slot;
  const wanted = wantedAt(path, schema);
  return namesAt(view, slot.offset)
    .filter(({ name }) => isTemplateName(name))
    .flatMap((one) => [one, ...membersOf(one)])
    .map(({ name, value, sensitive }): Completion | undefined => {
      if (!accepts(schema, value)) return undefined;
      const isText = types.length === 0 || types.includes('string');
      const isPart = inner !== undefined && (slot.hasTag || (isText && typeof value !== 'object'));
      if (inner !== undefined && types.length === 0 && typeof value === 'object') return undefined;
      const text = isPart ? asPart(name, value) : asValue(name, value, types);
      if (text === undefined) return undefined;
      const rank = misfit(wanted, name, value);
      return {
        label: `{{ ${name} }}`,
        kind: 'variable',
        detail: shownValue(value, sensitive, 40),
        documentation: `${kindOfValue(value)}\n\n${shownBlock(value, sensitive)}`,
        replace: isPart ? wordIn(view, inner, slot.offset) : whole,
        text,
        // Behind what is known for the key, and before what the schema has, where the name says that it is meant.
        order: `${rank <= FITS ? '1-' : '2'}${rank}${name}`,
        ...(!isPart && { filter: `"{{ ${name}` }),
      };
    })
    .filter((one) => one !== undefined);
}

type Named = Pick<InputValue, 'name' | 'value' | 'sensitive'> & {
  /** Whether an expression gave it, which may make a secret the name of a member. @default false */
  readonly isComputed?: boolean;
};

/** How many members of one input are offered by themselves; the others are found behind its dot. */
const MAX_MEMBERS = 50;

/** What an object holds, such as the outputs of a CDK stack. */
const membersOf = ({ name, value, sensitive, isComputed = false }: Named): Named[] =>
  isObject(value) && !(sensitive && isComputed)
    ? Object.entries(value)
        .slice(0, MAX_MEMBERS)
        .map(([key, member]) => {
          const isName = isMemberName(key) && !DICT_METHODS.has(key);
          return { name: isName ? `${name}.${key}` : `${name}[${quotedKey(key)}]`, value: member, sensitive };
        })
    : [];

/** Inputs, and the template's own variables that hide some of them. */
function namesAt({ document, workload }: FileView, offset: number): Named[] {
  const { template } = document;
  const locals = template ? localsAt(template, offset) : [];
  const hidden = new Set(locals.map(({ name }) => name));
  const own = [...hidden].flatMap((name) => {
    const sample = sampleOf(name, offset, template!, workload.inputs);
    return sample === undefined ? [] : [{ name, value: sample.value, sensitive: sample.sensitive, isComputed: true }];
  });
  return [...own, ...[...workload.inputs.values()].filter(({ name }) => !hidden.has(name))];
}

/** Of a string's text, the name that is being typed, and the braces around it. */
function wordIn({ document }: FileView, { start, end }: Span, offset: number): Span {
  const before = /(\{*)[\p{ID_Continue}]*$/u.exec(document.text.slice(start, offset))!;
  const after = /^[\p{ID_Continue}]*/u.exec(document.text.slice(offset, end))![0];
  const braces = before[1] === '' ? '' : /^\s*\}*/.exec(document.text.slice(offset + after.length, end))![0];
  return { start: offset - before[0].length, end: offset + after.length + braces.length };
}

/** Paths of `ref.file`; the schema's values elsewhere in `ref`. An input's own value is anything. */
function referencePaths(view: FileView, place: JsonPlace, slot: Slot, fromSchema: readonly Completion[]): Completion[] {
  const pattern = patternOf(place.path);
  if (!pattern.startsWith('ref')) return [];
  const schema = fromSchema.filter(({ kind }) => kind !== 'key').map(toValue(view, place, slot));
  if (pattern !== 'ref/file' && pattern !== 'ref/file/*') return schema;
  const { document } = view;
  const node = nodeAt(document, ['ref', 'file']);
  const named = new Set(node?.type === 'array' ? node.children?.map(({ value }) => value) : []);
  const { inner, whole } = slot;
  const dotted = inner && document.text.slice(inner.start).startsWith('./') ? './' : '';
  const paths = referable(view.files.paths)
    .filter((path) => !named.has(path))
    .map((path): Completion => {
      const json = JSON.stringify(path);
      return {
        label: path,
        kind: 'file',
        replace: inner ?? whole,
        text: inner ? json.slice(1, -1) : json,
        order: `${isOutput(path) ? 0 : 1}${path}`,
        filter: inner ? dotted + path : json,
      };
    });
  return [...paths, ...schema];
}

const referable = (paths: readonly string[]): string[] =>
  paths.filter((path) => !path.startsWith('.') && !isConfigFile(path));

/** Whether a file looks like the output of Terraform or CDK. */
const isOutput = (path: string): boolean => /(?:terraform|tf|cdk|output)[^/]*\.json$/i.test(path);

const isConfigFile = (path: string): boolean =>
  /_(svcdef|taskdef|depdef|input|lambdadef|lambdadepdef|lambdaeventsourcedef|lambdainput)\.json$/.test(path);
