/**
 * Lambda: bring `$LATEST` to the definition, publish a version, wait until it is ready, and move the alias to it: at
 * once, or in steps with a bake after each.
 *
 *   creating | configuring → coding → publishing → readying → shifting → tagging → succeeded
 *                                  any failure ↓
 *   returning (alias) → unpublishing → restoring (`$LATEST`) → rolled back;  what was created is deleted
 *
 * Owns nothing: all state is in the record.
 */

import type { CodeHash } from '../hash.ts';
import type { JsonObject } from '../json.ts';
import {
  codeDifferences,
  configurationDifferences,
  type LambdaDesired,
  type LambdaTarget,
  type LiveLambda,
  tagDifferences,
} from '../plan/index.ts';
import type { LambdaAction } from './actions.ts';
import { ABORTED, broken, refused } from './failures.ts';
import type { FunctionSeen, LambdaSeen } from './observation.ts';
import type { EventDraft, Failure, Phase } from './record.ts';
import type { Decision, RolloutSpec, Seen, Strategy } from './strategy.ts';

type Step =
  | 'creating'
  | 'configuring'
  | 'coding'
  | 'publishing'
  | 'readying'
  | 'shifting'
  | 'tagging'
  | 'returning'
  | 'unpublishing'
  | 'restoring-configuration'
  | 'restoring-code'
  | 'deleting'
  | 'over';

export interface LambdaAliasState {
  readonly step: Step;
  readonly rollout: string;
  readonly target: LambdaTarget;
  readonly alias: string;
  /** Does the rollout create the function? Then going back is deleting it. */
  readonly creates: boolean;
  /** The version the alias served when the rollout began; null where there was no alias. */
  readonly before: string | null;
  readonly configurationDiffers: boolean;
  readonly codeDiffers: boolean;
  readonly tagsDiffer: boolean;
  /** Has a change of `$LATEST`'s configuration or code been made? */
  readonly configured: boolean;
  readonly coded: boolean;
  /** The version to serve, once it is known. */
  readonly version: string | null;
  /** Was it made by this rollout? Publishing gives the last version again when nothing changed. */
  readonly published: boolean;
  /** The alias' traffic steps, percent, strictly increasing, the last one 100. */
  readonly weights: readonly number[];
  readonly bakeMs: number;
  /** Is there a bake after the last step too? */
  readonly bakeAtEnd: boolean;
  readonly stepIndex: number;
  /** When the current step's weight was seen in force, ms since the epoch. */
  readonly verifiedAt: number | null;
  readonly alarms: readonly string[];
  readonly readinessIntervalMs: number;
  readonly readinessLeft: number;
  /** When the current wait began, ms since the epoch. */
  readonly waitingSince: number | null;
  readonly failure: Failure | null;
  readonly aborted: boolean;
}

/** Lambda's own updates settle in seconds, VPC and image changes in about a minute; an unsettled one is a failure. */
const SETTLE_TIMEOUT_MS = 10 * 60_000;
const SETTLE_LOOK_MS = 2_000;

/** Between looks while baking, ms: an alarm sends traffic back at most this much later. */
const BAKE_LOOK_MS = 15_000;

type Patch = Partial<LambdaAliasState>;
const asState = (state: JsonObject): LambdaAliasState => state as unknown as LambdaAliasState;
const asJson = (state: LambdaAliasState): JsonObject => state as unknown as JsonObject;

/** The traffic steps of a shift: CANARY `[p, 100]`, LINEAR `[p, 2p, …, 100]`, otherwise `[100]`. */
export function trafficSteps(shifting: LambdaDesired['settings']['trafficShifting']): number[] {
  if (shifting === undefined || shifting.type === 'ALL_AT_ONCE' || shifting.percent >= 100 || shifting.percent <= 0)
    return [100];
  if (shifting.type === 'CANARY') return [shifting.percent, 100];
  const steps: number[] = [];
  for (let share = shifting.percent; share < 100; share += shifting.percent) steps.push(share);
  return [...steps, 100];
}

