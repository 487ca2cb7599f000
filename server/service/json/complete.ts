/** Completion outside tags: known values, inputs as expressions, paths of `ref.file`, and scaffolds of empty files. */

import type { Json } from '../../../engine/json.ts';
import { templateUses } from '../../../engine/template/index.ts';
import { followReference, type JsonSchema, type SchemaPlace, schemaFor } from '../../../schemas/index.ts';
import type { Completion } from '../completion.ts';
import type { FileView, Span } from '../knowledge.ts';
import { kindOfValue, shownBlock, shownValue } from '../shown.ts';
import { knownKeys, knownValues } from './known.ts';
import { type JsonPlace, patternOf } from './location.ts';
import { SCAFFOLDS } from './scaffolds.ts';

export function completeJson(view: FileView, offset: number, place: JsonPlace): Completion[] {
  const { document } = view;
  if (document.text.trim() === '') return scaffolds(view);
  if (document.role === 'input') return inputFile(view, place, offset);
  if (place.isKey) return openKeys(view, place, offset);
  const slot = slotOf(view, place, offset);
  if (slot === undefined) return [];
  return [...values(view, place, slot), ...expressions(view, place, slot)];
}

function scaffolds({ document }: FileView): Completion[] {
  const replace = { start: 0, end: document.text.length };
  return SCAFFOLDS[document.suffix].map(({ label, about, text }) => ({
    label,
    kind: 'snippet',
    documentation: about,
    replace,
    text: text.replaceAll('NAME', document.name.replaceAll('$', '\\$')),
    isSnippet: true,
    order: `0${label}`,
  }));
}

/** Where a value goes: inside a string that is there, or as a whole. */
interface Slot {
  readonly replace: Span;
  readonly inString: boolean;
}

