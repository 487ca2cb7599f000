/** The door of engine/diagnose. */
export { type Classified, classify, type FailureClass } from './classify.ts';
