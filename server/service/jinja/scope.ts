/** Which names a template itself declares at an offset, and what encloses the offset. Pure. */
import { type Body, partsOf, type Statement, type Template } from '../../../engine/template/index.ts';
import type { Span } from '../knowledge.ts';

export interface LocalName extends Span {
  readonly name: string;
  readonly what: 'loop variable' | 'variable' | 'macro' | 'parameter';
}

interface TargetLike extends Span {
  readonly kind: string;
  readonly name?: string;
  readonly items?: readonly TargetLike[];
}

function namesIn(target: TargetLike, what: LocalName['what']): LocalName[] {
  if (target.kind === 'name') return [{ name: target.name!, what, start: target.start, end: target.end }];
  return target.kind === 'targets' ? (target.items ?? []).flatMap((item) => namesIn(item, what)) : [];
}

/** The body of a statement that an offset is in; undefined in its tags. */
export function bodyAt(statement: Statement, offset: number): Body | undefined {
  const { bodies } = partsOf(statement);
  return bodies.find(({ statements }) => {
    const [first] = statements;
    return first !== undefined && first.start <= offset && offset <= statements.at(-1)!.end;
  });
}

/** Statements around an offset, outermost first. */
export function enclosing(template: Template, offset: number): Statement[] {
  const found: Statement[] = [];
  let body: Body | undefined = template.body;
  while (body !== undefined) {
    const around: Statement | undefined = body.statements.find(
      ({ kind, start, end }) => kind !== 'data' && start < offset && offset < end,
    );
    if (around === undefined) break;
    found.push(around);
    body = bodyAt(around, offset);
  }
  return found;
}

/** Names that are declared before an offset and visible there, the innermost last. */
export function localsAt(template: Template, offset: number): LocalName[] {
  const found: LocalName[] = [];
  let body: Body | undefined = template.body;
  while (body !== undefined) {
    let next: Body | undefined;
    for (const statement of body.statements) {
      if (statement.start >= offset) break;
      const isAround = offset < statement.end;
      if (!isAround) found.push(...declared(statement));
      else {
        next = bodyAt(statement, offset);
        if (next !== undefined) found.push(...declaredInside(statement));
      }
    }
    body = next;
  }
  return found;
}

function declared(statement: Statement): LocalName[] {
  if (statement.kind === 'set' || statement.kind === 'set-block') return namesIn(statement.target, 'variable');
  if (statement.kind === 'macro') {
    const { name, nameStart } = statement;
    return [{ name, what: 'macro', start: nameStart, end: nameStart + name.length }];
  }
  // A variable of one branch may be set after the whole.
  if (statement.kind !== 'if') return [];
  return partsOf(statement).bodies.flatMap(({ statements }) => statements.flatMap(declared));
}

function declaredInside(statement: Statement): LocalName[] {
  switch (statement.kind) {
    case 'for':
      return namesIn(statement.target, 'loop variable');
    case 'with':
      return statement.assignments.flatMap(({ target }) => namesIn(target, 'variable'));
    case 'macro':
    case 'call-block':
      return statement.parameters.map(({ name, start }) => ({
        name,
        what: 'parameter',
        start,
        end: start + name.length,
      }));
    default:
      return [];
  }
}

/** Whether `loop` means something at an offset. */
export const isInLoop = (template: Template, offset: number): boolean =>
  enclosing(template, offset).some((statement) => statement.kind === 'for' && bodyAt(statement, offset) !== undefined);

/** A name where it is declared. */
export interface Declaration extends LocalName {
  /** An offset where it has its value; undefined where that depends on a caller. */
  readonly valueAt: number | undefined;
}

/** Variables and parameters that a template declares, at any depth. */
export function declarationsIn(body: Body): Declaration[] {
  return body.statements.flatMap((statement) => {
    const { bodies } = partsOf(statement);
    const isSet = statement.kind === 'set' || statement.kind === 'set-block';
    const names = isSet ? declared(statement) : declaredInside(statement);
    const valueAt = isSet ? statement.end : bodies[0]?.statements[0]?.start;
    const own = names.map((name) => ({ ...name, valueAt: name.what === 'parameter' ? undefined : valueAt }));
    return [...own, ...bodies.flatMap(declarationsIn)];
  });
}
