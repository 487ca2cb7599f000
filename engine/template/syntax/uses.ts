/**
 * Which inputs a template uses, without any values: both branches of each `if`, the body of each loop and macro.
 * Names that the template itself declares are not uses.
 */

import type { Body, Call, Compare, Expression, Name, Statement, Target, Template } from './nodes.ts';
import { childrenOf, namesOf } from './walk.ts';

/** A member that is read from a used name: `Output` in `Stack.Output`, `blue` in `arns['blue']` and `arns.get('blue')`. */
export interface MemberUse {
  readonly name: string | number;
  readonly start: number;
  readonly end: number;
}

export interface NameUse {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** The members behind it, outermost first, as far as they are written literally. */
  readonly members: readonly MemberUse[];
  /** Whether the template copes with its absence: `is defined`, `default`. */
  readonly optional: boolean;
}

/** Names that Jinja2 provides. */
export const GLOBAL_NAMES: ReadonlySet<string> = new Set([
  'range',
  'dict',
  'lipsum',
  'cycler',
  'joiner',
  'namespace',
  'self',
]);

/** Every use of a name that the template does not declare, in the order of the source. */
export function templateUses(template: Template): { names: NameUse[] } {
  const finder = new UseFinder();
  finder.body(template.body, new Locals(GLOBAL_NAMES));
  return { names: finder.names.sort((a, b) => a.start - b.start) };
}

/** Names declared so far, scope by scope. */
class Locals {
  readonly #names: Set<string>;
  readonly #outer: Locals | undefined;

  constructor(names: Iterable<string> = [], outer?: Locals) {
    this.#names = new Set(names);
    this.#outer = outer;
  }

  has(name: string): boolean {
    return this.#names.has(name) || (this.#outer?.has(name) ?? false);
  }

  add(names: Iterable<string>): void {
    for (const name of names) this.#names.add(name);
  }

  inner(names: Iterable<string> = []): Locals {
    return new Locals(names, this);
  }

  copy(): Locals {
    return new Locals(this.#names, this.#outer);
  }

  /** Declares what all of the alternatives declare. */
  addCommon(alternatives: readonly Locals[]): void {
    const [first, ...others] = alternatives;
    if (!first) return;
    for (const name of first.#names) if (others.every((other) => other.#names.has(name))) this.#names.add(name);
  }
}

class UseFinder {
  readonly names: NameUse[] = [];

  body({ statements }: Body, locals: Locals): void {
    for (const statement of statements) this.#statement(statement, locals);
  }

  #statement(node: Statement, locals: Locals): void {
    switch (node.kind) {
      case 'data':
        return;
      case 'output':
        this.#expression(node.value, locals);
        return;
      case 'if': {
        const alternatives = node.branches.map(({ test, body }) => {
          this.#expression(test, locals);
          const branch = locals.copy();
          this.body(body, branch);
          return branch;
        });
        const rest = locals.copy();
        this.body(node.otherwise, rest);
        locals.addCommon([...alternatives, rest]);
        return;
      }
      case 'for': {
        this.#expression(node.items, locals);
        const inner = locals.inner(namesOf(node.target));
        if (node.condition) this.#expression(node.condition, inner);
        inner.add(['loop']);
        this.body(node.body, inner);
        this.body(node.otherwise, locals.inner());
        return;
      }
      case 'set':
        this.#expression(node.value, locals);
        this.#assign(node.target, locals);
        return;
      case 'set-block':
        this.body(node.body, locals.inner());
        if (node.filter) this.#expression(node.filter, locals);
        this.#assign(node.target, locals);
        return;
      case 'macro':
        locals.add([node.name]);
        this.#macro(node.parameters, node.special, node.body, locals);
        return;
      case 'call-block':
        this.#expression(node.call, locals);
        this.#macro(node.parameters, node.special, node.body, locals);
        return;
      case 'filter-block':
        this.#expression(node.filter, locals);
        this.body(node.body, locals.inner());
        return;
      case 'with':
        for (const { value } of node.assignments) this.#expression(value, locals);
        this.body(node.body, locals.inner(node.assignments.flatMap(({ target }) => namesOf(target))));
        return;
      case 'autoescape':
        this.#expression(node.enabled, locals);
        this.body(node.body, locals.inner());
        return;
      case 'block':
        this.body(node.body, locals.inner(['super']));
        return;
    }
  }

  #use({ root, members, others }: MemberChain, locals: Locals, optional: boolean): void {
    if (!locals.has(root.name))
      this.names.push({ name: root.name, start: root.start, end: root.end, members, optional });
    for (const other of others) this.#expression(other, locals);
  }

