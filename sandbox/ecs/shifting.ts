/**
 * ECS's own BLUE_GREEN, LINEAR and CANARY deployments: the walk through the stages, and the traffic that goes with
 * them. Tasks are the scheduler's business, which asks here what may be started and stopped.
 *
 * Owns: the `shift` of a service deployment. Must not: start or stop a task.
 */
import { beginDeployment, draw, liveTasks } from './deployments.ts';
import { asksRollback, isWaiting, startHooks } from './hooks.ts';
import { shiftsTraffic } from './shiftSettings.ts';
import { rollbackSteps, type Stage, type Step, shiftSteps } from './shiftSteps.ts';
import type { Deployment, EcsService, Revision, ServiceDeployment, Shift } from './state.ts';
import { placeRevision, setShare } from './trafficHalves.ts';
import { wake } from './waking.ts';

const SECOND = 1000;

/** A stage with nothing to wait for takes so long, seconds; inferred, and longer than weights take to be in force. */
const STAGE = [5, 12] as const;
/** The longest that a stage may take: developer guide, "blue/green deployment workflow". */
const STAGE_LIMIT_MS = 24 * 3600 * SECOND;

/** Makes `revision` the service's primary deployment, by the service's strategy. */
export function deploy(service: EcsService, revision: Revision): void {
  const previous = service.deployments[0];
  // Once it is cleaned up after, a deployment is what serves, finished or not.
  if (previous !== undefined && stageOf(previous.record) === 'CLEAN_UP') service.lastCompleted = previous;
  const { record } = beginDeployment(service, placeRevision(service, revision));
  beginShift(service, record);
}

/** A service's first deployment has nothing to shift from: it just gets all the traffic. */
function beginShift(service: EcsService, record: ServiceDeployment): void {
  if (!shiftsTraffic(service.settings)) return;
  if (service.lastCompleted === undefined) {
    setShare(service, record.target.revision, 'productionListenerRule', 100);
    return;
  }
  const reconciles = service.deployments.some(
    (deployment) => deployment !== record.target && deployment !== service.lastCompleted,
  );
  record.target.nextStartAt = Number.POSITIVE_INFINITY;
  record.shift = newShift(shiftSteps(service.settings.deploymentConfiguration, reconciles));
}

function newShift(steps: readonly Step[]): Shift {
  return { steps, at: -1, since: 0, readyAt: 0, hooks: [], test: 0, production: 0 };
}

/** Turns a shift around, back to `primary`. */
export function reverseShift(service: EcsService, primary: Deployment): void {
  const { record } = primary;
  if (record.shift === undefined) return;
  const { test, production } = record.shift;
  const serves = liveTasks(service, primary).some((task) => task.counted);
  record.shift = { ...newShift(rollbackSteps(serves)), test, production };
  enterNext(service, record, record.shift);
}

/** The present one; undefined before the first, and where nothing is shifted. */
export function stageOf({ shift }: ServiceDeployment): Stage | undefined {
  return shift?.steps[shift.at]?.stage;
}

/** Whether old and new have to run side by side still. */
export function isShifting(record: ServiceDeployment): boolean {
  return record.shift !== undefined && stageOf(record) !== 'CLEAN_UP';
}

/** Whether what a newer deployment superseded gets no traffic any more, and can go. */
export function isReconciled(record: ServiceDeployment): boolean {
  const stage = stageOf(record);
  return record.rollback === undefined && stage !== undefined && stage !== 'RECONCILE_SERVICE';
}

/**
 * Goes as far through the stages as can be gone now.
 * @returns why the deployment has to be rolled back; undefined while all is well
 */
export function advanceShift(service: EcsService, primary: Deployment): string | undefined {
  const { record } = primary;
  const { now } = service.cluster.ecs.region;
  while (isShifting(record)) {
    const shift = record.shift!;
    const step = shift.steps[shift.at];
    if (step !== undefined) {
      const isOver = now >= shift.readyAt && !shift.hooks.some(isWaiting) && isDone(service, primary, step);
      // On the way back there is nowhere else to go.
      const trouble = record.rollback === undefined ? troubleIn(shift, step, now, isOver) : undefined;
      if (trouble !== undefined) return trouble;
      if (!isOver) {
        const next = [shift.readyAt, shift.since + STAGE_LIMIT_MS].find((at) => at > now);
        if (next !== undefined) wake(service, (next - now) / SECOND);
        return undefined;
      }
    }
    const problem = enterNext(service, record, shift);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function troubleIn(shift: Shift, step: Step, now: number, isOver: boolean): string | undefined {
  const failed = shift.hooks.find(asksRollback);
  if (failed !== undefined) {
    return `Lifecycle hook ${failed.targetArn ?? failed.id} at ${failed.stage} ended with ${failed.status}.`;
  }
  const isLate = !isOver && now >= Math.max(shift.readyAt, shift.since + STAGE_LIMIT_MS);
  const pauses = shift.hooks.some(({ type }) => type === 'PAUSE');
  return isLate && !pauses ? `Lifecycle stage ${step.stage} took longer than 24 hours.` : undefined;
}

/** Whether the stage has brought about what it is for. */
function isDone(service: EcsService, primary: Deployment, { stage }: Step): boolean {
  if (stage !== 'SCALE_UP') return true;
  const healthy = liveTasks(service, primary).filter((task) => task.counted).length;
  return healthy >= service.settings.desiredCount;
}

/** @returns why the step cannot be taken */
function enterNext(service: EcsService, record: ServiceDeployment, shift: Shift): string | undefined {
  const { region } = service.cluster.ecs;
  const step = shift.steps[++shift.at]!;
  const { target } = record;
  shift.since = region.now;
  record.updatedAt = region.now;
  const seconds = draw(service, 'stage').between(...STAGE) + (step.bakeMinutes ?? 0) * 60;
  shift.readyAt = Math.ceil(region.now + seconds * SECOND);
  if (step.stage === 'SCALE_UP' && record.rollback === undefined) target.nextStartAt = 0;
  shift.test = step.test ?? shift.test;
  shift.production = step.production ?? shift.production;
  const problem =
    (step.production === undefined
      ? undefined
      : setShare(service, target.revision, 'productionListenerRule', step.production)) ??
    (step.test === undefined ? undefined : setShare(service, target.revision, 'testListenerRule', step.test));
  shift.hooks = startHooks(service, record, step.stage, () => wake(service, 1));
  wake(service, step.stage === 'CLEAN_UP' ? 1 : seconds);
  return record.rollback === undefined ? problem : undefined;
}
