/**
 * The runner: the impure loop around a pure strategy. It observes, decides, writes down, performs, and sleeps until
 * there is something to see. Everything it knows is in the record, so that another process can go on where it stopped.
 *
 * Order that makes a crash harmless: the intent is appended before an action is performed, its outcome straight after.
 * A pending action found in a record is performed again, which its key makes harmless.
 */
import type { Clock } from '../clock.ts';
import { EngineError } from '../errors.ts';
import type { CodeHash } from '../hash.ts';
import type { JsonObject } from '../json.ts';
import { type Desired, differencesOf, type Live, onFallbackSince, servingOf } from '../plan/index.ts';
import { type Obstacle, refusing } from '../preflight/index.ts';
import { redactor } from '../redact.ts';
import type { Action, AwsError, Outcome } from './actions.ts';
import { misfit } from './failures.ts';
import { changes, doneWords } from './narration.ts';
import type { Asked, AwsPort, Claim, StorePort } from './ports.ts';
import { skipsOf } from './preflight.ts';
import { type EventDraft, isFinal, type RolloutEvent, type RolloutRecord } from './record.ts';
import type { CapacityWish, Decision, RolloutSpec, Seen, Strategy, StrategyCommand } from './strategy.ts';
import { isSameWait, type Wait, type Waiting } from './waiting.ts';

export interface RunnerPorts {
  readonly store: StorePort;
  readonly aws: AwsPort;
  /** Reads a target's live state afresh. Throws `EngineError` as `AwsPort.observe` does. */
  readonly live: (record: RolloutRecord, desired: Desired | undefined) => Promise<Live>;
  readonly hash: CodeHash;
  /** What stands in the way of a rollout, checks that are let through taken into account. @default nothing is looked at */
  readonly preflight?: (
    record: RolloutRecord,
    desired: Desired,
    live: Live,
    skips: readonly string[],
  ) => Promise<readonly Obstacle[]>;
  /** The rollout's clock: AWS's, or the sandbox's. */
  readonly clock: Clock;
  readonly emit: (event: RolloutEvent, record: RolloutRecord) => void;
  /** Told whenever the record moved, more often than there are events. */
  readonly onRecord: (record: RolloutRecord) => void;
}

export interface RunnerInput {
  readonly claim: Claim;
  readonly seq: number;
  readonly record: RolloutRecord;
  readonly strategy: Strategy;
  /** Undefined for deletions, and where the desired state cannot be made again: then the rollout can only go back. */
  readonly desired: Desired | undefined;
  /** Roll out even where nothing differs. */
  readonly force: boolean;
  readonly signal: AbortSignal;
}

/** Commands from other processes are looked for this often while sleeping, ms of the rollout's clock. */
const COMMAND_LOOK_MS = 2_000;

/** A passing failure that AWS answers a change with is tried again for this long before it counts, ms. */
const RETRY_FOR_MS = 5 * 60_000;

/** An AWS that cannot be read or does not answer is asked again for this long before the runner lets go of the rollout, ms. */
const UNREADABLE_FOR_MS = 15 * 60_000;

/** The same where AWS does not even answer, and nothing has been begun that would have to be watched, ms. */
const UNBEGUN_FOR_MS = 20_000;

/** Between looks at the health of a paused rollout, ms. */
const PAUSED_LOOK_MS = 15_000;

const MOST_BACK_OFF_MS = 30_000;

const backOffMs = (attempt: number): number => Math.min(MOST_BACK_OFF_MS, 1_000 * 2 ** attempt);

const unanswered = (action: Action, { message }: AwsError): EngineError =>
  new EngineError('aws.unreachable', `AWS did not answer whether it has done ${action.type}: ${message}`, {
    kind: 'surroundings',
    passing: true,
    hint: 'check the network, the region and --endpoint-url',
  });

/** The rollout's position while this process runs it. */
interface Position {
  record: RolloutRecord;
  seq: number;
  /** When the present run of passing failures began. */
  troubledSince: number | undefined;
}

class Run {
  readonly #ports: RunnerPorts;
  readonly #input: RunnerInput;
  readonly #at: Position;
  readonly #redact: Redact;
  /** Asked for, and not answered yet; the oldest first. */
  #asked: readonly Asked[] = [];

