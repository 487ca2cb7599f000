/** What differs between two revisions of a workload, whatever runs. Pure. */
import { type CheckedWorkload, objectOf } from '../check/checked.ts';
import type { FileRole } from '../config/index.ts';
import { type Difference, differences } from './differences.ts';
import { maskSecrets } from './secrets.ts';

/** Documents, and the pointer that their paths start with: as plans name them. */
const DOCUMENTS: readonly (readonly [FileRole, string])[] = [
  ['task', '/taskDefinition'],
  ['service', ''],
  ['function', ''],
  ['eventSource', '/eventSources'],
];

/** Differences of the rendered definitions, with secrets masked; `live` is how it was before. */
export function revisionChanges(before: CheckedWorkload, after: CheckedWorkload): Difference[] {
  const found = DOCUMENTS.flatMap(([role, at]) => differences(objectOf(before, role), objectOf(after, role), at));
  return maskSecrets(found, after, before);
}
