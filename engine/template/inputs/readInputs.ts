/**
 * The values that a workload's templates are rendered with: the input file's own and those of the files it refers to,
 * each with the place it comes from. Pure: the texts are handed in. Never throws.
 */

import type { Node } from 'jsonc-parser';
import { closest } from '../../closest.ts';
import { explainFileProblem, inputReferences, type ReferencedFile } from '../../config/index.ts';
import { type Finding, lineIndex, type Severity } from '../../finding.ts';
import type { Json } from '../../json.ts';
import type { Value } from '../python/index.ts';
import { membersOf, parseJson, toJsonValue, toValue } from './jsonText.ts';

/** One value, under the name by which templates use it. */
export interface InputValue {
  readonly name: string;
  readonly value: Json;
  /** The same value as templates see it: integers of any size, and floats apart from integers. */
  readonly exact: Value;
  /** File that it comes from, from the repository root. */
  readonly path: string;
  /** Offsets of the value in that file. */
  readonly start: number;
  readonly end: number;
  /** Line of the value in that file, from 1. */
  readonly line: number;
  /** Marked as secret by Terraform: must not be shown, logged or stored. */
  readonly sensitive: boolean;
}

export interface Inputs {
  readonly values: ReadonlyMap<string, InputValue>;
  /** False when a file could not be read or understood: a name that is not here may then exist all the same. */
  readonly complete: boolean;
  readonly findings: Finding[];
}

type SourceType = 'TERRAFORM' | 'CDK' | 'JSON';
const TYPES: readonly SourceType[] = ['TERRAFORM', 'CDK', 'JSON'];

/** @param references the files that `inputReferences` found in the input file, in its order, with their texts */
export function readInputs(
  file: { readonly path: string; readonly text: string },
  references: readonly ReferencedFile[],
): Inputs {
  const reader = new InputReader(file);
  reader.read(references);
  return { values: reader.values, complete: reader.complete, findings: reader.findings };
}

class InputReader {
  readonly values = new Map<string, InputValue>();
  readonly findings: Finding[] = [];
  complete = true;
  readonly #file: { readonly path: string; readonly text: string };

  constructor(file: { readonly path: string; readonly text: string }) {
    this.#file = file;
  }

  read(references: readonly ReferencedFile[]): void {
    const { path, text } = this.#file;
    const { type, malformed } = inputReferences(text);
    const own = this.#parse(path, text);
    for (const { start, end, message, hint } of malformed) {
      this.#report(path, start, end, 'error', 'input.reference', message, hint);
      this.complete = false;
    }
    const sourceType = this.#sourceType(type);
    if (sourceType) for (const reference of references) this.#reference(reference, sourceType, type === undefined);
    else if (references.length > 0) this.complete = false;
    for (const [name, { value }] of own ? membersOf(own).members : []) {
      if (name !== 'ref') this.#take(name, value, this.#file, false);
    }
  }

  #report(
    path: string,
    start: number,
    end: number,
    severity: Severity,
    code: string,
    message: string,
    hint: string,
  ): void {
    this.findings.push({ path, start, end, severity, code, message, hint });
  }

  #take(name: string, node: Node, file: { readonly path: string; readonly text: string }, sensitive: boolean): void {
    const { path, text } = file;
    this.values.set(name, {
      name,
      value: toJsonValue(node),
      exact: toValue(node, text),
      path,
      start: node.offset,
      end: node.offset + node.length,
      line: lineIndex(text.slice(0, node.offset)).at(node.offset).line,
      sensitive,
    });
  }

  /** Parses a file whose root has to be an object. */
  #parse(path: string, text: string): Node | undefined {
    const { root, problem } = parseJson(text);
    if (problem) {
      this.#report(path, problem.start, problem.end, 'error', 'input.syntax', problem.message, problem.hint);
      this.complete = false;
    }
    if (!root) return undefined;
    if (root.type !== 'object') {
      if (!problem) {
        this.#report(
          path,
          root.offset,
          root.offset + root.length,
          'error',
          'input.not-an-object',
          `inputs have to be a JSON object, not ${article(root.type)}`,
          'write { "name": value }',
        );
      }
      this.complete = false;
      return undefined;
    }
    this.#reportDuplicates(path, root);
    return root;
  }

  #reportDuplicates(path: string, node: Node): void {
    if (node.type === 'object') {
      for (const key of membersOf(node).duplicates) {
        this.#report(
          path,
          key.offset,
          key.offset + key.length,
          'warning',
          'input.duplicate-key',
          `the key '${key.value}' is given more than once; the last one counts`,
          'remove all but one',
        );
      }
    }
    for (const child of node.children ?? []) this.#reportDuplicates(path, child);
  }

  #sourceType(
    type: { readonly value: string; readonly start: number; readonly end: number } | undefined,
  ): SourceType | undefined {
    const known = TYPES.find((candidate) => candidate === (type?.value ?? 'JSON'));
    if (known || !type) return known;
    const guess = closest(type.value, TYPES) ?? TYPES.find((candidate) => candidate === type.value.toUpperCase());
    const hint = guess ? `did you mean '${guess}'?` : `use one of ${TYPES.join(', ')}`;
    this.#report(
      this.#file.path,
      type.start,
      type.end,
      'error',
      'input.unknown-type',
      `unknown type of reference: '${type.value}'`,
      hint,
    );
    return undefined;
  }

  /** Reads one referenced file. @param guessed whether `ref.type` was left out */
  #reference(reference: ReferencedFile, type: SourceType, guessed: boolean): void {
    const { path, raw, start, end } = reference;
    const complain = (severity: Severity, code: string, message: string, hint: string) =>
      this.#report(this.#file.path, start, end, severity, code, message, hint);
    if (reference.problem !== undefined) {
      const { message, hint } = explainFileProblem(reference.problem, raw);
      complain('error', `file.${reference.problem}`, message, hint);
      this.complete = false;
      return;
    }
    const file = { path, text: reference.text };
    const root = this.#parse(path, reference.text);
    if (!root) return;
    const { members } = membersOf(root);
    if (type !== 'TERRAFORM') {
      if (guessed && isTerraformOutput(root)) {
        complain(
          'warning',
          'input.terraform-as-json',
          `'${raw}' looks like the output of terraform, but is read as plain JSON`,
          'set "type" to "TERRAFORM"',
        );
      }
      for (const [name, { value }] of members) this.#merge(name, value, file, false, complain);
      return;
    }
    for (const [name, { value: output }] of members) {
      const parts = output.type === 'object' ? membersOf(output).members : undefined;
      const value = parts?.get('value')?.value;
      if (!value) {
        complain(
          'error',
          'input.not-terraform',
          `'${name}' in '${raw}' is not an output of terraform: it has no "value"`,
          'write the file with "terraform output -json"',
        );
        this.complete = false;
        continue;
      }
      this.#merge(name, value, file, parts!.get('sensitive')?.value.value === true, complain);
    }
  }

  /** Takes a value of a referenced file; of several with one name, the last file's counts. */
  #merge(
    name: string,
    node: Node,
    file: { readonly path: string; readonly text: string },
    sensitive: boolean,
    complain: (severity: Severity, code: string, message: string, hint: string) => void,
  ): void {
    const earlier = this.values.get(name);
    this.#take(name, node, file, sensitive);
    if (earlier && earlier.path !== file.path) {
      complain(
        'info',
        'input.overridden',
        `'${name}' of '${earlier.path}' is replaced by that of '${file.path}'`,
        'rename one of them if both are meant',
      );
    }
  }
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
