/** `gitmoxi pause | resume-rollout | promote | abort`: ask something of whoever runs a rollout, or will take it up. */
import type { Command, StatusEntry } from '../../engine/index.ts';
import { person } from '../../session/index.ts';
import { EXIT } from '../exitStatus.ts';
import { withEngine } from '../session/context.ts';
import { findRollout } from '../session/findRollout.ts';
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

function told({ rollout, owner }: StatusEntry, command: Asked, isAsked: boolean): string {
  if (!isAsked) return `${rollout.id} is over already: ${rollout.phase}`;
  if (owner === undefined)
    return `${rollout.id} will ${DOES[command]} as soon as it is taken up: run \`gitmoxi resume\``;
  return `asked process ${owner.pid} on ${owner.host} to have ${rollout.id} ${DOES[command]}`;
}

export const steeringVerbs: readonly Verb[] = STEERINGS.map(
  ({ verb, description, command, variant }) =>
    (program, run) => {
      const added = program
        .command(verb)
        .description(description)
        .argument('<rollout>', 'its id, or the beginning of it');
      if (variant) added.option(variant.flag, variant.description);
      added.action(
        run((context, text: string, options: Readonly<Record<string, unknown>>) =>
          withEngine(context, async ({ engine }) => {
            const entry = await findRollout(engine, text);
            const asked = variant !== undefined && options[variant.flag.slice(2)] === true ? variant.command : command;
            const isAsked = await engine.ask(entry.rollout.id, asked, person());
            const { id, workload } = entry.rollout;
            if (context.out.json) context.out.machine({ rollout: id, workload, command: asked, asked: isAsked });
            else context.out.print(told(entry, asked, isAsked));
            return isAsked ? EXIT.done : EXIT.problems;
          }),
        ),
      );
    },
);
