/**
 * The way back of a blue/green rollout by task sets, from wherever it was: traffic first, then the primary set, then
 * what the rollout made.
 *
 *   returning (traffic) → demoting → removing → rescaling → detaching → deleting → cleaning → closing
 *
 * Pure. What was shifted is sent back whatever a read says: it may be older than the shift.
 */
import { isEmpty } from '../plan/index.ts';
import type { Action } from './actions.ts';
import { lookAgainMs } from './cadence.ts';
import {
  type BgPass,
  type EcsBlueGreenState,
  EVENTUALLY_MS,
  externalIdOf,
  REMOVING_TIMEOUT_MS,
  WEIGHTS_LOOK_MS,
  WEIGHTS_SETTLE_MS,
  wantedAt,
} from './ecsBlueGreenState.ts';
import type { EcsSeen, TaskSetSeen } from './observation.ts';
import { endings, type StepTable, waited, within } from './stepwise.ts';
import type { Decision } from './strategy.ts';
import type { Wait } from './waiting.ts';
import { areInForce } from './weights.ts';

const removes = (state: EcsBlueGreenState): boolean =>
  state.aborted || (state.shifted ? state.deleteNewUponTrafficShiftFailure : state.deleteNewUponFailure);

/** The set of this rollout, also where the answer that named it was lost. */
const ownSet = ({ world, state }: BgPass): TaskSetSeen | undefined =>
  world.service?.taskSets.find(({ id, externalId }) => id === state.taskSet || externalId === externalIdOf(state));

/**
 * Has somebody else deleted what served before? A rollout going back never does, and a read that is too old would still
 * show it.
 */
function hasLostOld({ state, world }: BgPass): boolean {
  if (state.primaryBefore === null || world.service === undefined) return false;
  return !world.service.taskSets.some(({ id, status }) => id === state.primaryBefore && status !== 'DRAINING');
}

