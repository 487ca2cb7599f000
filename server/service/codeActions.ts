/**
 * Code actions: the fixes of findings, and changes that a person asks for at a place. Pure.
 */
import type { Node } from 'jsonc-parser';
import type { Finding, SourceEdit } from '../../engine/finding.ts';
import { isObject } from '../../engine/json.ts';
import { parseTemplate, templateUses } from '../../engine/template/index.ts';
import { missingNames } from './inputPlaceholders.ts';
import { sampleOf } from './jinja/sample.ts';
import { innermostAt, jsonPlaceAt, nodeAt, patternOf } from './json/location.ts';
import { typesAt } from './json/schemaPlace.ts';
import type { FileView, Span } from './knowledge.ts';
import { valueInsertion } from './memberEdits.ts';
import { asValue } from './written.ts';

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
  const findings = view.workload.checked.findings.filter(
    ({ path, start, end }) => path === view.document.path && start <= range.end && range.start <= end,
  );
  return [...findings.flatMap((finding) => fixesOf(view, finding)), ...refactorings(view, range)];
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
  'json.syntax': printAsJson,
  'schema.wrong-type': printAsJson,
  'schema.old-spelling': convertTargetGroups,
  'input.unused': removeInput,
};

/** Adds the name to the input file, which is made where there is none. */
function addInput(view: FileView, finding: Finding): CodeAction[] {
  const name = view.document.text.slice(finding.start, finding.end);
  if (!missingNames(view).includes(name)) return [];
  const title = `Add ${name} to the inputs`;
  const { documents, checked } = view.workload;
  const input = [...documents.values()].find(({ role }) => role === 'input');
  if (input === undefined) {
    const path = `${checked.path}${checked.kind === 'ecs' ? '_input.json' : '_lambdainput.json'}`;
    return [
      {
        title,
        kind: 'quickfix',
        edits: [],
        creates: [{ path, text: `{\n  ${JSON.stringify(name)}: ""\n}\n` }],
        finding,
      },
    ];
  }
  const edit = valueInsertion(input, [name], '""');
  return edit ? [{ title, kind: 'quickfix', edits: [edit], finding }] : [];
}

/** A list in quotes, or printed as Python prints it. */
function printAsJson(view: FileView, finding: Finding): CodeAction[] {
  const { document } = view;
  const tag = document.tags.find(
    ({ kind, start, end }) => kind === 'expression' && start <= finding.end && finding.start <= end,
  );
  if (tag === undefined) return [];
  const source = document.text
    .slice(tag.innerStart, tag.innerEnd)
    .replace(/^[-+]|[-+]$/g, '')
    .trim();
  const sample = sampleOf(source, tag.start, document.template!, view.workload.inputs);
  if (sample === undefined) return [];
  const isPlain = typeof sample.value !== 'object' && typeof sample.value !== 'boolean';
  const node = innermostAt(document, tag.start);
  const isWholeString =
    node?.type === 'string' && node.offset === tag.start - 1 && node.offset + node.length === tag.end + 1;
  const range =
    tag.inString && isWholeString ? { start: tag.start - 1, end: tag.end + 1 } : { start: tag.start, end: tag.end };
  if (typeof sample.value === 'string') {
    if (tag.inString) return [];
    return [
      {
        title: 'Put quotes around it',
        kind: 'quickfix',
        edits: [{ path: document.path, ...range, text: `"{{ ${source} }}"` }],
        finding,
        isPreferred: true,
      },
    ];
  }
  if (tag.inString && !isWholeString) return [];
  const text = isPlain || /\|\s*tojson\b/.test(source) ? `{{ ${source} }}` : `{{ ${source} | tojson }}`;
  const title = tag.inString ? 'Print it without quotes' : 'Print it as JSON';
  return [{ title, kind: 'quickfix', edits: [{ path: document.path, ...range, text }], finding, isPreferred: true }];
}

/** `targetGroupArns` is one flat pair. */
function convertTargetGroups({ document }: FileView, finding: Finding): CodeAction[] {
  const key = innermostAt(document, finding.start + 1);
  const list = key?.parent?.children?.[1];
  if (key?.value !== 'targetGroupArns' || list?.type !== 'array') return [];
  const value = document.text.slice(list.offset, list.offset + list.length);
  const edits = [
    { path: document.path, start: key.offset, end: key.offset + key.length, text: '"targetGroupArnPairs"' },
    { path: document.path, start: list.offset, end: list.offset + list.length, text: `[${value}]` },
  ];
  return [{ title: 'Convert to targetGroupArnPairs', kind: 'quickfix', edits, finding, isPreferred: true }];
}

function removeInput({ document }: FileView, finding: Finding): CodeAction[] {
  const property = innermostAt(document, finding.start + 1)?.parent;
  if (property?.type !== 'property') return [];
  const { start, end } = withComma(document.text, property);
  return [
    { title: 'Delete the input', kind: 'quickfix', edits: [{ path: document.path, start, end, text: '' }], finding },
  ];
}

function withComma(text: string, { offset, length }: Node): Span {
  const end = offset + length;
  const after = /^\s*,\s*/.exec(text.slice(end));
  if (after) return { start: offset, end: end + after[0].length };
  const before = /,\s*$/.exec(text.slice(0, offset));
  return { start: before ? before.index : offset, end };
}

