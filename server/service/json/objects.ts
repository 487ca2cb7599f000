/** A file of the workload as an object: rendered, and while it gives no JSON, as far as it can be read. Pure. */
import type { Node } from 'jsonc-parser';
import { objectOf } from '../../../engine/check/index.ts';
import type { FileRole } from '../../../engine/config/index.ts';
import { isObject, type Json, type JsonObject } from '../../../engine/json.ts';
import type { ConfigDocument } from '../document.ts';
import { sampleOf } from '../jinja/sample.ts';
import type { WorkloadView } from '../knowledge.ts';

/** Without values that secrets fed. */
export function objectIn(workload: WorkloadView, role: FileRole): JsonObject | undefined {
  const { checked, documents } = workload;
  const file = checked.files.find((one) => one.role === role);
  const rendered = file?.map?.hasSensitive ? undefined : objectOf(checked, role);
  if (rendered !== undefined) return rendered;
  const document = [...documents.values()].find((one) => one.role === role);
  const value = document?.json && readable(document, document.json, workload);
  return value !== undefined && isObject(value) ? value : undefined;
}

/** Keys whose expressions are worth an evaluation each. */
const NAMES: ReadonlySet<unknown> = new Set(['name', 'containerPort', 'FunctionName', 'cluster']);

function readable(document: ConfigDocument, node: Node, workload: WorkloadView, key?: unknown): Json | undefined {
  if (node.type === 'array')
    return (node.children ?? []).map((item) => readable(document, item, workload)).filter((item) => item !== undefined);
  if (node.type === 'object') {
    const members = (node.children ?? []).flatMap(({ children: [name, value] = [] }): [string, Json][] => {
      const known = name && value && readable(document, value, workload, name.value);
      return known === undefined ? [] : [[String(name!.value), known]];
    });
    return Object.fromEntries(members);
  }
  const end = node.offset + node.length;
  if (!document.hasTag(node.offset, end)) return node.value as Json;
  const tag = document.tags.find(({ kind, start }) => kind === 'expression' && start >= node.offset);
  const isAlone = tag && tag.start - node.offset <= 1 && end - tag.end <= 1;
  if (!isAlone || !NAMES.has(key)) return undefined;
  const source = document.text.slice(tag.innerStart, tag.innerEnd).replace(/^[-+]|[-+]$/g, '');
  const sample = sampleOf(source, tag.start, document.template!, workload.inputs);
  return sample?.sensitive ? undefined : sample?.value;
}
