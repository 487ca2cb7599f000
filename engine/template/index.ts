/**
 * The door of engine/template: Jinja2 3.1's language with positions. Pure and synchronous; nothing here throws, and no
 * template reaches anything but its inputs.
 *
 * Inside: `python` (values and operators) ← `filters` ← `syntax` (text to tree) ← `render` (tree to text) ← `inputs`.
 */

export { FILTERS, TESTS } from './filters/index.ts';
export {
  type Inputs,
  type InputValue,
  keepReferenced,
  type ReadReferenced,
  readInputs,
  scopeOf,
} from './inputs/index.ts';
export type { ProblemCode, TemplateProblem } from './problem.ts';
export {
  DEFAULT_LIMITS,
  type Limits,
  type MapPiece,
  type MappedPlace,
  type Rendered,
  type RenderedRange,
  renderTemplate,
  type Scope,
  SourceMap,
} from './render/index.ts';
export {
  type Binding,
  type Body,
  bindingsOf,
  childrenOf,
  type Expression,
  GLOBAL_NAMES,
  type MemberUse,
  type NamePlace,
  type NameUse,
  namesOf,
  parseTemplate,
  partsOf,
  type Statement,
  type Template,
  type Token,
  templateUses,
  tokenize,
} from './syntax/index.ts';
