/** How invocations of a function fare: which versions serve them, and how many fail. Pure. */
import { functionEffect } from '../scenario/index.ts';
import type { Region } from '../world.ts';
import { lambdaOf } from './functions.ts';
import type { LambdaFunction } from './state.ts';

export type InvocationFate = 'ok' | 'version-missing' | 'inactive' | 'throttled' | 'error';

export interface InvocationShare {
  readonly version: string;
  /** 0 to 1, of the invocations of this alias or version. */
  readonly share: number;
  readonly latencyMs: number;
  /** What becomes of them: parts of `share` that add up to it. */
  readonly fates: readonly { readonly fate: InvocationFate; readonly share: number }[];
}

const USUAL_LATENCY_MS = 100;

/**
 * @param qualifier an alias or a version
 * @param perSecond invocations a second, which reserved concurrency may limit
 * @returns undefined where there is no such function or qualifier
 */
export function invocationsOf(
  region: Region,
  name: string,
  qualifier: string,
  perSecond: number,
): readonly InvocationShare[] | undefined {
  const fn = lambdaOf(region).functions.get(name);
  const alias = fn?.aliases.get(qualifier);
  if (fn === undefined || (alias === undefined && versionNumbered(fn, qualifier) === undefined)) return undefined;
  const further = [...(alias?.weights ?? [])].filter(([, weight]) => weight > 0);
  const rest = further.reduce((left, [, weight]) => left - weight, 1);
  const shares = [[alias?.functionVersion ?? qualifier, rest] as const, ...further];
  const behaviours = shares.map(([version, share]) => ({ version, share, ...behaviourOf(fn, version) }));
  const needed = behaviours.reduce((sum, { share, latencyMs }) => sum + (perSecond * share * latencyMs) / 1000, 0);
  const admitted = Math.min(1, needed === 0 ? 1 : (fn.reservedConcurrency ?? Number.POSITIVE_INFINITY) / needed);
  return behaviours.map(({ version, share, refusal, errors, latencyMs }) => {
    const run = refusal === undefined ? share * admitted : 0;
    const fates: InvocationShare['fates'] = [
      { fate: refusal ?? 'throttled', share: share - run },
      { fate: 'error', share: run * errors },
      { fate: 'ok', share: run - run * errors },
    ];
    return { version, share, latencyMs, fates: fates.filter((part) => part.share > 0) };
  });
}

function versionNumbered(fn: LambdaFunction, version: string) {
  return version === '$LATEST' ? fn.latest : fn.versions.get(version);
}

function behaviourOf(
  fn: LambdaFunction,
  number: string,
): { refusal: InvocationFate | undefined; errors: number; latencyMs: number } {
  const version = versionNumbered(fn, number);
  if (version === undefined) return { refusal: 'version-missing', errors: 0, latencyMs: 0 };
  const { region } = fn.lambda;
  const subject = { ...region.subject, function: fn.name, code: version.code.source, version: number };
  const { errorPercent = 0, latencyMs = USUAL_LATENCY_MS } = functionEffect(region.scenario, subject).invocations ?? {};
  return { refusal: version.state === 'Active' ? undefined : 'inactive', errors: errorPercent / 100, latencyMs };
}
