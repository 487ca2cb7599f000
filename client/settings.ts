/** The person's settings, read when they are needed. Owns nothing. */
import { homedir } from 'node:os';
import * as vscode from 'vscode';
import type { Place } from './engine/session.ts';
import { SETTINGS } from './manifestIds.ts';
import { storePath } from './storePath.ts';

const SECTION = 'gitmoxi';

/**
 * Of the extension's own settings alone: VS Code hands out what is an object as a view of all that it was read with, and
 * copies that whole, thousands of settings, for whoever looks into one.
 */
function setting(name: string): unknown {
  return vscode.workspace.getConfiguration(SECTION).get(name.slice(SECTION.length + 1));
}

function text(name: string): string {
  const value = setting(name);
  return typeof value === 'string' ? value.trim() : '';
}

function texts(name: string): readonly string[] {
  const value = setting(name);
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string' && one !== '') : [];
}

function number(name: string, least: number, otherwise: number): number {
  const value = setting(name);
  return typeof value === 'number' && Number.isFinite(value) ? Math.max(least, value) : otherwise;
}

export const placeFromSettings = (): Place => ({
  store: storePath(text(SETTINGS.store), { home: homedir(), folder: folders()[0] }),
  region: text(SETTINGS.region),
  profile: text(SETTINGS.profile),
  endpoint: text(SETTINGS.endpoint),
  accounts: setting(SETTINGS.accounts) ?? {},
  parallel: Math.floor(number(SETTINGS.parallel, 1, 50)),
});

/** May AWS be asked what there is, for completion and warnings? */
export const wantsKnowledge = (): boolean => setting(SETTINGS.awsKnowledge) === true;

/** Globs of accounts and workloads. */
export const productionPatterns = (): readonly string[] => texts(SETTINGS.production);

/** Is consent asked for everything, or for production only? */
export const confirmation = (): 'always' | 'production' =>
  text(SETTINGS.confirm) === 'production' ? 'production' : 'always';

/** Between looks at what runs, seconds, 10 or more. */
export const refreshSeconds = (): number => number(SETTINGS.refreshSeconds, 10, 60);

/** Seconds of the sandbox per real second. */
export const sandboxSpeed = (): number => number(SETTINGS.sandboxSpeed, 1, 20);

export type OnCommit = 'off' | 'ask' | 'auto';

export function onCommit(): OnCommit {
  const value = text(SETTINGS.deployOnCommit);
  return value === 'off' || value === 'auto' ? value : 'ask';
}

export const deployBranches = (): readonly string[] => texts(SETTINGS.deployBranches);

export const deployFrom = (): 'local' | 'remote' => (text(SETTINGS.deployFrom) === 'remote' ? 'remote' : 'local');

/** Absolute paths of the window's folders on disk. */
export const folders = (): readonly string[] =>
  (vscode.workspace.workspaceFolders ?? []).flatMap(({ uri }) => (uri.scheme === 'file' ? uri.fsPath : []));
