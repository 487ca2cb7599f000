/**
 * Lifecycle hooks of a deployment that shifts traffic: functions that are asked, whose answers a scenario gives, and
 * pauses that wait for ContinueServiceDeployment. Owns: the hooks' states.
 */
import { object, objects, text, texts, whole } from '../input.ts';
import type { JsonObject } from '../json.ts';
import { hookEffect } from '../scenario/index.ts';
import { draw } from './deployments.ts';
import type { Stage } from './shiftSteps.ts';
import type { EcsService, HookRun, ServiceDeployment } from './state.ts';

const SECOND = 1000;

/** Until a function answers, seconds. */
const ANSWERING = [1, 4] as const;
/** A function that is still busy is asked again after so long: developer guide, `callBackDelay`. */
const CALL_BACK = 30;
const DEFAULT_TIMEOUT_MINUTES = 1440;

/** Starts the stage's hooks, all at once. @param changed is called when any of them ends */
export function startHooks(
  service: EcsService,
  record: ServiceDeployment,
  stage: Stage,
  changed: () => void,
): readonly HookRun[] {
  return (objects(service.settings.deploymentConfiguration, 'lifecycleHooks') ?? [])
    .filter((hook) => texts(hook, 'lifecycleStages')?.includes(stage))
    .map((hook) => startHook(service, record, hook, stage, changed));
}

function startHook(
  service: EcsService,
  record: ServiceDeployment,
  hook: JsonObject,
  stage: Stage,
  changed: () => void,
): HookRun {
  const { region } = service.cluster.ecs;
  const isPause = text(hook, 'targetType') === 'PAUSE';
  const timeout = object(hook, 'timeoutConfiguration') ?? {};
  const minutes = whole(timeout, 'timeoutInMinutes') ?? DEFAULT_TIMEOUT_MINUTES;
  const run: HookRun = {
    id: isPause ? `ecs-pause-${draw(service, 'hook').urlSafe(43)}` : undefined,
    type: isPause ? 'PAUSE' : 'AWS_LAMBDA',
    targetArn: text(hook, 'hookTargetArn'),
    stage,
    status: isPause ? 'AWAITING_ACTION' : 'IN_PROGRESS',
    expiresAt: region.now + minutes * 60 * SECOND,
    timeoutAction: text(timeout, 'action') === 'CONTINUE' ? 'CONTINUE' : 'ROLLBACK',
  };
  region.at(run.expiresAt, () => end(run, 'TIMED_OUT', changed));
  if (!isPause) ask(service, record, run, changed);
  return run;
}

function ask(service: EcsService, record: ServiceDeployment, run: HookRun, changed: () => void): void {
  const { region } = service.cluster.ecs;
  const { hook = 'SUCCEEDED', answerSeconds } = hookEffect(region.scenario, {
    ...region.subject,
    hook: run.targetArn,
    stage: run.stage,
    service: service.name,
    deployment: record.target.ordinal,
  });
  const seconds = answerSeconds ?? draw(service, 'hook').between(...ANSWERING);
  region.after(Math.ceil(seconds * SECOND), () => {
    if (hook !== 'IN_PROGRESS') end(run, hook, changed);
    else region.after(CALL_BACK * SECOND, () => isWaiting(run) && ask(service, record, run, changed));
  });
}

/** Whether the hook holds its stage up. */
export function isWaiting({ status }: HookRun): boolean {
  return status === 'AWAITING_ACTION' || status === 'IN_PROGRESS';
}

/** Whether the hook wants the deployment rolled back. */
export function asksRollback({ status, timeoutAction }: HookRun): boolean {
  return status === 'FAILED' || (status === 'TIMED_OUT' && timeoutAction === 'ROLLBACK');
}

function end(run: HookRun, status: 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT', changed: () => void): void {
  if (!isWaiting(run)) return;
  run.status = status;
  changed();
}

/** Answers a pause. @returns whether it was waiting for that */
export function answerPause(run: HookRun, action: 'CONTINUE' | 'ROLLBACK'): boolean {
  if (run.status !== 'AWAITING_ACTION') return false;
  run.status = action === 'CONTINUE' ? 'SUCCEEDED' : 'FAILED';
  return true;
}
