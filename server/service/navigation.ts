/** Definition, references, highlights and rename, of inputs, of a template's own names, and of containers. Pure. */
import type { SourceEdit } from '../../engine/finding.ts';
import { type Expression, GLOBAL_NAMES } from '../../engine/template/index.ts';
import { containerAt, containerPlaces } from './containerNames.ts';
import { definitionOf, type InputSymbol, inputAt, usesOf } from './inputNames.ts';
import { expressionsAt } from './jinja/expressions.ts';
import { localsAt } from './jinja/scope.ts';
import type { FileSpan, FileView, WorkloadView } from './knowledge.ts';

export function definition(view: FileView, offset: number): FileSpan | undefined {
  const input = inputAt(view, offset);
  if (input) return definitionOf(view.workload, input.symbol);
  const local = localAt(view, offset);
  if (local) return local;
  const container = containerAt(view, offset);
  return (
    container &&
    containerPlaces(view.workload).find(({ isDefinition, text }) => isDefinition && text === container.text)
  );
}

/** Where the template itself declares the name at an offset. */
function localAt({ document }: FileView, offset: number): FileSpan | undefined {
  const node: Expression | undefined = document.template && expressionsAt(document.template, offset).at(-1);
  if (node?.kind !== 'name' || GLOBAL_NAMES.has(node.name)) return undefined;
  const local = localsAt(document.template!, node.start).findLast(({ name }) => name === node.name);
  return local && { path: document.path, start: local.start, end: Math.max(local.end, local.start) };
}

/** @param withDefinition whether the place where it is written counts too */
export function references(view: FileView, offset: number, withDefinition: boolean): FileSpan[] {
  const input = inputAt(view, offset);
  if (input) return inputPlaces(view.workload, input.symbol, withDefinition);
  const container = containerAt(view, offset);
  if (container === undefined) return [];
  return containerPlaces(view.workload).filter(
    ({ text, isDefinition }) => text === container.text && (withDefinition || !isDefinition),
  );
}

function inputPlaces(workload: WorkloadView, symbol: InputSymbol, withDefinition: boolean): FileSpan[] {
  const written = withDefinition ? definitionOf(workload, symbol) : undefined;
  return [...(written ? [written] : []), ...usesOf(workload, symbol).map(({ place }) => place)];
}

/** What can be renamed at an offset, as it is written now. */
export function prepareRename(view: FileView, offset: number): (FileSpan & { readonly text: string }) | undefined {
  const input = inputAt(view, offset);
  if (input && view.workload.inputs.has(input.symbol.name)) {
    const { symbol, place } = input;
    const text = String(symbol.members.at(-1) ?? symbol.name);
    if (typeof symbol.members.at(-1) === 'number') return undefined;
    const isQuoted = /^["']/.test(view.document.text.slice(place.start, place.end));
    return { path: place.path, start: place.start + (isQuoted ? 1 : 0), end: place.end - (isQuoted ? 1 : 0), text };
  }
  const container = containerAt(view, offset);
  return container && !/[{}]/.test(container.text) ? container : undefined;
}

export type Renaming = { readonly edits: readonly SourceEdit[] } | { readonly refused: string };

/** @param others further workloads that get their inputs from the same file */
export function rename(
  view: FileView,
  offset: number,
  newName: string,
  others: readonly WorkloadView[],
): Renaming | undefined {
  const input = inputAt(view, offset);
  if (input) return renameInput([view.workload, ...others], input.symbol, newName);
  const container = containerAt(view, offset);
  if (container === undefined) return undefined;
  if (!/^[a-zA-Z0-9_-]{1,255}$/.test(newName)) {
    return { refused: `${JSON.stringify(newName)} cannot be the name of a container: use letters, digits, - and _` };
  }
  const places = containerPlaces(view.workload).filter(({ text }) => text === container.text);
  return { edits: places.map(({ path, start, end }) => ({ path, start, end, text: newName })) };
}

const IS_NAME = /^[\p{ID_Start}_][\p{ID_Continue}]*$/u;

function renameInput(workloads: readonly WorkloadView[], symbol: InputSymbol, newName: string): Renaming {
  const isMember = symbol.members.length > 0;
  if (!isMember && !IS_NAME.test(newName)) {
    return { refused: `${JSON.stringify(newName)} cannot be a name in a template: use letters, digits and _` };
  }
  if (!isMember && (newName === 'ref' || workloads.some(({ inputs }) => inputs.has(newName)))) {
    return { refused: `there is an input called ${JSON.stringify(newName)} already` };
  }
  const edits = new Map<string, SourceEdit>();
  const origin = workloads[0]!.inputs.get(symbol.name)?.path;
  for (const workload of workloads) {
    // Another workload may have an input of that name from elsewhere.
    if (workload.inputs.get(symbol.name)?.path !== origin) continue;
    const written = definitionOf(workload, symbol);
    const places = usesOf(workload, symbol).map(({ place }) => place);
    for (const place of [...(written ? [written] : []), ...places]) {
      const text = workload.checked.sources.get(place.path)?.slice(place.start, place.end) ?? '';
      const edit = { ...place, text: quotedLike(text, newName) };
      edits.set(`${place.path} ${place.start}`, edit);
    }
  }
  const unreachable = isMember && !IS_NAME.test(newName) && [...edits.values()].some(({ text }) => text === newName);
  if (unreachable) return { refused: `${JSON.stringify(newName)} cannot stand behind a dot` };
  return { edits: [...edits.values()] };
}

function quotedLike(old: string, name: string): string {
  if (old.startsWith('"')) return JSON.stringify(name);
  return old.startsWith("'") ? `'${name.replaceAll("'", "\\'")}'` : name;
}
