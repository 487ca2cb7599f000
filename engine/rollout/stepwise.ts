/**
 * Strategies as tables of steps. A step looks at one pass (state, observation, time) and ends it in one of four ways:
 * it goes on to another step at once, asks for one change, waits, or names the end. What every strategy does alike is
 * here: hearing an abort, remembering a failure, and turning each of these into a decision.
 *
 * A pass sees what its step asked for: nothing, where a change is about to be made or its outcome tells all, or less than
 * everything. It then ends before the first step that depends on more.
 *
 * Pure, like the strategies made with it.
 */
import type { JsonObject } from '../json.ts';
import type { Action, Outcome } from './actions.ts';
import { ABORTED, LEFT } from './failures.ts';
import type { EventCode, EventDraft, Failure, Level, Phase, Progress } from './record.ts';
import type { Decision, Seen, Sight, Strategy } from './strategy.ts';
import type { Wait, WaitEnd } from './waiting.ts';

/** What the state of every stepwise strategy has. `over` is the step of a rollout that has ended. */
export interface StepState {
  readonly step: string;
  readonly rollout: string;
  readonly failure: Failure | null;
  readonly aborted: boolean;
  /** What could not be put back, said in the end. */
  readonly left: readonly string[];
  /** When the present wait began, ms since the epoch; each step begins without one. */
  readonly waitingSince: number | null;
  /** A newer commit takes its place, and goes back to where this one would have gone. */
  readonly replaced?: true;
}

/** One look at one step. */
export interface Pass<S extends StepState, W> {
  readonly state: S;
  readonly seen: Seen;
  /** The table's `nothing` where nothing was looked at. */
  readonly world: W;
  readonly now: number;
  /** Events that the pass has gathered so far. */
  readonly events: readonly EventDraft[];
}

export interface StepTable<S extends StepState, W> {
  readonly begin: Strategy['begin'];
  /** How much the state's step, which begins or hears an outcome, depends on. */
  readonly sight: (state: S, outcome: Outcome | undefined) => Sight;
  readonly wish: (state: S, sight: Sight) => ReturnType<Strategy['wish']>;
  /** The world where nobody looked. */
  readonly nothing: W;
  readonly steps: Readonly<Record<string, (pass: Pass<S, W>) => Decision>>;
  /** The steps on the way forward, during which an abort is heard. */
  readonly forward: ReadonlySet<string>;
  /**
   * What a promotion does to the state: undefined where there is nothing to promote, `'soon'` where there will be in a
   * moment. @default nothing can be promoted
   */
  readonly promote?: (pass: Pass<S, W>, all: boolean) => Partial<S> | 'soon' | undefined;
  /** The first step back, from wherever the rollout is. */
  readonly back: (state: S) => string;
  readonly phaseOf: (step: string) => Phase;
  /** What the pass shows; what it does not stays as it was told last. */
  readonly progress: (pass: Pass<S, W>) => Progress;
  /** What is passed on before a step is looked at, for example service events. */
  readonly enter?: (pass: Pass<S, W>) => Pass<S, W>;
  /** With `succeeded`: what serves now. */
  readonly serving: (state: S) => string | null;
}

const asJson = (state: StepState): JsonObject => state as unknown as JsonObject;

/** The ways to end a pass, for the steps of one table. `table` is called late: steps and table refer to each other. */
export function endings<S extends StepState, W>(table: () => StepTable<S, W>) {
  type Draft = Pick<Decision, 'message' | 'wakeAt'> & Partial<Decision>;

  function conclude(pass: Pass<S, W>, patch: Partial<S>, draft: Draft): Decision {
    const state = { ...pass.state, ...patch };
    return {
      phase: table().phaseOf(pass.state.step),
      progress: table().progress({ ...pass, state }),
      ...draft,
      state: asJson(state),
      events: pass.events,
    };
  }

  /** Another step, in the same pass; in the next one where this one cannot see what the step depends on. */
  function goOn(pass: Pass<S, W>, step: string, patch: Partial<S> = {}): Decision {
    const state = { ...pass.state, waitingSince: null, ...patch, step };
    const needed = table().sight(state, undefined);
    if (pass.seen.sight !== 'full' && needed !== 'none' && needed !== pass.seen.sight)
      return look(pass, step, 'looking at what is there now', patch);
    const next = table().steps[step]!;
    return next({ ...pass, state, seen: { ...pass.seen, outcome: undefined } });
  }

  /** A change to show in AWS, as the message says, unless it is told better. */
  function waitFor(message: string, since: number, ms: number, about: Partial<Wait> = {}): Wait {
    return { for: 'settling', text: message, since, limit: null, command: null, lookEveryMs: ms, ...about };
  }

  /**
   * Another step, with a fresh look at the world first.
   *
   * @param ms until that look. @default 0
   */
  function look(pass: Pass<S, W>, step: string, message: string, patch: Partial<S> = {}, ms = 0): Decision {
    const next = { ...pass, state: { ...pass.state, waitingSince: null, ...patch, step } };
    const waiting = ms > 0 ? { waiting: waitFor(message, pass.now, ms) } : {};
    // What there is to count is told by the step itself, with that look.
    return conclude(next, {}, { message, wakeAt: pass.now + ms, progress: {}, ...waiting });
  }

  /** One change; the step is looked at again with its outcome. */
  function act(pass: Pass<S, W>, action: Action, message: string, patch: Partial<S> = {}): Decision {
    return conclude(pass, patch, { message, action, wakeAt: pass.now });
  }

  /**
   * @param ms until the next look
   * @param about what is waited for. @default a change to show in AWS, as the message says
   */
  function wait(
    pass: Pass<S, W>,
    ms: number,
    message: string,
    patch: Partial<S> = {},
    about: Partial<Wait> = {},
  ): Decision {
    const patched = { waitingSince: pass.state.waitingSince ?? pass.now, ...patch } as Partial<S>;
    const since = patched.waitingSince ?? pass.now;
    const waiting = waitFor(message, since, ms, about);
    return conclude(pass, patched, { message, wakeAt: pass.now + ms, waiting });
  }

  function end(pass: Pass<S, W>, phase: Phase, message: string): Decision {
    const { failure } = pass.state;
    const serving = phase === 'succeeded' ? table().serving(pass.state) : null;
    const extras = { ...(failure === null ? {} : { failure }), ...(serving === null ? {} : { serving }) };
    return conclude(pass, { step: 'over' } as Partial<S>, { phase, message, wakeAt: pass.now, ...extras });
  }

  /** Something went wrong: remembered, told, and the first step back taken. */
  function fail(pass: Pass<S, W>, failure: Failure, patch: Partial<S> = {}): Decision {
    const told: EventDraft = {
      code: 'rollout.failed',
      level: 'error',
      message: failure.class === 'unknown' ? failure.message : `${failure.message} (${failure.class})`,
      data: { class: failure.class },
    };
    const state = { ...pass.state, ...patch, failure };
    return goOn({ ...pass, state, events: [...pass.events, told] }, table().back(state));
  }

  /** A step back that may fail without harm to what serves: it is tried once, and said in the end when it did not work. */
  function tidy(pass: Pass<S, W>, needed: boolean, action: Action, message: string, next: string): Decision {
    const { state, seen } = pass;
    if (!needed) return goOn(pass, next);
    if (seen.outcome === undefined) return act(pass, action, message);
    if (seen.outcome.ok) return goOn(pass, next);
    const { code, message: said } = seen.outcome.error;
    return goOn(pass, next, { left: [...state.left, `${message} failed: ${code}: ${said}`] } as unknown as Partial<S>);
  }

  return { goOn, look, act, wait, end, fail, tidy };
}

