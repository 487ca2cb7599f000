/** Who is at the keyboard, for records that people read later: for example `ada@laptop`. */
import { hostname, userInfo } from 'node:os';

export function person(): string {
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    // A user id without a name, as in many containers.
    return hostname();
  }
}
