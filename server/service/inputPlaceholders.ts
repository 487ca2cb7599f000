/** Names that templates use and no input gives, and what may stand for each until somebody fills it in. Pure. */
import type { NameUse } from '../../engine/template/index.ts';
import type { ConfigDocument } from './document.ts';
import { jsonPlaceAt } from './json/location.ts';
import { typesAt } from './json/schemaPlace.ts';
import { escaped } from './json/snippets.ts';
import type { FileView, WorkloadView } from './knowledge.ts';
import { DICT_METHODS } from './written.ts';

/** Names that the workload's templates use and no input gives, in the order of use. */
export function missingNames({ workload: { inputs, documents } }: FileView): string[] {
  const used = [...documents.values()].flatMap(({ uses }) => uses);
  return [...new Set(used.filter(({ name, optional }) => !optional && !inputs.has(name)).map(({ name }) => name))];
}

export interface Placeholder {
  readonly json: string;
  /** With a stop where there is something to fill in. */
  readonly snippet: string;
}

const PLACEHOLDERS = {
  text: { json: '""', snippet: '"$1"' },
  number: { json: '1', snippet: `\${1:1}` },
  boolean: { json: 'true', snippet: `\${1|true,false|}` },
  list: { json: '[]', snippet: '[$1]' },
  object: { json: '{}', snippet: '{$1}' },
} as const satisfies Record<string, Placeholder>;

/** A value of the type that the name's first telling use asks for. @default text */
export function placeholderOf({ documents }: WorkloadView, name: string): Placeholder {
  for (const document of documents.values()) {
    for (const use of document.uses) {
      const type = use.name === name ? typeOf(document, use) : undefined;
      if (type === 'object') return objectOf(membersOf(documents, name));
      if (type) return PLACEHOLDERS[type];
    }
  }
  return PLACEHOLDERS.text;
}

/** Members of a name that templates use, those of any dict left out. */
function membersOf(documents: WorkloadView['documents'], name: string): string[] {
  const uses = [...documents.values()].flatMap(({ uses }) => uses);
  const members = uses.flatMap((use) => {
    // What `in` asks for may also be an item of a list, or a part of a text.
    const member = use.name === name ? use.members.find(({ start }) => start > use.start) : undefined;
    return member ? [String(member.name)] : [];
  });
  return [...new Set(members)].filter((member) => !DICT_METHODS.has(member));
}

function objectOf(members: readonly string[]): Placeholder {
  if (members.length === 0) return PLACEHOLDERS.object;
  const keys = members.map((member) => JSON.stringify(member));
  return {
    json: `{ ${keys.map((key) => `${key}: ""`).join(', ')} }`,
    snippet: `{ ${keys.map((key, i) => `${escaped(key)}: "$${i + 1}"`).join(', ')} }`,
  };
}

function typeOf(document: ConfigDocument, { start, end, members }: NameUse): keyof typeof PLACEHOLDERS | undefined {
  const tag = document.tags.find((one) => one.start <= start && end <= one.end);
  if (tag === undefined) return undefined;
  const [member] = members.filter((one) => one.start > start);
  if (member) return typeof member.name === 'number' ? 'list' : 'object';
  if (tag.kind === 'statement') {
    if (/^[-+]?\s*for\b/.test(document.text.slice(tag.innerStart, start))) return 'list';
    return /^[-+]?\s*(?:el)?if\s+(?:not\s+)?$/.test(document.text.slice(tag.innerStart, start)) ? 'boolean' : undefined;
  }
  if (tag.inString) return 'text';
  const types = typesAt(document, jsonPlaceAt(document, tag.start).path);
  if (types.includes('array')) return 'list';
  if (types.includes('object')) return 'object';
  if (types.includes('boolean')) return 'boolean';
  if (types.some((type) => type === 'number' || type === 'integer')) return 'number';
  return /\|\s*tojson\b/.test(document.text.slice(end, tag.innerEnd)) ? 'text' : 'number';
}
