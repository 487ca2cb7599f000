/**
 * Starting tasks for a deployment or a task set, and holding back further starts after failures. Owns: when each may
 * start tasks next.
 */
import { launch } from './launching.ts';
import { announce, announceOnce, taskList } from './serviceEvents.ts';
import type { EcsService, Task, TaskGroup, TaskNews } from './state.ts';
import { wake } from './waking.ts';

const SECOND = 1000;

/** The start throttle's gaps: developer guide, "service throttle logic": growing, up to 15 minutes. Seconds. */
const START_GAP_BASE = 5;
const LONGEST_GAP = 900;
/** Failures in a row after which the scheduler says that it cannot start tasks. */
const INCONSISTENT_STARTS = 4;
/** Gaps after a lack of capacity, seconds; the last one repeats. */
const CAPACITY_GAPS = [60, 300, LONGEST_GAP];

export interface Started {
  readonly started: number;
  /** No task came to be for lack of capacity: for now, or for so long that tries are as rare as they get. */
  readonly lacksCapacity: false | 'for now' | 'lastingly';
}

export interface StartOptions {
  readonly onNews: (task: Task, news: TaskNews) => void;
  /** Behind the usual words of the event. */
  readonly more?: string | undefined;
  /** Whether the event is about the task set alone. @default false */
  readonly isTaskSet?: boolean;
}

/** Starts tasks, and says so. */
export function startTasks(service: EcsService, group: TaskGroup, count: number, options: StartOptions): Started {
  if (count <= 0) return { started: 0, lacksCapacity: false };
  const { onNews, more = '', isTaskSet = false } = options;
  const { started, unplaced } = launch(service, group, count, onNews);
  const message = `has started ${started.length} tasks: ${taskList(started)}.${more}`;
  if (started.length > 0) announce(service, message, isTaskSet ? group.id : undefined);
  const lasts = group.startFailures >= CAPACITY_GAPS.length ? 'lastingly' : 'for now';
  if (unplaced > 0) holdForCapacity(service, group);
  return { started: started.length, lacksCapacity: unplaced > 0 && lasts };
}

function holdForCapacity(service: EcsService, group: TaskGroup): void {
  const { now } = service.cluster.ecs.region;
  announceOnce(
    service,
    'was unable to place a task. Reason: Capacity is unavailable at this time. Please try again later or in a different availability zone.',
  );
  const gap = CAPACITY_GAPS[Math.min(group.startFailures, CAPACITY_GAPS.length - 1)]!;
  group.startFailures++;
  group.nextStartAt = now + gap * SECOND;
  wake(service, gap);
}

/** Another start is tried only after a gap that grows with each task in a row that never ran. */
export function holdAfterFailure(service: EcsService, group: TaskGroup, task: Task): void {
  const { now } = service.cluster.ecs.region;
  announceOnce(service, `was unable to place a task. Reason: ${task.stoppedReason ?? ''}`);
  // The tasks of one batch fail together, and count together.
  if (now < group.nextStartAt) return;
  const gap = Math.min(LONGEST_GAP, START_GAP_BASE * 2 ** group.startFailures);
  group.startFailures++;
  group.nextStartAt = now + gap * SECOND;
  if (group.startFailures >= INCONSISTENT_STARTS) {
    announceOnce(service, 'is unable to consistently start tasks successfully.');
  }
}
