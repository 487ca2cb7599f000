/** A view of a fixture's first file, for calling features by themselves. `$0` is the cursor, `$0…$0` a selection. */
import assert from 'node:assert/strict';
import { checkWorkload } from '../../../engine/check/index.ts';
import { parseConfigPath } from '../../../engine/config/index.ts';
import type { SourceEdit } from '../../../engine/finding.ts';
import { type AwsKnowledge, ConfigDocument, type FileView, NO_AWS_KNOWLEDGE } from '../../../server/service/index.ts';
import { sourceOf } from '../../engine/check/rules/checkRule.ts';
import { type Mark, parseFixture } from '../fixture.ts';

export interface Scene {
  readonly view: FileView;
  /** In the first file. */
  readonly start: number;
  readonly end: number;
  readonly marks: readonly Mark[];
  readonly files: ReadonlyMap<string, string>;
}

export function sceneOf(fixture: string, aws: AwsKnowledge = NO_AWS_KNOWLEDGE): Scene {
  const { files, marks } = parseFixture(fixture);
  const checked = checkWorkload(sourceOf(files));
  const documents = new Map(
    checked.files.flatMap(({ path, source }) =>
      source === undefined ? [] : [[path, new ConfigDocument(parseConfigPath(path)!, source)] as const],
    ),
  );
  const [first] = files.keys();
  const document = documents.get(first!);
  assert.ok(document, 'the first file of the fixture has to be a config file');
  const mark = marks.find(({ path }) => path === first) ?? { start: 0, end: 0 };
  const { inputs, sources, inputsComplete = true } = checked;
  const workload = { checked, documents, inputs, sources, inputsComplete };
  const view = { document, workload, files: { paths: [...files.keys()], complete: true }, aws };
  return { view, start: mark.start, end: mark.end, marks, files };
}

/** The files after edits. */
export function edited(files: ReadonlyMap<string, string>, edits: readonly SourceEdit[]): Map<string, string> {
  const result = new Map(files);
  for (const { path, start, end, text } of [...edits].sort((a, b) => b.start - a.start)) {
    const old = result.get(path)!;
    result.set(path, old.slice(0, start) + text + old.slice(end));
  }
  return result;
}

export const INPUTS = `//- out.json
{
  "cluster": { "sensitive": false, "type": "string", "value": "prod" },
  "port": { "sensitive": false, "type": "number", "value": 80 },
  "enabled": { "sensitive": false, "type": "bool", "value": true },
  "subnets": { "sensitive": false, "type": ["list", "string"], "value": ["subnet-1", "subnet-2"] },
  "tgs": { "sensitive": false, "type": "object", "value": { "blue": "arn:blue", "green-tg": "arn:green" } },
  "password": { "sensitive": true, "type": "string", "value": "hunter2" }
}
`;

/** An ECS workload whose service is the first file. */
export const service = (text: string, more = ''): string =>
  `//- web_svcdef.json\n${text}\n${more}//- web_taskdef.json
{ "family": "web", "networkMode": "awsvpc", "containerDefinitions": [{ "name": "app", "image": "{{ image }}", "portMappings": [{ "containerPort": 8080 }] }, { "name": "proxy", "image": "envoy:1" }] }
//- web_input.json
{ "ref": { "type": "TERRAFORM", "file": "out.json" }, "image": "nginx:1" }
${INPUTS}`;

export const task = (text: string): string =>
  `//- web_taskdef.json\n${text}\n//- web_svcdef.json
{ "serviceName": "web", "loadBalancers": [{ "containerName": "app", "containerPort": 8080, "targetGroupArn": "{{ tgs.blue }}" }] }
//- web_input.json
{ "ref": { "type": "TERRAFORM", "file": "out.json" }, "image": "nginx:1" }
${INPUTS}`;

export const deployment = (text: string, desired = 10): string =>
  `//- web_depdef.json\n${text}\n//- web_svcdef.json
{ "serviceName": "web", "taskDefinition": "web", "desiredCount": ${desired} }
//- web_input.json
{ "ref": { "type": "TERRAFORM", "file": "out.json" } }
${INPUTS}`;

export const input = (text: string): string =>
  `//- web_input.json\n${text}\n//- web_svcdef.json
{ "serviceName": "{{ name }}", "cluster": "{{ cluster }}", "desiredCount": {{ count }}, "taskDefinition": "{{ name }}" }
${INPUTS}`;
