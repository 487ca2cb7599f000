/**
 * `gitmoxi pause | resume-rollout | promote | abort`: ask something of whoever runs a rollout, or will take it up, and
 * say what became of it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Command,
  type Engine,
  isFinal,
  type Phase,
  type RolloutEvent,
  type StatusEntry,
} from '../../engine/index.ts';
import { person } from '../../session/index.ts';
import { EXIT, type ExitStatus } from '../exitStatus.ts';
import { withEngine } from '../session/context.ts';
import { findRollout } from '../session/findRollout.ts';
import { oneLine } from '../terminal/columns.ts';
import type { Verb } from './verb.ts';

/** What people ask for; taking another's place is for deployments. */
type Asked = Exclude<Command, 'replace'>;

interface Steering {
  readonly verb: string;
  readonly description: string;
  readonly command: Asked;
  /** An option that asks for something else instead. */
  readonly variant?: { readonly flag: string; readonly description: string; readonly command: Asked };
}

const STEERINGS: readonly Steering[] = [
  {
    verb: 'pause',
    description: 'begin no further change of a rollout on its way forward; its health is still watched',
    command: 'pause',
  },
  { verb: 'resume-rollout', description: 'let a paused rollout go on', command: 'continue' },
  {
    verb: 'promote',
    description: 'skip the rest of the present bake, or answer a pause hook of ECS',
    command: 'promote',
    variant: { flag: '--all', description: 'skip every further step and bake', command: 'promote-all' },
  },
  {
    verb: 'abort',
    description: 'abort a rollout and bring back what served before',
    command: 'abort',
    variant: { flag: '--leave', description: 'do not go back: leave everything as it is now', command: 'leave' },
  },
];

const DOES: Readonly<Record<Asked, string>> = {
  pause: 'pause',
  continue: 'go on',
  promote: 'skip the rest of this wait',
  'promote-all': 'skip every further step and bake',
  abort: 'abort and go back',
  leave: 'stop and leave everything as it is',
};

/** Events that tell what became of a command. */
const ANSWERS: ReadonlySet<string> = new Set([
  'rollout.paused',
  'rollout.continued',
  'rollout.promoted',
  'rollout.aborting',
  'rollout.ignored',
  'rollout.ended',
]);

/** An answer is waited for so long, ms of real time: commands are heard every two seconds. */
const ANSWER_MS = 8_000;
const LOOK_MS = 100;

/** What became of a request: `isDone` tells whether what was asked for is so. */
interface Answer {
  readonly isDone: boolean;
  readonly text: string;
  /** The event that tells it. */
  readonly event?: RolloutEvent;
}

/** Why there is no point in asking; undefined where there is. */
function pointless({ rollout: { id, phase, paused, workload } }: StatusEntry, command: Asked): Answer | undefined {
  if (isFinal(phase)) {
    const back =
      command === 'abort' && phase === 'succeeded' ? `; to go back, run \`gitmoxi rollback ${workload}\`` : '';
    return { isDone: false, text: `${id} is over already: ${phase}${back}` };
  }
  const isPaused = (paused ?? null) !== null;
  if (command === 'pause' && phase === 'rolling back')
    return { isDone: false, text: `${id} is going back, which is never paused` };
  if (command === 'pause' && isPaused) return { isDone: true, text: `${id} is paused already, by ${paused?.by}` };
  if (command === 'continue' && !isPaused) return { isDone: false, text: `${id} is not paused` };
  return undefined;
}

/** Where a rollout that ends without another answer has come to, if what was asked for is so. */
const ENDS_AS_ASKED: Readonly<Partial<Record<Asked, readonly Phase[]>>> = {
  abort: ['aborted', 'rolled back'],
  leave: ['aborted'],
  continue: ['succeeded'],
  promote: ['succeeded'],
  'promote-all': ['succeeded'],
};

const isAsAsked = ({ code, phase }: RolloutEvent, command: Asked): boolean =>
  code === 'rollout.ended' ? (ENDS_AS_ASKED[command]?.includes(phase) ?? false) : code !== 'rollout.ignored';

/** While it waits for its turn, a rollout hears nothing: it is asked before it begins. */
const isDeaf = ({ rollout }: StatusEntry): boolean => rollout.waiting?.for === 'turn';

async function ask(engine: Engine, entry: StatusEntry, command: Asked): Promise<Answer> {
  const { id, workload } = entry.rollout;
  const before = pointless(entry, command);
  if (before !== undefined) return before;
  const last = (await engine.events(id)).at(-1)?.seq ?? 0;
  if (!(await engine.ask(id, command, person())))
    return pointless(await engine.rollout(id), command) ?? { isDone: false, text: `${id} is over already` };
  const { owner } = entry;
  if (owner === undefined)
    return { isDone: true, text: `${id} will ${DOES[command]} as soon as it is taken up: run \`gitmoxi resume\`` };
  const asked = `asked process ${owner.pid} on ${owner.host} to have ${id} ${DOES[command]}`;
  if (isDeaf(entry)) return { isDone: true, text: `${asked}: it will when its turn has come` };
  for (const until = performance.now() + ANSWER_MS; performance.now() < until; await sleep(LOOK_MS)) {
    const event = (await engine.events(id, last)).find(({ code }) => ANSWERS.has(code));
    if (event === undefined) continue;
    return {
      isDone: isAsAsked(event, command),
      text: `${asked}\n${oneLine(workload)}: ${oneLine(event.message)}`,
      event,
    };
  }
  return { isDone: true, text: `${asked}; it has not answered yet: see \`gitmoxi logs --follow ${id}\`` };
}

const statusOf = ({ isDone }: Answer): ExitStatus => (isDone ? EXIT.done : EXIT.problems);

export const steeringVerbs: readonly Verb[] = STEERINGS.map(
  ({ verb, description, command, variant }) =>
    (program, run) => {
      const added = program
        .command(verb)
        .description(description)
        .argument('<rollout>', 'its id, the beginning of it, or its workload');
      if (variant) added.option(variant.flag, variant.description);
      added.action(
        run((context, text: string, options: Readonly<Record<string, unknown>>) =>
          withEngine(context, async ({ engine }) => {
            const entry = await findRollout(engine, text);
            const asked = variant !== undefined && options[variant.flag.slice(2)] === true ? variant.command : command;
            const answer = await ask(engine, entry, asked);
            const { id, workload } = entry.rollout;
            const { isDone, text: message, event } = answer;
            const shown = {
              rollout: id,
              workload,
              command: asked,
              asked: isDone,
              message,
              answer: event?.code ?? null,
            };
            if (context.out.json) context.out.machine(shown);
            else context.out.print(message);
            return statusOf(answer);
          }),
        ),
      );
    },
);
