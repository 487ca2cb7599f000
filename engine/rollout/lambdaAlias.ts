/**
 * Lambda: bring `$LATEST` to the definition, publish a version, wait until it is ready, and move the alias to it: at
 * once, or in steps with a bake after each.
 *
 *   vetting → creating | securing → configuring → coding → publishing → readying → provisioning → shifting → connecting →
 *   tagging → retiring (old versions) → succeeded
 *                                  any failure ↓
 *   disconnecting → returning (alias) → releasing → unpublishing → restoring (`$LATEST`) → rolled back;  what was
 *   created is deleted
 *
 * A change of event sources or provisioned concurrency alone begins at provisioning, with the version that serves.
 * Provisioned concurrency hangs on the version, not on the alias: so it can be ready before the alias moves.
 *
 * Owns nothing: all state is in the record.
 */
import type { CodeHash } from '../hash.ts';
import type { JsonObject } from '../json.ts';
import {
  codeDifferences,
  configurationDifferences,
  functionDifferences,
  type LambdaDesired,
  type LiveLambda,
  PROVISIONED_TAG,
  sourceChanges,
} from '../plan/index.ts';
import type { LambdaAction, Outcome } from './actions.ts';
import { alarmFailure, broken, misfit, refused } from './failures.ts';
import { stepsBack } from './lambdaAliasBack.ts';
import { linkSteps, linksOf, linkWish } from './lambdaEventSources.ts';
import {
  isUntouched,
  type LambdaAliasState,
  type LambdaPass,
  leaving,
  SETTLE_LOOK_MS,
  SETTLE_TIMEOUT_MS,
  settled,
  takenOver,
} from './lambdaState.ts';
import { type AliasSeen, type LambdaSeen, NOTHING_OF_LAMBDA } from './observation.ts';
import { vetAlarms } from './preflight.ts';
import type { Phase, Progress } from './record.ts';
import { endings, type StepTable, stepwise, waited, within } from './stepwise.ts';
import type { Decision, RolloutSpec, Sight, Strategy } from './strategy.ts';
import {
  bakeEveryMs,
  bakeLook,
  bakeOf,
  bakeWait,
  baking,
  MOST_SETS,
  mayBeInForce,
  promoted,
  shiftOf,
  UNSET,
} from './trafficSteps.ts';

const FORWARD = [
  'vetting',
  'creating',
  'securing',
  'configuring',
  'coding',
  'publishing',
  'readying',
  'provisioning',
  'shifting',
  'connecting',
] as const;

/** Provisioned concurrency takes one to three minutes, and longer the more of it. */
const PROVISION_TIMEOUT_MS = 30 * 60_000;
const PROVISION_LOOK_MS = 10_000;

/** How long callers may still reach the old version after the alias has left it: seconds. An inferred figure, doubled. */
const LEAVING_MS = 10_000;

/** AWS may round a weight; a share closer than this is the share, percent. */
const SAME_PERCENT = 0.5;

const { act, end, fail, goOn, look, tidy, wait } = endings<LambdaAliasState, LambdaSeen>(() => TABLE);

