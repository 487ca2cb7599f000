/**
 * The JSON Schemas (draft-07) of the files a workload is made of, each by its suffix. Checking uses the form without
 * documentation, which is small enough to be there at once; editors load the documented form when they first need it.
 *
 * Owns: nothing. Must not: import anything of ours, or know how checking works.
 */

import awsShapes from './aws/shapes.json' with { type: 'json' };
import depdef from './depdef.schema.json' with { type: 'json' };
import input from './input.schema.json' with { type: 'json' };
import lambdadepdef from './lambdadepdef.schema.json' with { type: 'json' };
import lambdaeventsourcedef from './lambdaeventsourcedef.schema.json' with { type: 'json' };

export type * from './types.ts';

/** The part of draft-07 that our schemas use, and our annotations (`x-gitmoxi-…`). `false` allows no value at all. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: string | number | boolean;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly JsonSchema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly format?: string;
  readonly contentEncoding?: string;
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly properties?: Readonly<Record<string, JsonSchema | false>>;
  readonly required?: readonly string[];
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly definitions?: Readonly<Record<string, JsonSchema>>;
  readonly title?: string;
  readonly description?: string;
  readonly markdownDescription?: string;
  readonly markdownEnumDescriptions?: readonly string[];
  readonly default?: unknown;
  readonly deprecationMessage?: string;
  /** The enum's values are those known today: another one is doubtful, not wrong. */
  readonly 'x-gitmoxi-open'?: boolean;
  /** What `pattern` asks for, in words that follow "must be". */
  readonly 'x-gitmoxi-format'?: string;
  /** Keys of older files that are findings of their own. */
  readonly 'x-gitmoxi-old-keys'?: Readonly<Record<string, OldKey>>;
}

export interface OldKey {
  /** The key that has its meaning now, as a dotted path where it has moved to another section. */
  readonly now?: string;
  /** What to do. */
  readonly hint: string;
  /** Where the object around the key conforms to this, the key is a warning; otherwise an error. */
  readonly harmless?: JsonSchema;
  /** What the value is checked against, where it is a section that was renamed. */
  readonly as?: JsonSchema;
}

/** A schema and the file it is written in, which its `$ref`s are relative to. */
export interface SchemaPlace {
  readonly schema: JsonSchema;
  readonly file: SchemaFile;
}

const files = {
  'depdef.schema.json': depdef,
  'input.schema.json': input,
  'lambdadepdef.schema.json': lambdadepdef,
  'lambdaeventsourcedef.schema.json': lambdaeventsourcedef,
  ...awsShapes,
};

/** Path of a schema's file from this folder. */
export type SchemaFile = keyof typeof files;

/** The schema of each kind of file. */
export const schemaFileOf = {
  '_svcdef.json': 'aws/createService.schema.json',
  '_taskdef.json': 'aws/registerTaskDefinition.schema.json',
  '_depdef.json': 'depdef.schema.json',
  '_input.json': 'input.schema.json',
  '_lambdadef.json': 'aws/createFunction.schema.json',
  '_lambdaeventsourcedef.json': 'lambdaeventsourcedef.schema.json',
  '_lambdadepdef.json': 'lambdadepdef.schema.json',
  '_lambdainput.json': 'input.schema.json',
} as const satisfies Record<string, SchemaFile>;

export type SchemaSuffix = keyof typeof schemaFileOf;

export const schemaFiles = Object.keys(files) as readonly SchemaFile[];

/** The schema that a file of this suffix, rendered, must conform to. AWS's come without documentation. */
export function schemaFor(suffix: SchemaSuffix): SchemaPlace {
  return rootOf(schemaFileOf[suffix]);
}

/** Goes along `$ref` until there is none. */
export function followReference(place: SchemaPlace): SchemaPlace {
  let followed = place;
  for (let { $ref } = place.schema; $ref !== undefined; { $ref } = followed.schema) {
    const hash = $ref.indexOf('#');
    const target = rootOf(hash === 0 ? followed.file : ($ref.slice(0, hash < 0 ? undefined : hash) as SchemaFile));
    const name = hash < 0 ? undefined : $ref.slice(hash + '#/definitions/'.length);
    followed = name === undefined ? target : { schema: target.schema.definitions![name]!, file: target.file };
  }
  return followed;
}

/**
 * Loads a schema with its documentation, for completion and hover. References to other files stay as they are, paths
 * relative to this folder.
 */
export async function documentedSchema(file: SchemaFile): Promise<JsonSchema> {
  switch (file) {
    case 'aws/createService.schema.json':
      return imported(import('./aws/createService.schema.json', { with: { type: 'json' } }));
    case 'aws/registerTaskDefinition.schema.json':
      return imported(import('./aws/registerTaskDefinition.schema.json', { with: { type: 'json' } }));
    case 'aws/createFunction.schema.json':
      return imported(import('./aws/createFunction.schema.json', { with: { type: 'json' } }));
    case 'aws/createEventSourceMapping.schema.json':
      return imported(import('./aws/createEventSourceMapping.schema.json', { with: { type: 'json' } }));
    default:
      return rootOf(file).schema;
  }
}

async function imported(module: Promise<{ readonly default: unknown }>): Promise<JsonSchema> {
  return (await module).default as JsonSchema;
}

function rootOf(file: SchemaFile): SchemaPlace {
  return { schema: files[file] as JsonSchema, file };
}
