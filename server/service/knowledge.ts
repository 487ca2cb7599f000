/** What features know beside the text under the cursor. Types only; everything is handed in. */
import type { CheckedWorkload } from '../../engine/check/index.ts';
import type { InputValue } from '../../engine/template/index.ts';
import type { AwsKnowledge } from './aws.ts';
import type { ConfigDocument } from './document.ts';

/** A workload as far as its inputs go: nothing of it has to be rendered. */
export interface InputsView {
  /** Its files by path; of files that could not be read there is none. */
  readonly documents: ReadonlyMap<string, ConfigDocument>;
  readonly inputs: ReadonlyMap<string, InputValue>;
  /** Texts of its files and of those that its inputs refer to, by path. */
  readonly sources: ReadonlyMap<string, string>;
}

/** A workload as it is in the editor. */
export interface WorkloadView extends InputsView {
  /** Its last check. */
  readonly checked: CheckedWorkload;
  /** False where an input file could not be read: an unknown name may exist all the same. */
  readonly inputsComplete: boolean;
}

/** Files of the repository that an input may refer to. */
export interface FileNames {
  /** From the repository root. */
  readonly paths: readonly string[];
  readonly complete: boolean;
}

/** What a feature is asked about: a file, its workload, and what is known beyond. */
export interface FileView {
  readonly document: ConfigDocument;
  readonly workload: WorkloadView;
  readonly files: FileNames;
  readonly aws: AwsKnowledge;
}

/** A range of a file. Offsets are UTF-16 code units. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface FileSpan extends Span {
  /** From the repository root. */
  readonly path: string;
}
