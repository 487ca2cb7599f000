/** What may go wrong in a simulated AWS, for a person to choose from: the sandbox's scenarios. Pure. */
import type { WorkloadRow } from '../rollouts/rollout.ts';

export type Rule = import('./loaded.ts').Scenario['rules'][number];

/** What a mishap befalls. All of it is optional: without any it befalls whatever begins from now on. */
export interface Victim {
  /** An ECS service, and the number of its deployment. */
  readonly service?: string;
  readonly deployment?: number;
  readonly function?: string;
  /** The number of a function's update. */
  readonly updateNumber?: number;
}

export interface Mishap {
  /** How keybindings and tasks name it. */
  readonly id: string;
  readonly label: string;
  readonly detail: string;
  readonly kinds: readonly WorkloadRow['kind'][];
  readonly rules: (victim: Victim) => readonly Rule[];
}

/** Alarms fire when tasks have begun to run, seconds after a deployment began; an alias moves when everything is ready. */
const SERVICE_ALARM_SECONDS = 90;
const FUNCTION_ALARM_SECONDS = 15;

const ofService = ({ service, deployment }: Victim) => ({
  ...(service === undefined ? {} : { service }),
  ...(deployment === undefined ? {} : { deployment }),
});
const ofFunction = (victim: Victim) => (victim.function === undefined ? {} : { function: victim.function });

type TaskEffect = Extract<Rule, { kind: 'task' }>['effect'];

const toTasks =
  (effect: TaskEffect) =>
  (victim: Victim): readonly Rule[] => [{ kind: 'task', when: ofService(victim), effect }];

export const MISHAPS: readonly Mishap[] = [
  {
    id: 'health-check',
    label: 'New tasks fail their health checks',
    detail: "The load balancer's and the containers' own health checks fail, where there are any.",
    kinds: ['ecs'],
    rules: toTasks({ targets: 'failing', health: 'failing' }),
  },
  {
    id: 'crash',
    label: 'New tasks crash',
    detail: 'Every new task exits with code 1 after two seconds.',
    kinds: ['ecs'],
    rules: toTasks({ exit: { code: 1, afterSeconds: 2 }, logs: ['Error: cannot connect to the database'] }),
  },
  {
    id: 'image',
    label: 'The image is missing',
    detail: 'No new task can pull its image.',
    kinds: ['ecs'],
    rules: toTasks({ pull: 'not-found' }),
  },
  {
    id: 'capacity',
    label: 'There is no capacity',
    detail: 'No room is found for new tasks.',
    kinds: ['ecs'],
    rules: toTasks({ capacity: 'unavailable' }),
  },
  {
    id: 'alarm',
    label: 'An alarm fires',
    detail: 'Every alarm goes to ALARM soon after a deployment began; it matters where alarms are watched.',
    kinds: ['ecs', 'lambda'],
    rules: (victim) => [
      {
        kind: 'alarm',
        when: { alarm: '*', ...ofService(victim), ...ofFunction(victim) },
        effect: {
          state: 'ALARM',
          afterSeconds: victim.function === undefined ? SERVICE_ALARM_SECONDS : FUNCTION_ALARM_SECONDS,
        },
      },
    ],
  },
  {
    id: 'update',
    label: 'The function is not updated',
    detail: 'Lambda fails to make the new code and configuration ready.',
    kinds: ['lambda'],
    rules: (victim) => [
      {
        kind: 'function',
        when: {
          ...ofFunction(victim),
          ...(victim.updateNumber === undefined ? {} : { updateNumber: victim.updateNumber }),
        },
        effect: { update: 'InternalError', activation: 'InternalError' },
      },
    ],
  },
  {
    id: 'errors',
    label: 'The function fails',
    detail: 'Half of the invocations end in an error.',
    kinds: ['lambda'],
    rules: (victim) => [{ kind: 'function', when: ofFunction(victim), effect: { invocations: { errorPercent: 50 } } }],
  },
];
