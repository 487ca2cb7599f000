/** Definition, references, highlights and rename, of inputs, of a template's own names, and of containers. Pure. */
import type { SourceEdit } from '../../engine/finding.ts';
import { isObject, type Json } from '../../engine/json.ts';
import { GLOBAL_NAMES } from '../../engine/template/index.ts';
import { type ContainerPlace, containerAt, containerPlaces } from './containerNames.ts';
import { definitionOf, type InputSymbol, inputAt, usesOf } from './inputNames.ts';
import type { FileSpan, FileView, InputsView } from './knowledge.ts';
import { ambiguousNames, declaredNames, type LocalPlaces, localAt, renamedText } from './localNames.ts';
import { DICT_METHODS, escapedKey, isMemberName, isTemplateName } from './written.ts';

export function definition(view: FileView, offset: number): FileSpan | undefined {
  const at = symbolAt(view, offset);
  if (at?.input) return definitionOf(view.workload, at.input.symbol);
  if (at?.local) {
    const { declarations, place } = at.local;
    return declarations.findLast(({ start }) => start <= place.start) ?? declarations[0];
  }
  const container = containerAt(view, offset);
  return (
    container &&
    containerPlaces(view.workload).find(({ isDefinition, name }) => isDefinition && name === container.name)
  );
}

/** An input, or what the template itself declares. What may be both is the input, where there is one. */
function symbolAt(
  view: FileView,
  offset: number,
):
  | { readonly input: { readonly symbol: InputSymbol; readonly place: FileSpan }; readonly local?: undefined }
  | { readonly local: LocalPlaces; readonly input?: undefined }
  | undefined {
  const input = inputAt(view, offset);
  if (input && view.workload.inputs.has(input.symbol.name)) return { input };
  const local = localAt(view, offset);
  if (local) return { local };
  return input && { input };
}

/**
 * @param withDefinition whether the place where it is written counts too
 * @param others further workloads that get their inputs from the same file
 */
export function references(
  view: FileView,
  offset: number,
  withDefinition: boolean,
  others: readonly InputsView[] = [],
): FileSpan[] {
  const { input, local } = symbolAt(view, offset) ?? {};
  if (input) {
    const sharing = others.filter((other) => isSameInput(view.workload, other, input.symbol));
    const elsewhere = sharing.flatMap((other) => inputPlaces(other, input.symbol, false));
    return [...inputPlaces(view.workload, input.symbol, withDefinition), ...elsewhere];
  }
  if (local) return [...(withDefinition ? local.declarations : []), ...local.uses];
  const container = containerAt(view, offset);
  if (container === undefined) return [];
  return containerPlaces(view.workload).filter(
    ({ name, isDefinition }) => name === container.name && (withDefinition || !isDefinition),
  );
}

/** Another workload may have an input of that name from elsewhere. */
const isSameInput = (one: InputsView, other: InputsView, { name }: InputSymbol): boolean =>
  other.inputs.get(name)?.path === one.inputs.get(name)?.path;

function inputPlaces(workload: InputsView, symbol: InputSymbol, withDefinition: boolean): FileSpan[] {
  const written = withDefinition ? definitionOf(workload, symbol) : undefined;
  return [...(written ? [written] : []), ...usesOf(workload, symbol).map(({ place }) => place)];
}

/** What can be renamed, as it is written now; or why it cannot be. */
export type Prepared = (FileSpan & { readonly text: string }) | { readonly refused: string };

