/** How well a value goes where it is wanted: what fits best is offered first. Pure. */
import type { Json } from '../../../engine/json.ts';
import type { SchemaPlace } from '../../../schemas/index.ts';
import { accepts } from './schemaPlace.ts';

/** Where a value is wanted. */
export interface Wanted {
  /** The key whose value it is, or whose list it is an item of. */
  readonly key: string;
  readonly schema: SchemaPlace | undefined;
}

export const wantedAt = (path: readonly (string | number)[], schema: SchemaPlace | undefined): Wanted => ({
  key: String(path.findLast((segment) => typeof segment === 'string') ?? ''),
  schema,
});

/** Words that say nothing of what a value is for. */
const COMMON: ReadonlySet<string> = new Set(['name', 'value', 'arn']);

/** The words of `taskRoleArn`, `s3_bucket_name`, `tgs['blue-tg']`: in lower case, in the singular. */
const wordsOf = (name: string): Set<string> =>
  new Set(
    name
      .split(/[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])/)
      .map((word) => word.toLowerCase().replace(/s$/, ''))
      .filter((word) => word.length > 2 && !COMMON.has(word)),
  );

const MOST = 9;

/** Up to this, a value fits by its name or by what it is of, not by its type alone. */
export const FITS = 5;

/**
 * One digit, 0 for what fits best: by words that the names share, by what an ARN is of, and by the type.
 *
 * @param name of the value, as it is written in an expression
 */
export function misfit({ key, schema }: Wanted, name: string, value: Json): number {
  const words = wordsOf(key);
  const shared = [...wordsOf(name)].filter((word) => words.has(word)).length;
  const type = accepts(schema, value) ? 3 : 0;
  return Math.max(0, MOST - type - Math.min(shared, 3) - arnFits(key, value));
}

/** `arn:PARTITION:SERVICE:REGION:ACCOUNT:TYPE/NAME` beside a key such as `targetGroupArn`. */
function arnFits(key: string, value: Json): number {
  if (typeof value !== 'string' || !value.startsWith('arn:') || !/[Aa]rn|ARN/.test(key)) return 0;
  const [, , service = '', , , resource = ''] = value.split(':');
  const wanted = key.toLowerCase();
  return [service, resource.split('/')[0]!].some((of) => of !== '' && wanted.includes(of)) ? 3 : 1;
}
