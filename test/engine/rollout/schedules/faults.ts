/** What may go wrong in a schedule, as data that can be made at random, shrunk and told. */
import fc from 'fast-check';
import type { Revision } from './story.ts';

/** Something that is done to the world from outside, or that befalls it. */
export interface Mishap<T> {
  readonly name: string;
  /** Done by somebody who deploys beside the rollout: then its end need only be honest. */
  readonly interferes?: true;
  /** Takes down what serves, so that requests may be lost. */
  readonly loses?: true;
  readonly happen: (to: T) => Promise<unknown>;
}

/** Holds for a while: a scenario's rule without its times. */
export interface Weather {
  readonly name: string;
  readonly loses?: true;
  readonly when: object;
  readonly then: object;
}

/** What a process touches, each counted from 1 over all processes: store writes, AWS calls, AWS calls that change. */
export type Touched = 'write' | 'call' | 'change';

export type Fault =
  | { readonly kind: 'crash'; readonly when: 'before' | 'after'; readonly touched: Touched; readonly nth: number }
  | { readonly kind: 'store locked'; readonly nth: number }
  | { readonly kind: 'api'; readonly operation: string; readonly nth: number; readonly effect: ApiEffect }
  | { readonly kind: 'stale reads'; readonly at: number; readonly lasting: number; readonly lagSeconds: number }
  | { readonly kind: 'weather'; readonly name: string; readonly at: number; readonly lasting: number }
  | { readonly kind: 'mishap'; readonly name: string; readonly at: number }
  /** A newer commit comes, brought by so many processes. */
  | {
      readonly kind: 'commit';
      readonly at: number;
      readonly brings: Revision;
      readonly supersede: Supersede;
      readonly processes: 1 | 2;
    }
  /** Somebody pauses it, and lets it go on later. */
  | { readonly kind: 'pause'; readonly at: number; readonly lasting: number }
  /** Somebody steers it; another process tries to resume; the lease lapses while its holder lives, and another resumes. */
  | { readonly kind: Steering | 'rival' | 'takeover'; readonly at: number };

export type Supersede = 'wait' | 'abort' | 'replace';

type Steering = 'abort' | 'leave' | 'promote' | 'promote-all';

type ApiEffect =
  | { readonly error: 'ThrottlingException' | 'InternalFailure'; readonly status: 400 | 500; readonly times: number }
  | { readonly loseAnswer: true; readonly times: number }
  | { readonly hang: true; readonly times: number }
  | { readonly delaySeconds: number; readonly times: number };

export interface Possible {
  /** Operations that this rollout changes AWS by. */
  readonly operations: readonly string[];
  readonly weathers: readonly Weather[];
  readonly mishaps: readonly Mishap<never>[];
  /** Do newer commits come? */
  readonly further?: object;
  /** How long it takes undisturbed, about, seconds. */
  readonly lasts: number;
}

/** Most faults in one schedule. */
const MOST = 6;