/**
 * Must `$LATEST` get the definition's code? Also when somebody put other code there since the serving version was
 * published: publishing would take it along.
 */
function codeDiffers(desired: LambdaDesired, live: LiveLambda, force: boolean, hash: CodeHash): boolean {
  if (live.latest === undefined) return false;
  const strayed = live.serving !== undefined && live.serving['CodeSha256'] !== live.latest['CodeSha256'];
  return force || strayed || codeDifferences(live, desired.function, hash).length > 0;
}

function begin(spec: RolloutSpec, live: LiveLambda, hash: CodeHash): LambdaAliasState {
  const desired = spec.desired as LambdaDesired;
  const creates = live.latest === undefined;
  const { settings } = desired;
  const before = live.alias === undefined ? null : String(live.alias['FunctionVersion']);
  const weights = before === null ? [100] : trafficSteps(settings.trafficShifting);
  return {
    step: creates ? 'creating' : 'configuring',
    rollout: spec.rollout,
    target: desired.target,
    alias: settings.alias,
    creates,
    before,
    configurationDiffers:
      live.latest !== undefined && configurationDifferences(live.latest, desired.function).length > 0,
    codeDiffers: codeDiffers(desired, live, spec.force, hash),
    tagsDiffer: !creates && tagDifferences(live.tags, desired.function).length > 0,
    configured: false,
    coded: false,
    version: null,
    published: false,
    weights,
    bakeMs: (settings.trafficShifting?.waitIntervalSeconds ?? 0) * 1000,
    bakeAtEnd: settings.trafficShifting?.type === 'ALL_AT_ONCE',
    stepIndex: 0,
    verifiedAt: null,
    alarms: settings.alarmNames,
    readinessIntervalMs: settings.readinessIntervalSeconds * 1000,
    readinessLeft: settings.readinessMaxRetries,
    waitingSince: null,
    failure: null,
    aborted: false,
  };
}

interface Pass {
  readonly state: LambdaAliasState;
  readonly seen: Seen;
  readonly world: LambdaSeen;
  readonly now: number;
  readonly events: readonly EventDraft[];
}

const PHASE_OF: Record<Step, Phase> = {
  creating: 'preparing',
  configuring: 'preparing',
  coding: 'preparing',
  publishing: 'launching',
  readying: 'stabilizing',
  shifting: 'shifting',
  tagging: 'finishing',
  returning: 'rolling back',
  unpublishing: 'rolling back',
  'restoring-configuration': 'rolling back',
  'restoring-code': 'rolling back',
  deleting: 'rolling back',
  over: 'failed',
};

/** Share of traffic that the new version gets, by the alias as it is seen. */
function trafficPercent(pass: Pass): number {
  const { alias } = pass.world;
  const { version } = pass.state;
  if (alias === undefined || version === null) return 0;
  const others = Object.values(alias.additional).reduce((sum, percent) => sum + percent, 0);
  return alias.version === version ? 100 - others : (alias.additional[version] ?? 0);
}

function conclude(
  pass: Pass,
  patch: Patch,
  draft: Pick<Decision, 'phase' | 'message' | 'wakeAt'> & Partial<Decision>,
): Decision {
  return {
    progress: { trafficPercent: trafficPercent(pass) },
    ...draft,
    state: asJson({ ...pass.state, ...patch }),
    events: [...pass.events, ...(draft.events ?? [])],
  };
}

function goOn(pass: Pass, step: Step, patch: Patch = {}): Decision {
  const state = { ...pass.state, waitingSince: null, ...patch, step };
  return STEPS[step]({ ...pass, state, seen: { ...pass.seen, outcome: undefined } });
}

function act(pass: Pass, action: LambdaAction, message: string, patch: Patch = {}): Decision {
  return conclude(pass, patch, { phase: PHASE_OF[pass.state.step], message, action, wakeAt: pass.now });
}

function wait(pass: Pass, ms: number, message: string, patch: Patch = {}): Decision {
  return conclude(pass, patch, { phase: PHASE_OF[pass.state.step], message, wakeAt: pass.now + ms });
}

