/**
 * What the server may be given by the program that runs it, because it has no business with Git and AWS itself. Types
 * only; without them the server answers null.
 */

import type { FileReader } from './fileReader.ts';
import type { PlanView } from './protocol.ts';
import type { WorkloadPlace } from './workspace.ts';

/** Reads files of a commit. */
export interface RevisionReader {
  /** @param revision a commit, branch or tag; undefined where there is none of that name */
  at(root: string, revision: string): Promise<FileReader | undefined>;
}

/** Plans what a deployment of the working tree would do. */
export interface PlanProvider {
  /** @param live whether AWS may be asked what runs */
  plan(place: WorkloadPlace, live: boolean): Promise<PlanView>;
}
