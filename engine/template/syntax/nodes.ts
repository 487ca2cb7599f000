/** The syntax tree of a template. Every node knows its range in the source, in UTF-16 code units. */

import type { TemplateProblem } from '../problem.ts';
import type { BinaryOperator, Value } from '../python/index.ts';

interface Place {
  readonly start: number;
  readonly end: number;
}

export interface Constant extends Place {
  readonly kind: 'constant';
  readonly value: Value;
}

export interface Name extends Place {
  readonly kind: 'name';
  readonly name: string;
}

/** An expression that could not be parsed; the problem was reported. */
export interface Broken extends Place {
  readonly kind: 'broken';
}

export interface Items extends Place {
  readonly kind: 'tuple' | 'list';
  readonly items: readonly Expression[];
}

export interface DictDisplay extends Place {
  readonly kind: 'dict';
  readonly pairs: readonly (readonly [Expression, Expression])[];
}

export interface Unary extends Place {
  readonly kind: 'unary';
  readonly operator: '-' | '+' | 'not';
  readonly operand: Expression;
}

export interface Binary extends Place {
  readonly kind: 'binary';
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
}

export interface Logical extends Place {
  readonly kind: 'logical';
  readonly operator: 'and' | 'or';
  readonly left: Expression;
  readonly right: Expression;
}

export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not in';

/** `a < b <= c`: each neighbour is compared. */
export interface Compare extends Place {
  readonly kind: 'compare';
  readonly first: Expression;
  readonly rest: readonly { readonly operator: Comparison; readonly operand: Expression }[];
}

/** `a ~ b ~ c`. */
export interface Concat extends Place {
  readonly kind: 'concat';
  readonly parts: readonly Expression[];
}

/** `then if test else otherwise`. */
export interface Conditional extends Place {
  readonly kind: 'conditional';
  readonly test: Expression;
  readonly then: Expression;
  readonly otherwise: Expression | undefined;
}

/** `object.name`. */
export interface Attribute extends Place {
  readonly kind: 'attribute';
  readonly object: Expression;
  readonly name: string;
  /** Where the name stands. */
  readonly nameStart: number;
}

/** `object[key]`, or `object.0`. */
export interface Item extends Place {
  readonly kind: 'item';
  readonly object: Expression;
  readonly key: Expression;
}

/** `object[from:to:step]`. */
export interface SliceAccess extends Place {
  readonly kind: 'slice';
  readonly object: Expression;
  readonly from: Expression | undefined;
  readonly to: Expression | undefined;
  readonly step: Expression | undefined;
}

export interface Arguments {
  readonly positional: readonly Expression[];
  readonly keywords: readonly { readonly name: string; readonly nameStart: number; readonly value: Expression }[];
  /** `*list`. */
  readonly rest: Expression | undefined;
  /** `**dict`. */
  readonly keywordRest: Expression | undefined;
}

export interface Call extends Place {
  readonly kind: 'call';
  readonly callee: Expression;
  readonly args: Arguments;
}

export interface FilterUse extends Place {
  readonly kind: 'filter';
  readonly name: string;
  readonly nameStart: number;
  /** What is filtered; absent for a block's content. */
  readonly operand: Expression | undefined;
  readonly args: Arguments;
}

export interface TestUse extends Place {
  readonly kind: 'test';
  readonly name: string;
  readonly nameStart: number;
  readonly operand: Expression;
  readonly args: Arguments;
}

export type Expression =
  | Constant
  | Name
  | Broken
  | Items
  | DictDisplay
  | Unary
  | Binary
  | Logical
  | Compare
  | Concat
  | Conditional
  | Attribute
  | Item
  | SliceAccess
  | Call
  | FilterUse
  | TestUse;

/** `namespace.name` as the target of an assignment. */
export interface MemberTarget extends Place {
  readonly kind: 'member';
  readonly object: Name;
  readonly name: string;
}

export interface TupleTarget extends Place {
  readonly kind: 'targets';
  readonly items: readonly Target[];
}

export type Target = Name | MemberTarget | TupleTarget;

export interface Data extends Place {
  readonly kind: 'data';
  readonly text: string;
}

export interface Output extends Place {
  readonly kind: 'output';
  readonly value: Expression;
}

export interface If extends Place {
  readonly kind: 'if';
  readonly branches: readonly { readonly test: Expression; readonly body: Body }[];
  readonly otherwise: Body;
}

export interface For extends Place {
  readonly kind: 'for';
  readonly target: Target;
  readonly items: Expression;
  readonly condition: Expression | undefined;
  readonly recursive: boolean;
  readonly body: Body;
  readonly otherwise: Body;
}

export interface Assign extends Place {
  readonly kind: 'set';
  readonly target: Target;
  readonly value: Expression;
}

export interface AssignBlock extends Place {
  readonly kind: 'set-block';
  readonly target: Target;
  readonly filter: FilterUse | undefined;
  readonly body: Body;
}

export interface Parameter extends Place {
  /** Stands at the start. */
  readonly name: string;
  readonly fallback: Expression | undefined;
}

export interface MacroDefinition extends Place {
  readonly kind: 'macro';
  readonly name: string;
  /** Where the name stands. */
  readonly nameStart: number;
  readonly parameters: readonly Parameter[];
  readonly body: Body;
  /** Which of `caller`, `kwargs` and `varargs` the body reads: only those does the macro accept. */
  readonly special: ReadonlySet<string>;
}

export interface CallBlock extends Place {
  readonly kind: 'call-block';
  readonly parameters: readonly Parameter[];
  readonly call: Expression;
  readonly body: Body;
  readonly special: ReadonlySet<string>;
}

export interface FilterBlock extends Place {
  readonly kind: 'filter-block';
  readonly filter: FilterUse;
  readonly body: Body;
}

export interface With extends Place {
  readonly kind: 'with';
  readonly assignments: readonly { readonly target: Target; readonly value: Expression }[];
  readonly body: Body;
}

export interface Autoescape extends Place {
  readonly kind: 'autoescape';
  readonly enabled: Expression;
  readonly body: Body;
}

export interface Block extends Place {
  readonly kind: 'block';
  readonly name: string;
  readonly scoped: boolean;
  readonly required: boolean;
  readonly body: Body;
}

export type Statement =
  | Data
  | Output
  | If
  | For
  | Assign
  | AssignBlock
  | MacroDefinition
  | CallBlock
  | FilterBlock
  | With
  | Autoescape
  | Block;

/** Statements in sequence. */
export interface Body {
  readonly statements: readonly Statement[];
  /**
   * Names that are undefined when this body starts although an input of that name may exist, because the body (or one
   * around it) assigns them later: Jinja2 decides at compile time that such a name is local.
   */
  hidden?: readonly string[];
}

/** A parsed template. Opaque outside: hand it to `renderTemplate` and `templateUses`. */
export interface Template {
  readonly source: string;
  readonly body: Body;
  readonly blocks: ReadonlyMap<string, Block>;
  /** What the parser found. A template with problems still renders, as far as it was understood. */
  readonly problems: readonly TemplateProblem[];
}
