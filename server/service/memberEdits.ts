/** Adding a member to an object of a file, in the way that the file is written. Pure. */
import type { SourceEdit } from '../../engine/finding.ts';
import type { ConfigDocument } from './document.ts';
import { nodeAt } from './json/location.ts';

/**
 * @param path of the new member; what is around it has to be there
 * @param json its value
 * @returns undefined where there is no object to add it to
 */
export function valueInsertion(
  document: ConfigDocument,
  path: readonly (string | number)[],
  json: string,
): SourceEdit | undefined {
  const { text } = document;
  const member = `${JSON.stringify(String(path.at(-1)))}: ${json}`;
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const isRoot = path.length === 1;
  if (isRoot && text.trim() === '')
    return { path: document.path, start: 0, end: text.length, text: `{${eol}  ${member}${eol}}${eol}` };
  const object = isRoot ? document.json : nodeAt(document, path.slice(0, -1));
  if (object?.type !== 'object') return undefined;
  const last = object.children?.at(-1);
  if (last === undefined) {
    const end = object.offset + object.length - 1;
    // What stands there may be tags: of those nobody knows what they give.
    if (document.hasTag(object.offset, end)) return undefined;
    const inside = isRoot ? `${eol}  ${member}${eol}` : ` ${member} `;
    return { path: document.path, start: object.offset + 1, end, text: inside };
  }
  // A tag behind the last member may hold a comma or more members: the new one goes before the first instead.
  const [first] = object.children!;
  const lead = text.slice(object.offset + 1, first!.offset);
  const tail = document.mask.slice(last.offset + last.length, object.offset + object.length - 1);
  const isPlain = tail.trim() === '' && !document.hasTag(last.offset + last.length, object.offset + object.length);
  if (!isPlain)
    return {
      path: document.path,
      start: first!.offset,
      end: first!.offset,
      text: `${member},${/\S/.test(lead) ? ' ' : lead}`,
    };
  const at = last.offset + last.length;
  const separator = /^\s*?(\r?\n[ \t]*)$/.exec(lead)?.[1] ?? ' ';
  return { path: document.path, start: at, end: at, text: `,${separator}${member}` };
}
