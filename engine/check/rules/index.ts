/**
 * All rules, and running them over a workload. To add a rule: an entry in the file of its subject; its documentation
 * page follows from it.
 */
import type { Finding, Fix, RelatedPlace } from '../../finding.ts';
import type { MappedPlace } from '../../template/index.ts';
import { callsOf, type Place } from '../place.ts';
import type { Documentation, ReportOptions, Rules, Subject } from '../rule.ts';
import { withComma } from '../withComma.ts';
import { BALANCING_RULES } from './balancing.ts';
import { CAPACITY_RULES } from './capacity.ts';
import { CONTAINER_RULES } from './containers.ts';
import { DEPLOYMENT_RULES } from './deployment.ts';
import { ENVIRONMENT_RULES } from './environment.ts';
import { EVENT_SOURCE_RULES } from './eventSources.ts';
import { FAILED_RECORD_RULES } from './failedRecords.ts';
import { FUNCTION_RULES } from './function.ts';
import { LOGGING_RULES } from './logging.ts';
import { PORT_RULES } from './ports.ts';
import { SERVICE_RULES } from './service.ts';
import { SHIFTING_RULES } from './shifting.ts';
import { SOURCE_ACCESS_RULES } from './sourceAccess.ts';
import { TASK_RULES } from './task.ts';
import { VOLUME_RULES } from './volumes.ts';

const RULES: Rules = {
  ...TASK_RULES,
  ...CONTAINER_RULES,
  ...PORT_RULES,
  ...LOGGING_RULES,
  ...VOLUME_RULES,
  ...SERVICE_RULES,
  ...BALANCING_RULES,
  ...CAPACITY_RULES,
  ...SHIFTING_RULES,
  ...DEPLOYMENT_RULES,
  ...FUNCTION_RULES,
  ...EVENT_SOURCE_RULES,
  ...SOURCE_ACCESS_RULES,
  ...FAILED_RECORD_RULES,
  ...ENVIRONMENT_RULES,
};

const ENTRIES = Object.entries(RULES);

export const RULE_DOCUMENTATION: Readonly<Record<string, Documentation>> = RULES;

/** Findings of one rule beyond this many follow from each other. */
const MOST_PER_RULE = 20;

/** Where inputs are written, for values that they gave. */
export type OriginsOf = (names: readonly string[]) => readonly RelatedPlace[];

/** Everything that the rules find. Never throws on what files hold. */
export function runRules(subject: Subject, originsOf: OriginsOf): Finding[] {
  const findings: Finding[] = [];
  for (const [code, rule] of ENTRIES) {
    let left = MOST_PER_RULE;
    rule.check(subject, (place, message, hint, options = {}) => {
      if (place === undefined || left-- <= 0) return;
      findings.push(
        findingAt(place, { code, severity: options.severity ?? rule.severity, message, hint }, options, originsOf),
      );
    });
  }
  return findings;
}

type Words = Pick<Finding, 'code' | 'severity' | 'message'> & { readonly hint: string };

function findingAt(place: Place, words: Words, options: ReportOptions, originsOf: OriginsOf): Finding {
  const { see } = options;
  const fix = fixOf(place, options);
  const { start, end, names, calls } = sourceRange(place, options.atKey ? place.keyNode : openingOf(place));
  const seen = see && { path: see.place.file.path, ...placeOnly(sourceRange(see.place)), message: see.message };
  const called = callsOf(place.file.path, calls);
  const related = [...(seen ? [seen] : []), ...called, ...originsOf(names)];
  return { path: place.file.path, start, end, ...words, ...(related.length > 0 && { related }), ...(fix && { fix }) };
}

const placeOnly = ({ start, end }: { start: number; end: number }) => ({ start, end });

/** An object or list is pointed at by its key, or by its opening bracket: not all of it is wrong. */
function openingOf({ node, keyNode }: Place): { offset: number; length: number } {
  if (node.children === undefined) return node;
  return keyNode ?? { offset: node.offset, length: 1 };
}

function sourceRange(place: Place, range: { offset: number; length: number } = openingOf(place)): MappedPlace {
  return place.file.map.toSource(range.offset, range.offset + range.length);
}

/** Only what stands in the template as it is can be replaced there. */
function fixOf(place: Place, { atKey, write, remove }: ReportOptions): Fix | undefined {
  const { file, node, keyNode } = place;
  if (write) {
    const range = atKey ? keyNode! : node;
    const source = file.map.verbatim(range.offset, range.offset + range.length);
    return source && { title: write.title, edits: [{ path: file.path, ...source, text: write.json }] };
  }
  if (!remove || !keyNode) return undefined;
  const { start, end } = withComma(file.text, keyNode.offset, node.offset + node.length);
  const source = file.map.verbatim(start, end);
  return source && { title: remove.title, edits: [{ path: file.path, ...source, text: '' }] };
}
