/** `gitmoxi explain`: why a rollout failed, and what to do. */
import { resolve } from 'node:path';
import { EXIT } from '../exitStatus.ts';
import { withEngine } from '../session/context.ts';
import { findRollout } from '../session/findRollout.ts';
import { explanationJson, explanationLines } from '../views/explanation.ts';
import type { Verb } from './verb.ts';

export const explainVerb: Verb = (program, run) => {
  program
    .command('explain')
    .description('say why a rollout failed, what changed, and what to do')
    .argument('<rollout>', 'its id, the beginning of it, or its workload')
    .action(
      run((context, text: string) =>
        withEngine(context, async ({ engine }) => {
          const { out, globals } = context;
          const { rollout } = await findRollout(engine, text);
          const explanation = await engine.explain(rollout.id, resolve(globals.repo ?? '.'));
          if (out.json) out.machine(explanationJson(explanation));
          else out.print(...explanationLines(explanation, out.style));
          return EXIT.done;
        }),
      ),
    );
};
