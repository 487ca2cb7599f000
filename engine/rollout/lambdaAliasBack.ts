/**
 * The way back of a Lambda rollout, from wherever it was: traffic first, then what the rollout made, then `$LATEST`.
 *
 *   returning (alias) → releasing → unpublishing → restoring-configuration → restoring-code → realiasing → unkeeping →
 *   closing;  what was created is deleted instead
 *
 * Pure.
 */
import type { LambdaAction } from './actions.ts';
import { EVENTUALLY_MS } from './cadence.ts';
import {
  type LambdaAliasState,
  type LambdaPass,
  leaving,
  SETTLE_LOOK_MS,
  SETTLE_TIMEOUT_MS,
  settled,
  takenOver,
} from './lambdaState.ts';
import type { LambdaSeen } from './observation.ts';
import { endings, type StepTable, waited, within } from './stepwise.ts';
import type { Decision } from './strategy.ts';
import type { Wait } from './waiting.ts';

/** @param table the strategy's own, which these steps are part of */
export function stepsBack(table: () => StepTable<LambdaAliasState, LambdaSeen>) {
  const { act, end, goOn, tidy, wait } = endings<LambdaAliasState, LambdaSeen>(table);

  /** First step back: traffic. */
  function returning(pass: LambdaPass): Decision {
    const { state, seen, world } = pass;
    const { rollout: key, alias, before } = state;
    if (state.creates) return goOn(pass, state.configured ? 'deleting' : 'closing');
    if (seen.outcome?.ok === false) {
      const { code, message } = seen.outcome.error;
      const byHand =
        before === null ? `delete the alias ${alias} by hand` : `point the alias ${alias} at version ${before} by hand`;
      return end(
        pass,
        'failed',
        `${state.failure?.message}; and AWS refused to move the alias back: ${code}: ${message}; ${byHand}`,
      );
    }
    if (world.alias === undefined || takenOver(pass)) return goOn(pass, 'releasing');
    if (before === null)
      return act(pass, { type: 'lambda.delete-alias', key, alias }, `removing the alias ${alias} again`);
    // An alias on `$LATEST` waits on the version that keeps it until `$LATEST` is itself again.
    const back = leaving(state) ?? before;
    const isBack = [before, back].includes(world.alias.version) && Object.keys(world.alias.additional).length === 0;
    // Before the alias was set back, a read that shows it so may only be older than the shift.
    if (isBack && (state.sets === 0 || state.returned)) return goOn(pass, 'releasing');
    if (seen.outcome?.ok) return wait(pass, 500, 'waiting for the alias to show the old version');
    return act(
      pass,
      { type: 'lambda.set-alias', key, alias, version: back },
      `sending all traffic back to version ${back}`,
      { returned: true },
    );
  }

  const settles = (pass: LambdaPass): Partial<Wait> => ({
    for: 'function',
    limit: within(pass, SETTLE_TIMEOUT_MS, 'goes on'),
  });

  /** A step back, once `$LATEST` has settled: an update under way would refuse it. */
  function tidyLatest(
    pass: LambdaPass,
    needed: boolean,
    action: LambdaAction,
    message: string,
    next: string,
  ): Decision {
    const { latest } = pass.world;
    const isLate = latest !== undefined && latest.lastModified < (pass.state.modifiedAt ?? '');
    const isSettling = latest !== undefined && settled(latest) === 'settling';
    const busy = (isLate || isSettling) && waited(pass) < SETTLE_TIMEOUT_MS;
    if (needed && busy && pass.seen.outcome === undefined)
      return wait(pass, SETTLE_LOOK_MS, 'waiting for the function to settle', {}, settles(pass));
    return tidy(pass, needed, action, message, next);
  }

  /** Provisioned concurrency as it was: a version that has it cannot be deleted. */
  function releasing(pass: LambdaPass): Decision {
    const { rollout: key, version, provisionSets, provisionedBefore } = pass.state;
    const executions = provisionedBefore[version ?? ''] ?? null;
    const action: LambdaAction = { type: 'lambda.set-provisioned', key, version: version ?? '', executions };
    const message = `putting the provisioned concurrency of version ${version} back`;
    return tidy(pass, provisionSets > 0 && version !== null, action, message, 'unpublishing');
  }

  function unpublishing(pass: LambdaPass): Decision {
    const { rollout: key, version, published } = pass.state;
    const action: LambdaAction = { type: 'lambda.delete-version', key, version: version ?? '' };
    return tidyLatest(
      pass,
      published && version !== null,
      action,
      `deleting version ${version}`,
      'restoring-configuration',
    );
  }

  function restoringConfiguration(pass: LambdaPass): Decision {
    const { rollout: key, configured, kept, description } = pass.state;
    const action: LambdaAction = { type: 'lambda.restore-configuration', key, version: kept ?? '', description };
    return tidyLatest(
      pass,
      configured && kept !== null,
      action,
      `putting the configuration of version ${kept} back`,
      'restoring-code',
    );
  }

  function restoringCode(pass: LambdaPass): Decision {
    const { rollout: key, coded, kept } = pass.state;
    const action: LambdaAction = { type: 'lambda.restore-code', key, version: kept ?? '' };
    return tidyLatest(pass, coded && kept !== null, action, `putting the code of version ${kept} back`, 'realiasing');
  }

  /** An alias that was on `$LATEST` goes back there last. */
  function realiasing(pass: LambdaPass): Decision {
    const { rollout: key, alias, before } = pass.state;
    const away =
      before === '$LATEST' &&
      pass.world.alias !== undefined &&
      pass.world.alias.version !== '$LATEST' &&
      !takenOver(pass);
    const action: LambdaAction = { type: 'lambda.set-alias', key, alias, version: '$LATEST' };
    return tidyLatest(pass, away, action, `pointing the alias ${alias} at $LATEST again`, 'unkeeping');
  }

  function unkeeping(pass: LambdaPass): Decision {
    const { rollout: key, kept, keptPublished } = pass.state;
    const action: LambdaAction = { type: 'lambda.delete-version', key, version: kept ?? '' };
    return tidyLatest(pass, keptPublished && kept !== null, action, `deleting version ${kept}`, 'closing');
  }

  /** Only what bears this rollout's tag: a function of the same name may be somebody else's. */
  function deleting(pass: LambdaPass): Decision {
    const { state, seen, world } = pass;
    if (seen.outcome?.ok === false)
      return end(
        pass,
        'failed',
        `${state.failure?.message}; and the new function could not be deleted: ${seen.outcome.error.message}`,
      );
    if (seen.outcome?.ok) return goOn(pass, 'closing');
    if (world.latest === undefined) {
      // What was made a moment ago may not show yet.
      if (waited(pass) >= EVENTUALLY_MS) return goOn(pass, 'closing');
      return wait(pass, SETTLE_LOOK_MS, 'making sure that the new function is gone');
    }
    return act(
      pass,
      { type: 'lambda.delete-own-function', key: state.rollout },
      'deleting the function that this rollout created',
    );
  }

  /** All steps back are done: name the end. */
  function closing(pass: LambdaPass): Decision {
    const { state } = pass;
    const what = state.failure?.message ?? 'aborted';
    const left = state.left.length === 0 ? '' : `; left behind: ${state.left.join('; ')}`;
    const changed = state.provisionSets > 0 || state.linkIndex !== null;
    const touched = state.configured || state.coded || state.published || state.sets > 0 || changed;
    if (!touched) return end(pass, state.aborted ? 'aborted' : 'failed', `${what}; nothing was changed${left}`);
    const back = state.creates
      ? 'the new function was deleted'
      : state.before === null
        ? 'no alias serves, as before'
        : `version ${state.before} serves`;
    return end(pass, state.aborted ? 'aborted' : 'rolled back', `${what}; ${back}${left}`);
  }

  return {
    returning,
    releasing,
    unpublishing,
    'restoring-configuration': restoringConfiguration,
    'restoring-code': restoringCode,
    realiasing,
    unkeeping,
    deleting,
    closing,
  };
}
