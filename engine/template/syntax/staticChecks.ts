/**
 * What Jinja2 rejects before it renders anything: unknown filters and tests, and assignments to `loop` in a loop.
 *
 * Under an `if`, Jinja2 looks filters and tests up only when they are used, so that a template can ask for them first.
 */

import { closest } from '../../closest.ts';
import { FILTERS, TESTS } from '../filters/index.ts';
import type { TemplateProblem } from '../problem.ts';
import { isTruthy } from '../python/index.ts';
import type { Body, Expression, For, Statement, Target } from './nodes.ts';
import { childrenOf, namesOf, partsOf } from './walk.ts';

export function checkStatic(body: Body): TemplateProblem[] {
  const problems: TemplateProblem[] = [];
  new StaticChecker(problems).body(body, false);
  return problems;
}

/** @returns a problem for a filter or test that does not exist */
export function unknownCallable(kind: 'filter' | 'test', name: string): { message: string; hint: string } {
  const names = kind === 'filter' ? FILTERS.keys() : TESTS.keys();
  const guess = closest(name, names);
  const hint = guess === undefined ? `use one of Jinja2's built-in ${kind}s` : `did you mean '${guess}'?`;
  return { message: `no ${kind} named '${name}'`, hint };
}

class StaticChecker {
  readonly #problems: TemplateProblem[];

  constructor(problems: TemplateProblem[]) {
    this.#problems = problems;
  }

  body({ statements }: Body, conditional: boolean): void {
    for (const statement of statements) this.#statement(statement, conditional);
  }

  #statement(node: Statement, conditional: boolean): void {
    if (node.kind === 'for') this.#loopTargets(node);
    if (node.kind === 'if') {
      for (const { test, body } of node.branches) {
        this.#expression(test, true);
        this.body(body, true);
      }
      this.body(node.otherwise, true);
      return;
    }
    const { expressions, parameters, bodies } = partsOf(node);
    const inner = node.kind === 'set-block' || node.kind === 'filter-block' || node.kind === 'autoescape';
    for (const expression of expressions) {
      const isCondition = node.kind === 'for' && expression === node.condition;
      this.#expression(expression, conditional && !inner && !isCondition);
    }
    for (const { fallback } of parameters) if (fallback) this.#expression(fallback, false);
    for (const body of bodies) this.body(body, false);
  }

  #expression(node: Expression, conditional: boolean): void {
    if ((node.kind === 'filter' || node.kind === 'test') && !conditional) {
      const known = node.kind === 'filter' ? FILTERS.has(node.name) : TESTS.has(node.name);
      if (!known)
        this.#report(node.nameStart, node.nameStart + node.name.length, unknownCallable(node.kind, node.name));
    }
    // Jinja2 folds constants first, so what a constant decides away is never looked at.
    if (
      node.kind === 'logical' &&
      node.left.kind === 'constant' &&
      isTruthy(node.left.value) === (node.operator === 'or')
    )
      return;
    for (const child of childrenOf(node)) this.#expression(child, conditional || node.kind === 'conditional');
  }

  #report(start: number, end: number, { message, hint }: { message: string; hint: string }): void {
    this.#problems.push({ start, end, code: 'template.evaluation', message, hint });
  }

  /** No target anywhere in a loop may be called `loop`. */
  #loopTargets(node: For): void {
    const visit = (statement: Statement): void => {
      const { targets, bodies } = partsOf(statement);
      for (const target of targets) if (namesOf(target).includes('loop')) this.#loopAssigned(target);
      for (const { statements } of bodies) for (const inner of statements) visit(inner);
    };
    visit(node);
  }

  #loopAssigned({ start, end }: Target): void {
    const reported = this.#problems.some((problem) => problem.start === start && problem.end === end);
    if (!reported)
      this.#report(start, end, { message: "can't assign to 'loop' inside a loop", hint: 'choose another name' });
  }
}
