/** Finding expressions by offset, and all uses of names. Pure. */
import { type Body, childrenOf, type Expression, partsOf, type Template } from '../../../engine/template/index.ts';

/** Every expression directly in statements, at any depth of bodies. */
function* expressionsOf(body: Body): Generator<Expression> {
  for (const statement of body.statements) {
    const { expressions, parameters, bodies } = partsOf(statement);
    yield* expressions;
    for (const { fallback } of parameters) if (fallback) yield fallback;
    for (const inner of bodies) yield* expressionsOf(inner);
  }
}

/** The expressions around an offset, outermost first; an end counts as inside. */
export function expressionsAt(template: Template, offset: number): Expression[] {
  const holds = ({ start, end }: Expression) => start <= offset && offset <= end;
  for (const whole of expressionsOf(template.body)) {
    if (!holds(whole)) continue;
    const path: Expression[] = [whole];
    for (let inner = childrenOf(whole).find(holds); inner; inner = childrenOf(inner).find(holds)) path.push(inner);
    return path;
  }
  return [];
}
