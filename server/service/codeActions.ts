/**
 * Code actions: the fixes of findings, and changes that a person asks for at a place. Pure.
 */
import type { Node } from 'jsonc-parser';
import { withComma } from '../../engine/check/index.ts';
import type { Finding, SourceEdit } from '../../engine/finding.ts';
import type { Json } from '../../engine/json.ts';
import { GLOBAL_NAMES, parseTemplate, templateUses } from '../../engine/template/index.ts';
import { awsFindings } from './awsFindings.ts';
import type { ConfigDocument } from './document.ts';
import { missingNames, placeholderOf } from './inputPlaceholders.ts';
import { sampleOf } from './jinja/sample.ts';
import { innermostAt, jsonPlaceAt, nodeAt } from './json/location.ts';
import { typesAt } from './json/schemaPlace.ts';
import type { FileView, Span, WorkloadView } from './knowledge.ts';
import { declaredNames } from './localNames.ts';
import { valueInsertion } from './memberEdits.ts';
import { addHealthCheck, addLogOptions, addLogs, addMissingKey } from './missingParts.ts';
import { asValue, isTemplateName } from './written.ts';

export interface CodeAction {
  readonly title: string;
  readonly kind: 'quickfix' | 'refactor.extract' | 'refactor.inline' | 'refactor.rewrite';
  readonly edits: readonly SourceEdit[];
  /** Files that are made, with their text. */
  readonly creates?: readonly { readonly path: string; readonly text: string }[];
  /** Codes and places of the findings that it puts right. */
  readonly finding?: Finding;
  /** The one that is most likely meant. */
  readonly isPreferred?: boolean;
}

/** @param range what is selected; empty at a cursor */
export function codeActions(view: FileView, range: Span): CodeAction[] {
  const { checked } = view.workload;
  const findings = [...checked.findings, ...awsFindings(checked, view.aws)].filter(
    ({ path, start, end }) => path === view.document.path && start <= range.end && range.start <= end,
  );
  const found = findings.flatMap((finding) => fixesOf(view, finding));
  // A loop may give one mistake at one place several times.
  const fixes = [...new Map(found.map((fix) => [JSON.stringify([fix.title, fix.edits]), fix])).values()];
  const titles = new Set(fixes.map(({ title }) => title));
  return [...fixes, ...refactorings(view, range).filter(({ title }) => !titles.has(title))];
}

function fixesOf(view: FileView, finding: Finding): CodeAction[] {
  const { fix } = finding;
  const own: CodeAction[] = fix
    ? [{ title: fix.title, kind: 'quickfix', edits: fix.edits, finding, isPreferred: true }]
    : [];
  return [...own, ...(DERIVED[finding.code]?.(view, finding) ?? [])];
}

/** Fixes that need to look at more than the place of the finding. */
const DERIVED: Readonly<Record<string, (view: FileView, finding: Finding) => CodeAction[]>> = {
  'template.undefined-name': addInput,
  'workload.no-input': addInput,
  'json.printed-value': sortOutQuotes,
  'json.syntax': sortOutQuotes,
  'schema.wrong-type': sortOutQuotes,
  'schema.old-spelling': convertTargetGroups,
  'schema.missing-key': addMissingKey,
  'task.log-options': addLogOptions,
  'input.unused': removeInput,
};

/** Adds the name to the input file, which is made where there is none; or a member to an input of that file. */
function addInput(view: FileView, finding: Finding): CodeAction[] {
  const { workload, document } = view;
  const use = document.uses.find(
    ({ start, members }) => start <= finding.start && finding.start <= (members.at(-1)?.end ?? start),
  );
  const name =
    use?.start === finding.start && !workload.inputs.has(use.name)
      ? use.name
      : document.text.slice(finding.start, finding.end);
  const json = placeholderOf(workload, name).json;
  if (missingNames(view).includes(name)) {
    const added = withInput(workload, name, json);
    return added ? [{ title: `Add ${name} to the inputs`, kind: 'quickfix', ...added, finding }] : [];
  }
  const input = inputFileOf(workload);
  if (use === undefined || input === undefined || workload.inputs.get(use.name)?.path !== input.path) return [];
  const path = [use.name, ...use.members.map((member) => member.name)];
  const depth = path.findIndex((_, i) => i > 0 && nodeAt(input, path.slice(0, i + 1)) === undefined);
  const edit = depth < 0 || depth < path.length - 1 ? undefined : valueInsertion(input, path, '""');
  const title = `Add ${String(path.at(-1))} to ${path.slice(0, -1).join('.')}`;
  return edit ? [{ title, kind: 'quickfix', edits: [edit], finding }] : [];
}

