/** What a feature is, and what it works with. Types only. */
import type { Connection } from 'vscode-languageserver';
import type { Clock } from '../../engine/clock.ts';
import type { Documents } from '../documents.ts';
import type { OpenWorkloads } from '../openWorkloads.ts';
import type { Workspace } from '../workspace.ts';

export interface Surroundings {
  readonly connection: Connection;
  readonly documents: Documents;
  readonly workspace: Workspace;
  readonly openWorkloads: OpenWorkloads;
  readonly clock: Clock;
}

/** Registers its handlers, once, before the connection listens. */
export type Feature = (surroundings: Surroundings) => void;
