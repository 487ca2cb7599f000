/** Which paths are in which folders, for many of both. */
import { dirname } from 'node:path';

/** Whether an absolute path is one of the folders, or in one. */
export function isInAny(path: string, folders: ReadonlySet<string>): boolean {
  for (let at = path; ; at = dirname(at)) {
    if (folders.has(at)) return true;
    if (dirname(at) === at) return false;
  }
}