  constructor(ports: RunnerPorts, input: RunnerInput) {
    this.#ports = ports;
    this.#input = input;
    this.#redact = redactor(input.desired?.secrets ?? []);
    this.#at = { record: input.record, seq: input.seq, troubledSince: undefined };
  }

  async toTheEnd(): Promise<RolloutRecord> {
    // A pending action of an earlier process may have been performed: the first try here is a repetition.
    if (this.#at.record.pending !== null) await this.#perform(this.#at.record.pending, true);
    if (this.#at.record.state === null) await this.#begin();
    while (!isFinal(this.#at.record.phase)) {
      this.#input.signal.throwIfAborted();
      const decision = this.#decide(await this.#look());
      if (this.#isHeldBack(decision)) {
        await this.#holdBack(decision);
        continue;
      }
      const wakeAt = this.#ports.aws.lookAt(this.#at.record.target, decision.wakeAt);
      await this.#write(decision, decision.waiting && { ...decision.waiting, nextLookAt: wakeAt });
      if (decision.action) await this.#perform(decision.action, false);
      else if (!isFinal(decision.phase)) await this.#sleepUntil(wakeAt);
    }
    return this.#at.record;
  }

  /** Records the way back before anything is changed, from live state read while nobody else may change the target. */
  async #begin(): Promise<void> {
    const { strategy, desired, force } = this.#input;
    const { record } = this.#at;
    await this.#listen();
    // Nothing was changed, unless by the one whose place it takes: then there is a way back to go.
    const isUntouched = record.replaced == null;
    if (this.#command === 'replace')
      return this.#endUntouched('superseded', 'a newer commit takes its place; nothing was changed');
    if (isUntouched && (this.#command === 'abort' || this.#command === 'leave'))
      return this.#endUntouched('aborted', 'aborted before anything was changed');
    if (desired === undefined && record.digest !== '') {
      const left = isUntouched ? 'nothing was changed' : `the service is as ${record.replaced.rollout} left it`;
      return this.#endUntouched('failed', `its files do not render as they did when it was planned; ${left}`);
    }
    const live = await this.#read(() => this.#ports.live(record, desired));
    const there = live.kind === 'ecs' ? live.service !== undefined : live.latest !== undefined;
    if (
      !force &&
      record.replaced == null &&
      desired !== undefined &&
      there &&
      !isToMove(record, live, desired) &&
      differencesOf(live, desired, this.#ports.hash).length === 0
    ) {
      const now = this.#ports.clock.now();
      const message = 'what runs is already what the files ask for';
      const over: RolloutRecord = {
        ...record,
        phase: 'succeeded',
        message,
        waiting: null,
        serving: servingOf(live),
        endedAt: now,
      };
      return this.#append(over, [{ code: 'rollout.ended', message }]);
    }
    const skips = skipsOf(desired, record);
    const found = desired === undefined ? [] : ((await this.#ports.preflight?.(record, desired, live, skips)) ?? []);
    const refusal = refusing(found);
    if (refusal !== undefined) {
      const failure = misfit(refusal.message, refusal.hint);
      return this.#endUntouched('failed', `${refusal.message}; nothing was changed`, failure);
    }
    const told = found
      .filter(({ severity }) => severity === 'warning')
      .map(({ message }): EventDraft => ({ code: 'rollout.progress', level: 'warning', message }));
    const replaced = record.replaced?.state;
    const capacity = capacityWish(record);
    const spec: RolloutSpec = { rollout: record.id, target: record.target, desired, force, capacity, replaced, skips };
    await this.#append(
      {
        ...record,
        phase: 'preparing',
        message: 'the way back is recorded',
        waiting: null,
        state: strategy.begin(spec, live),
      },
      told,
    );
  }

  #endUntouched(
    phase: 'aborted' | 'failed' | 'superseded',
    message: string,
    failure: RolloutRecord['failure'] = null,
  ): Promise<void> {
    const endedAt = this.#ports.clock.now();
    const over: RolloutRecord = { ...this.#at.record, phase, message, failure, waiting: null, endedAt };
    return this.#append(over, [{ code: 'rollout.ended', level: 'warning', message }]);
  }

  #decide(looked: Pick<Seen, 'sight' | 'observation'>): Decision {
    const { record } = this.#at;
    const outcome = record.outcome ?? undefined;
    const seen = { ...looked, outcome, command: this.#command };
    return this.#input.strategy.decide(record.state!, seen, this.#ports.clock.now());
  }

  /** What the strategy is to answer; a pause is answered here. */
  get #command(): StrategyCommand | undefined {
    const [first] = this.#asked;
    return first === undefined || first.command === 'pause' || first.command === 'continue' ? undefined : first.command;
  }

  async #listen(): Promise<void> {
    const { id, answered } = this.#at.record;
    this.#asked = await this.#ports.store.commands(id, answered ?? 0);
    for (let [first] = this.#asked; first !== undefined && this.#command === undefined; [first] = this.#asked) {
      await this.#setPaused(first);
      this.#asked = this.#asked.slice(1);
    }
    // A promotion says "go on" too.
    const [next] = this.#asked;
    if (this.#isPaused && (next?.command === 'promote' || next?.command === 'promote-all'))
      await this.#goOn(next.by, {});
  }

  #setPaused({ id, command, by }: Asked): Promise<void> {
    const { record } = this.#at;
    const pauses = command === 'pause';
    if (pauses === this.#isPaused) return this.#append({ ...record, answered: id }, []);
    if (!pauses) return this.#goOn(by, { answered: id });
    const message = `paused by ${by}: no further change is begun; health is still watched`;
    return this.#append({ ...record, answered: id, paused: { by, since: this.#ports.clock.now() } }, [
      { code: 'rollout.paused', level: 'warning', message },
    ]);
  }

  #goOn(by: string, patch: Partial<RolloutRecord>): Promise<void> {
    const event: EventDraft = { code: 'rollout.continued', message: `${by} let it go on` };
    return this.#append({ ...this.#at.record, paused: null, waiting: null, ...patch }, [event]);
  }

  get #isPaused(): boolean {
    return (this.#at.record.paused ?? null) !== null;
  }

  /** A pause holds changes on the way forward; the way back is never held. */
  #isHeldBack({ action, phase }: Decision): boolean {
    return this.#isPaused && action !== undefined && phase !== 'rolling back';
  }

  /** The change is not begun; an outcome that was heard is kept, everything else is decided again at the next look. */
  async #holdBack(decision: Decision): Promise<void> {
    const { record } = this.#at;
    const message = `paused by ${record.paused?.by}; next: ${decision.message}`;
    const { action: _held, ...rest } = decision;
    const wakeAt = this.#ports.clock.now() + PAUSED_LOOK_MS;
    const waiting: Waiting = { ...this.#pausedWait(decision.message), nextLookAt: wakeAt };
    if (record.outcome !== null || decision.answered) await this.#write({ ...rest, message }, waiting);
    else if (record.message !== message) await this.#append({ ...record, message, waiting }, []);
    else this.#show({ ...record, waiting });
    await this.#sleepUntil(wakeAt);
  }

  #pausedWait(next: string): Wait {
    const { by, since } = this.#at.record.paused!;
    const text = `paused by ${by}; next: ${next}`;
    return { for: 'person', text, since, limit: null, command: 'continue', lookEveryMs: PAUSED_LOOK_MS };
  }

  /** What is not worth a write. */
  #show(record: RolloutRecord): void {
    this.#at.record = record;
    this.#ports.onRecord(record);
  }

