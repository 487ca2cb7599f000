/** A template's own variables as symbols: where they are declared and used in their file. Pure. */
import { type Binding, bindingsOf, parseTemplate, type Template, templateUses } from '../../engine/template/index.ts';
import type { FileSpan, FileView, Span } from './knowledge.ts';

export interface LocalPlaces {
  /** What is at the offset. */
  readonly place: FileSpan;
  readonly binding: Binding;
  readonly declarations: readonly FileSpan[];
  /** Parameters are used, too, where calls name them. */
  readonly uses: readonly FileSpan[];
}

/** The variable, parameter or macro at an offset. */
export function localAt({ document }: FileView, offset: number): LocalPlaces | undefined {
  const { template, path } = document;
  if (template === undefined) return undefined;
  for (const binding of bindingsOf(template)) {
    const place = placesOf(binding).find(({ start, end }) => start <= offset && offset <= end);
    if (place === undefined) continue;
    const span = ({ start, end }: Span): FileSpan => ({ path, start, end });
    return {
      place: span(place),
      binding,
      declarations: binding.declarations.map(span),
      uses: [...binding.uses, ...binding.keywords].map(span),
    };
  }
  return undefined;
}

const placesOf = ({ declarations, uses, keywords }: Binding): Span[] => [...declarations, ...uses, ...keywords];

/** Every name that a template declares. */
export const declaredNames = (template: Template): ReadonlySet<string> =>
  new Set(bindingsOf(template).flatMap(({ name, kind }) => (kind === 'special' ? [] : [name])));

/** Names of a template that may be its own or an input's, by how it is rendered. */
export const ambiguousNames = (template: Template): ReadonlySet<string> =>
  new Set(bindingsOf(template).flatMap(({ name, mayBeInput }) => (mayBeInput ? [name] : [])));

/** The template's text with another name for what it declares; undefined where that would change what a name means. */
export function renamedText({ source }: Template, binding: Binding, newName: string): string | undefined {
  const edits = placesOf(binding).sort((a, b) => a.start - b.start);
  let after = '';
  let end = 0;
  for (const edit of edits) {
    after += source.slice(end, edit.start) + newName;
    end = edit.end;
  }
  after += source.slice(end);
  const shift = newName.length - binding.name.length;
  const moved = (offset: number) => offset + shift * edits.filter(({ start }) => start < offset).length;
  const before = meaningsOf(parseTemplate(source).template, moved);
  return before === meaningsOf(parseTemplate(after).template, (offset) => offset) ? after : undefined;
}

/** Which names of a template mean the same, whatever they are called, and which mean inputs. */
function meaningsOf(template: Template, moved: (offset: number) => number): string {
  const groups = bindingsOf(template).map((binding) =>
    placesOf(binding)
      .map(({ start }) => moved(start))
      .sort((a, b) => a - b),
  );
  const inputs = templateUses(template).names.map(({ start }) => moved(start));
  return JSON.stringify([groups.sort((a, b) => a[0]! - b[0]!), inputs]);
}
