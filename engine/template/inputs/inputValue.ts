/** One input, as templates use it. Types only. */

import type { Json } from '../../json.ts';
import type { Value } from '../python/index.ts';

/** One value, under the name by which templates use it. */
export interface InputValue {
  readonly name: string;
  readonly value: Json;
  /** The same value as templates see it: integers of any size, and floats apart from integers. */
  readonly exact: Value;
  /** File that it comes from, from the repository root. */
  readonly path: string;
  /** Offsets of the value in that file. */
  readonly start: number;
  readonly end: number;
  /** Line of the value in that file, from 1. */
  readonly line: number;
  /** Marked as secret by Terraform: must not be shown, logged or stored. */
  readonly sensitive: boolean;
}
