/**
 * What a template itself gives names to: variables, loop variables, parameters, macros. Where each is declared and used,
 * scope by scope. Source of the scopes: `jinja2.idtracking`.
 */

import type { Body, Call, Expression, MacroDefinition, Name, Statement, Target, Template } from './nodes.ts';
import { childrenOf, namesOf, partsOf } from './walk.ts';

export interface NamePlace {
  readonly start: number;
  readonly end: number;
}

export interface Binding {
  readonly name: string;
  /** `special` is what Jinja declares by itself: `loop`, `caller`, `super`. */
  readonly kind: 'variable' | 'loop variable' | 'parameter' | 'macro' | 'special';
  /** In the order of the source, as the others. */
  readonly declarations: readonly NamePlace[];
  /** Where it is read, or a member of it is set. */
  readonly uses: readonly NamePlace[];
  /** Of a parameter: where calls of its macro name it. */
  readonly keywords: readonly NamePlace[];
  /** Whether some use means an input of that name where the declaration was not reached. */
  readonly mayBeInput: boolean;
  /** Of a parameter: whether its macro is called in ways that cannot be followed, which may name it. */
  readonly isCalledUnseen: boolean;
}

/** All of a template, in the order of their first declarations. Names that it does not declare are left out. */
export function bindingsOf(template: Template): Binding[] {
  const finder = new BindingFinder();
  finder.body(template.body, new Scope(namesDeclaredIn(template.body)));
  return finder.done();
}

interface Draft {
  readonly name: string;
  kind: Binding['kind'];
  readonly declarations: NamePlace[];
  readonly uses: NamePlace[];
  readonly keywords: NamePlace[];
  readonly calls: Call[];
  /** Whether it is read other than to be called. */
  isPassedOn: boolean;
  mayBeInput: boolean;
  isCalledUnseen: boolean;
  /** What it turned out to be the same as. */
  same: Draft | undefined;
}

const draft = (name: string, kind: Draft['kind'] = 'variable'): Draft => ({
  name,
  kind,
  declarations: [],
  uses: [],
  keywords: [],
  calls: [],
  isPassedOn: false,
  mayBeInput: false,
  isCalledUnseen: false,
  same: undefined,
});

function resolved(one: Draft): Draft {
  let last = one;
  while (last.same) last = last.same;
  return last;
}

class Scope {
  readonly outer: Scope | undefined;
  /** All that are declared anywhere in it. */
  readonly drafts: ReadonlyMap<string, Draft>;
  /** Declared on every way here, and on some. */
  #certain = new Set<string>();
  #possible = new Set<string>();

  constructor(names: Iterable<string>, outer?: Scope) {
    this.drafts = new Map(Array.from(names, (name) => [name, draft(name)]));
    this.outer = outer;
  }

  declare(name: string, place: NamePlace | undefined, kind: Draft['kind']): Draft {
    const declared = this.drafts.get(name)!;
    if (declared.declarations.length === 0) declared.kind = kind;
    if (place) declared.declarations.push(place);
    this.#certain.add(name);
    this.#possible.add(name);
    return declared;
  }

