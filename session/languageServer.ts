/** What a language server is given by the program that runs it, besides files: commits, plans, rollouts, and AWS. */
import type { Engine } from '../engine/index.ts';
import type { AwsAccess, AwsSettings, Providers } from '../server/index.ts';
import { EditorEngine } from './editorEngine.ts';
import { Knowledge } from './knowledge.ts';
import { lastRolloutsOf } from './lastRollouts.ts';
import { plansOf } from './plans.ts';
import { revisions } from './revisions.ts';

/** @param make makes the engine for where the person's settings lead */
export function editorProviders(make: (access: AwsAccess) => Promise<Engine>): Providers {
  const engine = new EditorEngine(make);
  const open = () => engine.open();
  const aws = new Knowledge(async (question) => (await open()).inventory(question));
  let followed = '';
  return {
    revisions,
    plans: plansOf(open),
    rollouts: lastRolloutsOf(open),
    aws,
    follow({ access, knowledge }: AwsSettings) {
      const next = JSON.stringify([access, knowledge]);
      if (next === followed) return;
      followed = next;
      engine.follow(access);
      aws.reset(knowledge);
    },
  };
}