function end(pass: Pass, phase: Phase, message: string): Decision {
  const { failure, version } = pass.state;
  const serving = phase === 'succeeded' && version !== null ? { serving: version } : {};
  const why = failure === null ? {} : { failure };
  return conclude(pass, { step: 'over' }, { phase, message, wakeAt: pass.now, ...why, ...serving });
}

function fail(pass: Pass, failure: Failure): Decision {
  const event: EventDraft = {
    code: 'rollout.failed',
    level: 'error',
    message: failure.message,
    data: { class: failure.class },
  };
  return goOn({ ...pass, events: [...pass.events, event] }, 'returning', { failure });
}

/** Is an update of `$LATEST` under way, and if it is over, did it go wrong? */
function settled(latest: FunctionSeen): 'settling' | 'settled' | { readonly reason: string } {
  if (latest.state === 'Pending' || latest.lastUpdateStatus === 'InProgress') return 'settling';
  if (latest.state === 'Failed')
    return { reason: `${latest.stateReasonCode ?? 'Failed'}: ${latest.stateReason ?? 'no reason given'}` };
  if (latest.lastUpdateStatus === 'Failed') {
    return {
      reason: `${latest.lastUpdateStatusReasonCode ?? 'Failed'}: ${latest.lastUpdateStatusReason ?? 'no reason given'}`,
    };
  }
  return 'settled';
}

/** Waits until `$LATEST` is settled; undefined when it is. */
function waitUntilSettled(pass: Pass, what: string, ours: boolean): Decision | undefined {
  const { latest } = pass.world;
  const since = pass.state.waitingSince ?? pass.now;
  if (pass.now - since > SETTLE_TIMEOUT_MS)
    return fail(pass, broken(`${what} did not settle within ${SETTLE_TIMEOUT_MS / 60_000} minutes`, [], 'timeout'));
  if (latest === undefined)
    return wait(pass, SETTLE_LOOK_MS, `waiting for the function to appear`, { waitingSince: since });
  const status = settled(latest);
  if (status === 'settling')
    return wait(pass, SETTLE_LOOK_MS, `waiting for ${what} to settle`, { waitingSince: since });
  // A failed update of somebody else's does not matter: ours comes next and replaces it.
  if (status !== 'settled' && ours) return fail(pass, broken(`${what} failed: ${status.reason}`, [status.reason]));
  return undefined;
}

function creating(pass: Pass): Decision {
  const { outcome } = pass.seen;
  if (outcome?.ok === false) return fail(pass, refused('create the function', outcome.error));
  if (outcome?.ok) return goOn(pass, 'publishing', { coded: true, configured: true });
  return act(pass, { type: 'lambda.create-function', key: pass.state.rollout }, 'creating the function');
}

function configuring(pass: Pass): Decision {
  const { state } = pass;
  const { outcome } = pass.seen;
  if (outcome?.ok === false) return fail(pass, refused("update the function's configuration", outcome.error));
  if (outcome?.ok)
    return configuring({ ...pass, state: { ...state, configured: true }, seen: { ...pass.seen, outcome: undefined } });
  const busy = waitUntilSettled(pass, 'the configuration update', state.configured);
  if (busy) return busy;
  if (!state.configurationDiffers || state.configured) return goOn(pass, 'coding');
  return act(
    pass,
    { type: 'lambda.update-configuration', key: state.rollout },
    "updating the function's configuration",
  );
}

function coding(pass: Pass): Decision {
  const { state } = pass;
  const { outcome } = pass.seen;
  if (outcome?.ok === false) return fail(pass, refused("update the function's code", outcome.error));
  if (outcome?.ok)
    return coding({ ...pass, state: { ...state, coded: true }, seen: { ...pass.seen, outcome: undefined } });
  const busy = waitUntilSettled(pass, 'the code update', state.coded);
  if (busy) return busy;
  if (!state.codeDiffers || state.coded) return goOn(pass, 'publishing');
  return act(pass, { type: 'lambda.update-code', key: state.rollout }, "updating the function's code");
}

