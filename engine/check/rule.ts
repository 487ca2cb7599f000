/** What a rule is: one thing that can be wrong with a workload, its documentation, and the look for it. */
import type { WorkloadKind } from '../config/index.ts';
import type { Severity } from '../finding.ts';
import type { Place } from './place.ts';

/**
 * A workload as rules see it. A file that is absent, or could not be rendered to JSON, is undefined: nothing is
 * concluded from it. `complete` tells the two apart.
 */
export interface Subject {
  readonly path: string;
  readonly kind: WorkloadKind;
  readonly service: Place | undefined;
  readonly task: Place | undefined;
  readonly function: Place | undefined;
  readonly eventSource: Place | undefined;
  readonly deployment: Place | undefined;
  /** Whether every template of the workload rendered to a JSON object. */
  readonly complete: boolean;
}

export interface ReportOptions {
  /** Point at the key instead of the value. */
  readonly atKey?: boolean;
  /** What to write in place of the value (or the key), as JSON, where that puts it right. */
  readonly write?: { readonly title: string; readonly json: string };
  /** Deletes the member or the item. */
  readonly remove?: { readonly title: string };
  /** Another place that explains it. */
  readonly see?: { readonly place: Place; readonly message: string };
  /** Where one case of a rule weighs less than another. */
  readonly severity?: Severity;
}

/** Writes a known value in place of what is there; undefined writes nothing. */
export const writing = (value: string | number | undefined): ReportOptions =>
  value === undefined ? {} : { write: { title: `Change to ${JSON.stringify(value)}`, json: JSON.stringify(value) } };

/** @param place where the finding is shown; undefined shows nothing */
export type Report = (place: Place | undefined, message: string, hint: string, options?: ReportOptions) => void;

export interface Documentation {
  readonly severity: Severity;
  /** What is found, as a sentence. */
  readonly title: string;
  /** Why it matters and what to do. */
  readonly about: string;
}

export interface Rule extends Documentation {
  check(subject: Subject, report: Report): void;
}

/** Rules by code. */
export type Rules = Readonly<Record<string, Rule>>;