  async #append(record: RolloutRecord, events: readonly EventDraft[]): Promise<void> {
    const stamped = withoutSecrets({ ...record, updatedAt: this.#ports.clock.now() }, this.#redact);
    const appended = await this.#ports.store.append(this.#input.claim, this.#at.seq, stamped, this.#redact(events));
    this.#at.record = stamped;
    this.#at.seq = appended.seq;
    for (const event of appended.events) this.#ports.emit(event, stamped);
    this.#ports.onRecord(stamped);
  }

  /** Writes a decision down, with the action it wants as pending, or with what is waited for. */
  async #write(decision: Decision, waiting: Waiting | undefined): Promise<void> {
    const before = this.#at.record;
    const now = this.#ports.clock.now();
    const over = isFinal(decision.phase);
    const record: RolloutRecord = {
      ...before,
      phase: decision.phase,
      message: decision.message,
      progress: { ...before.progress, ...decision.progress },
      waiting: waiting ?? null,
      state: decision.state,
      pending: decision.action ?? null,
      outcome: null,
      attempts: 0,
      failure: decision.failure ?? before.failure,
      answered: decision.answered ? (this.#asked[0]?.id ?? before.answered) : before.answered,
      serving: decision.serving ?? before.serving,
      updatedAt: now,
      endedAt: over ? now : null,
    };
    // What led to another phase happened in the one before it.
    const told = decision.events.map((event) => ({ ...event, phase: before.phase }));
    const events = [...told, ...changes(before, record)];
    const isFurther = !sameState(before, record) || !isSameWait(before.waiting ?? null, record.waiting);
    const quiet = events.length === 0 && record.pending === null && !isFurther;
    // A look that changed nothing is not worth a write; the message alone may still have moved.
    if (!quiet) return this.#append(record, events);
    this.#show({ ...record, updatedAt: before.updatedAt });
  }

  async #perform(action: Action, repeated: boolean): Promise<void> {
    let again = repeated;
    for (;;) {
      const { record } = this.#at;
      // Whoever has taken the rollout over meanwhile must not be disturbed.
      await this.#ports.store.renew(this.#input.claim);
      const outcome = await this.#ports.aws.perform(action, { record, desired: this.#input.desired }, again);
      if (outcome.ok || !outcome.error.passing) return this.#heard(action, outcome);
      const patienceMs = outcome.error.silent === true ? UNREADABLE_FOR_MS : RETRY_FOR_MS;
      if (this.#lastedLonger(patienceMs)) {
        // The change may have been made: nothing can be decided before AWS answers.
        if (outcome.error.silent === true) throw unanswered(action, outcome.error);
        return this.#heard(action, outcome);
      }
      again ||= outcome.error.untouched !== true;
      await this.#retryLater(action, outcome.error, patienceMs);
    }
  }

