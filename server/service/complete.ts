/** Completion at an offset: which of the sources answer, and that each thing is offered once. */
import type { Completion } from './completion.ts';
import { completeInTag } from './jinja/complete.ts';
import { completeJson } from './json/complete.ts';
import { jsonPlaceAt } from './json/location.ts';
import type { FileView } from './knowledge.ts';
import type { Schemas } from './schemas.ts';

export async function complete(view: FileView, offset: number, schemas: Schemas): Promise<Completion[]> {
  const { document } = view;
  const tag = document.tagAt(offset);
  if (tag !== undefined) return tag.kind === 'comment' ? [] : completeInTag(view, offset, tag);
  const place = jsonPlaceAt(document, offset);
  const own = completeJson(view, offset, place);
  if (document.text.trim() === '') return own;
  const known = new Set(own.map(({ label }) => label));
  const fromSchema = (await schemas.complete(document, offset)).filter(
    // Of an input file's own values the schema knows nothing but that they may be there.
    ({ label, text }) => !known.has(label) && !known.has(label.replaceAll('"', '')) && !isPlaceholder(text),
  );
  const { inString, token } = place;
  // In a string with an expression, a schema's value would replace the expression.
  const replacesTag = inString && token && document.hasTag(token.offset, token.offset + token.length);
  return replacesTag ? own : [...own, ...fromSchema];
}

/** The language service offers values that other properties have: of a mask, these are fillers. */
const isPlaceholder = (text: string): boolean => /^"?_{4,}/.test(text);