/** What can be renamed at an offset; undefined where nothing is that has a name. */
export function prepareRename(view: FileView, offset: number): Prepared | undefined {
  const { input, local } = symbolAt(view, offset) ?? {};
  if (input) {
    const { symbol, place } = input;
    if (typeof symbol.members.at(-1) === 'number' || !definitionOf(view.workload, symbol)) return undefined;
    const text = String(symbol.members.at(-1) ?? symbol.name);
    const isQuoted = /^["']/.test(view.document.text.slice(place.start, place.end));
    return { path: place.path, start: place.start + (isQuoted ? 1 : 0), end: place.end - (isQuoted ? 1 : 0), text };
  }
  if (local) {
    const problem = problemOfLocal(view, local);
    return problem === undefined ? { ...local.place, text: local.binding.name } : refused(problem);
  }
  const container = containerAt(view, offset);
  return container && !isExpression(container) ? container : undefined;
}

export type Renaming = { readonly edits: readonly SourceEdit[] } | { readonly refused: string };

/** @param others further workloads that get their inputs from the same file */
export function rename(
  view: FileView,
  offset: number,
  newName: string,
  others: readonly InputsView[],
): Renaming | undefined {
  const { input, local } = symbolAt(view, offset) ?? {};
  if (input) {
    if (!definitionOf(view.workload, input.symbol)) return undefined;
    return renameInput([view.workload, ...others], input.symbol, newName);
  }
  if (local) return renameLocal(view, local, newName);
  const container = containerAt(view, offset);
  return container && renameContainer(containerPlaces(view.workload), container, newName);
}

const refused = (message: string) => ({ refused: message });

const isExpression = ({ text }: ContainerPlace): boolean => /\{[{%#]/.test(text);

function renameContainer(all: readonly ContainerPlace[], { name }: ContainerPlace, newName: string): Renaming {
  if (newName === name) return { edits: [] };
  if (!/^[a-zA-Z0-9_-]{1,255}$/.test(newName))
    return refused(`${JSON.stringify(newName)} cannot be the name of a container: use letters, digits, - and _`);
  if (all.some((one) => one.isDefinition && one.name === newName))
    return refused(`there is a container called ${JSON.stringify(newName)} already`);
  const places = all.filter((one) => one.name === name);
  const made = places.find(isExpression);
  if (made) return refused(`the name is made by an expression in ${made.path}: rename the input instead`);
  return { edits: places.map(({ path, start, end }) => ({ path, start, end, text: newName })) };
}

/** What keeps a template from having a variable or input of this name. */
function problemWith(name: string): string | undefined {
  if (!isTemplateName(name))
    return `${JSON.stringify(name)} cannot be a name in a template: use letters, digits and _, and no word of Jinja`;
  return GLOBAL_NAMES.has(name) ? `${JSON.stringify(name)} is a function of Jinja` : undefined;
}

/** Names that mean something by themselves in macros and loops. */
const JINJAS_OWN: ReadonlySet<string> = new Set(['loop', 'caller', 'kwargs', 'varargs', 'super']);

/** What keeps a variable, parameter or macro from another name, whatever that is. */
function problemOfLocal({ document, workload }: FileView, { binding }: LocalPlaces): string | undefined {
  const { name, kind, mayBeInput, isCalledUnseen } = binding;
  const shown = JSON.stringify(name);
  if (kind === 'special') return `${shown} is a name of Jinja's own`;
  if (mayBeInput && workload.inputs.has(name))
    return `${shown} in ${document.path} is the variable or the input of that name, by how the template runs: set it on every way to where it is used`;
  return isCalledUnseen
    ? `${shown} may be named by calls that cannot be followed: with **, or of the macro as a value`
    : undefined;
}

function renameLocal(view: FileView, local: LocalPlaces, newName: string): Renaming {
  const { document, workload } = view;
  const { binding, declarations, uses } = local;
  if (newName === binding.name) return { edits: [] };
  const problem = problemOfLocal(view, local) ?? problemWith(newName);
  if (problem) return refused(problem);
  const shown = JSON.stringify(newName);
  if (JINJAS_OWN.has(newName)) return refused(`${shown} is a name of Jinja's own`);
  if (workload.inputs.has(newName)) return refused(`there is an input called ${shown} already`);
  if (renamedText(document.template!, binding, newName) === undefined)
    return refused(
      declaredNames(document.template!).has(newName)
        ? `there is a variable called ${shown} already`
        : `${document.path} uses the name ${shown} already`,
    );
  return { edits: [...declarations, ...uses].map((place) => ({ ...place, text: newName })) };
}

function renameInput(workloads: readonly InputsView[], symbol: InputSymbol, newName: string): Renaming {
  const [own] = workloads;
  const users = workloads.filter((workload) => isSameInput(own!, workload, symbol));
  return renameWrittenInput({ symbol, written: definitionOf(own!, symbol), users, around: workloads, newName });
}

export interface InputRenaming {
  readonly symbol: InputSymbol;
  /** The key that gives it. */
  readonly written: FileSpan | undefined;
  /** The workloads that get it from there. */
  readonly users: readonly InputsView[];
  /** These, and the others that may have something of the new name. */
  readonly around: readonly InputsView[];
  readonly newName: string;
}

export function renameWrittenInput({ symbol, written, users, around, newName }: InputRenaming): Renaming {
  const old = String(symbol.members.at(-1) ?? symbol.name);
  if (newName === old) return { edits: [] };
  const problem =
    symbol.members.length > 0 ? users[0] && takenMember(users[0], symbol, newName) : takenInput(around, newName);
  if (problem) return refused(problem);
  const unclear = users
    .flatMap(({ documents }) => [...documents.values()])
    .find(({ template }) => {
      return template?.source.includes(symbol.name) && ambiguousNames(template).has(symbol.name);
    });
  if (unclear)
    return refused(
      `${JSON.stringify(symbol.name)} in ${unclear.path} is the input or a variable of that name, by how the template runs: rename the variable first`,
    );
  const edits = new Map<string, SourceEdit>();
  const change = ({ sources }: InputsView, place: FileSpan) => {
    const text = sources.get(place.path)?.slice(place.start, place.end) ?? '';
    edits.set(`${place.path} ${place.start}`, { ...place, text: quotedLike(text, newName) });
  };
  if (written) change(around[0]!, written);
  for (const user of users) for (const { place } of usesOf(user, symbol)) change(user, place);
  const isDotted = [...edits.values()].some(({ text }) => text === newName);
  if (symbol.members.length > 0 && isDotted && (!isMemberName(newName) || DICT_METHODS.has(newName)))
    return refused(`${JSON.stringify(newName)} cannot stand behind a dot`);
  return { edits: [...edits.values()] };
}

function takenInput(workloads: readonly InputsView[], newName: string): string | undefined {
  const problem = problemWith(newName);
  if (problem) return problem;
  if (newName === 'ref' || workloads.some(({ inputs }) => inputs.has(newName)))
    return `there is an input called ${JSON.stringify(newName)} already`;
  for (const { documents } of workloads) {
    for (const document of documents.values()) {
      const { template, path } = document;
      if (template === undefined || !template.source.includes(newName)) continue;
      if (declaredNames(template).has(newName)) return `${path} has a variable called ${JSON.stringify(newName)}`;
      if (document.uses.some(({ name }) => name === newName))
        return `${path} uses the name ${JSON.stringify(newName)} already`;
    }
  }
  return undefined;
}

/** Whether the object around a member has one of the new name. */
function takenMember({ inputs }: InputsView, { name, members }: InputSymbol, newName: string): string | undefined {
  const around = members
    .slice(0, -1)
    .reduce<Json | undefined>(
      (value, key) =>
        Array.isArray(value)
          ? (value.at(Number(key)) as Json | undefined)
          : isObject(value) && Object.hasOwn(value, key)
            ? value[key]
            : undefined,
      inputs.get(name)?.value,
    );
  return isObject(around) && Object.hasOwn(around, newName)
    ? `there is a member called ${JSON.stringify(newName)} already`
    : undefined;
}

function quotedLike(old: string, name: string): string {
  if (old.startsWith('"')) return JSON.stringify(name);
  return old.startsWith("'") ? `'${escapedKey(name, "'")}'` : name;
}
