/** Ways to report that several rules share. */
import type { Severity } from '../../finding.ts';
import type { Place } from '../place.ts';
import type { Report } from '../rule.ts';

/** Shown at each place after the first with the same identity. */
export function reportRepeats(
  places: readonly { readonly place: Place; readonly identity: string | undefined }[],
  report: Report,
  words: (place: Place) => { readonly message: string; readonly hint: string },
): void {
  const first = new Map<string, Place>();
  for (const { place, identity } of places) {
    if (identity === undefined) continue;
    const known = first.get(identity);
    if (known === undefined) first.set(identity, place);
    else {
      const { message, hint } = words(place);
      report(place, message, hint, { see: { place: known, message: 'the first one' } });
    }
  }
}

/** The same of places whose text is to be unique. */
export const reportRepeatedTexts = (
  places: readonly Place[],
  report: Report,
  words: (place: Place) => { readonly message: string; readonly hint: string },
): void =>
  reportRepeats(
    places.map((place) => ({ place, identity: place.text })),
    report,
    words,
  );

/** A hint that guesses, where there is something near. */
export const didYouMean = (near: string | undefined, otherwise: string): string =>
  near === undefined ? otherwise : `did you mean "${near}"?`;

/** For a member that has no effect, or that AWS refuses: the fix deletes it. */
export function reportUseless(
  place: Place | undefined,
  why: string,
  report: Report,
  severity: Severity = 'error',
): void {
  if (place === undefined) return;
  report(place, `${place.key} ${why}`, `delete "${place.key}"`, {
    atKey: true,
    remove: { title: `Delete "${place.key}"` },
    severity,
  });
}
