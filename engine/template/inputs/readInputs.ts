/**
 * The values that a workload's templates are rendered with: the input file's own and those of the files it refers to,
 * each with the place it comes from. Pure: the texts are handed in. Never throws.
 */

import { closest } from '../../closest.ts';
import { explainFileProblem, inputReferences, type ReferencedFile } from '../../config/index.ts';
import { type Finding, lineIndex, type Severity } from '../../finding.ts';
import type { InputValue } from './inputValue.ts';
import { membersOf } from './jsonText.ts';
import {
  type InputFile,
  inputValue,
  parseObject,
  type ReadReferenced,
  readReferenced,
  type SourceType,
} from './referenced.ts';

export interface Inputs {
  readonly values: ReadonlyMap<string, InputValue>;
  /** False when a file could not be read or understood: a name that is not here may then exist all the same. */
  readonly complete: boolean;
  readonly findings: Finding[];
}

const TYPES: readonly SourceType[] = ['TERRAFORM', 'CDK', 'JSON'];

/**
 * @param references the files that `inputReferences` found in the input file, in its order, with their texts
 * @param read reads one of them; `keepReferenced` gives one that remembers. @default reads each time
 */
export function readInputs(
  file: InputFile,
  references: readonly ReferencedFile[],
  read: ReadReferenced = readReferenced,
): Inputs {
  const reader = new InputReader(file, read);
  reader.read(references);
  return { values: reader.values, complete: reader.complete, findings: reader.findings };
}

class InputReader {
  readonly values = new Map<string, InputValue>();
  readonly findings: Finding[] = [];
  complete = true;
  readonly #file: InputFile;
  readonly #read: ReadReferenced;

  constructor(file: InputFile, read: ReadReferenced) {
    this.#file = file;
    this.#read = read;
  }

  read(references: readonly ReferencedFile[]): void {
    const { path, text } = this.#file;
    const { type, malformed } = inputReferences(text);
    const own = parseObject(this.#file);
    this.findings.push(...own.findings);
    this.complete &&= own.complete;
    // Of a file that is still being typed, its syntax is what is wrong: not what there is of it so far.
    const isWhole = own.complete;
    for (const { start, end, message, hint } of malformed) {
      if (isWhole) this.#report(start, end, 'error', 'input.reference', message, hint);
      this.complete = false;
    }
    const sourceType = this.#sourceType(type, isWhole);
    for (const reference of sourceType ? references : []) {
      if (!isWhole && reference.problem === 'missing') this.complete = false;
      else this.#reference(reference, sourceType!, type === undefined);
    }
    if (!sourceType && references.length > 0) this.complete = false;
    const index = lineIndex(text);
    for (const [name, { value }] of own.root ? membersOf(own.root).members : []) {
      if (name !== 'ref') this.values.set(name, inputValue(name, value, { path, text }, false, index));
    }
  }

  #report(start: number, end: number, severity: Severity, code: string, message: string, hint: string): void {
    this.findings.push({ path: this.#file.path, start, end, severity, code, message, hint });
  }

  #sourceType(
    type: { readonly value: string; readonly start: number; readonly end: number } | undefined,
    isWhole: boolean,
  ): SourceType | undefined {
    const known = TYPES.find((candidate) => candidate === (type?.value ?? 'JSON'));
    if (known || !type || !isWhole) return known;
    const guess = closest(type.value, TYPES) ?? TYPES.find((candidate) => candidate === type.value.toUpperCase());
    const hint = guess ? `did you mean '${guess}'?` : `use one of ${TYPES.join(', ')}`;
    const message = `unknown type of reference: '${type.value}'`;
    this.#report(type.start, type.end, 'error', 'input.unknown-type', message, hint);
    return undefined;
  }

  /** Takes the values of one referenced file. @param guessed whether `ref.type` was left out */
  #reference(reference: ReferencedFile, type: SourceType, guessed: boolean): void {
    const { path, raw, start, end } = reference;
    const complain = (severity: Severity, code: string, message: string, hint: string) =>
      this.#report(start, end, severity, code, message, hint);
    if (reference.problem !== undefined) {
      const { message, hint } = explainFileProblem(reference.problem, raw);
      complain('error', `file.${reference.problem}`, message, hint);
      this.complete = false;
      return;
    }
    const found = this.#read({ path, text: reference.text }, type);
    this.findings.push(...found.findings);
    this.complete &&= found.complete;
    if (type !== 'TERRAFORM' && guessed && found.isTerraformOutput) {
      complain(
        'warning',
        'input.terraform-as-json',
        `'${raw}' looks like the output of terraform, but is read as plain JSON`,
        'set "type" to "TERRAFORM"',
      );
    }
    const [first, ...others] = found.notOutputs;
    if (first !== undefined) {
      const isOne = others.length === 0;
      complain(
        'error',
        'input.not-terraform',
        isOne
          ? `'${first}' in '${raw}' is not an output of terraform: it has no "value"`
          : `'${first}' and ${others.length} more in '${raw}' are not outputs of terraform: they have no "value"`,
        'write the file with "terraform output -json"',
      );
    }
    for (const value of found.values) this.#merge(value, complain);
  }

  /** Takes a value of a referenced file; of several with one name, the last file's counts. */
  #merge(value: InputValue, complain: (severity: Severity, code: string, message: string, hint: string) => void): void {
    const earlier = this.values.get(value.name);
    this.values.set(value.name, value);
    if (earlier && earlier.path !== value.path) {
      complain(
        'info',
        'input.overridden',
        `'${value.name}' of '${earlier.path}' is replaced by that of '${value.path}'`,
        'rename one of them if both are meant',
      );
    }
  }
}
