/** Completion at an offset: inside tags by Jinja's rules, outside by the schema and by what is known. */
import type { Completion } from './completion.ts';
import { completeInTag } from './jinja/complete.ts';
import { completeJson } from './json/complete.ts';
import type { FileView } from './knowledge.ts';
import type { Schemas } from './schemas.ts';

export async function complete(view: FileView, offset: number, schemas: Schemas): Promise<Completion[]> {
  const tag = view.document.tagAt(offset);
  if (tag === undefined) return completeJson(view, offset, schemas);
  return tag.kind === 'comment' ? [] : completeInTag(view, offset, tag);
}