/** Does somebody call, or has somebody changed, a `$LATEST` that no version keeps? */
function secures(live: LiveLambda): boolean {
  if (live.latest === undefined) return false;
  const served = live.alias?.['FunctionVersion'];
  return served === undefined || served === '$LATEST' || live.serving?.['CodeSha256'] !== live.latest['CodeSha256'];
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

/** The first step that may change something. */
const firstChange = ({ creates, keepsVersion }: Pick<LambdaAliasState, 'creates' | 'keepsVersion'>): string =>
  creates ? 'creating' : keepsVersion ? 'provisioning' : 'securing';

function begin(spec: RolloutSpec, live: LiveLambda, hash: CodeHash): LambdaAliasState {
  const desired = spec.desired as LambdaDesired;
  const { settings } = desired;
  const creates = live.latest === undefined;
  const before = live.alias === undefined ? null : String(live.alias['FunctionVersion']);
  // Where the function is as asked for, the version that serves stays.
  const served = before !== null && before !== '$LATEST' && !spec.force;
  const keepsVersion = served && functionDifferences(live, desired, hash).length === 0;
  return {
    step: settings.alarmNames.length > 0 ? 'vetting' : firstChange({ creates, keepsVersion }),
    rollout: spec.rollout,
    target: desired.target,
    alias: settings.alias,
    creates,
    before,
    secures: secures(live),
    kept: before === '$LATEST' ? null : before,
    keptPublished: false,
    description: String(live.latest?.['Description'] ?? ''),
    wasSettled: isSettled(live),
    configurationDiffers:
      live.latest !== undefined && configurationDifferences(live.latest, desired.function).length > 0,
    codeDiffers: codeDiffers(desired, live, spec.force, hash),
    configured: false,
    coded: false,
    modifiedAt: null,
    returned: false,
    version: keepsVersion ? before : null,
    servedCode: null,
    published: false,
    keepsVersion,
    ...shiftOf(settings.trafficShifting, before !== null),
    alarms: settings.alarmNames,
    skips: spec.skips,
    readinessIntervalMs: settings.readinessIntervalSeconds * 1000,
    readinessLeft: settings.readinessMaxRetries,
    provisions: settings.provisionedConcurrency,
    provisionedBefore: live.provisioned ?? {},
    provisionedByUs: live.tags[PROVISIONED_TAG] ?? null,
    provisionSets: 0,
    ...linksOf(sourceChanges(live, desired).map(({ link }) => link)),
    waitingSince: null,
    left: [],
    failure: null,
    aborted: false,
  };
}

/** Is no update of `$LATEST` under way? Functions made before states existed have none. */
function isSettled({ latest }: LiveLambda): boolean {
  if (latest === undefined) return false;
  const { State = 'Active', LastUpdateStatus = 'Successful' } = latest;
  return State !== 'Pending' && LastUpdateStatus !== 'InProgress';
}

/** Share of traffic that the new version gets, by the alias as it is seen. */
function progress({ world: { alias }, state: { version } }: LambdaPass): Progress {
  if (alias === undefined || version === null) return {};
  const others = Object.values(alias.additional).reduce((sum, percent) => sum + percent, 0);
  return { trafficPercent: alias.version === version ? 100 - others : (alias.additional[version] ?? 0) };
}

/** A change whose answer was lost may have been made: it counts as made when it comes to going back. */
const mayBeDone = (outcome: Outcome): boolean => outcome.ok || outcome.error.passing;

/** Since when a change that was made is so. */
const modified = (outcome: Outcome): Pick<LambdaAliasState, 'modifiedAt'> => ({
  modifiedAt: outcome.ok ? String(outcome.data['lastModified'] ?? '') : null,
});

/** Waits until `$LATEST` is settled; undefined when it is. */
function waitUntilSettled(pass: LambdaPass, what: string, ours: boolean): Decision | undefined {
  const { latest } = pass.world;
  if (latest === undefined && isUntouched(pass.state)) return undefined;
  if (waited(pass) > SETTLE_TIMEOUT_MS)
    return fail(pass, broken(`${what} did not settle within ${SETTLE_TIMEOUT_MS / 60_000} minutes`, [], 'timeout'));
  const about = { for: 'function', limit: within(pass, SETTLE_TIMEOUT_MS) } as const;
  const look = (message: string) => wait(pass, SETTLE_LOOK_MS, message, {}, about);
  if (latest === undefined) return look('waiting for the function to appear');
  if (latest.lastModified < (pass.state.modifiedAt ?? '')) return look(`waiting for Lambda to show ${what}`);
  const status = settled(latest);
  if (status === 'settling') return look(`waiting for ${what} to settle`);
  // A failed update of somebody else's does not matter: ours comes next and replaces it.
  if (status !== 'settled' && ours) return fail(pass, broken(`${what} failed: ${status.reason}`, [status.reason]));
  return undefined;
}

/** Refuses what could not be protected. */
function vetting(pass: LambdaPass): Decision {
  const { state, world } = pass;
  const { refusal, alarms, told } = vetAlarms(world.alarms, state.alarms, state.skips ?? []);
  if (refusal !== undefined) {
    const failure = misfit(refusal.message, refusal.hint);
    return end({ ...pass, state: { ...state, failure } }, 'failed', `${failure.message}; nothing was changed`);
  }
  const next = { ...pass, events: [...pass.events, ...told] };
  return look(next, firstChange(state), 'the alarms are well', { alarms });
}

function creating(pass: LambdaPass): Decision {
  const { outcome } = pass.seen;
  if (outcome?.ok === false)
    return fail(pass, refused('create the function', outcome.error), { configured: mayBeDone(outcome) });
  if (outcome?.ok) return goOn(pass, 'publishing', { coded: true, configured: true });
  return act(pass, { type: 'lambda.create-function', key: pass.state.rollout }, 'creating the function');
}

function securing(pass: LambdaPass): Decision {
  const { state, seen } = pass;
  if (!state.secures) return goOn(pass, 'configuring');
  if (seen.outcome?.ok === false) return fail(pass, refused('keep what $LATEST is as a version', seen.outcome.error));
  if (seen.outcome?.ok) {
    const { version, published } = seen.outcome.data;
    return goOn(pass, 'configuring', { kept: String(version), keptPublished: published === true });
  }
  const busy = waitUntilSettled(pass, 'the function', false);
  return (
    busy ??
    act(
      pass,
      { type: 'lambda.publish-version', key: state.rollout, purpose: 'keep' },
      'keeping what $LATEST is as a version',
    )
  );
}

function configuring(pass: LambdaPass): Decision {
  const { state, seen } = pass;
  if (seen.outcome?.ok === false) {
    return fail(pass, refused("update the function's configuration", seen.outcome.error), {
      configured: mayBeDone(seen.outcome),
    });
  }
  if (seen.outcome?.ok) {
    const configured = { configured: true, ...modified(seen.outcome) };
    return wait(pass, SETTLE_LOOK_MS, 'waiting for the configuration update to settle', configured);
  }
  const busy = waitUntilSettled(pass, 'the configuration update', state.configured);
  if (busy) return busy;
  if (!state.configurationDiffers || state.configured) return goOn(pass, 'coding');
  return act(
    pass,
    { type: 'lambda.update-configuration', key: state.rollout },
    "updating the function's configuration",
  );
}

function coding(pass: LambdaPass): Decision {
  const { state, seen } = pass;
  if (seen.outcome?.ok === false) {
    return fail(pass, refused("update the function's code", seen.outcome.error), { coded: mayBeDone(seen.outcome) });
  }
  if (seen.outcome?.ok) {
    const coded = { coded: true, ...modified(seen.outcome) };
    return wait(pass, SETTLE_LOOK_MS, 'waiting for the code update to settle', coded);
  }
  const busy = waitUntilSettled(pass, 'the code update', state.coded);
  if (busy) return busy;
  if (!state.codeDiffers || state.coded) return goOn(pass, 'publishing');
  return act(pass, { type: 'lambda.update-code', key: state.rollout }, "updating the function's code");
}

function publishing(pass: LambdaPass): Decision {
  const { state, seen } = pass;
  if (seen.outcome?.ok === false) return fail(pass, refused('publish a version', seen.outcome.error));
  if (seen.outcome?.ok) {
    const { data } = seen.outcome;
    const version = String(data['version']);
    const made = {
      version,
      published: data['published'] === true,
      servedCode: String(data['codeSha256'] ?? '') || null,
    };
    const next = data['state'] === 'Active' ? 'provisioning' : 'readying';
    return look(pass, next, `waiting for version ${version} to be Active`, made);
  }
  const busy = waitUntilSettled(pass, 'the function', true);
  return (
    busy ?? act(pass, { type: 'lambda.publish-version', key: state.rollout, purpose: 'serve' }, 'publishing a version')
  );
}

function readying(pass: LambdaPass): Decision {
  const { state, world } = pass;
  const { version } = world;
  if (version?.state === 'Active') return goOn(pass, 'provisioning');
  if (version?.state === 'Failed') {
    const reason = `${version.stateReasonCode ?? 'Failed'}: ${version.stateReason ?? 'no reason given'}`;
    return fail(pass, broken(`version ${state.version} failed: ${reason}`, [reason]));
  }
  if (state.readinessLeft <= 0) {
    const seen = version?.stateReason ?? version?.state ?? 'not seen';
    return fail(pass, broken(`version ${state.version} was not ready in time: ${seen}`, [], 'timeout'));
  }
  const limit = { at: pass.now + state.readinessLeft * state.readinessIntervalMs, ends: 'gives up' } as const;
  const isSeen = version === undefined ? '' : `, it is ${version.state} now`;
  const text = `waiting for version ${state.version} to be Active${isSeen}`;
  return wait(
    pass,
    state.readinessIntervalMs,
    `waiting for version ${state.version} to be Active`,
    { readinessLeft: state.readinessLeft - 1 },
    { for: 'version', text, limit },
  );
}

/** The executions that are kept ready are so before the first request comes. */
function provisioning(pass: LambdaPass): Decision {
  const { state, seen, world } = pass;
  const { provisions, version, rollout: key } = state;
  const next = state.keepsVersion ? 'connecting' : 'shifting';
  if (provisions === null || version === null) return goOn(pass, next);
  const what = `provisioned concurrency of version ${version}`;
  if (seen.outcome?.ok === false) return fail(pass, refused(`set the ${what}`, seen.outcome.error));
  const { provisioned } = world;
  const isAsked = provisioned?.requested === provisions;
  if (isAsked && provisioned.status === 'READY') return goOn(pass, next);
  if (isAsked && provisioned.status === 'FAILED' && state.provisionSets > 0) {
    const reason = provisioned.reason ?? 'no reason given';
    return fail(pass, broken(`the ${what} failed: ${reason}`, [reason]));
  }
  if (waited(pass) > PROVISION_TIMEOUT_MS) {
    const minutes = PROVISION_TIMEOUT_MS / 60_000;
    return fail(pass, broken(`the ${what} was not ready in ${minutes} minutes`, [], 'timeout'));
  }
  if (isAsked || seen.outcome?.ok) {
    const about = { for: 'provisioned', limit: within(pass, PROVISION_TIMEOUT_MS) } as const;
    return wait(pass, PROVISION_LOOK_MS, `waiting for the ${what} to be ready`, {}, about);
  }
  if (state.provisionSets >= MOST_SETS)
    return fail(pass, broken(`the ${what} does not stay, however often it is set`, []));
  const action: LambdaAction = { type: 'lambda.set-provisioned', key, version, executions: provisions };
  const provisionSets = state.provisionSets + 1;
  return act(pass, action, `keeping ${provisions} executions of version ${version} ready`, { provisionSets });
}

/** The alias write that a traffic step wants. */
function aliasFor(state: LambdaAliasState, percent: number): LambdaAction {
  const { rollout: key, alias } = state;
  const version = state.version!;
  const old = leaving(state);
  if (state.before === null) return { type: 'lambda.create-alias', key, alias, version };
  if (percent >= 100 || old === version || old === null) return { type: 'lambda.set-alias', key, alias, version };
  return { type: 'lambda.set-alias', key, alias, version: old, additional: { version, percent } };
}

function aliasIs({ world: { alias }, state }: LambdaPass, percent: number): boolean {
  if (alias === undefined) return false;
  const shares = Object.entries(alias.additional);
  const old = leaving(state);
  if (percent >= 100 || old === state.version || old === null)
    return alias.version === state.version && shares.length === 0;
  const [share] = shares;
  return (
    alias.version === old &&
    shares.length === 1 &&
    share?.[0] === state.version &&
    Math.abs(share[1] - percent) < SAME_PERCENT
  );
}

/** What the answer to a write of the alias says it is now. */
function aliasAnswered(outcome: Outcome | undefined): AliasSeen | undefined {
  const answered = outcome?.ok ? outcome.data['alias'] : undefined;
  return answered === undefined ? undefined : (answered as unknown as AliasSeen);
}

function shifting(seenPass: LambdaPass): Decision {
  const told = aliasAnswered(seenPass.seen.outcome);
  const pass = told === undefined ? seenPass : { ...seenPass, world: { ...seenPass.world, alias: told } };
  const { state, seen, world } = pass;
  if (seen.outcome?.ok === false) return fail(pass, refused(`move the alias ${state.alias}`, seen.outcome.error));
  if (takenOver(pass)) {
    return end(
      pass,
      'superseded',
      `somebody else moved the alias ${state.alias} to version ${world.alias?.version}; it is left alone`,
    );
  }
  const alarm = told ? undefined : alarmFailure(world.alarms, state.alarms, 'the logs of the new version');
  if (alarm) return fail({ ...pass, events: [...pass.events, ...alarm.told] }, alarm.failure);
  const percent = state.weights[state.stepIndex] ?? 100;
  if (seen.sight === 'glance') return glance(pass, percent);
  return aliasIs(pass, percent) ? bake(pass, percent) : setWeight(pass, percent);
}

/** Amid a bake only alarms are looked at. */
function glance(pass: LambdaPass, percent: number): Decision {
  const { leftMs } = bakeOf(pass.state, pass.now, percent, '');
  return leftMs > 0 ? bake(pass, percent) : look(pass, 'shifting', baking(pass.state, 0), { glances: false });
}

/** Not set yet, lost in a crash, or edited by hand: it is set, and the bake starts over. */
function setWeight(pass: LambdaPass, percent: number): Decision {
  const { state } = pass;
  if (mayBeInForce(state, pass.now)) return wait(pass, 500, `waiting for the alias to show ${percent} %`);
  if (state.sets >= MOST_SETS) {
    return fail(
      pass,
      broken(
        `the alias ${state.alias} does not keep ${percent} % for version ${state.version}, however often it is set`,
        [],
      ),
    );
  }
  const message = `giving version ${state.version} ${percent} % of the traffic`;
  return act(pass, aliasFor(state, percent), message, {
    verifiedAt: null,
    sets: state.sets + 1,
    setAt: pass.now,
  });
}

/** Holds a weight that is in force for as long as it bakes, then goes on. */
function bake(pass: LambdaPass, percent: number): Decision {
  const shifted = `version ${pass.state.version} gets ${percent} % of the traffic`;
  const { told, verifiedAt, leftMs, isLast } = bakeOf(pass.state, pass.now, percent, shifted);
  const next = { ...pass, events: [...pass.events, ...told] };
  if (leftMs > 0) {
    const everyMs = bakeEveryMs(pass.state);
    const { ms, glances } = bakeLook(everyMs, pass.now - verifiedAt, leftMs);
    const about = bakeWait(pass.state, pass.now, leftMs, everyMs);
    return wait(next, ms, baking(pass.state, leftMs), { verifiedAt, glances }, about);
  }
  if (isLast) return goOn(next, 'connecting', { verifiedAt });
  return goOn(next, 'shifting', { stepIndex: pass.state.stepIndex + 1, ...UNSET });
}

function tagging(pass: LambdaPass): Decision {
  const { state, seen } = pass;
  if (seen.outcome === undefined)
    return act(
      pass,
      { type: 'lambda.tag-function', key: state.rollout, version: state.version, code: state.servedCode },
      'tagging the function',
    );
  // The new version serves: a tag that could not be written costs the next plan its certainty, not this rollout.
  const untagged = seen.outcome.ok ? [] : [`the function could not be tagged: ${seen.outcome.error.message}`];
  return goOn(pass, 'retiring', { left: [...state.left, ...untagged] });
}

/** Versions that the rollout leaves behind: what served, and what `$LATEST` was kept as. */
function leftBehind({ before, kept, keptPublished, version }: LambdaAliasState): string[] {
  const old = new Set([before, keptPublished ? kept : null]);
  return [...old].filter((one) => one !== null && one !== '$LATEST' && one !== version) as string[];
}

/** Old versions go, unless something uses them; what cannot be deleted stays, and does the new version no harm. */
function retiring(pass: LambdaPass): Decision {
  const { state, seen } = pass;
  const { alias, provisions, provisionedBefore, provisionedByUs, rollout: key } = state;
  const versions = leftBehind(state);
  const released = [
    ...versions.filter((version) => version === provisionedByUs),
    ...(provisions !== null && provisionedBefore[alias] !== undefined ? [alias] : []),
  ];
  const finished = (notes: readonly string[]) =>
    end(pass, 'succeeded', [`version ${state.version} serves as ${alias}`, ...state.left, ...notes].join('; '));
  if (versions.length + released.length === 0) return finished([]);
  const names = [...versions.map((version) => `version ${version}`), ...released.map((one) => `reserve of ${one}`)];
  if (seen.outcome?.ok === false)
    return finished([`${names.join(', ')} could not be deleted: ${seen.outcome.error.message}`]);
  if (seen.outcome?.ok) return finished((seen.outcome.data['kept'] ?? []) as readonly string[]);
  const leaving = LEAVING_MS - waited(pass);
  if (state.waitingSince === null || leaving > 0) {
    const about = { for: 'drain', limit: within(pass, LEAVING_MS, 'goes on') } as const;
    const message = `letting the last requests of version ${versions[0] ?? alias} end`;
    return wait(pass, Math.max(0, leaving), message, {}, about);
  }
  return act(pass, { type: 'lambda.retire', key, versions, released }, `deleting version ${versions.join(', ')}`);
}

const { connecting, disconnecting } = linkSteps<LambdaAliasState>(
  { act, end, fail, goOn, look, tidy, wait },
  { forward: 'tagging', back: 'returning' },
);

/** Steps that may come to wait for provisioned concurrency. */
const AWAITED: ReadonlySet<string> = new Set(['readying', 'provisioning']);

/** Steps that look at the alarms. */
const WATCHED: ReadonlySet<string> = new Set(['vetting', 'readying', 'provisioning', 'shifting']);
/** Steps that look at `$LATEST` itself only where it may have to be deleted. */
const BESIDE_LATEST: ReadonlySet<string> = new Set(['readying', 'provisioning', 'shifting', 'connecting']);

/** What was written or is about to be needs no look, where its answer tells all that comes next. */
function sight(state: LambdaAliasState, outcome: Outcome | undefined): Sight {
  const unless = (needed: boolean): Sight => (needed ? 'full' : 'none');
  switch (state.step) {
    case 'vetting':
      return unless(state.alarms.length > 0);
    case 'creating':
    case 'tagging':
    case 'retiring':
      return 'none';
    case 'securing':
      return unless(outcome === undefined && state.secures && !isUntouched(state));
    case 'configuring':
    case 'coding':
    case 'publishing':
      return unless(outcome === undefined && !isUntouched(state));
    case 'provisioning':
      return unless(outcome === undefined && state.provisions !== null);
    case 'connecting':
      return unless(state.links.length > 0);
    case 'shifting':
      if (aliasAnswered(outcome) !== undefined) return 'none';
      return state.glances && outcome === undefined ? 'glance' : 'full';
    default:
      return 'full';
  }
}

const PHASES: Readonly<Record<string, Phase>> = {
  vetting: 'preparing',
  creating: 'preparing',
  securing: 'preparing',
  configuring: 'preparing',
  coding: 'preparing',
  publishing: 'launching',
  readying: 'stabilizing',
  provisioning: 'stabilizing',
  shifting: 'shifting',
  connecting: 'finishing',
  tagging: 'finishing',
  retiring: 'finishing',
};

const TABLE: StepTable<LambdaAliasState, LambdaSeen> = {
  // Replaced by the strategy that is made with a hash.
  begin: () => ({}),
  wish: (state, sight) => {
    const { step, target, alias, version, alarms, provisions } = state;
    return {
      kind: 'lambda',
      target,
      alias: PHASES[step] === 'preparing' || sight === 'glance' ? '' : alias,
      // What was created is deleted on the way back, wherever that begins: it has to be known to be there.
      latest: step !== 'vetting' && sight === 'full' && (state.creates || !BESIDE_LATEST.has(step)),
      version: AWAITED.has(step) && version !== null ? version : undefined,
      alarms: WATCHED.has(step) ? alarms : [],
      ...(step === 'connecting' || step === 'disconnecting' ? linkWish(state) : {}),
      ...(provisions !== null && version !== null && AWAITED.has(step) ? { provisionedOf: version } : {}),
    };
  },
  steps: {
    vetting,
    creating,
    securing,
    configuring,
    coding,
    publishing,
    readying,
    provisioning,
    shifting,
    connecting,
    tagging,
    retiring,
    disconnecting,
    ...stepsBack(() => TABLE),
  },
  forward: new Set<string>(FORWARD),
  promote: ({ state, now }, all) => promoted(state, now, all, state.step === 'shifting'),
  back: ({ linkIndex }) => (linkIndex === null ? 'returning' : 'disconnecting'),
  phaseOf: (step) => PHASES[step] ?? 'rolling back',
  progress,
  sight,
  nothing: NOTHING_OF_LAMBDA,
  serving: ({ version }) => version,
};

/** @param hash digests, which pure code has to be given */
export function lambdaAlias(hash: CodeHash): Strategy {
  return stepwise({ ...TABLE, begin: (spec, live) => begin(spec, live as LiveLambda, hash) as unknown as JsonObject });
}
