/** The two sides of a comparison with what runs: the rendered files, and the same with the live values put in. Pure. */
import { isObject, type Json } from '../../engine/json.ts';
import type { WorkloadPlan } from '../rollouts/rollout.ts';
import type { Files } from './planText.ts';

export interface Sides {
  /** The file, from the repository's root. */
  readonly path: string;
  readonly live: string;
  readonly desired: string;
}

/** The files that say what runs; the others say how it is deployed, and with which values. */
export const DEFINITIONS: readonly string[] = ['_svcdef.json', '_taskdef.json', '_lambdadef.json'];
const TASK = '/taskDefinition';

/** One pair for each definition of the workload; differences of what has no file of its own are in the first. */
export function sidesOf(plan: WorkloadPlan, files: Files): Sides[] {
  const definitions = files.filter(({ suffix, rendered }) => DEFINITIONS.includes(suffix) && rendered !== null);
  const hasTask = definitions.some(({ suffix }) => suffix === '_taskdef.json');
  return definitions.map(({ path, suffix, rendered }) => {
    const isTask = suffix === '_taskdef.json';
    const own = plan.differences.flatMap((difference) => {
      const ofTask = hasTask && difference.path.startsWith(`${TASK}/`);
      if (ofTask !== isTask) return [];
      return [{ ...difference, path: isTask ? difference.path.slice(TASK.length) : difference.path }];
    });
    const sides = plan.action === 'create' ? undefined : own;
    return {
      path,
      live: sides === undefined ? '' : text(withValues(rendered, sides, 'live')),
      desired: text(withValues(rendered, own, 'desired')),
    };
  });
}

const text = (value: Json): string => `${JSON.stringify(value, null, 2)}\n`;

type Difference = WorkloadPlan['differences'][number];

/** The value with one side of each difference in its place; null takes the member away. */
export function withValues(value: Json, differences: readonly Difference[], side: 'live' | 'desired'): Json {
  return differences.reduce((whole, difference) => put(whole, segments(difference.path), difference[side]), value);
}

const segments = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));

/** A copy with one place changed. Own entries only are made, so that no name reaches a prototype. */
function put(value: Json, [first, ...rest]: readonly string[], inside: Json): Json {
  if (first === undefined) return inside;
  if (Array.isArray(value)) {
    const at = Number(first);
    if (!Number.isSafeInteger(at) || at < 0 || at > value.length) return value;
    const changed = put(value[at] ?? null, rest, inside);
    return changed === null && rest.length === 0 ? value.toSpliced(at, 1) : value.toSpliced(at, 1, changed);
  }
  const object = isObject(value) ? value : {};
  const before = Object.hasOwn(object, first) ? object[first]! : null;
  const changed = put(before, rest, inside);
  const others = Object.entries(object).filter(([key]) => key !== first || changed !== null);
  const has = others.some(([key]) => key === first);
  const entries = others.map(([key, old]): [string, Json] => [key, key === first ? changed : old]);
  return Object.fromEntries(has || changed === null ? entries : [...entries, [first, changed]]);
}
