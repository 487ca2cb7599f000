/**
 * Reads the SDK's generated type declarations (`dist-types/models/*.d.ts`): structures, enums and unions with their
 * doc comments. The files are written by one generator and very regular, so this is a line reader for exactly what it
 * writes; a line it does not know is an error, never a guess. The installed TypeScript 7 has no stable syntax tree API
 * yet, and asking its unstable one would tie the schemas to a compiler version.
 */

export interface Doc {
  /** The comment's text as the SDK has it: one line of HTML. */
  readonly html: string;
  /** Text of the `@deprecated` tag, where there is one. */
  readonly deprecated?: string;
}

export interface Member {
  readonly name: string;
  /** The SDK marks a required member by the absence of `?`; its type allows `undefined` all the same. */
  readonly required: boolean;
  /** TypeScript type without `| undefined`. */
  readonly type: string;
  readonly doc: Doc;
}

export interface Structure {
  readonly doc: Doc;
  readonly members: readonly Member[];
}

export interface EnumValue {
  readonly value: string;
  readonly doc: Doc;
}

export interface Declarations {
  readonly structures: ReadonlyMap<string, Structure>;
  readonly enums: ReadonlyMap<string, readonly EnumValue[]>;
  /** Unions: exactly one of the members is given. */
  readonly unions: ReadonlyMap<string, Structure>;
}

interface Lines {
  readonly all: readonly string[];
  next: number;
}

const NO_DOC: Doc = { html: '' };

/** @throws Error on a declaration of a form that the SDK's generator is not known to write */
export function readDeclarations(text: string): Declarations {
  const structures = new Map<string, Structure>();
  const enums = new Map<string, readonly EnumValue[]>();
  const unions = new Map<string, Structure>();
  const lines: Lines = { all: text.split('\n'), next: 0 };
  let doc = NO_DOC;
  while (lines.next < lines.all.length) {
    const line = lines.all[lines.next++]!;
    if (line === '/**') {
      doc = readDoc(lines);
      continue;
    }
    const structure = /^export interface (\w+) \{$/.exec(line);
    const choice = /^export declare const (\w+): \{$/.exec(line);
    const union = /^export declare namespace (\w+) \{$/.exec(line);
    if (structure) structures.set(structure[1]!, { doc, members: readMembers(lines, '') });
    else if (choice) enums.set(choice[1]!, readEnum(lines));
    // A union is a type alias, whose comment is the union's, followed by a namespace that holds its members.
    else if (union) unions.set(union[1]!, { doc: unions.get(union[1]!)?.doc ?? NO_DOC, members: readUnion(lines) });
    const alias = /^export type (\w+) =/.exec(line);
    if (alias) unions.set(alias[1]!, { doc, members: [] });
    doc = NO_DOC;
  }
  for (const name of enums.keys()) unions.delete(name);
  return { structures, enums, unions };
}

function readMembers(lines: Lines, indent: string): Member[] {
  const members: Member[] = [];
  let doc = NO_DOC;
  for (;;) {
    const line = takeLine(lines);
    if (line === `${indent}}`) return members;
    if (line === `${indent}    /**`) {
      doc = readDoc(lines);
      continue;
    }
    const member = /^\s+([$\w]+)(\??): (.*);$/.exec(line);
    if (!member) throw new Error(`the SDK's declarations have a line of an unknown form: ${line.trim()}`);
    members.push({
      name: member[1]!,
      required: member[2] === '',
      type: member[3]!.replace(/ \| undefined$/, ''),
      doc,
    });
    doc = NO_DOC;
  }
}

function readEnum(lines: Lines): EnumValue[] {
  const values: EnumValue[] = [];
  let doc = NO_DOC;
  for (;;) {
    const line = takeLine(lines);
    if (line === '};') return values;
    if (line === '    /**') {
      doc = readDoc(lines);
      continue;
    }
    const value = /^ {4}readonly \w+: (".*");$/.exec(line);
    if (!value) throw new Error(`the SDK's declarations have an enum value of an unknown form: ${line.trim()}`);
    values.push({ value: JSON.parse(value[1]!) as string, doc });
    doc = NO_DOC;
  }
}

/** The union's namespace has one interface per member, in which the other members are `never`. */
function readUnion(lines: Lines): Member[] {
  const union: Member[] = [];
  let doc = NO_DOC;
  for (;;) {
    const line = takeLine(lines);
    if (line === '}') return union;
    if (line === '    /**') {
      doc = readDoc(lines);
      continue;
    }
    const choice = /^ {4}interface ([$\w]+)(<T>)? \{$/.exec(line);
    if (!choice) throw new Error(`the SDK's declarations have a union member of an unknown form: ${line.trim()}`);
    const members = readMembers(lines, '    ');
    if (choice[1]!.endsWith('Member') && choice[1] !== '$UnknownMember') {
      const given = members.find((member) => member.type !== 'never');
      if (given) union.push({ ...given, required: false, doc });
    }
    doc = NO_DOC;
  }
}

function readDoc(lines: Lines): Doc {
  const text: string[] = [];
  let deprecated: string | undefined;
  for (;;) {
    const line = takeLine(lines).trim();
    if (line === '*/') break;
    const content = line.replace(/^\* ?/, '');
    if (content.startsWith('@deprecated')) deprecated = content.slice('@deprecated'.length).trim();
    else if (!content.startsWith('@')) text.push(content);
  }
  return { html: text.join(' ').trim(), ...(deprecated === undefined ? {} : { deprecated }) };
}

function takeLine(lines: Lines): string {
  const line = lines.all[lines.next++];
  if (line === undefined) throw new Error("the SDK's declarations end in the middle of one");
  return line;
}
