/** Code actions that add what a file lacks: members that AWS asks for, logs and health checks of containers. Pure. */
import { getNodePath, type Node } from 'jsonc-parser';
import type { Finding } from '../../engine/finding.ts';
import { isObject } from '../../engine/json.ts';
import type { CodeAction } from './codeActions.ts';
import type { ConfigDocument } from './document.ts';
import { innermostAt, jsonPlaceAt, nodeAt, patternOf } from './json/location.ts';
import { requiredOf, schemaAt } from './json/schemaPlace.ts';
import { valueSnippet, withoutStops } from './json/snippets.ts';
import type { FileView, Span } from './knowledge.ts';
import { valueInsertion } from './memberEdits.ts';

const membersOf = (node: Node): ReadonlyMap<unknown, Node | undefined> =>
  new Map(node.children?.map(({ children }) => [children?.[0]?.value, children?.[1]]));

/** Whether a new member is always there: no tag stands for members, or before the first of them. */
const takesMember = (document: ConfigDocument, { offset, children = [] }: Node): boolean =>
  children.every((member) => member.children?.[1] !== undefined) &&
  !document.hasTag(offset, children[0]?.offset ?? offset);

/** A container's name as it is written, expressions and all. */
function nameOf({ document }: FileView, container: Node): string {
  const name = membersOf(container).get('name');
  return (name?.type === 'string' && document.text.slice(name.offset + 1, name.offset + name.length - 1)) || 'app';
}

/** The object that a finding is about: it points at its key, or at its opening brace. */
function objectAt({ document }: FileView, { start }: Finding): Node | undefined {
  const isBrace = document.text[start] === '{';
  const node = innermostAt(document, isBrace ? start : start + 1);
  const object = isBrace ? node : node?.parent?.children?.[1];
  const isThere = isBrace ? object?.offset === start : node?.offset === start;
  return isThere && object?.type === 'object' ? object : undefined;
}

/** Adds a key that the schema requires, with a value that has its required parts. */
export function addMissingKey(view: FileView, finding: Finding): CodeAction[] {
  const { document } = view;
  const object = objectAt(view, finding);
  if (object === undefined) return [];
  const path = getNodePath(object);
  const place = schemaAt(document, path);
  const key = place && requiredOf(place).find((one) => finding.message.endsWith(` ${JSON.stringify(one)}`));
  // It may be written, and left out by a condition.
  if (key === undefined || membersOf(object).has(key) || !takesMember(document, object)) return [];
  const at = [...path, key];
  const value = withoutStops(valueSnippet(schemaAt(document, at), { role: document.role, pattern: patternOf(at) }));
  const edit = valueInsertion(document, at, value);
  return edit
    ? [{ title: `Add ${JSON.stringify(key)}`, kind: 'quickfix', edits: [edit], finding, isPreferred: true }]
    : [];
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
  if (membersOf(node).has(key)) return [];
  const edit = valueInsertion(view.document, [...path, key], value(nameOf(view, node)));
  return edit ? [{ title, kind: 'refactor.rewrite', edits: [edit] }] : [];
}

/** What the awslogs driver needs, for a container of a name. */
function logOptions(view: FileView, container: string): Readonly<Record<string, string>> {
  const { inputs, checked } = view.workload;
  return {
    'awslogs-group': `/ecs/${checked.path.split('/').at(-1) ?? container}`,
    'awslogs-region': inputs.has('region') ? '{{ region }}' : (regionOf(view) ?? 'us-east-1'),
    'awslogs-stream-prefix': container,
  };
}

/** Members as they are written: values are text that may have expressions. */
const membersText = (values: readonly (readonly [key: string, value: string])[]): string =>
  values.map(([key, value]) => `"${key}": "${value}"`).join(', ');

export function addLogs(view: FileView, { start }: Span): CodeAction[] {
  return addToContainer(view, start, 'logConfiguration', 'Add a log configuration', (name) => {
    const options = membersText(Object.entries(logOptions(view, name)));
    return `{ "logDriver": "awslogs", "options": { ${options} } }`;
  });
}

/** Adds the options that the finding names, each with what is likely meant. */
export function addLogOptions(view: FileView, finding: Finding): CodeAction[] {
  const { document } = view;
  const path = containerPathAt(view, finding.start);
  const container = path && nodeAt(document, path);
  const log = path && nodeAt(document, [...path, 'logConfiguration']);
  if (path === undefined || container === undefined || log?.type !== 'object') return [];
  const options = membersOf(log).get('options');
  const given = options && membersOf(options);
  const missing = Object.entries(logOptions(view, nameOf(view, container))).filter(
    ([key]) => finding.hint?.includes(JSON.stringify(key)) && !given?.has(key),
  );
  const [first, ...others] = missing;
  if (first === undefined || !takesMember(document, options ?? log)) return [];
  const at = [...path, 'logConfiguration', 'options'];
  const edit = options
    ? valueInsertion(
        document,
        [...at, first[0]],
        [`"${first[1]}"`, ...others.map((one) => membersText([one]))].join(', '),
      )
    : valueInsertion(document, at, `{ ${membersText(missing)} }`);
  const title = `Add ${missing.map(([key]) => key).join(' and ')}`;
  return edit ? [{ title, kind: 'quickfix', edits: [edit], finding, isPreferred: true }] : [];
}

function regionOf({ workload }: FileView): string | undefined {
  const value = workload.checked.files.find(({ role }) => role === 'deployment')?.value;
  const environment = isObject(value) ? value['environment'] : undefined;
  return isObject(environment) && typeof environment['region'] === 'string' ? environment['region'] : undefined;
}

export function addHealthCheck(view: FileView, { start }: Span): CodeAction[] {
  return addToContainer(
    view,
    start,
    'healthCheck',
    'Add a health check',
    () =>
      '{ "command": ["CMD-SHELL", "curl -f http://localhost/ || exit 1"], "interval": 30, "timeout": 5, "retries": 3 }',
  );
}