const inputFileOf = ({ documents }: WorkloadView): ConfigDocument | undefined =>
  [...documents.values()].find(({ role }) => role === 'input');

/** The change that adds an input; undefined where its file cannot be changed. */
function withInput(
  workload: WorkloadView,
  name: string,
  json: string,
): Pick<CodeAction, 'edits' | 'creates'> | undefined {
  const input = inputFileOf(workload);
  if (input !== undefined) {
    const edit = valueInsertion(input, [name], json);
    return edit && { edits: [edit] };
  }
  const path = `${workload.checked.path}${workload.checked.kind === 'ecs' ? '_input.json' : '_lambdainput.json'}`;
  return { edits: [], creates: [{ path, text: `{\n  ${JSON.stringify(name)}: ${json}\n}\n` }] };
}

/** An expression whose quotes do not fit its value: a list in quotes, a text without, or what Python prints. */
function sortOutQuotes(view: FileView, finding: Finding | Span): CodeAction[] {
  const { document, workload } = view;
  const isFinding = 'code' in finding;
  const tag = document.tags.find(
    ({ kind, start, end }) => kind === 'expression' && start <= finding.end && finding.start <= end,
  );
  if (tag === undefined) return [];
  const source = document.text
    .slice(tag.innerStart, tag.innerEnd)
    .replace(/^[-+]|[-+]$/g, '')
    .trim();
  const bare = source.replace(/\s*\|\s*tojson(?:\([^()]*\))?$/, '');
  const value = sampleOf(bare, tag.start, document.template!, workload.inputs)?.value;
  if (value === undefined) return [];
  // Without a finding, only what prints an object or a list as Python does is surely not meant.
  if (!isFinding && (typeof value !== 'object' || value === null || source !== bare)) return [];
  const types = typesAt(document, jsonPlaceAt(document, tag.start).path);
  const action = (title: string, { start, end }: Span, text: string): CodeAction[] =>
    document.text.slice(start, end) === text
      ? []
      : [
          {
            title,
            kind: isFinding ? 'quickfix' : 'refactor.rewrite',
            edits: [{ path: document.path, start, end, text }],
            ...(isFinding && { finding, isPreferred: true }),
          },
        ];
  const asJson = source === bare ? `{{ ${source} | tojson }}` : `{{ ${source} }}`;
  const node = innermostAt(document, tag.start);
  if (Array.isArray(value)) {
    const list = listAround(document, node, tag);
    if (list) return action('Print the list in place of the one around it', list, asJson);
  }
  const whole = wholeString(document, node, tag);
  if (tag.inString && whole === undefined) return [];
  const isQuoted = tag.inString && whole !== undefined;
  const isText = types.length > 0 && types.every((type) => type === 'string');
  if (typeof value === 'string' || (typeof value === 'number' && isText)) {
    if (!isQuoted) return action('Put quotes around it', wordAround(document, tag), quoted(document, tag, bare));
    const isNumber = typesWantNumber(types) && /^-?\d+$/.test(String(value));
    return isNumber ? action('Print it as a number', whole, `{{ ${bare} | int }}`) : [];
  }
  const text = typeof value === 'number' ? `{{ ${bare} }}` : asJson;
  return action(isQuoted ? 'Print it without quotes' : 'Print it as JSON', isQuoted ? whole : tag, text);
}