  /** Each alternative begins as it is now; what only some declare is not certain afterwards. */
  alternatives(ways: readonly (() => void)[]): void {
    const certain = this.#certain;
    const possible = this.#possible;
    const ends = ways.map((way) => {
      this.#certain = new Set(certain);
      this.#possible = new Set(possible);
      way();
      return { certain: this.#certain, possible: this.#possible };
    });
    const [first, ...others] = ends;
    this.#certain = new Set([...first!.certain].filter((name) => others.every((end) => end.certain.has(name))));
    this.#possible = new Set(ends.flatMap((end) => [...end.possible]));
  }

  /** What a name means here: the same thing where it is not certain which; undefined where it is not declared. */
  find(name: string): Draft | undefined {
    let found: Draft | undefined;
    for (let scope: Scope | undefined = this; scope; scope = scope.outer) {
      const own = scope.drafts.get(name);
      const isCertain = scope.#certain.has(name);
      // In its own scope a declaration that follows does not count; in one around it, Jinja2 knows of it already.
      if (own === undefined || (scope === this && !scope.#possible.has(name))) continue;
      const next = resolved(own);
      if (found === undefined) found = next;
      else if (next !== found) next.same = found;
      if (isCertain) return found;
    }
    if (found) found.mayBeInput = true;
    return found;
  }
}

const DECLARED_BY_JINJA = { for: 'loop', block: 'super' } as const;

class BindingFinder {
  readonly #scopes = new Set<Scope>();
  readonly #macros: { readonly macro: Draft; readonly node: MacroDefinition; readonly inner: Scope }[] = [];
  /** Parameters of call blocks. */
  readonly #callers: Draft[] = [];
  readonly #callerCalls: Call[] = [];

  body({ statements }: Body, scope: Scope): void {
    this.#scopes.add(scope);
    for (const statement of statements) this.#statement(statement, scope);
  }

  done(): Binding[] {
    const drafts = [...this.#scopes].flatMap((scope) => [...scope.drafts.values()]);
    const all = Map.groupBy(drafts, resolved);
    for (const { macro, node, inner } of this.#macros) nameParameters(all.get(resolved(macro))!, node, inner);
    for (const parameter of this.#callers) nameCaller(parameter, this.#callerCalls);
    return Array.from(all, ([whole, parts]) => toBinding(whole, parts))
      .filter(({ declarations, uses }) => declarations.length + uses.length > 0)
      .sort((a, b) => firstOf(a) - firstOf(b));
  }

  #inner(outer: Scope, names: readonly string[], body: Body, special: Iterable<string> = []): Scope {
    const inner = new Scope([...names, ...special, ...namesDeclaredIn(body)], outer);
    for (const name of special) inner.declare(name, undefined, 'special').kind = 'special';
    return inner;
  }

  #statement(node: Statement, scope: Scope): void {
    switch (node.kind) {
      case 'if':
        for (const { test } of node.branches) this.#expression(test, scope);
        scope.alternatives(
          [...node.branches.map(({ body }) => body), node.otherwise].map((body) => () => this.body(body, scope)),
        );
        return;
      case 'for': {
        this.#expression(node.items, scope);
        const inner = this.#inner(scope, namesOf(node.target), node.body, [DECLARED_BY_JINJA.for]);
        this.#assign(node.target, inner, 'loop variable');
        if (node.condition) this.#expression(node.condition, inner);
        this.body(node.body, inner);
        this.body(node.otherwise, this.#inner(scope, [], node.otherwise));
        return;
      }
      case 'with': {
        for (const { value } of node.assignments) this.#expression(value, scope);
        const targets = node.assignments.map(({ target }) => target);
        const inner = this.#inner(scope, targets.flatMap(namesOf), node.body);
        for (const target of targets) this.#assign(target, inner, 'variable');
        this.body(node.body, inner);
        return;
      }
      case 'macro': {
        const { nameStart, name } = node;
        const macro = scope.declare(name, { start: nameStart, end: nameStart + name.length }, 'macro');
        this.#macros.push({ macro, node, inner: this.#callable(node, scope) });
        return;
      }
      case 'call-block': {
        this.#expression(node.call, scope);
        const inner = this.#callable(node, scope);
        this.#callers.push(...node.parameters.map(({ name }) => inner.drafts.get(name)!));
        return;
      }
      default: {
        const { expressions, targets, bodies } = partsOf(node);
        for (const expression of expressions) this.#expression(expression, scope);
        const special = node.kind === 'block' ? [DECLARED_BY_JINJA.block] : [];
        for (const body of bodies) this.body(body, this.#inner(scope, [], body, special));
        for (const target of targets) this.#assign(target, scope, 'variable');
      }
    }
  }

  #callable(node: Extract<Statement, { kind: 'macro' | 'call-block' }>, scope: Scope): Scope {
    const { parameters, special, body } = node;
    const names = parameters.map(({ name }) => name);
    const own = [...special].filter((name) => !names.includes(name));
    const inner = this.#inner(scope, names, body, own);
    for (const { name, start } of parameters) inner.declare(name, { start, end: start + name.length }, 'parameter');
    for (const { fallback } of parameters) if (fallback) this.#expression(fallback, inner);
    this.body(body, inner);
    return inner;
  }

  #assign(target: Target, scope: Scope, kind: Draft['kind']): void {
    if (target.kind === 'name') scope.declare(target.name, { start: target.start, end: target.end }, kind);
    else if (target.kind === 'targets') for (const item of target.items) this.#assign(item, scope, kind);
    else this.#name(target.object, scope, true);
  }

  #name(node: Name, scope: Scope, isPassedOn: boolean): Draft | undefined {
    const found = scope.find(node.name);
    found?.uses.push({ start: node.start, end: node.end });
    if (found && isPassedOn) found.isPassedOn = true;
    return found;
  }

  #expression(node: Expression, scope: Scope): void {
    if (node.kind === 'name') this.#name(node, scope, true);
    else if (node.kind === 'call' && node.callee.kind === 'name') {
      this.#name(node.callee, scope, false)?.calls.push(node);
      if (node.callee.name === 'caller') this.#callerCalls.push(node);
      for (const child of childrenOf(node)) if (child !== node.callee) this.#expression(child, scope);
    } else for (const child of childrenOf(node)) this.#expression(child, scope);
  }
}

/** Finds where calls of a macro name its parameters. */
function nameParameters(macro: readonly Draft[], { parameters }: MacroDefinition, inner: Scope): void {
  const calls = macro.flatMap((one) => one.calls);
  const isUnclear =
    macro.some((one) => one.mayBeInput || one.isPassedOn) || macro.flatMap((one) => one.declarations).length > 1;
  for (const { name } of parameters) {
    const parameter = inner.drafts.get(name)!;
    parameter.isCalledUnseen = isUnclear || calls.some(({ args }) => args.keywordRest !== undefined);
    for (const { args } of calls) {
      for (const keyword of args.keywords) {
        if (keyword.name === name)
          parameter.keywords.push({ start: keyword.nameStart, end: keyword.nameStart + name.length });
      }
    }
  }
}

/** Whoever calls the body of a call block calls it `caller`. */
function nameCaller(parameter: Draft, calls: readonly Call[]): void {
  parameter.isCalledUnseen = calls.some(
    ({ args }) => args.keywordRest !== undefined || args.keywords.some(({ name }) => name === parameter.name),
  );
}

function toBinding(whole: Draft, parts: readonly Draft[]): Binding {
  const places = (of: (one: Draft) => readonly NamePlace[]) => parts.flatMap(of).sort((a, b) => a.start - b.start);
  return {
    name: whole.name,
    kind: parts.find(({ declarations }) => declarations.length > 0)?.kind ?? whole.kind,
    declarations: places((one) => one.declarations),
    uses: places((one) => one.uses),
    keywords: places((one) => one.keywords),
    mayBeInput: parts.some((one) => one.mayBeInput),
    isCalledUnseen: parts.some((one) => one.isCalledUnseen),
  };
}

const firstOf = ({ declarations, uses }: Binding): number => (declarations[0] ?? uses[0])!.start;

/** Names that a body declares in its own scope: those of inner scopes are not among them. */
function namesDeclaredIn({ statements }: Body): Set<string> {
  const names = new Set<string>();
  for (const node of statements) {
    if (node.kind === 'set' || node.kind === 'set-block') for (const name of namesOf(node.target)) names.add(name);
    else if (node.kind === 'macro') names.add(node.name);
    else if (node.kind === 'if') {
      for (const body of [...node.branches.map((branch) => branch.body), node.otherwise])
        for (const name of namesDeclaredIn(body)) names.add(name);
    }
  }
  return names;
}
