/** Ways to report that several rules share. */
import { closest } from '../../closest.ts';
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

/** Texts that a hint may list, and that a fix may write. */
export const namesToTell = (places: readonly (Place | undefined)[]): string[] => [
  ...new Set(places.flatMap((place) => (place?.text === undefined || place.isSecret ? [] : place.text))),
];

/** What a text may be a slip of. Of a secret, a guess would tell most of it. */
export const nearestTo = (place: Place, names: Iterable<string>): string | undefined =>
  place.isSecret || place.text === undefined ? undefined : closest(place.text, names);

/** A hint that lists the names that there are, and may be told. */
export const listing = (names: readonly string[], before: string, otherwise: string): string =>
  names.length === 0 ? otherwise : `${before} ${names.join(', ')}`;

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
