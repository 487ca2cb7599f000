/** Words for people that several views share: durations, revisions, traffic. Pure. */
import type { RolloutRecord } from '../engine/index.ts';

/** The largest one or two units: `45 s`, `3 min 20 s`, `2 h 5 min`, `4 d 3 h`. A clock that runs behind gives `0 s`. */
export function duration(ms: number, units: 1 | 2 = 2): string {
  const sizes = [
    ['d', 86_400],
    ['h', 3_600],
    ['min', 60],
    ['s', 1],
  ] as const;
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const at = sizes.findIndex(([, size]) => seconds >= size);
  if (at < 0) return '0 s';
  const [name, size] = sizes[at]!;
  const [smallerName, smallerSize] = sizes[at + 1] ?? ['', 1];
  const rest = Math.floor((seconds % size) / smallerSize);
  return `${Math.floor(seconds / size)} ${name}${rest === 0 || units === 1 ? '' : ` ${rest} ${smallerName}`}`;
}

/** A time of day in the reader's zone, `12:31:05`. */
export const timeHere = (at: number): string => new Date(at).toLocaleTimeString(undefined, { hour12: false });

export const shortCommit = (commit: string): string => (/^[0-9a-f]{40,64}$/.test(commit) ? commit.slice(0, 7) : commit);

export function revisionOf({ revision: { commit, subject } }: RolloutRecord): string {
  if (commit === undefined) return 'working tree';
  return `commit ${shortCommit(commit)}${subject === undefined ? '' : ` (${subject})`}`;
}

export const plural = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;

/** What moves, while it moves. */
export function countsOf({ endedAt, progress: { ready, desired, trafficPercent } }: RolloutRecord): string[] {
  if (endedAt !== null) return [];
  const tasks = ready === undefined || desired === undefined ? [] : [`${ready}/${desired} tasks`];
  return [...tasks, ...(trafficPercent === undefined ? [] : [`${trafficPercent} % traffic`])];
}

/** What happened, why, and what to do. */
export function failureLines({ failure }: RolloutRecord): string[] {
  if (failure === null) return [];
  return [failure.message, ...(failure.cause === undefined ? [] : [failure.cause]), failure.next];
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The code of an engine's error. */
export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}

/** What to do in the editor, where the engine's hint names an option of the command line; by the error's code. */
const IN_EDITOR: ReadonlyMap<string | undefined, string> = new Map([
  ['aws.no-credentials', 'log in (`aws sso login`), or choose a profile in the setting gitmoxi.profile'],
  ['aws.unreachable', 'check the network, the region and the setting gitmoxi.endpoint'],
  ['aws.wrong-account', 'name a profile or a role for that account in the setting gitmoxi.accounts'],
  ['git.not-a-repository', 'open a folder inside a repository'],
  ['git.no-commits', 'commit the files, or deploy the working tree'],
  ['rollback.nothing-to-go-back-to', 'deploy the commit that you want'],
  ['rollback.not-a-good-rollout', 'choose one of its history in the Rollouts view that succeeded'],
  ['store.newer', 'update GitMoxi, or choose another file in the setting gitmoxi.store'],
  ['store.fenced', 'watch it in the Rollouts view'],
]);

/** An engine's error says what to do; anything else says at least what it is. */
export function errorText(error: unknown): string {
  const message = messageOf(error);
  const hint = IN_EDITOR.get(codeOf(error)) ?? (error as { hint?: unknown } | undefined)?.hint;
  return typeof hint === 'string' ? `${message}: ${hint}` : message;
}

export const upperFirst = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

/** Text that a notification makes no link of: there `[text](command:…)` runs the command. */
export const unlinked = (text: string): string => text.replaceAll('](', '] (');

/**
 * Markdown that is read as it is written, without links: the editor follows them there too, and runs commands. Links,
 * addresses in `<…>`, and definitions of references are told apart from text by one blank.
 */
export const unlinkedSource = (markdown: string): string =>
  unlinked(markdown)
    .replaceAll(/<(?=\w+:)/g, '< ')
    .replaceAll(/^(\s*(?:- )?\[[^\]]*\]):/gm, '$1 :');

/** Text that a list makes no icon of: there `$(name)` is one. */
export const withoutIcons = (text: string): string => text.replace(/\$\([a-z0-9-]+(?:~[a-z]+)?\)/gi, '\\$&');
