/** What the runner needs from AWS and from the store: narrow interfaces that others implement. */
import type { Desired, Target } from '../plan/index.ts';
import type { Action, Outcome } from './actions.ts';
import type { Observation, Wish } from './observation.ts';
import type { EventDraft, RolloutEvent, RolloutRecord } from './record.ts';
import type { Command } from './strategy.ts';

export interface AwsPort {
  /**
   * Reads the world. Throws `EngineError` when AWS cannot be read: `passing` tells a throttled or unreachable AWS from
   * what will not pass by itself (no credentials, access denied).
   */
  observe(wish: Wish, signal: AbortSignal): Promise<Observation>;
  /**
   * When to look again: at a time when others look too, where there are others, never later than was asked for.
   *
   * @param wakeAt ms since the epoch
   */
  lookAt(target: Target, wakeAt: number): number;
  /**
   * Makes one change. Never throws for what AWS answers: that is the outcome.
   *
   * @param repeated the action was begun before, perhaps done: look before doing it again
   */
  perform(action: Action, context: ActionContext, repeated: boolean): Promise<Outcome>;
}

export interface ActionContext {
  readonly record: RolloutRecord;
  readonly desired: Desired | undefined;
}

/** Who runs a rollout. */
export interface Owner {
  /** Unique per process. */
  readonly id: string;
  readonly host: string;
  readonly pid: number;
}

export interface StoredRollout {
  readonly record: RolloutRecord;
  /** Appends must name it: two owners cannot both append. */
  readonly seq: number;
  /** Undefined when nobody runs it. */
  readonly owner: Owner | undefined;
}

/** The right to append to a rollout, until somebody else claims it. */
export interface Claim {
  readonly rollout: string;
  readonly owner: Owner;
  /** Grows with each claim. */
  readonly fence: number;
}

/** Something that somebody asked of a rollout. */
export interface Asked {
  /** Grows with each. */
  readonly id: number;
  readonly command: Command;
  /** Who asked, for people: for example `ada@laptop`. */
  readonly by: string;
}

export type Claimed = { readonly claim: Claim; readonly stored: StoredRollout } | { readonly heldBy: Owner };

export type Created =
  | { readonly claim: Claim; readonly seq: number; readonly events: readonly RolloutEvent[] }
  | { readonly conflict: StoredRollout };

export interface StorePort {
  /** Writes a new rollout, unless its target has an unfinished one. */
  create(record: RolloutRecord, owner: Owner, event: EventDraft): Promise<Created>;
  load(rollout: string): Promise<StoredRollout | undefined>;
  /** Takes an unfinished rollout over when nobody alive holds it. */
  claim(rollout: string, owner: Owner): Promise<Claimed>;
  /** Extends the lease. Throws `EngineError` `store.fenced` when the claim is lost. */
  renew(claim: Claim): Promise<void>;
  release(claim: Claim): Promise<void>;
  /**
   * Writes a record and its events in one step.
   *
   * @param seq the sequence number the writer believes to be the last
   * @returns the new sequence number
   * @throws `EngineError` `store.fenced` when somebody else has appended or claimed
   */
  append(
    claim: Claim,
    seq: number,
    record: RolloutRecord,
    events: readonly EventDraft[],
  ): Promise<{ seq: number; events: RolloutEvent[] }>;
  /** What people have asked of the rollout with ids above `after`, in the order they asked. */
  commands(rollout: string, after: number): Promise<readonly Asked[]>;
}
