/**
 * AWS's errors, as values for rollouts and as coded errors for operations. The SDK's retries come first: what arrives
 * here has failed for good, or for longer than the SDK waits.
 */
import { diagnose } from '../diagnose/index.ts';
import { EngineError } from '../errors.ts';
import type { AwsError } from '../rollout/index.ts';

interface SdkError {
  readonly name?: string;
  readonly message?: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
  readonly $response?: unknown;
}

/** Connection failures, as Node names them. */
const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

const CREDENTIALS = new Set(['CredentialsProviderError', 'ProviderError', 'TokenProviderError']);

/** Keys that exist and do not, or no longer, count. Source: AWS general reference, common errors. */
const REJECTED_CREDENTIALS = new Set([
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidClientTokenId',
  'UnrecognizedClientException',
  'InvalidSignatureException',
  'SignatureDoesNotMatch',
  'MissingAuthenticationTokenException',
  'MissingAuthenticationToken',
  'IncompleteSignature',
]);

const THROTTLING = /throttl|^TooManyRequests|RequestLimitExceeded|^SlowDown|PriorRequestNotComplete|^RequestThrottled/i;

/** Errors that a role, function or service goes through on its own. Source: AWS Lambda developer guide, function states. */
const SETTLING =
  /update is in progress|in the following state: Pending|cannot be assumed by Lambda|does not have an associated load balancer|still Draining|event source mapping because it is in use/i;

function causes(error: unknown): SdkError[] {
  const chain: SdkError[] = [];
  for (
    let at = error;
    at !== null && typeof at === 'object' && chain.length < 8;
    at = (at as { cause?: unknown }).cause
  ) {
    chain.push(at as SdkError);
    // A dual-stack connection attempt fails with one error per address.
    const { errors } = at as { errors?: unknown };
    if (Array.isArray(errors)) chain.push(...(errors as SdkError[]));
  }
  return chain;
}

export const isUnreachable = (error: unknown): boolean =>
  causes(error).some(
    (at) => UNREACHABLE.has(at.code ?? '') || at.name === 'TimeoutError' || at.name === 'RequestTimeout',
  );

const seconds = (ms: string): string => `${Number(ms) / 1000} s`;

/** What the SDK says of its time-outs, for people. */
const plainly = (message: string): string =>
  message
    .replace(/^.*\bexceeded the configured (\d+) ms requestTimeout.*$/s, (_, ms) => `no answer within ${seconds(ms)}`)
    .replace(
      /^.*\bdid not establish a connection .* timeout of (\d+) ms.*$/s,
      (_, ms) => `no connection within ${seconds(ms)}`,
    );

/** An AWS error as a value. */
export function toAwsError(error: unknown): AwsError {
  const sdk = (error ?? {}) as SdkError;
  const code = sdk.name === undefined || sdk.name === 'Error' ? (sdk.code ?? 'UnknownError') : sdk.name;
  const status = sdk.$metadata?.httpStatusCode ?? 0;
  // An error of several addresses has no message of its own.
  const said = causes(error)
    .find((at) => at.message?.trim())
    ?.message?.trim();
  const message = plainly(said ?? 'no message given');
  const throttled = THROTTLING.test(code) || status === 429;
  const silent = isUnreachable(error);
  return {
    code,
    message,
    requestId: sdk.$metadata?.requestId,
    ...(throttled ? { untouched: true } : {}),
    ...(silent ? { silent } : {}),
    passing: throttled || status >= 500 || silent || SETTLING.test(message),
  };
}

/** Undefined in place of AWS's "there is none". */
export async function orAbsent<T>(call: Promise<T>, ...absent: readonly string[]): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (absent.includes(toAwsError(error).code)) return undefined;
    throw error;
  }
}

/** What to do about an AWS error, where somebody knows. */
export function hintFor(code: string, message: string): string | undefined {
  const { rule, next } = diagnose(`${code}: ${message}`);
  return rule === undefined ? undefined : next;
}

/**
 * An AWS error that ends an operation.
 *
 * @param doing what was attempted, for example `describe the services of prod in eu-west-1`
 */
export function toEngineError(error: unknown, doing: string): EngineError {
  if (error instanceof EngineError) return error;
  const sdk = (error ?? {}) as SdkError;
  if (causes(error).some((at) => CREDENTIALS.has(at.name ?? ''))) {
    return new EngineError('aws.no-credentials', `no AWS credentials to ${doing}: ${sdk.message ?? ''}`, {
      kind: 'surroundings',
      hint: 'log in (`aws sso login`), set AWS_PROFILE or pass --profile',
      cause: error,
    });
  }
  const { code, message, requestId, passing, silent } = toAwsError(error);
  const said = `${code}: ${message}${requestId === undefined ? '' : ` (request ${requestId})`}`;
  const details = {
    kind: 'surroundings',
    passing,
    cause: error,
    ...(requestId === undefined ? {} : { requestId }),
  } as const;
  if (REJECTED_CREDENTIALS.has(code)) {
    return new EngineError('aws.rejected-credentials', `AWS does not accept these credentials to ${doing}: ${said}`, {
      ...details,
      hint: 'log in again, or check which profile and account are in use',
    });
  }
  if (silent === true) {
    return new EngineError('aws.unreachable', `AWS cannot be reached to ${doing}: ${message}`, {
      ...details,
      hint: 'check the network, the region and --endpoint-url',
    });
  }
  const hint = hintFor(code, message);
  return new EngineError('aws.error', `AWS refused to ${doing}: ${said}`, {
    ...details,
    ...(hint === undefined ? {} : { hint }),
  });
}