/** Makes a strategy of a table. */
export function stepwise<S extends StepState, W>(table: StepTable<S, W>): Strategy {
  return {
    begin: table.begin,
    sight: (json, outcome) => table.sight(json as unknown as S, outcome),
    wish: (json, sight) => table.wish(json as unknown as S, sight),
    decide(json, seen, now) {
      const state = json as unknown as S;
      const first: Pass<S, W> = { state, seen, world: (seen.observation ?? table.nothing) as W, now, events: [] };
      const pass = table.enter?.(first) ?? first;
      // An action in flight is heard first: what it made must be known before anything else.
      const answered = seen.command === undefined || seen.outcome !== undefined ? undefined : answer(table, pass);
      return answered ?? table.steps[state.step]!(pass);
    },
  };
}

/** Answers a command; undefined where it has to wait. */
function answer<S extends StepState, W>(table: StepTable<S, W>, pass: Pass<S, W>): Decision | undefined {
  const { goOn, end } = endings<S, W>(() => table);
  const { state, seen } = pass;
  const told = (code: EventCode, level: Level, message: string, patch: Partial<S> = {}): Pass<S, W> => ({
    ...pass,
    state: { ...state, ...patch },
    events: [...pass.events, { code, level, message }],
  });
  const on = (next: Pass<S, W>): Decision => ({ ...table.steps[state.step]!(next), answered: true });
  const { trafficPercent } = table.progress(pass);
  const share =
    trafficPercent === undefined ? '' : `; the new revision gets ${Math.round(trafficPercent)} % of the traffic`;
  switch (seen.command!) {
    case 'replace':
      return {
        ...end(
          { ...pass, state: { ...state, replaced: true } },
          'superseded',
          `a newer commit takes its place${share}`,
        ),
        answered: true,
      };
    case 'leave':
      return {
        ...end({ ...pass, state: { ...state, aborted: true, failure: LEFT } }, 'aborted', `left as it is${share}`),
        answered: true,
      };
    case 'abort': {
      const phase = table.phaseOf(state.step);
      if (!table.forward.has(state.step)) {
        const why =
          phase === 'rolling back' ? 'it is going back already' : 'the new revision serves everything already';
        return on(told('rollout.ignored', 'warning', `abort was asked for: ${why}`));
      }
      const aborted = { aborted: true, failure: ABORTED } as Partial<S>;
      const next = told('rollout.aborting', 'warning', 'abort was asked for: going back', aborted);
      return { ...goOn(next, table.back(next.state)), answered: true };
    }
    default: {
      const all = seen.command === 'promote-all';
      const patch = table.forward.has(state.step) ? table.promote?.(pass, all) : undefined;
      if (patch === 'soon') return undefined;
      if (patch === undefined) {
        return on(told('rollout.ignored', 'warning', 'a promotion was asked for: nothing waits that could be skipped'));
      }
      const what = all ? 'no further step or bake is waited for' : 'the rest of this wait is skipped';
      return on(told('rollout.promoted', 'info', `promoted: ${what}`, patch));
    }
  }
}

/** How long the present wait has lasted, ms. */
export const waited = (pass: { readonly state: StepState; readonly now: number }): number =>
  pass.now - (pass.state.waitingSince ?? pass.now);

/** The limit of a wait that may last so long, ms. */
export const within = (
  pass: { readonly state: StepState; readonly now: number },
  ms: number,
  ends: WaitEnd = 'gives up',
): Wait['limit'] => ({ at: (pass.state.waitingSince ?? pass.now) + ms, ends });