export function schedulesOf({
  operations,
  weathers,
  mishaps,
  further,
  lasts,
}: Possible): fc.Arbitrary<readonly Fault[]> {
  const at = fc.nat({ max: lasts });
  const lasting = fc.integer({ min: 1, max: lasts });
  const few = fc.integer({ min: 1, max: 12 });
  const times = fc.integer({ min: 1, max: 5 });
  const touch = fc.oneof(
    fc.record({ touched: fc.constant<Touched>('write'), nth: fc.integer({ min: 1, max: 40 }) }),
    fc.record({ touched: fc.constant<Touched>('change'), nth: few }),
    fc.record({ touched: fc.constant<Touched>('call'), nth: fc.integer({ min: 1, max: 70 }) }),
  );
  const crash = fc
    .tuple(fc.constantFrom<'before' | 'after'>('before', 'after'), touch)
    .map(([when, where]): Fault => ({ kind: 'crash', when, ...where }));
  const effect = fc
    .tuple(fc.constantFrom('throttled', 'failing', 'lost', 'hanging', 'slow'), times, fc.integer({ min: 1, max: 12 }))
    .map(([how, many, delaySeconds]): ApiEffect => {
      if (how === 'throttled') return { error: 'ThrottlingException', status: 400, times: many };
      if (how === 'failing') return { error: 'InternalFailure', status: 500, times: many };
      if (how === 'lost') return { loseAnswer: true, times: many };
      return how === 'hanging' ? { hang: true, times: many } : { delaySeconds, times: many };
    });
  const called = fc.oneof(
    fc.tuple(fc.constantFrom(...operations), fc.integer({ min: 1, max: 3 })),
    fc.tuple(fc.constant('*'), fc.integer({ min: 1, max: 60 })),
  );
  const api = fc
    .tuple(called, effect)
    .map(([[operation, nth], it]): Fault => ({ kind: 'api', operation, nth, effect: it }));
  const stale = fc
    .tuple(at, lasting, fc.integer({ min: 1, max: 8 }))
    .map(([from, long, lagSeconds]): Fault => ({ kind: 'stale reads', at: from, lasting: long, lagSeconds }));
  const choices: fc.WeightedArbitrary<Fault>[] = [
    { weight: 6, arbitrary: crash },
    { weight: 1, arbitrary: few.map((nth): Fault => ({ kind: 'store locked', nth })) },
    { weight: 5, arbitrary: api },
    { weight: 2, arbitrary: stale },
    { weight: 1, arbitrary: at.map((when): Fault => ({ kind: 'abort', at: when })) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom<Steering>('promote', 'promote', 'promote-all', 'leave'), at)
        .map(([kind, when]): Fault => ({ kind, at: when })),
    },
    {
      weight: 1,
      arbitrary: fc.tuple(at, lasting).map(([from, long]): Fault => ({ kind: 'pause', at: from, lasting: long })),
    },
    { weight: 1, arbitrary: at.map((when): Fault => ({ kind: 'rival', at: when })) },
    { weight: 1, arbitrary: at.map((when): Fault => ({ kind: 'takeover', at: when })) },
  ];
  if (further !== undefined) {
    const brings = fc.constantFrom<Revision>('old', 'new', 'third', 'third', 'broken');
    const supersede = fc.constantFrom<Supersede>('wait', 'abort', 'replace');
    const processes = fc.constantFrom<1 | 2>(1, 1, 2);
    const arbitrary = fc.record({ at, brings, supersede, processes }).map((it): Fault => ({ kind: 'commit', ...it }));
    choices.push({ weight: 3, arbitrary });
  }
  if (weathers.length > 0) {
    const name = fc.constantFrom(...weathers.map((weather) => weather.name));
    const arbitrary = fc
      .tuple(name, at, lasting)
      .map(([what, from, long]): Fault => ({ kind: 'weather', name: what, at: from, lasting: long }));
    choices.push({ weight: 2, arbitrary });
  }
  if (mishaps.length > 0) {
    const name = fc.constantFrom(...mishaps.map((mishap) => mishap.name));
    const arbitrary = fc.tuple(name, at).map(([what, when]): Fault => ({ kind: 'mishap', name: what, at: when }));
    choices.push({ weight: 2, arbitrary });
  }
  return fc.array(fc.oneof(...choices), { maxLength: MOST });
}

/** The scenario's rules that faults are made of; API rules first, so that they count alone. */
export function rulesOf(faults: readonly Fault[], weathers: readonly Weather[]): object[] {
  return faults.flatMap((fault): object[] => {
    if (fault.kind === 'api') {
      const { operation, nth, effect } = fault;
      return [{ when: { operation, nth }, then: effect }];
    }
    if (fault.kind === 'stale reads') {
      const { at, lasting, lagSeconds } = fault;
      return [{ when: { operation: '*', fromSeconds: at, untilSeconds: at + lasting }, then: { lagSeconds } }];
    }
    if (fault.kind === 'weather') {
      const { when, then } = weathers.find(({ name }) => name === fault.name)!;
      return [{ when: { ...when, fromSeconds: fault.at, untilSeconds: fault.at + fault.lasting }, then }];
    }
    return [];
  });
}

export function tell(fault: Fault): string {
  switch (fault.kind) {
    case 'crash':
      return `the process dies ${fault.when} ${fault.touched} ${fault.nth}`;
    case 'store locked':
      return `the store is locked at write ${fault.nth}`;
    case 'api':
      return `${fault.operation}, call ${fault.nth}: ${JSON.stringify(fault.effect)}`;
    case 'stale reads':
      return `reads lag by ${fault.lagSeconds} s from ${fault.at} s on, for ${fault.lasting} s`;
    case 'weather':
      return `${fault.name} from ${fault.at} s on, for ${fault.lasting} s`;
    case 'commit': {
      const by = fault.processes === 1 ? '' : `, by ${fault.processes} processes`;
      return `a commit brings ${fault.brings} at ${fault.at} s (${fault.supersede})${by}`;
    }
    case 'pause':
      return `paused from ${fault.at} s on, for ${fault.lasting} s`;
    default:
      return `${fault.kind === 'mishap' ? fault.name : fault.kind} at ${fault.at} s`;
  }
}