const typesWantNumber = (types: readonly string[]): boolean =>
  types.some((type) => type === 'number' || type === 'integer');

/** The string that has a tag, and nothing else but brackets. */
function wholeString({ text }: ConfigDocument, node: Node | undefined, tag: Span): Span | undefined {
  if (node?.type !== 'string') return undefined;
  const [start, end] = [node.offset, node.offset + node.length];
  const around = text.slice(start, tag.start) + text.slice(tag.end, end);
  return /^"\s*"$|^"\s*\[\s*\]\s*"$/.test(around) ? { start, end } : undefined;
}

/** The list that has nothing but a tag, with quotes or without. */
function listAround(document: ConfigDocument, node: Node | undefined, tag: Span): Span | undefined {
  const list = node?.parent;
  if (list?.type !== 'array' || list.children?.length !== 1) return undefined;
  const [start, end] = [list.offset, list.offset + list.length];
  const { text } = document;
  return /^\[\s*"?\s*"?\s*\]$/.test(text.slice(start, tag.start) + text.slice(tag.end, end))
    ? { start, end }
    : undefined;
}

/** A tag with the characters of a word that stand directly beside it. */
function wordAround({ text }: ConfigDocument, { start, end }: Span): Span {
  const before = /[\w./@-]*$/.exec(text.slice(0, start))![0].length;
  const after = /^[\w./@-]*/.exec(text.slice(end))![0].length;
  return { start: start - before, end: end + after };
}

function quoted(document: ConfigDocument, tag: Span, source: string): string {
  const { start, end } = wordAround(document, tag);
  const { text } = document;
  return `"${text.slice(start, tag.start)}{{ ${source} }}${text.slice(tag.end, end)}"`;
}

/** `targetGroupArns` is one flat pair. */
function convertTargetGroups({ document }: FileView, finding: Finding): CodeAction[] {
  const key = innermostAt(document, finding.start + 1);
  const list = key?.parent?.children?.[1];
  if (key?.value !== 'targetGroupArns' || list === undefined) return [];
  const value = pairsOf(document, list);
  if (value === undefined) return [];
  const edits = [
    { path: document.path, start: key.offset, end: key.offset + key.length, text: '"targetGroupArnPairs"' },
    { path: document.path, start: list.offset, end: list.offset + list.length, text: value },
  ];
  return [{ title: 'Convert to targetGroupArnPairs', kind: 'quickfix', edits, finding, isPreferred: true }];
}

/** A flat list as a list of pairs; undefined for what is no list. */
function pairsOf(document: ConfigDocument, list: Node): string | undefined {
  const written = ({ offset, length }: Node) => document.text.slice(offset, offset + length);
  if (list.type === 'string' && document.hasTag(list.offset, list.offset + 1)) return `[${written(list)}]`;
  if (list.type !== 'array') return undefined;
  const items = list.children ?? [];
  const isPlain = !document.hasTag(list.offset, list.offset + list.length) || items.length === 2;
  if (!isPlain || items.length <= 2) return `[${written(list)}]`;
  const pairs = Array.from({ length: Math.ceil(items.length / 2) }, (_, i) => items.slice(2 * i, 2 * i + 2));
  return `[${pairs.map((pair) => `[${pair.map(written).join(', ')}]`).join(', ')}]`;
}

function removeInput({ document }: FileView, finding: Finding): CodeAction[] {
  const property = innermostAt(document, finding.start + 1)?.parent;
  if (property?.type !== 'property') return [];
  const { start, end } = withComma(document.text, property.offset, property.offset + property.length);
  return [
    { title: 'Delete the input', kind: 'quickfix', edits: [{ path: document.path, start, end, text: '' }], finding },
  ];
}

function refactorings(view: FileView, range: Span): CodeAction[] {
  const { document } = view;
  if (document.role === 'input') return [];
  return [
    ...extractInput(view, range),
    ...inlineInput(view, range),
    ...sortOutQuotes(view, { start: range.start, end: range.start }),
    ...addLogs(view, range),
    ...addHealthCheck(view, range),
  ];
}

