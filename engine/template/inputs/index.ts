/** From input files to named values. */

export type { InputValue } from './inputValue.ts';
export { type Inputs, readInputs } from './readInputs.ts';
export { keepReferenced, type ReadReferenced } from './referenced.ts';
export { scopeOf } from './scopeOf.ts';