  #macro(
    parameters: readonly { name: string; fallback: Expression | undefined }[],
    special: ReadonlySet<string>,
    body: Body,
    locals: Locals,
  ): void {
    const inner = locals.inner([...parameters.map(({ name }) => name), ...special]);
    for (const { fallback } of parameters) if (fallback) this.#expression(fallback, inner);
    this.body(body, inner);
  }

  #assign(target: Target, locals: Locals): void {
    if (target.kind === 'member') this.#expression(target.object, locals);
    else locals.add(namesOf(target));
  }

  #expression(node: Expression, locals: Locals, optional = false): void {
    const chain = memberChain(node);
    if (chain) {
      this.#use(chain, locals, optional);
      return;
    }
    const asked = node.kind === 'compare' ? membership(node) : undefined;
    if (asked) {
      this.#use(asked, locals, optional);
      return;
    }
    const copes =
      (node.kind === 'test' && (node.name === 'defined' || node.name === 'undefined')) ||
      (node.kind === 'filter' && (node.name === 'default' || node.name === 'd'));
    const operand = node.kind === 'test' || node.kind === 'filter' ? node.operand : undefined;
    for (const child of childrenOf(node)) this.#expression(child, locals, copes && child === operand);
  }
}

interface MemberChain {
  readonly root: Name;
  readonly members: MemberUse[];
  /** Expressions between them: what `get` gives otherwise. */
  readonly others: Expression[];
}

/** A name with the literal members behind it. */
function memberChain(node: Expression): MemberChain | undefined {
  if (node.kind === 'name') return { root: node, members: [], others: [] };
  if (node.kind === 'attribute') {
    const inner = memberChain(node.object);
    inner?.members.push({ name: node.name, start: node.nameStart, end: node.nameStart + node.name.length });
    return inner;
  }
  if (node.kind === 'call') return memberGot(node);
  return node.kind === 'item' ? withMember(node.object, node.key) : undefined;
}

/** `object.get('name')` and `object.get('name', otherwise)`. */
function memberGot({ callee, args }: Call): MemberChain | undefined {
  const [key, ...others] = args.positional;
  const isGet = callee.kind === 'attribute' && callee.name === 'get' && key?.kind === 'constant';
  if (!isGet || args.keywords.length > 0 || args.rest || args.keywordRest) return undefined;
  const chain = typeof key.value === 'string' ? withMember(callee.object, key) : undefined;
  chain?.others.push(...others);
  return chain;
}

/** `'name' in object`. */
function membership({ first, rest }: Compare): MemberChain | undefined {
  const [only, ...more] = rest;
  if (only === undefined || more.length > 0 || (only.operator !== 'in' && only.operator !== 'not in')) return undefined;
  return first.kind === 'constant' && typeof first.value === 'string' ? withMember(only.operand, first) : undefined;
}

function withMember(object: Expression, key: Expression): MemberChain | undefined {
  if (key.kind !== 'constant') return undefined;
  const { value, start, end } = key;
  const name = typeof value === 'string' ? value : typeof value === 'bigint' ? Number(value) : undefined;
  if (name === undefined) return undefined;
  const chain = memberChain(object);
  chain?.members.push({ name, start, end });
  return chain;
}
