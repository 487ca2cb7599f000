/** Which file the setting `gitmoxi.store` means. Pure. */
import { isAbsolute, join } from 'node:path';

export interface Around {
  /** The person's own folder. */
  readonly home: string;
  /** The window's first folder. */
  readonly folder: string | undefined;
}

/**
 * The extension's process runs wherever the editor was started, so that no path counts from there: `~` and `${userHome}`
 * are the person's folder, `${workspaceFolder}` is the window's, and a relative path counts from the latter.
 *
 * @returns absolute; empty where the setting is
 */
export function storePath(setting: string, { home, folder = home }: Around): string {
  if (setting === '') return '';
  // A function gives the path as it is: `$&` in it is no pattern.
  const named = setting
    .replace(/^~(?=[/\\]|$)/, () => home)
    .replaceAll(/\$\{userHome\}/g, () => home)
    .replaceAll(/\$\{workspaceFolder\}/g, () => folder);
  return isAbsolute(named) ? named : join(folder, named);
}