/** @param table the strategy's own, which these steps are part of */
export function stepsBack(table: () => StepTable<EcsBlueGreenState, EcsSeen>) {
  const { act, end, goOn, look, tidy, wait } = endings<EcsBlueGreenState, EcsSeen>(table);

  /** The load balancer has followed at the latest so long after the traffic was sent back. */
  const followed = (returnedAt: number): Partial<Wait> => ({
    for: 'traffic',
    limit: { at: returnedAt + WEIGHTS_SETTLE_MS, ends: 'goes on' },
  });

  const drains = (pass: BgPass): Partial<Wait> => ({
    for: 'drain',
    limit: within(pass, REMOVING_TIMEOUT_MS, 'goes on'),
    lookEveryMs: pass.state.pollIntervalMs,
  });

  /**
   * First step back: traffic. What was shifted is sent back whatever a read says, which may be older than the shift.
   */
  function returning(pass: BgPass): Decision {
    const { state, seen, world, now } = pass;
    const begins = seen.outcome === undefined && state.returnedAt === null;
    if (begins && hasLostOld(pass) && (ownSet(pass)?.runningCount ?? 0) > 0) {
      const gone = 'somebody deleted the task set that served before, so the new tasks are left as they are';
      return end(pass, 'failed', `${state.failure?.message}; ${gone}: deploy a revision that works`);
    }
    if (!state.shifted) return goOn(pass, 'demoting');
    const back = wantedAt(state, state.primaryBefore === null ? 100 : 0);
    if (seen.outcome?.ok === false) {
      if (!areInForce(world.forwards, back)) return stuck(pass, 'send the traffic back', seen.outcome.error);
      // The shift was refused like this: nothing was moved, unless what shows is older than that.
      const message = 'AWS refuses to change the listeners, which show the old weights: making sure';
      return wait(pass, WEIGHTS_SETTLE_MS, message, { returnedAt: now }, followed(now));
    }
    const { returnedAt } = state;
    const isBack = returnedAt !== null && areInForce(world.forwards, back);
    if (isBack && now - returnedAt >= WEIGHTS_SETTLE_MS) return goOn(pass, 'demoting');
    if (isBack) {
      const ms = returnedAt + WEIGHTS_SETTLE_MS - now;
      return wait(pass, ms, 'waiting for the load balancer to follow', {}, followed(returnedAt));
    }
    if (returnedAt !== null && now - returnedAt < EVENTUALLY_MS)
      return wait(pass, WEIGHTS_LOOK_MS, 'waiting for the listeners to show the old weights', {}, { for: 'traffic' });
    const action: Action = { type: 'elb.set-weights', key: state.rollout, forwards: back };
    return act(pass, action, 'sending all traffic back', { returnedAt: now });
  }

  /** The way back is barred: the one end that needs a person at once. */
  function stuck(pass: BgPass, what: string, error: { readonly code: string; readonly message: string }): Decision {
    return end(
      pass,
      'failed',
      `${pass.state.failure?.message}; and AWS refused to ${what}: ${error.code}: ${error.message}; look at the listeners and task sets of the service by hand`,
    );
  }

  function demoting(pass: BgPass): Decision {
    const { state, seen } = pass;
    if (seen.outcome?.ok === false) return stuck(pass, 'make the old task set primary again', seen.outcome.error);
    const wrong = state.promoted && state.primaryBefore !== null;
    if (!wrong || seen.outcome?.ok) return goOn(pass, 'removing');
    return act(
      pass,
      { type: 'ecs.set-primary-task-set', key: state.rollout, taskSet: state.primaryBefore! },
      'making the old task set primary again',
    );
  }

  function removing(pass: BgPass): Decision {
    const { state, seen } = pass;
    if (!state.launched || !removes(state)) return goOn(pass, 'rescaling');
    if (seen.outcome?.ok === false) {
      const left = [...state.left, `the new task set: ${seen.outcome.error.code}: ${seen.outcome.error.message}`];
      return look(pass, 'rescaling', 'the new task set stays', { left });
    }
    const set = ownSet(pass);
    const id = set?.id ?? state.taskSet;
    // A set that was made a moment ago may not show yet; one whose id was never told has to.
    if (!state.removed && id !== null) {
      const action: Action = { type: 'ecs.delete-task-set', key: state.rollout, taskSet: id };
      return act(pass, action, 'deleting the new task set', { removed: true });
    }
    if (set === undefined && (state.removed || waited(pass) >= EVENTUALLY_MS))
      return look(pass, 'rescaling', 'the new tasks are gone');
    if (waited(pass) >= REMOVING_TIMEOUT_MS)
      return look(pass, 'rescaling', 'the new tasks still drain', {
        left: [...state.left, 'the new task set, which is still draining'],
      });
    const ms = lookAgainMs(waited(pass), state.pollIntervalMs);
    return wait(pass, ms, 'waiting for the new tasks to drain', {}, drains(pass));
  }

  function rescaling(pass: BgPass): Decision {
    const { rollout: key, scaled, wayBack } = pass.state;
    const values = wayBack?.values ?? {};
    const action: Action = { type: 'ecs.restore-service', key, taskDefinition: null, values, tags: null };
    return tidy(pass, scaled && !isEmpty(values), action, 'putting the service back', 'detaching');
  }

  /** Exactly the weights of before, where the new set is gone. */
  function detaching(pass: BgPass): Decision {
    const { rollout: key, attached, forwardsBefore, launched } = pass.state;
    const kept = launched && !removes(pass.state);
    const exact = forwardsBefore.every((before) => {
      const now = pass.world.forwards.find(({ arn }) => arn === before.arn);
      return JSON.stringify(now?.weights) === JSON.stringify(before.weights);
    });
    const action: Action = { type: 'elb.set-weights', key, forwards: forwardsBefore };
    return tidy(pass, attached && !kept && !exact, action, 'putting the listeners back', 'deleting');
  }

  function deleting(pass: BgPass): Decision {
    const { state, seen, world } = pass;
    if (!state.created || !removes(state)) return goOn(pass, 'cleaning');
    if (seen.outcome?.ok === false)
      return goOn(pass, 'cleaning', { left: [...state.left, `the new service: ${seen.outcome.error.message}`] });
    if (!state.deleted) {
      const action: Action = { type: 'ecs.delete-service', key: state.rollout };
      return act(pass, action, 'deleting the service that this rollout created', { deleted: true });
    }
    const status = world.service?.status;
    if (status === undefined || status === 'INACTIVE') return goOn(pass, 'cleaning');
    if (waited(pass) >= REMOVING_TIMEOUT_MS)
      return goOn(pass, 'cleaning', { left: [...state.left, 'the new service, which is still draining'] });
    const ms = lookAgainMs(waited(pass), state.pollIntervalMs);
    return wait(pass, ms, 'waiting for the new service to drain', {}, drains(pass));
  }

  function cleaning(pass: BgPass): Decision {
    const { rollout: key, family, taskDefinition, registering: registered, launched } = pass.state;
    const kept = launched && !removes(pass.state);
    const action: Action = { type: 'ecs.deregister-task-definition', key, family: family ?? '', taskDefinition };
    return tidy(pass, registered && !kept, action, 'deregistering the new task definition', 'closing');
  }

  /** All steps back are done: name the end. */
  function closing(pass: BgPass): Decision {
    const { state } = pass;
    const what = state.failure?.message ?? 'aborted';
    const left = state.left.length === 0 ? '' : `; left behind: ${state.left.join('; ')}`;
    const touched = state.created || state.scaled || state.attached || state.launched;
    if (!touched) return end(pass, state.aborted ? 'aborted' : 'failed', `${what}; nothing was changed${left}`);
    const kept = state.launched && !removes(state) ? '; the new tasks are kept for a look' : '';
    if (hasLostOld(pass)) {
      const gone = 'nothing serves: somebody deleted the task set that served before';
      return end(pass, 'failed', `${what}; ${gone}${kept}${left}`);
    }
    const back = state.primaryBefore === null ? 'nothing serves, as before' : 'what served before serves everything';
    return end(pass, state.aborted ? 'aborted' : 'rolled back', `${what}; ${back}${kept}${left}`);
  }

  return { returning, demoting, removing, rescaling, detaching, deleting, cleaning, closing };
}
