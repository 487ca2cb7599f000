/** Containers that end by themselves, by how they ended. */
import { type Rule, SOURCE } from './rule.ts';

export const CRASHES: readonly Rule[] = [
  {
    id: 'out-of-memory',
    pattern:
      /(?:\[|, )(?<container>[^\s,[\]]+) exit code 137 \(OutOfMemory|OutOfMemory(?:Error)?\b|killed due to memory usage/i,
    class: 'crash',
    cause: 'the container {container} used more memory than it may and was killed',
    next: 'raise memory in the task definition, or find what in this change needs more of it',
    fix: 'more-memory',
    source: SOURCE.task,
  },
  {
    id: 'killed',
    pattern:
      /(?:EssentialContainerExited|Essential container in task exited)[^\n]*?(?:\[|, )(?<container>[^\s,[\]]+) exit code 137/i,
    class: 'crash',
    cause:
      'the container {container} was killed (SIGKILL): out of memory inside, or it did not end in time when it was told to',
    next: 'look at its memory and its last log lines; raise memory, or stopTimeout where it needs longer to end',
    source: SOURCE.signals,
  },
];

/** By exit code alone: a stopped task that failed its health check has one too, so health checks are looked at before. */
export const EXIT_CODES: readonly Rule[] = [
  {
    id: 'exit-137',
    pattern: /exit(?:ed with)? ?code:? 137\b/i,
    class: 'crash',
    cause: 'the container was killed (SIGKILL): out of memory, or it did not end in time when it was told to',
    next: 'look at its memory and its last log lines; raise memory, or stopTimeout where it needs longer to end',
    source: SOURCE.signals,
  },
  {
    id: 'segmentation-fault',
    pattern: /exit(?:ed with)? ?code:? 139\b/i,
    class: 'crash',
    cause: 'the program accessed memory that is not its own (segmentation fault)',
    next: 'look for native code, a library or a base image that this change brought',
    source: SOURCE.signals,
  },
  {
    id: 'aborted',
    pattern: /exit(?:ed with)? ?code:? 134\b/i,
    class: 'crash',
    cause: 'the program ended itself (SIGABRT): a failed assertion, or a runtime out of heap',
    next: 'look at its last log lines; a runtime with a heap limit may need a higher one',
    inLogs: true,
    source: SOURCE.signals,
  },
  {
    id: 'terminated',
    pattern: /exit(?:ed with)? ?code:? 143\b/i,
    class: 'crash',
    cause: 'the program was told to end (SIGTERM), by itself or by another process in its container',
    next: 'look at what in the container sends signals: a supervisor, or a script around the program',
    source: SOURCE.signals,
  },
  {
    id: 'command-not-found',
    pattern: /exit(?:ed with)? ?code:? 127\b/i,
    class: 'crash',
    cause: 'a command that the container runs was not found in the image, or a library that it needs',
    next: 'correct command or entryPoint, or put the program into the image',
    source: SOURCE.signals,
  },
  {
    id: 'command-not-executable',
    pattern: /exit(?:ed with)? ?code:? 126\b/i,
    class: 'crash',
    cause: 'a command that the container runs may not be executed',
    next: 'make it executable in the image (`chmod +x`), and build the image for the right architecture',
    source: SOURCE.signals,
  },
  {
    id: 'ended-normally',
    pattern: /exit(?:ed with)? ?code:? 0\b/i,
    class: 'crash',
    cause: 'an essential container did its work and ended, which ends the task',
    next: 'keep the program in the foreground; or set "essential": false for a container that is meant to end',
    inLogs: true,
    source: SOURCE.task,
  },
  {
    id: 'program-error',
    pattern: /exit(?:ed with)? ?code:? (?<code>\d+)/i,
    class: 'crash',
    cause: 'the program ended with an error of its own (exit code {code|above 0})',
    next: 'read the last log lines of the container: the program says there why it ended',
    inLogs: true,
    source: SOURCE.task,
  },
  {
    id: 'container-exited',
    pattern: /Essential container in task exited|EssentialContainerExited/i,
    class: 'crash',
    cause: 'an essential container ended, which ends the task',
    next: 'read the last log lines of the container that ended',
    inLogs: true,
    source: SOURCE.task,
  },
];
