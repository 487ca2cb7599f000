/** The contract of a listing: how things of one kind are listed, a page at a time. Types only. */
import type { Clients } from '../clients.ts';

/** Kinds of things that an account and region has. */
export type InventoryKind =
  | 'cluster'
  | 'service'
  | 'targetGroup'
  | 'alarm'
  | 'subnet'
  | 'securityGroup'
  | 'role'
  | 'repository'
  | 'image'
  | 'logGroup'
  | 'function'
  | 'queue'
  | 'capacityProvider';

export interface InventoryThing {
  /** As files name it: a name, an id or an ARN. */
  readonly id: string;
  /** Beside it, for people. */
  readonly detail: string;
}

export interface PageRequest {
  readonly clients: Clients;
  readonly region: string;
  /** What the things are in; empty where the kind needs none. */
  readonly of: string;
  /** What the last page gave; undefined for the first. */
  readonly token: string | undefined;
  readonly abortSignal: AbortSignal;
}

export interface Page {
  readonly things: readonly InventoryThing[];
  readonly token: string | undefined;
  /** There may be more than AWS lists. @default false */
  readonly isPartial?: boolean;
}

/** One call. Throws what the SDK throws. */
export type Listing = (request: PageRequest) => Promise<Page>;

export type Listings = { readonly [K in InventoryKind]: () => Promise<Listing> };

/** What is not said is left out. */
export const words = (...parts: readonly (string | number | false | undefined)[]): string =>
  parts.filter((part) => part !== undefined && part !== '' && part !== false).join(' · ');
