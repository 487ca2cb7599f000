/**
 * Findings: what is wrong with a file, at its place in the source. Offsets are UTF-16 code units (JavaScript string
 * indices); lines and columns exist only at the edges, and `lineIndex` here is the one converter.
 */

export type Severity = 'error' | 'warning' | 'info';

/** A place in another file that explains a finding, for example where an input's value comes from. */
export interface RelatedPlace {
  readonly path: string;
  readonly start: number;
  readonly end: number;
  readonly message: string;
}

/** A change of source text that puts a finding right. */
export interface Fix {
  /** What it does, as an instruction. */
  readonly title: string;
  /** Replacements of ranges, which do not overlap. */
  readonly edits: readonly SourceEdit[];
}

export interface SourceEdit {
  /** Path from the repository root. */
  readonly path: string;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export interface Finding {
  /** Path from the repository root, with `/`. */
  readonly path: string;
  /** Offset of the first character concerned, in the source file (never in the rendered text). */
  readonly start: number;
  /** Offset after the last character concerned; equal to `start` where there is no extent. */
  readonly end: number;
  readonly severity: Severity;
  /** Stable dotted code, for example `template.undefined-name`. */
  readonly code: string;
  /** What is wrong, with the wrong value: lower case first letter, no full stop. Never contains a secret. */
  readonly message: string;
  /** What to do, as an instruction. */
  readonly hint?: string;
  readonly related?: readonly RelatedPlace[];
  readonly fix?: Fix;
}

/** A finding as people and machines outside the engine see it: lines and columns from 1. */
export interface Problem {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly severity: Severity;
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

export interface LineIndex {
  /** Line and column, both from 1, of an offset; offsets past the end give the end. */
  at(offset: number): { line: number; column: number };
}

/** Indexes the line starts of a text once, so that each look-up is a binary search. `\n`, `\r\n` and `\r` end lines. */
export function lineIndex(text: string): LineIndex {
  const starts = [0];
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 10 || (c === 13 && text.charCodeAt(i + 1) !== 10)) starts.push(i + 1);
  }
  return {
    at(offset) {
      const wanted = Math.max(0, Math.min(offset, text.length));
      let low = 0;
      let high = starts.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (starts[middle]! <= wanted) low = middle;
        else high = middle - 1;
      }
      return { line: low + 1, column: wanted - starts[low]! + 1 };
    },
  };
}

/** Gives a finding its lines and columns. `text` is the source of `finding.path`; without it the place is line 1, column 1. */
export function toProblem(finding: Finding, text: string | undefined): Problem {
  return placed(finding, lineIndex(text ?? ''));
}

/** Likewise for many, each file's lines indexed once. */
export function toProblems(findings: readonly Finding[], sources: ReadonlyMap<string, string>): Problem[] {
  const indices = new Map<string, LineIndex>();
  return findings.map((finding) => {
    const index = indices.get(finding.path) ?? lineIndex(sources.get(finding.path) ?? '');
    indices.set(finding.path, index);
    return placed(finding, index);
  });
}

function placed(finding: Finding, index: LineIndex): Problem {
  const from = index.at(finding.start);
  const to = index.at(finding.end);
  return {
    path: finding.path,
    line: from.line,
    column: from.column,
    endLine: to.line,
    endColumn: to.column,
    severity: finding.severity,
    code: finding.code,
    message: finding.message,
    ...(finding.hint === undefined ? {} : { hint: finding.hint }),
  };
}
