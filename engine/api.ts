/**
 * What the engine does for the command line, the editor and tests: types only. Every operation takes what it needs and
 * gives plain data; progress comes as events. Failures of an operation as a whole are `EngineError`s.
 */
import type { InventoryKind, ThingsListed } from './aws/index.ts';
import type { Clock } from './clock.ts';
import type { ChangeKind, WorkloadKind } from './config/index.ts';
import type { FailureClass } from './diagnose/index.ts';
import type { Problem } from './finding.ts';
import type { Json } from './json.ts';
import type { PlanAction, RegionSnapshot, StrategyName, Target, WorkloadPlan } from './plan/index.ts';
import type {
  AlarmCurve,
  Command,
  DueReturn,
  FallbackState,
  Owner,
  Phase,
  RolloutEvent,
  RolloutRecord,
  Trigger,
} from './rollout/index.ts';
import type { RolloutQuery, Store } from './store/index.ts';

/** How an account other than the caller's is worked in. */
export interface AccountAccess {
  /** A profile of the shared configuration. @default the caller's own credentials */
  readonly profile?: string;
  /** A role to assume from there. */
  readonly role?: { readonly arn: string; readonly externalId?: string };
}

/** A call to AWS that has no answer yet. */
export interface SlowCall {
  /** For example `ecs`. */
  readonly service: string;
  readonly operation: string;
  readonly region: string;
  /** So far, ms. */
  readonly waitedMs: number;
}

export interface EngineOptions {
  /** The clock of rollouts: real time for AWS, the sandbox's own for a sandbox. */
  readonly clock: Clock;
  /** Where to deploy when files do not say. `account` is the caller's own unless given. */
  readonly region?: string;
  readonly profile?: string;
  readonly endpoint?: string;
  /** Instead of `endpoint`, by region. */
  readonly regionEndpoints?: ReadonlyMap<string, string>;
  /** By account id: how accounts that are not the caller's are worked in. @default none */
  readonly accounts?: ReadonlyMap<string, AccountAccess>;
  /** A request to AWS that gets no answer within this, ms, fails; it is made three times. @default 8_000 */
  readonly requestTimeoutMs?: number;
  /** Told of calls that AWS takes long to answer. */
  readonly onSlow?: (call: SlowCall) => void;
  /** Instead of what the SDK finds by itself: for a sandbox, which takes the key's id for the account. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Opened when first needed. */
  readonly store: () => Promise<Store>;
  readonly owner: Owner;
  /** Rollouts that run at a time in each account and region, 1 or more. @default 50 */
  readonly parallel?: number;
}

/** The files as they are on disk. */
export interface WorkingTree {
  readonly worktree: true;
  /** Texts that count instead of files, by path from the repository's root: what an editor has not saved. @default none */
  readonly texts?: ReadonlyMap<string, string>;
}

/** Which files an operation is about. */
export interface Where {
  /** A folder in the repository. */
  readonly repo: string;
  /** A commit, branch or tag, or the working tree. @default 'HEAD' */
  readonly revision?: string | WorkingTree;
  /** Workload prefixes, files, folders or globs; none means all. */
  readonly selectors?: readonly string[];
}

/** A commit id, or `worktree`. */
export type RevisionName = string;

export interface RenderReport {
  readonly revision: RevisionName;
  readonly workloads: readonly {
    readonly workload: string;
    readonly kind: WorkloadKind;
    /** `rendered` is null where the file did not render to JSON; `text` is what the template gave. */
    readonly files: readonly {
      readonly path: string;
      readonly suffix: string;
      readonly rendered: Json;
      readonly text: string | undefined;
    }[];
    /** Values of sensitive inputs are masked. */
    readonly inputs: Readonly<
      Record<
        string,
        { readonly value: Json; readonly path: string; readonly line: number; readonly sensitive: boolean }
      >
    >;
    readonly problems: readonly Problem[];
  }[];
}

export interface ValidateReport {
  readonly revision: RevisionName;
  /** Workloads looked at. */
  readonly workloads: number;
  readonly problems: readonly Problem[];
}

