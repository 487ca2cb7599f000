/**
 * The "did you mean" of every message: the known name that a mistyped one most likely stands for. Pure.
 */

/** Longer words get no suggestion: names come from untrusted files, and the comparison is quadratic in their length. */
const LONGEST_WORD = 100;

/**
 * Finds the candidate that differs least from `word`, ignoring case, by insertions, deletions, substitutions and swaps
 * of neighbours. A third of the longer word's characters may differ; of equals, the one wins that begins like the word
 * for longer, then the first.
 *
 * @returns `undefined` where no candidate is near enough for a helpful guess
 */
export function closest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length === 0 || word.length > LONGEST_WORD) return undefined;
  const wanted = word.toLowerCase();
  const letters = lettersOf(wanted);
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    if (candidate === word) continue;
    const limit = Math.max(1, Math.floor(Math.max(word.length, candidate.length) / 3));
    if (Math.abs(word.length - candidate.length) > Math.min(limit, bestDistance)) continue;
    const known = candidate.toLowerCase();
    // Each letter that only one of them has takes an edit, which most candidates have too many of.
    const others = lettersOf(known);
    if (Math.max(ones(letters & ~others), ones(others & ~letters)) > limit) continue;
    const distance = editDistance(wanted, known, Math.min(limit, bestDistance));
    if (distance > limit || distance > bestDistance || distance >= Math.max(word.length, candidate.length)) continue;
    const isNearer = distance < bestDistance || sameStart(wanted, known) > sameStart(wanted, best!.toLowerCase());
    if (isNearer) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** How many characters two words begin with alike. */
function sameStart(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}

/** A bit for each letter that a word has; a few share one. */
function lettersOf(word: string): number {
  let letters = 0;
  for (let i = 0; i < word.length; i++) letters |= 1 << (word.charCodeAt(i) & 31);
  return letters;
}

function ones(bits: number): number {
  let count = 0;
  for (let left = bits; left !== 0; left &= left - 1) count++;
  return count;
}

/**
 * Optimal string alignment: Levenshtein's distance where swapping two neighbours counts as one edit.
 *
 * @returns more than `limit`, and no more exact than that, where the distance is
 */
function editDistance(a: string, b: string, limit: number): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  let least = 0;
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    const leastBefore = least;
    least = i;
    for (let j = 1; j <= b.length; j++) {
      const substituted = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let cost = Math.min(substituted, last[j]! + 1, row[j - 1]! + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, beforeLast[j - 2]! + 1);
      row.push(cost);
      if (cost < least) least = cost;
    }
    // A later row follows from the two before it: it has nothing smaller.
    if (least > limit && leastBefore > limit) return least;
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}
