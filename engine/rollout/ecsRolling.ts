/**
 * ECS rolling: ECS replaces the tasks itself, within minimumHealthyPercent and maximumPercent; this strategy registers
 * the task definition, starts the deployment, watches it by its id, and goes back when it fails.
 *
 *   vetting → registering → tagging → applying → settling → succeeded
 *                              no room: falling-back ⇄
 *                     any failure ↓
 *        restoring → settling-back, or deleting what was created → cleaning → rolled back
 *
 * Owns nothing: all state is in the record. It never calls a deployment a success that ECS itself rolled back.
 */
import type { JsonObject } from '../json.ts';
import { type LiveEcs, taskDefinitionName } from '../plan/index.ts';
import { goesOver, noRoomYet } from './ecsCapacity.ts';
import { tripped } from './ecsEvidence.ts';
import {
  beginService,
  countedFailures,
  deploymentOf,
  deploymentWait,
  displaced,
  type EcsServiceState,
  firstStepBack,
  heeded,
  isComplete,
  isGone,
  limitOf,
  SERVICE_PHASES,
  type ServicePass,
  serviceSteps,
  sightOf,
  untilNextLook,
  waitingFor,
} from './ecsServiceSteps.ts';
import { hear } from './ecsWatch.ts';
import { alarmFailure, broken, said } from './failures.ts';
import { type DeploymentSeen, type EcsSeen, NOTHING_OF_ECS } from './observation.ts';
import type { Phase, Progress } from './record.ts';
import { endings, type StepTable, stepwise, waited } from './stepwise.ts';
import type { Decision } from './strategy.ts';

const { end, fail, goOn, wait } = endings<EcsServiceState, EcsSeen>(() => TABLE);
const { steps, mark, settlingBack } = serviceSteps(() => TABLE, 'settling');

function progress(pass: ServicePass): Progress {
  if (pass.state.step !== 'settling' && pass.state.step !== 'settling-back') return {};
  const deployment = deploymentOf(pass);
  if (deployment === undefined) return {};
  const { runningCount: ready, desiredCount: desired } = deployment;
  if (pass.state.step === 'settling-back') return { ready, desired };
  const others = pass.world.service?.deployments.filter(({ id }) => id !== deployment.id) ?? [];
  return { ready, desired, former: others.reduce((sum, { runningCount }) => sum + runningCount, 0) };
}

function settling(first: ServicePass): Decision {
  const { pass, count, evidence } = countedFailures(heeded(first));
  const ours = deploymentOf(pass);
  if (isGone(pass)) return end(pass, 'superseded', 'somebody deleted the service while it was being rolled out');
  const other = displaced(pass);
  if (other !== undefined) return giveWay(pass, other, evidence);
  const marks = mark(pass);
  if (marks) return marks;
  if (ours?.rolloutState === 'FAILED' && goesOver(pass, true)) return goOn(pass, 'falling-back');
  if (ours?.rolloutState === 'FAILED') {
    const reason = said(ours.rolloutStateReason);
    return fail(pass, broken(`ECS reports the deployment as failed: ${reason}`, [...evidence, reason]));
  }
  if (ours !== undefined && isComplete(pass, ours)) {
    return end(
      pass,
      'succeeded',
      `${ours.runningCount} of ${ours.desiredCount} tasks run ${taskDefinitionName(ours.taskDefinition)}`,
    );
  }
  return ring(pass) ?? trip(pass, count, evidence) ?? makeRoom(pass) ?? keepWaiting(pass, ours, count, evidence);
}

/** Another deployment is in force: ECS's own rollback is a failure to finish, somebody else's is theirs. */
function giveWay(
  pass: ServicePass,
  other: { by: DeploymentSeen | undefined; byEcs: boolean },
  evidence: readonly string[],
): Decision {
  const { by, byEcs } = other;
  if (!byEcs || by === undefined) {
    const instead = by === undefined ? 'no deployment' : taskDefinitionName(by.taskDefinition);
    return end(
      pass,
      'superseded',
      `somebody else deployed this service meanwhile: ${instead} is in force, and is left alone`,
    );
  }
  if (goesOver(pass, true)) return goOn(pass, 'falling-back');
  const reason = said(deploymentOf(pass)?.rolloutStateReason ?? by.rolloutStateReason);
  const failure = broken(`ECS rolled the deployment back: ${reason}`, [...evidence, reason]);
  // ECS chose what to go back to; the rest of the service follows it there.
  const wayBack = pass.state.wayBack && { ...pass.state.wayBack, taskDefinition: by.taskDefinition };
  return fail(pass, failure, { wayBack, backByEcs: true });
}

/** New tasks that find no room go where there may be some; a return goes back. */
function makeRoom(pass: ServicePass): Decision | undefined {
  if (goesOver(pass, waited(pass) >= pass.state.timeoutMs)) return goOn(pass, 'falling-back');
  const failure = noRoomYet(pass);
  return failure && fail(pass, failure);
}

/** One of the deployment definition's own alarms, which ECS knows nothing of, is in ALARM. */
function ring(pass: ServicePass): Decision | undefined {
  const { alarms } = pass.state;
  const found = alarmFailure(pass.world.alarms, alarms, 'the logs of the new tasks', 'while the tasks were replaced');
  return found && fail({ ...pass, events: [...pass.events, ...found.told] }, found.failure);
}

function trip(pass: ServicePass, count: number, evidence: readonly string[]): Decision | undefined {
  const { breaker } = pass.state;
  const failure = tripped(breaker, count, evidence);
  if (failure === undefined || breaker?.rollback) return failure && fail(pass, failure);
  const kept = 'not rolled back (gmDeploymentCircuitBreaker.rollback is false), and ECS goes on trying';
  return end({ ...pass, state: { ...pass.state, failure } }, 'failed', `${failure.message}; ${kept}`);
}

function keepWaiting(
  pass: ServicePass,
  ours: DeploymentSeen | undefined,
  count: number,
  evidence: readonly string[],
): Decision {
  const limit = limitOf(pass, ours, pass.state.timeoutMs);
  const message = ours === undefined ? 'waiting for ECS to show the deployment' : waitingFor(pass, ours, count);
  if (waited(pass) >= limit)
    return fail(pass, broken(`not stable within ${limit / 1000} s: ${message}`, evidence, 'timeout'));
  return wait(pass, untilNextLook(pass, limit), message, {}, deploymentWait(pass, ours, limit));
}

const PHASES: Readonly<Record<string, Phase>> = { ...SERVICE_PHASES, settling: 'stabilizing' };

const TABLE: StepTable<EcsServiceState, EcsSeen> = {
  begin: (spec, live) => beginService(spec, live as LiveEcs) as unknown as JsonObject,
  wish: ({ step, target, deploymentId, alarms }) => ({
    kind: 'ecs',
    target,
    stoppedTasksOf: step === 'settling' && deploymentId !== null ? [deploymentId] : [],
    alarms: step === 'vetting' || step === 'settling' ? alarms : [],
  }),
  steps: { ...steps, settling, 'settling-back': settlingBack },
  forward: new Set(['vetting', 'registering', 'tagging', 'applying', 'falling-back', 'settling']),
  back: (state) => firstStepBack(state, 'restoring'),
  phaseOf: (step) => PHASES[step] ?? 'rolling back',
  progress,
  sight: sightOf,
  nothing: NOTHING_OF_ECS,
  enter: hear,
  serving: ({ taskDefinition }) => taskDefinition,
};

export const ecsRolling = stepwise(TABLE);
