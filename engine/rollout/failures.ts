/** Failures as records keep them, made from what AWS said. Pure. */
import { classify, type FailureClass } from '../diagnose/index.ts';
import type { AwsError } from './actions.ts';
import type { Failure } from './record.ts';

/** AWS refused a call. `what` completes "AWS refused to …". */
export function refused(what: string, error: AwsError): Failure {
  const known = classify(error.code, error.message);
  return {
    class: known.class,
    message: `AWS refused to ${what}: ${error.code}: ${error.message}`,
    evidence: [`${error.code}: ${error.message}`],
    next: known.next,
    ...(error.requestId === undefined ? {} : { requestId: error.requestId }),
  };
}

/**
 * What runs is bad, by evidence.
 *
 * @param fallback the class where no evidence says more
 */
export function broken(message: string, evidence: readonly string[], fallback: FailureClass = 'unknown'): Failure {
  const known = classify(...evidence);
  return {
    class: known.class === 'unknown' ? fallback : known.class,
    message,
    evidence: evidence.filter((text) => text !== '').slice(-10),
    next: known.next,
  };
}

/** Not a failure of what is deployed: somebody wanted it so. */
export const ABORTED: Failure = {
  class: 'unknown',
  message: 'aborted by request',
  evidence: [],
  next: 'deploy again when ready',
};
