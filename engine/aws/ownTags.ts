/** The tags that GitMoxi puts on what it makes: they tell a person, and a process that takes over, where it came from. */
import { OWN_TAG_PREFIX } from '../plan/index.ts';
import type { RolloutRecord } from '../rollout/index.ts';

export const ROLLOUT_TAG = `${OWN_TAG_PREFIX}rollout`;

/** Tag values are at most 256 letters, digits, spaces and `+-=._:/@`. Source: AWS tagging best practices. */
const tagValue = (text: string): string => text.replace(/[^\p{L}\p{N} +\-=._:/@]/gu, '_').slice(0, 256);

export function ownTags(record: RolloutRecord): Record<string, string> {
  return {
    [ROLLOUT_TAG]: record.id,
    [`${OWN_TAG_PREFIX}workload`]: tagValue(record.workload),
    [`${OWN_TAG_PREFIX}commit`]: record.revision.commit ?? 'working tree',
  };
}
