/** Checks of rules by marked text: `//- path` begins a file, `$0…$0` marks what a rule has to find. */
import assert from 'node:assert/strict';
import { checkWorkload } from '../../../../engine/check/index.ts';
import {
  groupWorkloads,
  inputReferences,
  type ReferencedFile,
  type WorkloadSource,
} from '../../../../engine/config/index.ts';
import { parseFixture } from '../../../server/fixture.ts';

/** The first workload among files, with what its input refers to. */
export function sourceOf(files: ReadonlyMap<string, string>): WorkloadSource {
  const [workload] = groupWorkloads(files.keys());
  assert.ok(workload, 'the fixture needs a config file');
  const own = workload.files.map((file) => ({ ...file, text: files.get(file.path)! }));
  const input = own.find(({ role }) => role === 'input');
  const references = inputReferences(input?.text ?? '').references.map((written): ReferencedFile => {
    const text = files.get(written.path);
    return text === undefined
      ? { ...written, problem: written.problem ?? 'missing' }
      : { ...written, problem: undefined, text };
  });
  return { path: workload.path, kind: workload.kind, files: own, references };
}

export interface ExpectedFinding {
  readonly code: string;
  /** A part of the message. */
  readonly message?: string;
  /** The marked file after the quick fix. */
  readonly fixed?: string;
}

/** The workload has exactly this finding, at the mark. */
export function checkRule(fixture: string, { code, message, fixed }: ExpectedFinding): void {
  const { files, marks } = parseFixture(fixture);
  const { findings } = checkWorkload(sourceOf(files));
  const found = findings.map(({ path, start, end, ...rest }) => ({
    code: rest.code,
    path,
    at: files.get(path)!.slice(start, end),
    start,
  }));
  const wanted = marks.map(({ path, start, end }) => ({ code, path, at: files.get(path)!.slice(start, end), start }));
  assert.deepEqual(found, wanted, JSON.stringify(findings, null, 1));
  const [finding] = findings;
  if (message !== undefined) assert.ok(finding!.message.includes(message), finding!.message);
  if (fixed === undefined) return;
  const [edit] = finding!.fix?.edits ?? [];
  assert.ok(edit, 'there has to be a fix');
  const text = files.get(edit.path)!;
  assert.equal((text.slice(0, edit.start) + edit.text + text.slice(edit.end)).trimEnd(), fixed);
}

/** The workload has no finding. */
export function checkFine(fixture: string): void {
  const { files } = parseFixture(fixture);
  assert.deepEqual(checkWorkload(sourceOf(files)).findings, []);
}
