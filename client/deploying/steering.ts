/** Pause, resume, promote, abort; hold and release: asked of whoever runs a rollout, in this window or elsewhere. */
import * as vscode from 'vscode';
import type { Command, RolloutRecord } from '../../engine/index.ts';
import type { About } from '../about.ts';
import type { Asked } from '../asked.ts';
import type { EngineSession } from '../engine/session.ts';
import { inform, insist } from '../messages.ts';

export interface SteeringOptions {
  readonly session: EngineSession;
  readonly asked: Asked;
  /** Told when something was asked of a rollout. */
  readonly moved: () => Promise<void>;
  /** Told when a workload was held or released: what would be deployed is another now. */
  readonly held: () => Promise<void>;
}

/** What became of a request. */
export interface Steered {
  readonly rollout: string;
  readonly command: Command;
  /** False when the rollout was over already. */
  readonly asked: boolean;
}

const isUnfinished = ({ endedAt }: RolloutRecord): boolean => endedAt === null;

export class Steering {
  readonly #options: SteeringOptions;

  constructor(options: SteeringOptions) {
    this.#options = options;
  }

  pause(about: About): Promise<Steered | undefined> {
    return this.#ask(
      about,
      'pause',
      'Pause which rollout?',
      (record) => isUnfinished(record) && record.paused === null,
    );
  }

  resume(about: About): Promise<Steered | undefined> {
    return this.#ask(about, 'continue', 'Resume which rollout?', isUnfinished);
  }

  promote(about: About): Promise<Steered | undefined> {
    return this.#ask(about, 'promote', 'Promote which rollout?', isUnfinished);
  }

  async abort(about: About): Promise<Steered | undefined> {
    const record = await this.#options.asked.rollout(about, 'Abort which rollout?', isUnfinished);
    if (record === undefined) return undefined;
    if (about.confirm === false) return this.#send(record, 'abort');
    const answer = await insist(
      `Abort the rollout of ${record.workload}?`,
      'What served before is brought back, unless everything is left as it is now.',
      'Abort and Roll Back',
      'Abort and Leave',
    );
    if (answer === undefined) return undefined;
    return this.#send(record, answer === 'Abort and Leave' ? 'leave' : 'abort');
  }

  async hold(about: About): Promise<{ readonly workload: string } | undefined> {
    const where = await this.#options.asked.where(about, 'hold');
    if (where === undefined) return undefined;
    const reason =
      about.confirm === false
        ? ''
        : await vscode.window.showInputBox({
            prompt: 'Why is it held? It is not deployed until somebody releases it.',
            placeHolder: 'for whoever wants to deploy it',
          });
    if (reason === undefined) return undefined;
    const { person } = await import('../engine/loaded.ts');
    const { engine } = await this.#options.session.open();
    const held = await engine.hold(where, `by ${person()}${reason === '' ? '' : `: ${reason}`}`);
    await this.#options.held();
    return held;
  }

  async release(about: About): Promise<{ readonly workload: string; readonly wasHeld: boolean } | undefined> {
    const where = await this.#options.asked.where(about, 'release');
    if (where === undefined) return undefined;
    const { engine } = await this.#options.session.open();
    const released = await engine.release(where);
    await this.#options.held();
    return released;
  }

  async #ask(
    about: About,
    command: Command,
    question: string,
    fits: (record: RolloutRecord) => boolean,
  ): Promise<Steered | undefined> {
    const record = await this.#options.asked.rollout(about, question, fits);
    return record && this.#send(record, command);
  }

  async #send({ id, workload, phase }: RolloutRecord, command: Command): Promise<Steered> {
    const { engine } = await this.#options.session.open();
    const { person } = await import('../engine/loaded.ts');
    const asked = await engine.ask(id, command, person());
    if (!asked) void inform(`The rollout of ${workload} is over already: ${phase}.`);
    await this.#options.moved();
    return { rollout: id, command, asked };
  }
}
