/** The way back from rendered text to the template, and which inputs fed it. */

/** A part of the rendered text that came from one place. */
export interface MapPiece {
  /** Range in the rendered text. */
  readonly start: number;
  readonly end: number;
  /** Range in the template: of the text itself, or of the expression that gave this. */
  readonly sourceStart: number;
  readonly sourceEnd: number;
  /** The text stands in the template as it is, so that offsets inside correspond. */
  readonly verbatim: boolean;
  /** Names of the inputs that the expression read, directly or through variables. */
  readonly names: readonly string[];
  /** Whether one of them is secret. */
  readonly sensitive: boolean;
  /** What it was before it was printed as Python does, where that is no JSON: nobody means that inside a text. */
  readonly printed?: 'list' | 'object' | undefined;
  /** Where a macro gave it: its own text's map, in which this piece begins at `shift`. */
  readonly inner?: { readonly map: SourceMap; readonly shift: number } | undefined;
}

/** Where something rendered comes from. */
export interface MappedPlace {
  /** Range in the template; empty, at the exact offset, in verbatim text. */
  readonly start: number;
  readonly end: number;
  readonly names: readonly string[];
  readonly sensitive: boolean;
  /** Of a place in a macro: the calls that led to it, outermost first. */
  readonly calls?: readonly SourceRange[];
}

export interface SourceRange {
  readonly start: number;
  readonly end: number;
}

export interface RenderedRange {
  readonly start: number;
  readonly end: number;
}

export class SourceMap {
  /** In the order of the rendered text, without gaps. */
  readonly pieces: readonly MapPiece[];

  constructor(pieces: readonly MapPiece[]) {
    this.pieces = pieces;
  }

  /** Whether any part of the text came from a secret. */
  get hasSensitive(): boolean {
    return this.pieces.some((piece) => piece.sensitive);
  }

  /**
   * The smallest range of the template that gave a range of the rendered text, with everything that fed it. What one
   * call of a macro gave is in the macro.
   *
   * @param end offset after the last character; without it, the place of the single character at `start`
   */
  toSource(start: number, end = start): MappedPlace {
    const piece = this.#within(start, end);
    if (piece === undefined) return this.toBody(start, end);
    const { map, shift } = piece.inner!;
    const { calls = [], sensitive, ...place } = map.toSource(start - piece.start + shift, end - piece.start + shift);
    const call = { start: piece.sourceStart, end: piece.sourceEnd };
    // Which way a macro goes may tell of a secret.
    return { ...place, sensitive: sensitive || piece.sensitive, calls: [call, ...calls] };
  }

  /** Likewise, but what a macro gave is where it is called: so that places follow each other as the rendered text does. */
  toBody(start: number, end = start): MappedPlace {
    const names = new Set<string>();
    let sensitive = false;
    let from = Number.POSITIVE_INFINITY;
    let to = 0;
    for (let index = this.#indexAt(start); index < this.pieces.length; index++) {
      const piece = this.pieces[index]!;
      if (piece.start >= end && to > 0) break;
      const { sourceStart, sourceEnd, verbatim } = piece;
      const low = verbatim ? Math.min(sourceEnd, sourceStart + Math.max(0, start - piece.start)) : sourceStart;
      const high = verbatim ? Math.max(low, sourceEnd - Math.max(0, piece.end - end)) : sourceEnd;
      // Loops make later text come from earlier places.
      from = Math.min(from, low);
      to = Math.max(to, high);
      for (const name of piece.names) names.add(name);
      sensitive ||= piece.sensitive;
      if (piece.end >= end) break;
    }
    return { start: Math.min(from, to), end: to, names: [...names], sensitive };
  }

  /** The range of the template where a range of the rendered text stands as it is; undefined where it does not. */
  verbatim(start: number, end: number): RenderedRange | undefined {
    const macro = this.#within(start, end);
    if (macro) {
      const { map, shift } = macro.inner!;
      return map.verbatim(start - macro.start + shift, end - macro.start + shift);
    }
    const piece = this.pieces[this.#indexAt(start)];
    if (!piece?.verbatim || piece.end < end) return undefined;
    const from = piece.sourceStart + start - piece.start;
    return { start: from, end: from + end - start };
  }

  /** Every range of the rendered text that the given offset of the template gave: none, one, or one per round of a loop. */
  toRendered(sourceOffset: number): RenderedRange[] {
    const ranges: RenderedRange[] = [];
    for (const piece of this.pieces) {
      const { map, shift } = piece.inner ?? {};
      const length = piece.end - piece.start;
      for (const { start, end } of map?.toRendered(sourceOffset) ?? []) {
        if (start >= shift! && end <= shift! + length)
          ranges.push({ start: start - shift! + piece.start, end: end - shift! + piece.start });
      }
      if (sourceOffset < piece.sourceStart || sourceOffset >= piece.sourceEnd) continue;
      if (!piece.verbatim) ranges.push({ start: piece.start, end: piece.end });
      else {
        const at = piece.start + sourceOffset - piece.sourceStart;
        ranges.push({ start: at, end: at + 1 });
      }
    }
    return ranges;
  }

  /** The ranges of the rendered text that are lists and objects as Python prints them. */
  printed(): (RenderedRange & { readonly what: 'list' | 'object' })[] {
    return this.pieces.flatMap(({ start, end, printed, inner }) => {
      if (printed !== undefined) return [{ start, end, what: printed }];
      const offset = start - (inner?.shift ?? 0);
      const within = inner?.map.printed() ?? [];
      return within.map((one) => ({ ...one, start: one.start + offset, end: one.end + offset }));
    });
  }

  /** The piece of a macro that has a range wholly. */
  #within(start: number, end: number): MapPiece | undefined {
    const piece = this.pieces[this.#indexAt(start)];
    return piece?.inner !== undefined && piece.start <= start && end <= piece.end ? piece : undefined;
  }

  #indexAt(offset: number): number {
    let low = 0;
    let high = this.pieces.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.pieces[middle]!.start <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