function refactorings(view: FileView, range: Span): CodeAction[] {
  const { document } = view;
  if (document.role === 'input') return [];
  return [
    ...extractInput(view, range),
    ...inlineInput(view, range),
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
  if (document.hasTag(node.offset, end) || node.value === '') return [];
  const input = [...workload.documents.values()].find(({ role }) => role === 'input');
  const { path } = jsonPlaceAt(document, range.start);
  const name = freeName(view, path);
  const literal = document.text.slice(node.offset, end);
  const text = asValue(name, node.value, typesAt(document, path));
  const replaced = { path: document.path, start: node.offset, end, text };
  const title = `Move the value to the input ${name}`;
  if (input === undefined) {
    const inputPath = `${workload.checked.path}${document.kind === 'ecs' ? '_input.json' : '_lambdainput.json'}`;
    return [
      {
        title,
        kind: 'refactor.extract',
        edits: [replaced],
        creates: [{ path: inputPath, text: `{\n  "${name}": ${literal}\n}\n` }],
      },
    ];
  }
  const added = valueInsertion(input, [name], literal);
  return added ? [{ title, kind: 'refactor.extract', edits: [replaced, added] }] : [];
}

/** A name for the value at a path: its key, in the form of a name, with a number where it is taken. */
function freeName({ workload }: FileView, path: readonly (string | number)[]): string {
  const key = path.findLast((segment) => typeof segment === 'string') ?? 'value';
  const base = String(key)
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/\W+/g, '_')
    .replace(/^(?=\d)/, '_');
  const isFree = (name: string) => name !== 'ref' && !workload.inputs.has(name);
  if (isFree(base)) return base;
  for (let i = 2; ; i++) if (isFree(`${base}_${i}`)) return `${base}_${i}`;
}

/** An expression that is a whole value becomes what it gives. */
function inlineInput(view: FileView, range: Span): CodeAction[] {
  const { document, workload } = view;
  const tag = document.tags.find(
    ({ kind, start, end }) => kind === 'expression' && start <= range.start && range.start <= end,
  );
  if (tag === undefined) return [];
  const source = document.text.slice(tag.innerStart, tag.innerEnd);
  const { names } = templateUses(parseTemplate(`{{${source}}}`).template);
  const sample = sampleOf(source, tag.start, document.template!, workload.inputs);
  const isOfInputs = names.length > 0 && names.every(({ name }) => workload.inputs.has(name));
  if (sample === undefined || sample.sensitive || !isOfInputs) return [];
  const text = tag.inString
    ? typeof sample.value === 'object'
      ? undefined
      : JSON.stringify(String(sample.value)).slice(1, -1)
    : JSON.stringify(
        typeof sample.value === 'string' && /\|\s*tojson/.test(source) ? JSON.parse(sample.value) : sample.value,
      );
  if (text === undefined) return [];
  return [
    {
      title: 'Replace the expression by its value',
      kind: 'refactor.inline',
      edits: [{ path: document.path, start: tag.start, end: tag.end, text }],
    },
  ];
}

/** The path of the container that an offset is in. */
function containerPathAt({ document }: FileView, offset: number): (string | number)[] | undefined {
  if (document.role !== 'task') return undefined;
  const { path } = jsonPlaceAt(document, offset);
  const isIn = patternOf(path.slice(0, 2)) === 'containerDefinitions/*';
  return isIn ? path.slice(0, 2) : undefined;
}

function addToContainer(
  view: FileView,
  offset: number,
  key: string,
  title: string,
  value: (name: string) => string,
): CodeAction[] {
  const path = containerPathAt(view, offset);
  const node = path && nodeAt(view.document, path);
  if (path === undefined || node?.type !== 'object') return [];
  const members = new Map(node.children?.map(({ children }) => [children?.[0]?.value, children?.[1]?.value]));
  if (members.has(key)) return [];
  const edit = valueInsertion(view.document, [...path, key], value(String(members.get('name') ?? 'app')));
  return edit ? [{ title, kind: 'refactor.rewrite', edits: [edit] }] : [];
}

function addLogs(view: FileView, { start }: Span): CodeAction[] {
  const { inputs, checked } = view.workload;
  const region = inputs.has('region') ? '{{ region }}' : (regionOf(view) ?? 'us-east-1');
  return addToContainer(view, start, 'logConfiguration', 'Add a log configuration', (name) => {
    const family = checked.path.split('/').at(-1) ?? name;
    return `{ "logDriver": "awslogs", "options": { "awslogs-group": "/ecs/${family}", "awslogs-region": "${region}", "awslogs-stream-prefix": "${/^_+$/.test(name) ? 'ecs' : name}" } }`;
  });
}

function regionOf({ workload }: FileView): string | undefined {
  const value = workload.checked.files.find(({ role }) => role === 'deployment')?.value;
  const environment = isObject(value) ? value['environment'] : undefined;
  return isObject(environment) && typeof environment['region'] === 'string' ? environment['region'] : undefined;
}

function addHealthCheck(view: FileView, { start }: Span): CodeAction[] {
  return addToContainer(
    view,
    start,
    'healthCheck',
    'Add a health check',
    () =>
      '{ "command": ["CMD-SHELL", "curl -f http://localhost/ || exit 1"], "interval": 30, "timeout": 5, "retries": 3 }',
  );
}
