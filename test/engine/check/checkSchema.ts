import assert from 'node:assert/strict';
import { parseTree } from 'jsonc-parser';
import { type SchemaFinding, validateAgainstSchema } from '../../../engine/check/schema.ts';
import type { SchemaSuffix } from '../../../schemas/index.ts';

/** Checks a rendered text, given as such or as a value. */
export function findingsOf(suffix: SchemaSuffix, content: unknown, redact?: (start: number, end: number) => boolean) {
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  const findings = validateAgainstSchema(parseTree(text)!, suffix, redact ? { redact } : {});
  return findings.map((finding) => ({ ...finding, at: text.slice(finding.start, finding.end) }));
}

export function checkAccepted(suffix: SchemaSuffix, content: unknown): void {
  assert.deepEqual(findingsOf(suffix, content), []);
}

/** Expects exactly one finding, with these properties; `hint` and `message` are given by a part of them. */
export function checkFinding(
  suffix: SchemaSuffix,
  content: unknown,
  expected: Partial<SchemaFinding> & Pick<SchemaFinding, 'code'> & { readonly at?: string },
): void {
  const findings = findingsOf(suffix, content);
  assert.equal(findings.length, 1, JSON.stringify(findings, null, 1));
  const [found] = findings as [(typeof findings)[number]];
  for (const [key, value] of Object.entries({ severity: 'error', ...expected })) {
    const actual = found[key as keyof typeof found];
    if (key === 'message' || key === 'hint') assert.ok(String(actual).includes(String(value)), `${key}: ${actual}`);
    else assert.equal(actual, value, `${key}: ${JSON.stringify(found)}`);
  }
}