/** What there is, by the names of files alone: quick, whatever the number. */
export interface WorkloadList {
  readonly revision: RevisionName;
  readonly repository: PlanContext['repository'];
  readonly workloads: readonly {
    readonly workload: string;
    readonly kind: WorkloadKind;
    /** Why it is not deployed by itself; undefined where nobody holds it. */
    readonly held: string | undefined;
  }[];
}

export interface PlanRequest extends Where {
  /** The revision that counts as deployed; without it the last processed commit, or nothing. */
  readonly since?: string;
  /** Every workload, also those that no commit touched since the last processed one. */
  readonly all?: boolean;
  /** Do not ask AWS. */
  readonly offline?: boolean;
  /** What AWS answered to this engine's plans so long ago, ms, will do: for who plans again and again. @default 0 */
  readonly maxAgeMs?: number;
  /** Deploy although nothing differs. */
  readonly force?: boolean;
  /**
   * Look also at all that the files name, and at who else deploys: for what is to be carried out, or for every workload
   * of the plan. @default alarms and listener weights only
   */
  readonly preflight?: 'changes' | 'all';
  /** Checks of preflight to let through, by name: see `SKIPPABLE`. @default none */
  readonly skips?: readonly string[];
}

export interface PlanReport {
  readonly revision: RevisionName;
  readonly since: string | null;
  readonly workloads: readonly WorkloadPlan[];
  /** What `deploy` needs to carry it out. */
  readonly context: PlanContext;
}

/** Where a plan came from. */
export interface PlanContext {
  readonly repository: { readonly identity: string; readonly root: string };
  readonly branch: string | undefined;
  readonly commit: { readonly id: string; readonly subject: string; readonly author: string } | undefined;
  readonly trigger: Trigger;
  /** When the revision was read, ms since the epoch on the rollouts' clock: of two commits the later one counts. */
  readonly plannedAt: number;
  readonly force: boolean;
  /** Checks of preflight that somebody let through, by name. @default none */
  readonly skips?: readonly string[];
  /** Set on a rollback: what is not to be deployed again by itself afterwards, and why. */
  readonly hold?: { readonly commit: string | undefined; readonly reason: string };
  /** Does carrying it out process the commit as a whole? Not when workloads were picked. */
  readonly whole: boolean;
}

/** How a rollout ended, or why it did not start. */
export interface RolloutSummary {
  /** Null where none was started. */
  readonly rollout: string | null;
  readonly workload: string;
  readonly target: Target;
  /** `unfinished` when this process let go of it: another can take it up. */
  readonly phase: Phase | 'unfinished' | 'busy';
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly reason: string | undefined;
  /** What to do next, where there is something to do. */
  readonly next: string | undefined;
}

export interface DeployReport {
  /** Null where rollouts of several revisions were taken up, or none. */
  readonly revision: RevisionName | null;
  readonly rollouts: readonly RolloutSummary[];
  /** What was planned and not begun: each says why. Absent where nothing was planned. */
  readonly blocked?: readonly WorkloadPlan[];
}

export interface RunOptions {
  /** Ends this process's part; unfinished rollouts stay as they are and can be taken up. */
  readonly signal: AbortSignal;
  readonly onEvent: (event: RolloutEvent, record: RolloutRecord) => void;
  /** Told when a rollout has to wait for another one of its workload before it begins, with why. */
  readonly onWaiting?: (workload: string, message: string) => void;
  /** The record whenever something in it moved, for live views; more often than there are events. */
  readonly onRecord?: (record: RolloutRecord) => void;
}

export interface StatusEntry {
  readonly workload: string;
  readonly kind: WorkloadKind;
  readonly target: Target;
  readonly rollout: RolloutRecord;
  /** Who runs the unfinished rollout; undefined when nobody does. */
  readonly owner: Owner | undefined;
  /** Where it waits for its turn: how many rollouts of that process come before it. */
  readonly ahead?: number;
  /** Why the workload is not deployed by itself: no commit, or only not this one (null for any). */
  readonly held?: { readonly reason: string; readonly commit: string | null; readonly since: number };
  /** Where its service is not on its own capacity. */
  readonly fallback?: FallbackState;
  /**
   * How what runs differs from what the last successful rollout put in force, for people; null when it does not.
   * Undefined where AWS was not asked or there is nothing to compare.
   */
  readonly drift?: string | null;
  /** Why AWS could not be asked for it. */
  readonly unread?: { readonly message: string; readonly hint: string | undefined };
}