function publishing(pass: Pass): Decision {
  const { state } = pass;
  const { outcome } = pass.seen;
  if (outcome?.ok === false) return fail(pass, refused('publish a version', outcome.error));
  if (outcome?.ok) {
    const { version, published } = outcome.data;
    // Decided afresh: only then has the version been looked at.
    return conclude(
      pass,
      { step: 'readying', waitingSince: null, version: String(version), published: published === true },
      { phase: 'stabilizing', message: `waiting for version ${String(version)} to be Active`, wakeAt: pass.now },
    );
  }
  const busy = waitUntilSettled(pass, 'the function', true);
  if (busy) return busy;
  return act(pass, { type: 'lambda.publish-version', key: state.rollout }, 'publishing a version');
}

function readying(pass: Pass): Decision {
  const { state } = pass;
  const { version } = pass.world;
  if (version?.state === 'Active') return goOn(pass, 'shifting');
  if (version?.state === 'Failed') {
    const reason = `${version.stateReasonCode ?? 'Failed'}: ${version.stateReason ?? 'no reason given'}`;
    return fail(pass, broken(`version ${state.version} failed: ${reason}`, [reason]));
  }
  if (state.readinessLeft <= 0) {
    return fail(
      pass,
      broken(
        `version ${state.version} was not ready in time: ${version?.stateReason ?? version?.state ?? 'not seen'}`,
        [],
        'timeout',
      ),
    );
  }
  return wait(pass, state.readinessIntervalMs, `waiting for version ${state.version} to be Active`, {
    readinessLeft: state.readinessLeft - 1,
  });
}

/** The alias write that a traffic step wants. */
function aliasFor(state: LambdaAliasState, percent: number): LambdaAction {
  const { rollout: key, alias, before } = state;
  const version = state.version!;
  if (before === null) return { type: 'lambda.create-alias', key, alias, version };
  if (percent >= 100 || before === version) return { type: 'lambda.set-alias', key, alias, version };
  return { type: 'lambda.set-alias', key, alias, version: before, additional: { version, percent } };
}

function aliasIs(pass: Pass, percent: number): boolean {
  const { alias } = pass.world;
  const { state } = pass;
  if (alias === undefined) return false;
  const shares = Object.entries(alias.additional);
  if (percent >= 100 || state.before === state.version || state.before === null)
    return alias.version === state.version && shares.length === 0;
  const share = shares[0];
  return (
    alias.version === state.before &&
    shares.length === 1 &&
    share?.[0] === state.version &&
    Math.abs(share[1] - percent) < 1e-6
  );
}

/** Did somebody point the alias at a version that this rollout knows nothing of? */
function takenOver(pass: Pass): boolean {
  const { alias } = pass.world;
  const known = [pass.state.before, pass.state.version];
  return (
    alias !== undefined && [alias.version, ...Object.keys(alias.additional)].some((version) => !known.includes(version))
  );
}

function firedAlarm(pass: Pass): Failure | undefined {
  const fired = pass.world.alarms.filter((alarm) => alarm.state === 'ALARM');
  if (fired.length > 0) {
    const names = fired.map((alarm) => alarm.name).join(', ');
    const evidence = fired.map((alarm) => `alarm ${alarm.name}: ${alarm.reason}`);
    return {
      class: 'alarm',
      message: `in ALARM while traffic was shifting: ${names}`,
      evidence,
      next: 'look at the metric of the alarm and the logs of the new version',
    };
  }
  const missing = pass.state.alarms.filter((name) => !pass.world.alarms.some((alarm) => alarm.name === name));
  if (missing.length === 0) return undefined;
  return {
    class: 'configuration',
    message: `these alarms do not exist: ${missing.join(', ')}`,
    evidence: [],
    next: 'create them, or correct alarms.alarmNames',
  };
}