/** A literal becomes an input. */
function extractInput(view: FileView, range: Span): CodeAction[] {
  const { document, workload } = view;
  const node = innermostAt(document, range.start);
  const isValue = node !== undefined && (node.type === 'string' || node.type === 'number' || node.type === 'boolean');
  if (!isValue || (node.parent?.type === 'property' && node.parent.children?.[0] === node)) return [];
  const end = node.offset + node.length;
  const literal = document.text.slice(node.offset, end);
  // In a raw block nothing is evaluated.
  const isRaw = /\{%-?\s*raw\b(?![\s\S]*\bendraw\b)/.test(document.text.slice(0, node.offset));
  if (document.hasTag(node.offset, end) || node.value === '' || isRaw || IS_JINJA.test(literal)) return [];
  const { path } = jsonPlaceAt(document, range.start);
  const name = freeName(view, path);
  const added = withInput(workload, name, literal);
  const text = asValue(name, node.value, typesAt(document, path));
  const edit = { path: document.path, start: node.offset, end, text };
  const title = `Move the value to the input ${name}`;
  return added ? [{ title, kind: 'refactor.extract', ...added, edits: [edit, ...added.edits] }] : [];
}

const IS_JINJA = /\{[{%#]/;

/** A name for the value at a path: its key, in the form of a name, with a number where it is taken. */
function freeName({ workload }: FileView, path: readonly (string | number)[]): string {
  const key = path.findLast((segment) => typeof segment === 'string' && /\w/.test(segment)) ?? 'value';
  const base = String(key)
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/\W+/g, '_')
    .replace(/^(?=\d)/, '_');
  const taken = new Set(['ref', ...GLOBAL_NAMES, ...workload.inputs.keys()]);
  for (const { template, uses } of workload.documents.values()) {
    if (template === undefined) continue;
    for (const name of declaredNames(template)) taken.add(name);
    for (const { name } of uses) taken.add(name);
  }
  const isFree = (name: string) => isTemplateName(name) && !taken.has(name);
  if (isFree(base)) return base;
  for (let i = 2; ; i++) if (isFree(`${base}_${i}`)) return `${base}_${i}`;
}

/** An expression of inputs becomes what it gives. */
function inlineInput(view: FileView, range: Span): CodeAction[] {
  const { document, workload } = view;
  const tag = document.tags.find(
    ({ kind, start, end }) => kind === 'expression' && start <= range.start && range.start <= end,
  );
  if (tag === undefined) return [];
  const source = document.text.slice(tag.innerStart, tag.innerEnd).replace(/^[-+]|[-+]$/g, '');
  const { names } = templateUses(parseTemplate(`{{${source}}}`).template);
  const isOfInputs = names.length > 0 && names.every(({ name }) => workload.inputs.has(name));
  const sample = (text: string) => sampleOf(text, tag.start, document.template!, workload.inputs);
  const printed = sample(`(${source}) | string`);
  const value = sample(source)?.value;
  if (!isOfInputs || value === undefined || typeof printed?.value !== 'string' || printed.sensitive) return [];
  const text = tag.inString ? partOf(printed.value, value) : wholeOf(printed.value, value);
  if (text === undefined || IS_JINJA.test(text)) return [];
  return [
    {
      title: 'Replace the expression by its value',
      kind: 'refactor.inline',
      edits: [{ path: document.path, start: tag.start, end: tag.end, text }],
    },
  ];
}

/** Inside a string: what is printed there. Objects and lists are none of a string's parts. */
const partOf = (printed: string, value: Json): string | undefined =>
  typeof value === 'object' || /^[[{]/.test(printed) ? undefined : JSON.stringify(printed).slice(1, -1);

/** As a whole value: what is printed, where that is JSON. */
function wholeOf(printed: string, value: Json): string {
  try {
    JSON.parse(printed);
    return printed;
  } catch {
    return JSON.stringify(value);
  }
}
