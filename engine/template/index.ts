/**
 * The door of engine/template: Jinja2 3.1's language with positions. Pure and synchronous; nothing here throws, and no
 * template reaches anything but its inputs.
 *
 * Inside: `python` (values and operators) ← `filters` ← `syntax` (text to tree) ← `render` (tree to text) ← `inputs`.
 */

export { type Inputs, type InputValue, readInputs, scopeOf } from './inputs/index.ts';
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
export { type MemberUse, type NameUse, parseTemplate, type Template, templateUses } from './syntax/index.ts';