/** A service on its fallback capacity, and when it comes back. */
export interface ReturnEntry extends DueReturn {
  readonly workload: string;
  readonly target: Target;
}

export interface StatusRequest extends Where {
  /** Ask AWS for drift too. */
  readonly live?: boolean;
}

/** What a piece of evidence is about: a stopped task, a service event, an alarm, a target's health, a refused call. */
export type EvidenceKind = 'task' | 'event' | 'alarm' | 'target' | 'refusal' | 'reason';

export interface Evidence {
  readonly kind: EvidenceKind;
  /** AWS's own words. */
  readonly text: string;
  /** Ms since the epoch, on the rollout's clock; null where it is not known. */
  readonly at: number | null;
}

/** The last lines that a container of a failed task, or a version of a function, wrote to CloudWatch Logs. */
export interface LogExcerpt {
  readonly group: string;
  readonly stream: string;
  /** Absent for functions. */
  readonly container?: string;
  /** At most 20, oldest first. */
  readonly lines: readonly { readonly at: number; readonly text: string }[];
}

/** What a rollout changed, and who committed it. */
export interface RolloutChange {
  /** Null for a working tree. */
  readonly commit: string | null;
  readonly subject: string | null;
  readonly author: string | null;
  readonly authorEmail: string | null;
  /** Ms since the epoch. */
  readonly committedAt: number | null;
  /** The commit that served before; null where nothing did. */
  readonly since: string | null;
  /** Files of the workload that differ since then. */
  readonly files: readonly { readonly path: string; readonly change: ChangeKind }[];
  /** What differs in the rendered definitions; secrets are masked. */
  readonly differences: readonly { readonly path: string; readonly before: Json; readonly after: Json }[];
}

/** An edit that would mend a failure. */
export interface ProposedEdit {
  /** As an instruction. */
  readonly description: string;
  /** A value of the rendered definition (JSON pointer), or a statement for an IAM policy (no pointer). */
  readonly what: { readonly pointer: string | null; readonly value: Json };
  /** Where to make it; it was tried by rendering. Null where it belongs elsewhere, or no single place brings it about. */
  readonly place: {
    readonly path: string;
    readonly line: number;
    readonly column: number;
    readonly endLine: number;
    readonly endColumn: number;
    readonly oldText: string;
    readonly newText: string;
    /** The whole lines, before and after. */
    readonly removed: readonly string[];
    readonly added: readonly string[];
  } | null;
}

/** Why a rollout ended as it did. All but `rollout` and `outcome` is empty where nothing went wrong. */
export interface Explanation {
  readonly rollout: RolloutRecord;
  /** A rollout that was rolled back has failed. */
  readonly outcome: 'succeeded' | 'failed' | 'aborted' | 'superseded' | 'under way';
  readonly failure: {
    readonly class: FailureClass;
    /** What happened, one sentence. */
    readonly message: string;
    /** Why, most likely. */
    readonly cause: string | null;
    readonly next: string;
    /** The rule of engine/diagnose that knows it, and where the rule comes from. */
    readonly rule: string | null;
    readonly source: string | null;
    readonly requestId: string | null;
  } | null;
  readonly evidence: readonly Evidence[];
  readonly logs: readonly LogExcerpt[];
  readonly change: RolloutChange | null;
  readonly edit: ProposedEdit | null;
  /** What could not be looked at, and why. */
  readonly missing: readonly string[];
}

/** What runs at the targets of a plan, for imitating it elsewhere: a simulated AWS, say. */
export interface Snapshot {
  /** Ms since the epoch, on the rollouts' clock. */
  readonly readAt: number;
  readonly regions: readonly RegionSnapshot[];
}

