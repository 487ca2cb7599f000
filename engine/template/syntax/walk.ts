/** Walking the tree: children of expressions and statements, in the order of the source. */

import type { Arguments, Body, Expression, Parameter, Statement, Target } from './nodes.ts';

function argumentsOf({ positional, keywords, rest, keywordRest }: Arguments): Expression[] {
  const all = [...positional, ...keywords.map((keyword) => keyword.value), rest, keywordRest];
  return all.filter((expression) => expression !== undefined);
}

/** The expressions directly inside an expression. */
export function childrenOf(node: Expression): readonly Expression[] {
  switch (node.kind) {
    case 'constant':
    case 'name':
    case 'broken':
      return [];
    case 'tuple':
    case 'list':
      return node.items;
    case 'dict':
      return node.pairs.flat();
    case 'unary':
      return [node.operand];
    case 'binary':
    case 'logical':
      return [node.left, node.right];
    case 'compare':
      return [node.first, ...node.rest.map(({ operand }) => operand)];
    case 'concat':
      return node.parts;
    case 'conditional':
      return node.otherwise ? [node.test, node.then, node.otherwise] : [node.test, node.then];
    case 'attribute':
      return [node.object];
    case 'item':
      return [node.object, node.key];
    case 'slice':
      return [node.object, node.from, node.to, node.step].filter((expression) => expression !== undefined);
    case 'call':
      return [node.callee, ...argumentsOf(node.args)];
    case 'filter':
      return node.operand ? [node.operand, ...argumentsOf(node.args)] : argumentsOf(node.args);
    case 'test':
      return [node.operand, ...argumentsOf(node.args)];
  }
}

/** The names that a target assigns; a namespace's member assigns none. */
export function namesOf(target: Target): readonly string[] {
  if (target.kind === 'name') return [target.name];
  return target.kind === 'targets' ? target.items.flatMap(namesOf) : [];
}

/** The parts of a statement that are visited without regard to scopes. */
export interface StatementParts {
  readonly expressions: readonly Expression[];
  readonly targets: readonly Target[];
  readonly parameters: readonly Parameter[];
  readonly bodies: readonly Body[];
}

export function partsOf(node: Statement): StatementParts {
  const parts = (
    expressions: readonly (Expression | undefined)[],
    bodies: readonly Body[] = [],
    targets: readonly Target[] = [],
    parameters: readonly Parameter[] = [],
  ) => ({
    expressions: expressions.filter((expression) => expression !== undefined),
    targets,
    parameters,
    bodies,
  });
  switch (node.kind) {
    case 'data':
      return parts([]);
    case 'output':
      return parts([node.value]);
    case 'if':
      return parts(
        node.branches.map(({ test }) => test),
        [...node.branches.map(({ body }) => body), node.otherwise],
      );
    case 'for':
      return parts([node.items, node.condition], [node.body, node.otherwise], [node.target]);
    case 'set':
      return parts([node.value], [], [node.target]);
    case 'set-block':
      return parts([node.filter], [node.body], [node.target]);
    case 'macro':
      return parts([], [node.body], [], node.parameters);
    case 'call-block':
      return parts([node.call], [node.body], [], node.parameters);
    case 'filter-block':
      return parts([node.filter], [node.body]);
    case 'with':
      return parts(
        node.assignments.map(({ value }) => value),
        [node.body],
        node.assignments.map(({ target }) => target),
      );
    case 'autoescape':
      return parts([node.enabled], [node.body]);
    case 'block':
      return parts([], [node.body]);
  }
}

/**
 * Which of the names a body reads anywhere inside, blocks excepted, before it assigns them.
 * Source: `jinja2.compiler.find_undeclared`.
 */
export function namesRead(body: Body, names: readonly string[]): ReadonlySet<string> {
  const wanted = new Set(names);
  const found = new Set<string>();
  const visitExpression = (node: Expression): void => {
    if (node.kind === 'name' && wanted.has(node.name)) found.add(node.name);
    for (const child of childrenOf(node)) visitExpression(child);
  };
  const visitBody = ({ statements }: Body): void => {
    for (const statement of statements) {
      if (statement.kind === 'block') continue;
      const { expressions, targets, parameters, bodies } = partsOf(statement);
      for (const target of targets) for (const name of namesOf(target)) wanted.delete(name);
      for (const expression of expressions) visitExpression(expression);
      for (const { name, fallback } of parameters) {
        wanted.delete(name);
        if (fallback) visitExpression(fallback);
      }
      for (const inner of bodies) visitBody(inner);
    }
  };
  visitBody(body);
  return found;
}