function shifting(pass: Pass): Decision {
  const { state, now } = pass;
  const { outcome } = pass.seen;
  if (outcome?.ok === false) return fail(pass, refused(`move the alias ${state.alias}`, outcome.error));
  if (takenOver(pass))
    return fail(
      pass,
      broken(`somebody else moved the alias ${state.alias} to version ${pass.world.alias?.version}`, []),
    );
  const alarm = firedAlarm(pass);
  if (alarm)
    return fail(
      { ...pass, events: [...pass.events, { code: 'alarm.fired', level: 'error', message: alarm.message }] },
      alarm,
    );
  const percent = state.weights[state.stepIndex] ?? 100;
  if (!aliasIs(pass, percent)) {
    if (outcome?.ok) return wait(pass, 500, `waiting for the alias to show ${percent} %`);
    return act(pass, aliasFor(state, percent), `giving version ${state.version} ${percent} % of the traffic`, {
      verifiedAt: null,
    });
  }
  const last = state.stepIndex === state.weights.length - 1;
  const first = state.verifiedAt === null;
  const verifiedAt = state.verifiedAt ?? now;
  const shifted: EventDraft = {
    code: 'traffic.shifted',
    message: `version ${state.version} gets ${percent} % of the traffic`,
    data: { percent },
  };
  const seen = first ? { ...pass, events: [...pass.events, shifted] } : pass;
  const readyAt = verifiedAt + (last && !state.bakeAtEnd ? 0 : state.bakeMs);
  if (now < readyAt) {
    const message = `baking at ${percent} % for ${Math.ceil((readyAt - now) / 1000)} s more`;
    return wait(seen, Math.min(readyAt - now, BAKE_LOOK_MS), message, { verifiedAt });
  }
  if (last) return goOn(seen, 'tagging', { verifiedAt });
  return goOn(seen, 'shifting', { stepIndex: state.stepIndex + 1, verifiedAt: null });
}

function tagging(pass: Pass): Decision {
  const { state } = pass;
  const { outcome } = pass.seen;
  if (outcome === undefined)
    return act(pass, { type: 'lambda.tag-function', key: state.rollout }, 'tagging the function');
  // The new version serves: a tag that could not be written costs the next plan its certainty, not this rollout.
  const untagged = outcome.ok ? '' : `; the function could not be tagged: ${outcome.error.message}`;
  return end(pass, 'succeeded', `version ${state.version} serves as ${state.alias}${untagged}`);
}

/** First step back: traffic. */
function returning(pass: Pass): Decision {
  const { state } = pass;
  const { outcome } = pass.seen;
  const { alias } = pass.world;
  const back = state.before;
  if (outcome?.ok === false)
    return notReturned(pass, `AWS refused to move the alias back: ${outcome.error.code}: ${outcome.error.message}`);
  if (state.creates)
    return state.configured || pass.world.latest !== undefined ? goOn(pass, 'deleting') : goOn(pass, 'unpublishing');
  if (alias === undefined || takenOver(pass)) return goOn(pass, 'unpublishing');
  if (back === null)
    return act(
      pass,
      { type: 'lambda.delete-alias', key: state.rollout, alias: state.alias },
      `removing the alias ${state.alias} again`,
    );
  if (alias.version === back && Object.keys(alias.additional).length === 0) return goOn(pass, 'unpublishing');
  if (outcome?.ok) return wait(pass, 500, 'waiting for the alias to show the old version');
  const action: LambdaAction = { type: 'lambda.set-alias', key: state.rollout, alias: state.alias, version: back };
  return act(pass, action, `sending all traffic back to version ${back}`);
}

function notReturned(pass: Pass, why: string): Decision {
  const { state } = pass;
  return end(
    pass,
    'failed',
    `${state.failure?.message ?? 'aborted'}; and ${why}; point the alias ${state.alias} at version ${state.before} by hand`,
  );
}

/** A step back that may fail without harm to what serves: it is tried once, and said when it did not work. */
function tidy(pass: Pass, needed: boolean, action: LambdaAction, message: string, next: Step): Decision {
  const { outcome } = pass.seen;
  if (!needed) return goOn(pass, next);
  if (outcome === undefined) {
    const { latest } = pass.world;
    if (latest !== undefined && settled(latest) === 'settling')
      return wait(pass, SETTLE_LOOK_MS, 'waiting for the function to settle');
    return act(pass, action, message);
  }
  return goOn(pass, next);
}

