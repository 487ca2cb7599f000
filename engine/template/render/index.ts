/** From a parsed template and inputs to rendered text. */

export { DEFAULT_LIMITS, type Limits } from './budget.ts';
export { type Rendered, renderTemplate } from './renderer.ts';
export type { Scope, ScopeValue } from './scope.ts';
export { type MapPiece, type MappedPlace, type RenderedRange, SourceMap } from './sourceMap.ts';
