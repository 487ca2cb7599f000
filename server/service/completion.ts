/** Completion: inside tags by Jinja's rules, outside by the schema and by what is known. */
import type { FileView, Span } from './knowledge.ts';

export type CompletionKind =
  | 'key'
  | 'value'
  | 'variable'
  | 'member'
  | 'filter'
  | 'test'
  | 'keyword'
  | 'file'
  | 'snippet'
  | 'function';

export interface Completion {
  readonly label: string;
  readonly kind: CompletionKind;
  /** One line beside the label. */
  readonly detail?: string;
  /** Markdown. */
  readonly documentation?: string;
  /** The range that is replaced. */
  readonly replace: Span;
  readonly text: string;
  /** Whether `text` has tab stops (`$1`, `$0`). @default false */
  readonly isSnippet?: boolean;
  /** Orders the list; @default the label */
  readonly order?: string;
  /** What the typed text is compared with. @default the label */
  readonly filter?: string;
  readonly isDeprecated?: boolean;
}

export type Completer = (view: FileView, offset: number) => Completion[] | Promise<Completion[]>;
