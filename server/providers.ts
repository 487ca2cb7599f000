/**
 * What the server may be given by the program that runs it, because it has no business with Git and AWS itself. Types
 * only; without them the server answers null.
 */

import type { FileReader } from './fileReader.ts';
import type { AwsAccess, LastRollout, PlanView } from './protocol.ts';
import type { AwsKnowledge } from './service/index.ts';
import type { WorkloadPlace } from './workspace.ts';

/** How far a person lets the server ask AWS. */
export interface AwsSettings {
  /** For what there is in the account, to complete names and to warn of those that do not exist. */
  readonly knowledge: boolean;
  /** For what runs, when a client asks for a live plan. */
  readonly live: boolean;
  readonly access: AwsAccess;
}

/** Reads files of a commit. */
export interface RevisionReader {
  /** @param revision a commit, branch or tag; undefined where there is none of that name */
  at(root: string, revision: string): Promise<FileReader | undefined>;
}

/** Plans what a deployment of the working tree would do. */
export interface PlanProvider {
  /**
   * Rejects where there is no plan, with an `EngineError` where it says all there is to say.
   *
   * @param live whether AWS is asked what runs
   * @param texts of open documents, by path from the root: they count instead of the files
   */
  plan(place: WorkloadPlace, live: boolean, texts: ReadonlyMap<string, string>): Promise<PlanView>;
}

/** Knows the rollouts that are recorded where the person deploys from. */
export interface RolloutProvider {
  /** @returns undefined where there was none */
  last(place: WorkloadPlace): Promise<LastRollout | undefined>;
}

export interface AwsListener {
  /** Something is known now, or no longer, that was not so before. */
  news(): void;
  /** AWS did not say what it was asked: for the log, said once. */
  trouble(message: string): void;
}

/** What is known of AWS, and word of it. */
export interface AwsSource extends AwsKnowledge {
  listen?(listener: AwsListener): void;
}

/** All of it. */
export interface Providers {
  readonly revisions: RevisionReader;
  readonly plans: PlanProvider;
  readonly rollouts: RolloutProvider;
  readonly aws: AwsSource;
  /** Told how far AWS may be asked and where, before anybody asks and when it changes. */
  follow(settings: AwsSettings): void;
}
