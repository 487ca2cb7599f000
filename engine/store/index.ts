/** The door of engine/store. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { EngineError } from '../errors.ts';
import type { Store } from './store.ts';

export { LEASE_MS } from './sqlite.ts';
export { type Hold, holdOf, type Processed, type RolloutQuery, type Store } from './store.ts';

/** Where the store is when nobody says: one file per user. */
export function defaultStorePath(environment: NodeJS.ProcessEnv): string {
  if (process.platform === 'win32')
    return join(environment['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local'), 'gitmoxi', 'store.db');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'gitmoxi', 'store.db');
  return join(environment['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state'), 'gitmoxi', 'store.db');
}

/**
 * @param where a file path, or `dynamodb://TABLE`
 * @throws EngineError of kind `surroundings` when the store cannot be used
 */
export async function openStore(where: string): Promise<Store> {
  if (/^dynamodb:\/\//.test(where)) {
    throw new EngineError('store.not-supported', `this version keeps its store in a file only, not in ${where}`, {
      kind: 'usage',
      hint: 'pass a file path to --store',
    });
  }
  const { openSqliteStore } = await import('./sqlite.ts');
  return openSqliteStore(where);
}
