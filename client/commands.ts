/** The commands of the extension. Each returns a promise of its result, so that keybindings and other code can use it. */

import { COMMANDS } from './manifestIds.ts';

/** What the commands do, by who does it. */
export interface CommandHandlers {
  readonly rollouts: { refresh(): Promise<void> };
  readonly preview: { show(target?: unknown): Promise<unknown> };
}

export type Command = (...words: readonly unknown[]) => Promise<unknown>;

/** Every command with its handler, to be registered. */
export function commandTable({ rollouts, preview }: CommandHandlers): [id: string, command: Command][] {
  return [
    [COMMANDS.preview, (target) => preview.show(target)],
    [COMMANDS.refresh, () => rollouts.refresh()],
  ];
}
