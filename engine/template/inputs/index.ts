/** From input files to named values. */

export { type Inputs, type InputValue, readInputs } from './readInputs.ts';
export { scopeOf } from './scopeOf.ts';
