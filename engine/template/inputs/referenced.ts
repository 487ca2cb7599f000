/**
 * Reads one file that an input refers to, without regard to who refers to it: the same text gives the same values for
 * every workload, so that callers may keep the result. Pure; never throws.
 */

import type { Node } from 'jsonc-parser';
import { type Finding, type LineIndex, lineIndex } from '../../finding.ts';
import type { InputValue } from './inputValue.ts';
import { membersOf, parseJson, toJsonValue, toValue } from './jsonText.ts';

export type SourceType = 'TERRAFORM' | 'CDK' | 'JSON';

export interface InputFile {
  readonly path: string;
  readonly text: string;
}

/** What a referenced file gives. */
export interface ReferencedValues {
  readonly values: readonly InputValue[];
  /** About the file itself. */
  readonly findings: readonly Finding[];
  /** False where it could not be understood wholly. */
  readonly complete: boolean;
  /** Members that are no outputs of Terraform, of a file that is read as such. */
  readonly notOutputs: readonly string[];
  /** Whether the file looks like the output of `terraform output -json`. */
  readonly isTerraformOutput: boolean;
}

export type ReadReferenced = (file: InputFile, type: SourceType) => ReferencedValues;

export function readReferenced(file: InputFile, type: SourceType): ReferencedValues {
  const { root, findings, complete } = parseObject(file);
  const values: InputValue[] = [];
  const notOutputs: string[] = [];
  const index = lineIndex(file.text);
  for (const [name, { value: member }] of root ? membersOf(root).members : []) {
    if (type !== 'TERRAFORM') {
      values.push(inputValue(name, member, file, false, index));
      continue;
    }
    const parts = member.type === 'object' ? membersOf(member).members : undefined;
    const value = parts?.get('value')?.value;
    if (!value) notOutputs.push(name);
    else values.push(inputValue(name, value, file, parts!.get('sensitive')?.value.value === true, index));
  }
  return {
    values,
    findings,
    complete: complete && notOutputs.length === 0,
    // Of a file that is still being written, its syntax is what is wrong.
    notOutputs: complete ? notOutputs : [],
    isTerraformOutput: root !== undefined && isTerraformOutput(root),
  };
}

/**
 * Keeps what files gave, as long as their texts stay the same.
 *
 * @param limit files that are kept
 */
export function keepReferenced(limit: number): ReadReferenced {
  const kept = new Map<string, { readonly text: string; readonly values: ReferencedValues }>();
  return (file, type) => {
    const key = `${type} ${file.path}`;
    const known = kept.get(key);
    if (known?.text === file.text) return known.values;
    const values = readReferenced(file, type);
    kept.delete(key);
    kept.set(key, { text: file.text, values });
    if (kept.size > limit) kept.delete(kept.keys().next().value!);
    return values;
  };
}

export function inputValue(
  name: string,
  node: Node,
  file: InputFile,
  sensitive: boolean,
  index: LineIndex,
): InputValue {
  return {
    name,
    value: toJsonValue(node),
    exact: toValue(node, file.text),
    path: file.path,
    start: node.offset,
    end: node.offset + node.length,
    line: index.at(node.offset).line,
    sensitive,
  };
}

/** Parses a file whose root has to be an object. */
export function parseObject({ path, text }: InputFile): {
  root: Node | undefined;
  findings: Finding[];
  complete: boolean;
} {
  const { root, problem } = parseJson(text);
  const findings: Finding[] = [];
  if (problem) {
    const { start, end, message, hint } = problem;
    findings.push({ path, start, end, severity: 'error', code: 'input.syntax', message, hint });
  }
  if (!root) return { root: undefined, findings, complete: problem === undefined };
  if (root.type !== 'object') {
    if (!problem) {
      findings.push({
        path,
        start: root.offset,
        end: root.offset + root.length,
        severity: 'error',
        code: 'input.not-an-object',
        message: `inputs have to be a JSON object, not ${article(root.type)}`,
        hint: 'write { "name": value }',
      });
    }
    return { root: undefined, findings, complete: false };
  }
  findings.push(...duplicates(path, root));
  return { root, findings, complete: problem === undefined };
}

function duplicates(path: string, node: Node): Finding[] {
  if (node.children === undefined) return [];
  const own = node.type === 'object' ? membersOf(node).duplicates : [];
  const findings = own.map(
    ({ offset, length, value }): Finding => ({
      path,
      start: offset,
      end: offset + length,
      severity: 'warning',
      code: 'input.duplicate-key',
      message: `the key '${value}' is given more than once; the last one counts`,
      hint: 'remove all but one',
    }),
  );
  return [...findings, ...node.children.flatMap((child) => duplicates(path, child))];
}

/** `{name: {sensitive, type, value}}` throughout. */
function isTerraformOutput(root: Node): boolean {
  const outputs = [...membersOf(root).members.values()];
  return (
    outputs.length > 0 &&
    outputs.every(({ value }) => {
      if (value.type !== 'object') return false;
      const { members } = membersOf(value);
      return members.has('value') && members.has('type') && members.get('sensitive')?.value.type === 'boolean';
    })
  );
}

function article(type: string): string {
  if (type === 'null') return 'null';
  return `${/^[aeo]/.test(type) ? 'an' : 'a'} ${type}`;
}
