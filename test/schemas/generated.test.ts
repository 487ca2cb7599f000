import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { CreateServiceRequest$, RegisterTaskDefinitionRequest$ } from '@aws-sdk/client-ecs';
import { CreateEventSourceMappingRequest$, CreateFunctionRequest$ } from '@aws-sdk/client-lambda';
import { documentedSchema, followReference, type JsonSchema, type SchemaFile } from '../../schemas/index.ts';
import { type Schema, withoutDocumentation } from '../../scripts/awsSchemas/index.ts';
import { compareWithSdk } from './sdkOracle.ts';

const requests = [
  ['aws/createService.schema.json', CreateServiceRequest$, 40],
  ['aws/registerTaskDefinition.schema.json', RegisterTaskDefinitionRequest$, 35],
  ['aws/createFunction.schema.json', CreateFunctionRequest$, 15],
  ['aws/createEventSourceMapping.schema.json', CreateEventSourceMappingRequest$, 15],
] as const;

describe('generated schemas', () => {
  it('are what the script makes of the installed SDK', () => {
    const root = fileURLToPath(new URL('../..', import.meta.url));
    execFileSync(process.execPath, ['scripts/schemas.ts', '--check'], { cwd: root, stdio: 'pipe' });
  });

  for (const [file, runtime, structures] of requests) {
    it(`have the members, types and required keys that the SDK itself serializes by: ${file}`, async () => {
      const compared = compareWithSdk(runtime, { schema: await documentedSchema(file), file }, file);
      assert.ok(compared >= structures, `only ${compared} structures were compared`);
    });

    it(`describe every member, in Markdown and in a plain sentence: ${file}`, async () => {
      for (const [path, { description, markdownDescription }] of membersOf(await documentedSchema(file), file)) {
        assert.ok(description, `${path} has no description`);
        assert.doesNotMatch(description, /\n|\]\(|`/, path);
        const html = /<\/?(p|code|a|i|b|ul|ol|li|note|important|dt|dd|dl)\b|&[a-z]+;|@public/;
        assert.doesNotMatch(description + (markdownDescription ?? ''), html, path);
      }
    });

    it(`check by what they document, at less than half the size: ${file}`, async () => {
      const documented = await documentedSchema(file);
      const bare = withoutDocumentation(structuredClone(documented) as Schema);
      assert.deepEqual(bare, shapeOf(file));
      assert.ok(JSON.stringify(bare).length < JSON.stringify(documented).length / 2);
    });
  }

  it('tell fractions from whole numbers', () => {
    const service = shapeOf('aws/createService.schema.json').definitions!;
    assert.equal(member(service.CanaryConfiguration, 'canaryPercent').type, 'number');
    assert.equal(member(service.DeploymentConfiguration, 'maximumPercent').type, 'integer');
  });

  it('allow no negative number but where AWS gives it a meaning', () => {
    const negative: string[] = [];
    for (const [file] of requests) {
      const { definitions = {}, ...root } = shapeOf(file);
      for (const [name, definition] of [['', root] as const, ...Object.entries(definitions)]) {
        for (const [key, member] of Object.entries(definition.properties ?? {})) {
          if (member && (member.type === 'integer' || member.type === 'number')) {
            assert.ok(member.minimum !== undefined, `${name}.${key} has no minimum`);
            if (member.minimum < 0) negative.push(`${name}.${key}`);
          }
        }
      }
    }
    assert.deepEqual(negative.sort(), [
      '.MaximumRecordAgeInSeconds',
      '.MaximumRetryAttempts',
      'Ulimit.hardLimit',
      'Ulimit.softLimit',
    ]);
  });
});

function shapeOf(file: SchemaFile): JsonSchema {
  return followReference({ schema: { $ref: file }, file }).schema;
}

function member(schema: JsonSchema | undefined, name: string): JsonSchema {
  return schema!.properties![name] as JsonSchema;
}

function* membersOf(schema: JsonSchema, path: string): Generator<[string, JsonSchema]> {
  for (const [name, member] of Object.entries(schema.properties ?? {})) {
    if (member) yield [`${path}.${name}`, member];
  }
  for (const [name, definition] of Object.entries(schema.definitions ?? {})) yield* membersOf(definition, name);
}
