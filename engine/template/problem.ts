/** What is wrong with a template, at its place in the template's source. */

export type ProblemCode =
  | 'template.syntax'
  /** `include`, `import`, `from`, `extends`. */
  | 'template.not-self-contained'
  | 'template.undefined-name'
  /** Jinja2 would print something that differs from run to run. */
  | 'template.not-deterministic'
  /** A bound of the renderer was exceeded. */
  | 'template.limit'
  /** Anything else that Python or Jinja2 fails at: types, values, unknown filters. */
  | 'template.evaluation';

export interface TemplateProblem {
  /** Offset of the first character concerned, in UTF-16 code units. */
  readonly start: number;
  /** Offset after the last character concerned. */
  readonly end: number;
  readonly code: ProblemCode;
  /** Lower case first letter, no full stop. Never contains the value of a sensitive input. */
  readonly message: string;
  /** What to do, as an instruction. */
  readonly hint?: string;
  /** For `template.undefined-name`: the name or member that does not exist. */
  readonly name?: string;
  /** For `template.undefined-name`: the name or member that was probably meant. */
  readonly suggestion?: string;
  /** Of a place in a macro: the calls that led to it, outermost first. */
  readonly calls?: readonly { readonly start: number; readonly end: number }[];
}