  #lastedLonger(ms: number): boolean {
    this.#at.troubledSince ??= this.#ports.clock.now();
    return this.#ports.clock.now() - this.#at.troubledSince > ms;
  }

  async #retryLater(action: Action, error: AwsError, patienceMs: number): Promise<void> {
    const { record } = this.#at;
    const waitMs = backOffMs(record.attempts);
    const message = `${error.code}: ${error.message}; trying again in ${waitMs / 1000} s`;
    const data: JsonObject = { action: action.type, requestId: error.requestId ?? null };
    const nextLookAt = this.#ports.clock.now() + waitMs;
    const waiting = this.#troubleWait(`${error.code}: ${error.message}`, patienceMs, nextLookAt);
    await this.#append({ ...record, attempts: record.attempts + 1, waiting }, [
      { code: 'action.retrying', level: 'warning', message, data },
    ]);
    await this.#ports.clock.sleepUntil(nextLookAt, this.#input.signal);
    this.#input.signal.throwIfAborted();
  }

  async #heard(action: Action, outcome: Outcome): Promise<void> {
    this.#at.troubledSince = undefined;
    const event: EventDraft = outcome.ok
      ? {
          code: 'action.done',
          message: doneWords(action, outcome.data, this.#at.record.message),
          data: { action: outcome.type, ...outcome.data },
        }
      : {
          code: 'action.refused',
          level: 'error',
          message: `${outcome.error.code}: ${outcome.error.message}`,
          data: { action: outcome.type, requestId: outcome.error.requestId ?? null },
        };
    await this.#append({ ...this.#at.record, pending: null, outcome, attempts: 0, waiting: null }, [event]);
  }

  /** AWS cannot be asked: since when, and for how long it is tried. */
  #troubleWait(text: string, forMs: number, nextLookAt: number): Waiting {
    const since = this.#at.troubledSince ?? this.#ports.clock.now();
    const limit = { at: since + forMs, ends: 'gives up' } as const;
    return { for: 'aws', text, since, limit, command: null, lookEveryMs: MOST_BACK_OFF_MS, nextLookAt };
  }

  /** Looks at as much of the world as the next decision needs, at all of it where somebody asks for something. */
  async #look(): Promise<Pick<Seen, 'sight' | 'observation'>> {
    const { strategy, signal } = this.#input;
    const { state, outcome } = this.#at.record;
    const asked = strategy.sight(state!, outcome ?? undefined);
    if (asked !== 'full') await this.#listen();
    const sight = this.#command === undefined ? asked : 'full';
    if (sight === 'none') return { sight, observation: undefined };
    const observation = await this.#read(() => this.#ports.aws.observe(strategy.wish(state!, sight), signal));
    if (asked === 'full') await this.#listen();
    return { sight, observation };
  }

  /** Reads from AWS, again and again while what hinders it is passing. */
  async #read<T>(reading: () => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      try {
        const result = await orAborted(reading(), this.#input.signal);
        this.#at.troubledSince = undefined;
        return result;
      } catch (error) {
        this.#input.signal.throwIfAborted();
        await this.#unreadable(error, attempt);
      }
    }
  }

  async #unreadable(error: unknown, attempt: number): Promise<void> {
    if (!(error instanceof EngineError)) throw error;
    const now = this.#ports.clock.now();
    this.#at.troubledSince ??= now;
    const isUnbegun = error.code === 'aws.unreachable' && this.#at.record.state === null;
    const patienceMs = isUnbegun ? UNBEGUN_FOR_MS : UNREADABLE_FOR_MS;
    if (!error.passing || now - this.#at.troubledSince >= patienceMs) throw error;
    const nextLookAt = now + backOffMs(attempt);
    const waiting = this.#troubleWait(error.message, patienceMs, nextLookAt);
    if (attempt === 0) {
      const message = `${error.message}; trying again`;
      await this.#append({ ...this.#at.record, waiting }, [
        { code: 'observe.failed', level: 'warning', message, data: { code: error.code } },
      ]);
    } else this.#show({ ...this.#at.record, waiting });
    await this.#ports.clock.sleepUntil(nextLookAt, this.#input.signal);
    this.#input.signal.throwIfAborted();
  }

  /** Sleeps in slices, so that a command from another process is heard soon. */
  async #sleepUntil(wakeAt: number): Promise<void> {
    const { clock, store } = this.#ports;
    while (clock.now() < wakeAt) {
      await clock.sleepUntil(Math.min(wakeAt, clock.now() + COMMAND_LOOK_MS), this.#input.signal);
      this.#input.signal.throwIfAborted();
      const asked = await store.commands(this.#at.record.id, this.#at.record.answered ?? 0);
      // What waits for its time already does not end the sleep.
      if (asked.length > this.#asked.length) return;
    }
  }
}

/** What is only read need not be waited for once nobody wants it any more. */
async function orAborted<T>(reading: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const leave = () => reject(signal.reason);
  signal.addEventListener('abort', leave, { once: true });
  try {
    return await Promise.race([reading, aborted]);
  } finally {
    signal.removeEventListener('abort', leave);
  }
}

const capacityWish = ({ trigger }: RolloutRecord): CapacityWish =>
  trigger === 'fallback' ? 'fallback' : trigger === 'return' ? 'own' : 'keep';

/** Is the service to be moved to other capacity, and not there yet? */
function isToMove(record: RolloutRecord, live: Live, desired: Desired): boolean {
  const wish = capacityWish(record);
  if (wish === 'keep' || live.kind !== 'ecs' || desired.kind !== 'ecs') return false;
  return (onFallbackSince(live.service, desired) === null) === (wish === 'fallback');
}

type Redact = ReturnType<typeof redactor>;

/** Texts that AWS had a part in. Ids and names are left alone: decisions depend on them. */
function withoutSecrets(record: RolloutRecord, redact: Redact): RolloutRecord {
  const { outcome, state, waiting } = record;
  return {
    ...record,
    message: redact(record.message),
    waiting: waiting ? { ...waiting, text: redact(waiting.text) } : null,
    failure: redact(record.failure),
    outcome: outcome?.ok === false ? { ...outcome, error: redact(outcome.error) } : outcome,
    state: state?.['failure'] ? { ...state, failure: redact(state['failure']) } : state,
  };
}

const sameState = (before: RolloutRecord, after: RolloutRecord): boolean =>
  JSON.stringify(before.state) === JSON.stringify(after.state) &&
  before.outcome === null &&
  before.answered === after.answered;

/**
 * Runs a claimed rollout to its final phase.
 *
 * @returns the final record
 * @throws `EngineError` `store.fenced` when another process has taken it over; kind `surroundings` when AWS could not be
 *   read for long: the rollout stays unfinished and can be taken up again. Rejects with the signal's reason when aborted:
 *   likewise.
 */
export function runRollout(ports: RunnerPorts, input: RunnerInput): Promise<RolloutRecord> {
  return new Run(ports, input).toTheEnd();
}