/** What to list. What is not said is the caller's own. */
export interface InventoryQuestion {
  readonly kind: InventoryKind;
  readonly account?: string | undefined;
  readonly region?: string | undefined;
  /** What the things are in: a service's cluster by name, an image's repository by URI. */
  readonly of?: string | undefined;
}

export interface Inventory extends ThingsListed {
  /** Whose they are. */
  readonly account: string;
  readonly region: string;
}

export interface Engine {
  /** The workloads of a revision. Reads no file and asks no AWS. */
  workloads(where: Where): Promise<WorkloadList>;
  render(where: Where): Promise<RenderReport>;
  validate(where: Where): Promise<ValidateReport>;
  /** Reads AWS unless offline; changes nothing. */
  plan(request: PlanRequest): Promise<PlanReport>;
  /**
   * What runs where a plan's creations, updates and deletions would go, with what it depends on. Reads only. Values of
   * environments that the files do not hold themselves are not in it; nor is any secret that AWS keeps.
   */
  snapshot(plan: PlanReport): Promise<Snapshot>;
  /** Carries out every create, update and delete of a plan, in parallel. */
  deploy(plan: PlanReport, options: RunOptions): Promise<DeployReport>;
  /** Takes up unfinished rollouts that no live process holds: all of the store, or the named ones. */
  resume(options: RunOptions, only?: readonly string[]): Promise<DeployReport>;
  /** The services on their fallback capacity, the next to return first: of the store, or of a repository and selectors. */
  returns(where?: Where): Promise<ReturnEntry[]>;
  /** Tries to bring services back to their own capacity now; where it has no room they go back to the fallback. */
  bringBack(entries: readonly ReturnEntry[], options: RunOptions): Promise<DeployReport>;
  /**
   * Watches services until the signal is aborted: brings those back whose time has come, and moves those to their
   * fallback that lost their room. Any number of processes may, with one store.
   */
  keepReturning(options: RunOptions, where?: Where): Promise<DeployReport>;
  /** The latest rollout of every workload of the store, or of a repository and selectors. */
  status(where?: Where | StatusRequest): Promise<StatusEntry[]>;
  history(query: RolloutQuery): Promise<RolloutRecord[]>;
  /** @throws EngineError `store.no-such-rollout` */
  rollout(id: string): Promise<StatusEntry>;
  events(rollout: string, after?: number): Promise<RolloutEvent[]>;
  /**
   * The metrics behind the alarms that watch over a rollout, from its beginning to its end or the present; of at most
   * twelve alarms. CloudWatch is asked each time.
   */
  alarmCurves(rollout: string): Promise<AlarmCurve[]>;
  /**
   * Why a rollout ended as it did, from the store, Git and what AWS still knows; changes nothing.
   *
   * @param repo a folder in a clone of its repository, for when the one it was begun from is gone
   */
  explain(rollout: string, repo?: string): Promise<Explanation>;
  /**
   * Plans a deployment of the revision of an earlier good rollout; by default the last good one before the present.
   *
   * @param skips checks of preflight to let through, by name
   */
  planRollback(where: Where, to?: string, skips?: readonly string[]): Promise<PlanReport>;
  /**
   * Asks something of whoever runs a rollout, or will take it up.
   *
   * @param by who asks, for people: for example `ada@laptop`
   * @returns false when it is over
   */
  ask(rollout: string, command: Command, by: string): Promise<boolean>;
  /**
   * Lists what there is of a kind in an account and region: at most 5,000 things, for at most 15 s.
   *
   * @throws EngineError where AWS says nothing, or there are no credentials for the account
   */
  inventory(question: InventoryQuestion): Promise<Inventory>;
  /** Keeps one workload from being deployed, whatever the commit, until somebody releases it. */
  hold(where: Where, reason: string): Promise<{ readonly workload: string; readonly kind: WorkloadKind }>;
  /** Lifts the hold of one workload. `wasHeld` tells whether there was one. */
  release(where: Where): Promise<{ readonly workload: string; readonly kind: WorkloadKind; readonly wasHeld: boolean }>;
  close(): Promise<void>;
}

export type { PlanAction, RegionSnapshot, StrategyName };