function unpublishing(pass: Pass): Decision {
  const { state } = pass;
  const action: LambdaAction = { type: 'lambda.delete-version', key: state.rollout, version: state.version ?? '' };
  return tidy(
    pass,
    state.published && state.version !== null,
    action,
    `deleting version ${state.version}`,
    'restoring-configuration',
  );
}

function restoringConfiguration(pass: Pass): Decision {
  const { state } = pass;
  const action: LambdaAction = {
    type: 'lambda.restore-configuration',
    key: state.rollout,
    version: state.before ?? '',
  };
  return tidy(
    pass,
    state.configured && state.before !== null,
    action,
    `putting the configuration of version ${state.before} back`,
    'restoring-code',
  );
}

function restoringCode(pass: Pass): Decision {
  const { state } = pass;
  const action: LambdaAction = { type: 'lambda.restore-code', key: state.rollout, version: state.before ?? '' };
  return tidy(
    pass,
    state.coded && state.before !== null,
    action,
    `putting the code of version ${state.before} back`,
    'over',
  );
}

function deleting(pass: Pass): Decision {
  const { outcome } = pass.seen;
  if (outcome?.ok === false)
    return end(
      pass,
      'failed',
      `${pass.state.failure?.message}; and the new function could not be deleted: ${outcome.error.message}`,
    );
  if (pass.world.latest === undefined || outcome?.ok) return goOn(pass, 'over');
  return act(
    pass,
    { type: 'lambda.delete-function', key: pass.state.rollout },
    'deleting the function that this rollout created',
  );
}

/** All steps back are done: name the end. */
function over(pass: Pass): Decision {
  const { state } = pass;
  const what = state.failure?.message ?? 'aborted';
  const touched = state.configured || state.coded || state.published;
  if (state.aborted)
    return end(pass, 'aborted', `${what}; ${touched ? 'what served before is back' : 'nothing was changed'}`);
  if (!touched) return end(pass, 'failed', `${what}; nothing was changed`);
  const back = state.creates
    ? 'the new function was deleted'
    : state.before === null
      ? 'no alias serves, as before'
      : `version ${state.before} serves`;
  return end(pass, 'rolled back', `${what}; ${back}`);
}

const STEPS: Record<Step, (pass: Pass) => Decision> = {
  creating,
  configuring,
  coding,
  publishing,
  readying,
  shifting,
  tagging,
  returning,
  unpublishing,
  'restoring-configuration': restoringConfiguration,
  'restoring-code': restoringCode,
  deleting,
  over,
};

const FORWARD: ReadonlySet<Step> = new Set(['creating', 'configuring', 'coding', 'publishing', 'readying', 'shifting']);

function abort(pass: Pass): Decision {
  const event: EventDraft = { code: 'rollout.aborting', level: 'warning', message: 'abort was asked for: going back' };
  return goOn({ ...pass, events: [...pass.events, event] }, 'returning', { aborted: true, failure: ABORTED });
}

/** @param hash digests, which pure code has to be given */
export function lambdaAlias(hash: CodeHash): Strategy {
  return {
    begin(spec, live) {
      return asJson(begin(spec, live as LiveLambda, hash));
    },

    wish(json) {
      const state = asState(json);
      const alarms = state.step === 'readying' || state.step === 'shifting' ? state.alarms : [];
      return { kind: 'lambda', target: state.target, alias: state.alias, version: state.version ?? undefined, alarms };
    },

    decide(json, seen, now) {
      const state = asState(json);
      const pass: Pass = { state, seen, world: seen.observation as LambdaSeen, now, events: [] };
      // An action in flight is heard first: what it made must be known before going back.
      if (seen.command === 'abort' && FORWARD.has(state.step) && seen.outcome === undefined) return abort(pass);
      return STEPS[state.step](pass);
    },
  };
}
