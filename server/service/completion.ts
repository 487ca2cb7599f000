/** What completion offers. Types only. */
import type { Span } from './knowledge.ts';

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
  /** The range that is replaced, on one line. */
  readonly replace: Span;
  readonly text: string;
  /** Commas that are missing elsewhere. */
  readonly extra?: readonly (Span & { readonly text: string })[];
  /** Whether `text` has tab stops (`$1`, `${2:a}`, `${3|a,b|}`). @default false */
  readonly isSnippet?: boolean;
  /** Orders the list; @default the label */
  readonly order?: string;
  /** What the typed text is compared with. @default the label */
  readonly filter?: string;
  readonly isDeprecated?: boolean;
}
