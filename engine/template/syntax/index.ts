/** From a template's text to its tree, and what can be said about it without values. */

export { type Binding, bindingsOf, type NamePlace } from './bindings.ts';
export { type Token, tokenize } from './lexer.ts';
export * from './nodes.ts';
export { parseTemplate } from './parser.ts';
export { unknownCallable } from './staticChecks.ts';
export { MAX_NESTING } from './tokens.ts';
export { GLOBAL_NAMES, type MemberUse, type NameUse, templateUses } from './uses.ts';
export { childrenOf, namesOf, partsOf } from './walk.ts';
