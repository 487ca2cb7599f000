/** The contract of a lookup: how things of one kind are asked for. Types only. */
import type { FactOf, ThingKind } from '../../preflight/index.ts';
import type { Clients } from '../clients.ts';

export interface Lookup<K extends ThingKind> {
  /** Things in one call, 1 or more. */
  readonly most: number;
  /** One call. What is not in the answer does not exist. Throws what the SDK throws. */
  readonly ask: (
    clients: Clients,
    region: string,
    ids: readonly string[],
    abortSignal: AbortSignal,
  ) => Promise<ReadonlyMap<string, FactOf[K]>>;
  /** Does an error say that one of the things does not exist? */
  readonly saysAbsent: (code: string, message: string) => boolean;
}

export type Lookups = { readonly [K in ThingKind]: () => Promise<Lookup<K>> };

/** By error codes, as the SDK names them and as the wire has them. */
export const oneOf =
  (...codes: readonly string[]) =>
  (code: string): boolean =>
    codes.includes(code);
