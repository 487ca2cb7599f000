/** A template's own variables as symbols: where they are declared and used in their file. Pure. */
import { type Body, childrenOf, type Expression, partsOf, type Template } from '../../engine/template/index.ts';
import { expressionsAt, expressionsOf } from './jinja/expressions.ts';
import { declarationsIn, localsAt } from './jinja/scope.ts';
import type { FileSpan, FileView } from './knowledge.ts';

export interface LocalPlaces {
  readonly name: string;
  /** What is at the offset. */
  readonly place: FileSpan;
  /** Where variables of that name are declared. */
  readonly declarations: readonly FileSpan[];
  readonly uses: readonly FileSpan[];
}

/** The variable at an offset: of a loop, or one that is set. Parameters and macros are for their callers to name. */
export function localAt({ document }: FileView, offset: number): LocalPlaces | undefined {
  const { template, path } = document;
  if (template === undefined) return undefined;
  const variables = declarationsIn(template.body).filter(({ what }) => what !== 'parameter');
  const node = expressionsAt(template, offset).at(-1);
  const used = node?.kind === 'name' && isVariable(template, node) ? node : undefined;
  const place = used ?? variables.find(({ start, end }) => start <= offset && offset <= end);
  if (place === undefined) return undefined;
  const { name } = place;
  const span = ({ start, end }: { readonly start: number; readonly end: number }) => ({ path, start, end });
  return {
    name,
    place: span(place),
    declarations: variables.filter((one) => one.name === name).map(span),
    uses: namesIn(template)
      .filter((one) => one.name === name && isVariable(template, one))
      .map(span),
  };
}

type NameNode = Extract<Expression, { readonly kind: 'name' }>;

function isVariable(template: Template, { name, start }: NameNode): boolean {
  const local = localsAt(template, start).findLast((one) => one.name === name);
  return local?.what === 'variable' || local?.what === 'loop variable';
}

function namesIn(template: Template): NameNode[] {
  // A variable is used, too, where a member of it is set.
  const found = membersSet(template.body);
  const visit = (node: Expression): void => {
    if (node.kind === 'name') found.push(node);
    for (const child of childrenOf(node)) visit(child);
  };
  for (const whole of expressionsOf(template.body)) visit(whole);
  return found;
}

const membersSet = (body: Body): NameNode[] =>
  body.statements.flatMap((statement) => {
    const { targets, bodies } = partsOf(statement);
    const own = targets.flatMap((target) => (target.kind === 'member' ? [target.object] : []));
    return [...own, ...bodies.flatMap(membersSet)];
  });

/** Every name that a template declares, macros and parameters too. */
export function declaredNames(template: Template): ReadonlySet<string> {
  const macros = localsAt(template, template.source.length).filter(({ what }) => what === 'macro');
  return new Set([...declarationsIn(template.body), ...macros].map(({ name }) => name));
}
