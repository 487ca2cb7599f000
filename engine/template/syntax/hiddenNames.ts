/**
 * Marks in each body the names that are local to it from the start, although they are assigned only later.
 *
 * Jinja2 decides at compile time, per scope, whether a name means a local variable or an input, by the order in which
 * reads and assignments are seen; inner scopes are seen last. So in `{% for i in x %}{{ port }}{% endfor %}{% set port = 1 %}`
 * the loop finds no `port`, even where there is an input of that name. Source: `jinja2.idtracking`.
 */

import type { Body, Expression, If, Parameter, Statement, Target } from './nodes.ts';
import { childrenOf, namesOf } from './walk.ts';

type Load = 'parameter' | 'resolve' | 'alias' | 'undefined';

class Symbols {
  readonly parent: Symbols | undefined;
  loads = new Map<string, Load>();
  stores = new Set<string>();

  constructor(parent?: Symbols) {
    this.parent = parent;
  }

  knows(name: string): boolean {
    return this.loads.has(name) || (this.parent?.knows(name) ?? false);
  }

  copy(): Symbols {
    const copy = new Symbols(this.parent);
    copy.loads = new Map(this.loads);
    copy.stores = new Set(this.stores);
    return copy;
  }

  load(name: string): void {
    if (!this.knows(name)) this.loads.set(name, 'resolve');
  }

  store(name: string): void {
    this.stores.add(name);
    if (!this.loads.has(name)) this.loads.set(name, this.parent?.knows(name) ? 'alias' : 'undefined');
  }

  declare(name: string): void {
    this.stores.add(name);
    this.loads.set(name, 'parameter');
  }

  /** Takes over what the branches of an `if` did; what not all of them assign keeps its outer meaning. */
  merge(branches: readonly Symbols[]): void {
    const counts = new Map<string, number>();
    for (const branch of branches) {
      for (const name of branch.stores) if (!this.stores.has(name)) counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    for (const branch of branches) {
      for (const [name, load] of branch.loads) this.loads.set(name, load);
      for (const name of branch.stores) this.stores.add(name);
    }
    for (const [name, count] of counts) {
      if (count < branches.length) this.loads.set(name, this.parent?.knows(name) ? 'alias' : 'resolve');
    }
  }

  get hidden(): string[] {
    return Array.from(this.loads).flatMap(([name, load]) => (load === 'undefined' ? [name] : []));
  }
}

/** Fills in `hidden` of the body and of all bodies inside; gives the body back. */
export function markHiddenNames(body: Body): Body {
  markScope(body, new Symbols());
  return body;
}

function markScope(body: Body, symbols: Symbols): void {
  readStatements(body, symbols);
  const { hidden } = symbols;
  if (hidden.length > 0) body.hidden = hidden;
  for (const statement of body.statements) markInner(statement, symbols);
}

function readExpression(node: Expression, symbols: Symbols): void {
  if (node.kind === 'name') symbols.load(node.name);
  for (const child of childrenOf(node)) readExpression(child, symbols);
}

function storeTarget(target: Target, symbols: Symbols): void {
  if (target.kind === 'member') symbols.load(target.object.name);
  else if (target.kind === 'targets') for (const item of target.items) storeTarget(item, symbols);
  else symbols.store(target.name);
}

function readStatements(body: Body, symbols: Symbols): void {
  for (const statement of body.statements) readStatement(statement, symbols);
}

/** What a statement does to the scope it stands in. */
function readStatement(node: Statement, symbols: Symbols): void {
  switch (node.kind) {
    case 'output':
      readExpression(node.value, symbols);
      return;
    case 'if':
      readIf(node.branches, node, symbols);
      return;
    case 'for':
      readExpression(node.items, symbols);
      return;
    case 'set':
      readExpression(node.value, symbols);
      storeTarget(node.target, symbols);
      return;
    case 'set-block':
      storeTarget(node.target, symbols);
      return;
    case 'macro':
      symbols.store(node.name);
      return;
    case 'call-block':
      readExpression(node.call, symbols);
      return;
    case 'filter-block':
      readExpression(node.filter, symbols);
      return;
    case 'with':
      for (const { value } of node.assignments) readExpression(value, symbols);
      return;
    case 'data':
    case 'autoescape':
    case 'block':
      return;
  }
}

function readIf(branches: If['branches'], { otherwise }: If, symbols: Symbols): void {
  const [first, ...others] = branches;
  readExpression(first!.test, symbols);
  const body = symbols.copy();
  readStatements(first!.body, body);
  const elifs = symbols.copy();
  for (const other of others) {
    readExpression(other.test, elifs);
    const inner = elifs.copy();
    readStatements(other.body, inner);
    elifs.merge([inner, elifs.copy(), elifs.copy()]);
  }
  const rest = symbols.copy();
  readStatements(otherwise, rest);
  symbols.merge([body, elifs, rest]);
}

function declareParameters(parameters: readonly Parameter[], symbols: Symbols): void {
  for (const { name } of parameters) symbols.declare(name);
  for (const { fallback } of parameters) if (fallback) readExpression(fallback, symbols);
}

/** The scopes inside a statement. */
function markInner(node: Statement, symbols: Symbols): void {
  const inner = new Symbols(symbols);
  switch (node.kind) {
    case 'if':
      for (const { body } of node.branches) for (const statement of body.statements) markInner(statement, symbols);
      for (const statement of node.otherwise.statements) markInner(statement, symbols);
      return;
    case 'for':
      inner.declare('loop');
      for (const name of namesOf(node.target)) inner.declare(name);
      markScope(node.body, inner);
      markScope(node.otherwise, new Symbols(symbols));
      return;
    case 'macro':
    case 'call-block':
      declareParameters(node.parameters, inner);
      for (const name of node.special) if (!inner.loads.has(name)) inner.declare(name);
      markScope(node.body, inner);
      return;
    case 'with':
      for (const { target } of node.assignments) for (const name of namesOf(target)) inner.declare(name);
      markScope(node.body, inner);
      return;
    case 'autoescape':
      readExpression(node.enabled, inner);
      markScope(node.body, inner);
      return;
    case 'set-block':
    case 'filter-block':
      markScope(node.body, inner);
      return;
    case 'block':
      markScope(node.body, new Symbols());
      return;
    case 'data':
    case 'output':
    case 'set':
      return;
  }
}
