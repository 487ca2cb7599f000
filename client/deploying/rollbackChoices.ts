/** The rollouts that a workload can go back to, as a person is offered them. Pure. */
import type { Difference, Json, RolloutRecord } from '../../engine/index.ts';
import { duration, shortCommit, withoutIcons } from '../words.ts';
import { type Files, memberName } from './planText.ts';
import { DEFINITIONS } from './sides.ts';

/** Rollouts to go back to, newest first: what succeeded before the one that serves, each commit once. */
export function goodOnes(history: readonly RolloutRecord[]): RolloutRecord[] {
  const succeeded = history.filter(({ phase }) => phase === 'succeeded');
  const serving = succeeded[0]?.revision.commit;
  // After a rollout that did not succeed, what serves is a place to go back to as well.
  const present = history[0]?.phase === 'succeeded' ? serving : undefined;
  const seen = new Set<string>(present === undefined ? [] : [present]);
  return succeeded.filter(({ revision: { commit } }) => {
    if (commit === undefined || seen.has(commit)) return false;
    seen.add(commit);
    return true;
  });
}

export interface Choice {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly detail: string;
}

/**
 * @param changes what differs from the files of what serves; undefined where either cannot be read any more
 * @param now on the rollouts' clock, ms since the epoch
 */
export function choiceOf(
  { revision, endedAt, id, serving }: RolloutRecord,
  changes: readonly Difference[] | undefined,
  now: number,
): Choice {
  const { commit = '', subject = '', author } = revision;
  const by = author === undefined || author === '' ? [] : [author];
  const runs = serving === null ? [] : [serving.split('/').at(-1)!];
  return {
    id,
    label: `$(git-commit) ${shortCommit(commit)} ${withoutIcons(subject)}`,
    description: withoutIcons([...by, `${duration(now - (endedAt ?? now), 1)} ago`].join(' · ')),
    detail: withoutIcons([...runs, changeWords(changes)].join(' · ')),
  };
}

/** Changes that a line has room for, and the longest value that it shows, characters. */
const MOST_CHANGES = 2;
const LONGEST_VALUE = 48;

function changeWords(changes: readonly Difference[] | undefined): string {
  if (changes === undefined) return 'its files cannot be read any more';
  if (changes.length === 0) return 'as what serves now';
  const words = changes.slice(0, MOST_CHANGES).map(({ path, desired }) => `${memberName(path)}${valueWords(desired)}`);
  const more = changes.length - words.length;
  return `${words.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function valueWords(value: Json): string {
  if (value === null) return ' is taken away';
  const text = typeof value === 'object' ? '' : String(value);
  return text === '' || text.length > LONGEST_VALUE ? '' : ` → ${text}`;
}

/** What would be different in the definitions if the files were as they were then. */
export function changesBetweenFiles(
  now: Files,
  then: Files,
  differences: (live: Json | undefined, desired: Json | undefined) => Difference[],
): Difference[] {
  const of = (files: Files, wanted: string) => files.find(({ suffix }) => suffix === wanted)?.rendered ?? undefined;
  return DEFINITIONS.flatMap((suffix) => differences(of(now, suffix), of(then, suffix)));
}