function slotOf({ document }: FileView, { token, inString }: JsonPlace, offset: number): Slot | undefined {
  if (inString && token) {
    const end = token.offset + token.length;
    const isClosed = token.length > 1 && document.mask[end - 1] === '"';
    const replace = { start: token.offset + 1, end: isClosed ? end - 1 : end };
    // Beside an expression, only what is being typed is replaced.
    const from = Math.max(replace.start, ...document.tags.filter((tag) => tag.end <= offset).map((tag) => tag.end));
    const to = Math.min(replace.end, ...document.tags.filter((tag) => tag.start >= offset).map((tag) => tag.start));
    return { replace: { start: from, end: to }, inString: true };
  }
  const word = token && token.type !== 'object' && token.type !== 'array' ? token : undefined;
  if (word) return { replace: { start: word.offset, end: word.offset + word.length }, inString: false };
  const before = document.mask.slice(0, offset).trimEnd();
  // After a whole value a comma is missing, not a value.
  return /[:[,]$/.test(before) ? { replace: { start: offset, end: offset }, inString: false } : undefined;
}

function values(view: FileView, { path }: JsonPlace, { replace, inString }: Slot): Completion[] {
  return knownValues(view, patternOf(path)).map(({ value, detail }): Completion => {
    const json = JSON.stringify(value);
    const text = inString ? (typeof value === 'string' ? json.slice(1, -1) : String(value)) : json;
    return {
      label: String(value),
      kind: 'value',
      detail,
      replace,
      text,
      order: `0${value}`,
      filter: inString ? String(value) : json,
    };
  });
}

/** Inputs whose value fits the key, written as they have to be there: bare, in quotes, or with `| tojson`. */
function expressions(view: FileView, { path }: JsonPlace, { replace, inString }: Slot): Completion[] {
  const types = typesAt(view, path);
  return Array.from(view.workload.inputs.values(), ({ name, value, sensitive }): Completion | undefined => {
    if (!fits(value, types)) return undefined;
    const text = inString ? inQuotes(name, value) : expressionText(name, value, types);
    if (text === undefined) return undefined;
    return {
      label: `{{ ${name} }}`,
      kind: 'variable',
      detail: `${shownValue(value, sensitive, 40)}`,
      documentation: `${kindOfValue(value)}\n\n${shownBlock(value, sensitive)}`,
      replace,
      text,
      order: `2${name}`,
      filter: inString ? name : `"{{ ${name}`,
    };
  }).filter((one) => one !== undefined);
}

const isList = (value: Json): boolean => typeof value === 'object' && value !== null;

const inQuotes = (name: string, value: Json): string | undefined => (isList(value) ? undefined : `{{ ${name} }}`);

/** An expression as a whole value. */
export function expressionText(name: string, value: Json, types: readonly string[]): string {
  if (typeof value === 'string') return `"{{ ${name} }}"`;
  if (typeof value === 'number') return types.length > 0 && !wantsNumber(types) ? `"{{ ${name} }}"` : `{{ ${name} }}`;
  return `{{ ${name} | tojson }}`;
}

const wantsNumber = (types: readonly string[]): boolean =>
  types.some((type) => type === 'number' || type === 'integer');

function fits(value: Json, types: readonly string[]): boolean {
  if (types.length === 0) return true;
  if (value === null) return false;
  if (Array.isArray(value)) return types.includes('array');
  if (typeof value === 'object') return types.includes('object');
  if (typeof value === 'boolean') return types.includes('boolean');
  if (typeof value === 'number') return wantsNumber(types) || types.includes('string');
  return types.includes('string');
}

/** What the schema expects at a path; empty where it does not say. */
export function typesAt({ document }: FileView, path: readonly (string | number)[]): readonly string[] {
  const place = schemaAt(schemaFor(document.suffix), path);
  const types = place?.schema.type;
  return types === undefined ? [] : typeof types === 'string' ? [types] : types;
}

function schemaAt(root: SchemaPlace, path: readonly (string | number)[]): SchemaPlace | undefined {
  let place = followReference(root);
  for (const segment of path) {
    const { schema, file } = place;
    const branches = schema.anyOf?.map((branch) => followReference({ schema: branch, file })) ?? [place];
    const next = branches.flatMap((branch): SchemaPlace[] => {
      const member: JsonSchema | boolean | undefined =
        typeof segment === 'number'
          ? branch.schema.items
          : branch.schema.properties && Object.hasOwn(branch.schema.properties, segment)
            ? branch.schema.properties[segment]
            : branch.schema.additionalProperties;
      return typeof member === 'object' ? [followReference({ schema: member, file: branch.file })] : [];
    })[0];
    if (next === undefined) return undefined;
    place = next;
  }
  return place;
}

function openKeys(view: FileView, place: JsonPlace, offset: number): Completion[] {
  const parent = place.path.slice(0, -1);
  const { token, inString } = place;
  const replace =
    token && inString ? { start: token.offset, end: token.offset + token.length } : { start: offset, end: offset };
  return knownKeys(view.document.role, patternOf(parent)).map((key) => ({
    label: key,
    kind: 'key',
    replace,
    text: inString && view.document.mask.slice(replace.end).trimStart().startsWith(':') ? `"${key}"` : `"${key}": "$1"`,
    isSnippet: true,
    order: `0${key}`,
    filter: `"${key}"`,
  }));
}

/** Paths of `ref.file`, and names that templates use and nothing gives. */
function inputFile(view: FileView, place: JsonPlace, offset: number): Completion[] {
  const pattern = patternOf(place.path);
  if (place.isKey && place.path.length === 1) return missingInputs(view, place, offset);
  if (pattern !== 'ref/file' && pattern !== 'ref/file/*') return [];
  const slot = slotOf(view, place, offset);
  if (slot === undefined) return [];
  return view.files.paths
    .filter((path) => !path.startsWith('.') && !isConfigFile(path))
    .map(
      (path): Completion => ({
        label: path,
        kind: 'file',
        replace: slot.replace,
        text: slot.inString ? path : `"${path}"`,
        filter: slot.inString ? path : `"${path}"`,
      }),
    );
}

const isConfigFile = (path: string): boolean =>
  /_(svcdef|taskdef|depdef|input|lambdadef|lambdadepdef|lambdaeventsourcedef|lambdainput)\.json$/.test(path);

/** Names that the workload's templates use and no input gives, in the order of use. */
export function missingNames(view: FileView): string[] {
  const { inputs, documents } = view.workload;
  const used = [...documents.values()].flatMap(({ template }) => (template ? templateUses(template).names : []));
  return [...new Set(used.filter(({ name, optional }) => !optional && !inputs.has(name)).map(({ name }) => name))];
}

function missingInputs(view: FileView, { token, inString }: JsonPlace, offset: number): Completion[] {
  const replace =
    token && inString ? { start: token.offset, end: token.offset + token.length } : { start: offset, end: offset };
  return missingNames(view).map((name) => ({
    label: name,
    kind: 'key',
    detail: 'used by a template',
    replace,
    text: `"${name}": $0`,
    isSnippet: true,
    order: `0${name}`,
    filter: `"${name}"`,
  }));
}
