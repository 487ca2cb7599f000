/** The query protocols, EC2's own among them: form-encoded requests with dotted names, XML answers. */
import type { Json, JsonObject } from '../json.ts';

/** Deeper than any AWS request. */
const MAX_DEPTH = 12;
const MAX_MEMBERS = 10_000;

interface Node {
  value?: string;
  readonly members: Map<string, Node>;
}

/** Form fields as nested input: `A.member.1` makes lists, `A.entry.1.key` and `.value` make maps; leaves are strings. */
export function parseForm(form: URLSearchParams): JsonObject {
  const root: Node = { members: new Map() };
  let members = 0;
  for (const [name, value] of form) {
    const path = name.split('.');
    if (path.length > MAX_DEPTH || ++members > MAX_MEMBERS) continue;
    let node = root;
    for (const step of path) {
      let child = node.members.get(step);
      if (child === undefined) {
        child = { members: new Map() };
        node.members.set(step, child);
      }
      node = child;
    }
    node.value = value;
  }
  return Object.fromEntries([...root.members].map(([name, node]) => [name, toJson(node)]));
}

function toJson(node: Node): Json {
  if (node.members.size === 0) return node.value ?? '';
  const list = node.members.get('member') ?? node.members.get('entry');
  if (list !== undefined) {
    const items = [...list.members].sort(([a], [b]) => Number(a) - Number(b)).map(([, item]) => item);
    if (node.members.has('member')) return items.map(toJson);
    return Object.fromEntries(
      items.map((item) => [item.members.get('key')?.value ?? '', toJson(item.members.get('value') ?? item)]),
    );
  }
  return Object.fromEntries([...node.members].map(([name, child]) => [name, toJson(child)]));
}

export function xmlAnswer(operation: string, output: object, namespace: string, requestId: string): string {
  return `<${operation}Response xmlns="${namespace}"><${operation}Result>${xmlMembers(output)}</${operation}Result><ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${operation}Response>`;
}

export function xmlFault(
  fault: { code: string; message: string; type: string },
  namespace: string,
  requestId: string,
): string {
  return `<ErrorResponse xmlns="${namespace}"><Error><Type>${fault.type}</Type><Code>${escapeXml(fault.code)}</Code><Message>${escapeXml(fault.message)}</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>`;
}

/** EC2 has no element for the result, and calls what lists hold `item`. */
export function ec2Answer(operation: string, output: object, namespace: string, requestId: string): string {
  return `<${operation}Response xmlns="${namespace}"><requestId>${requestId}</requestId>${xmlMembers(output, 'item')}</${operation}Response>`;
}

export function ec2Fault(fault: { code: string; message: string }, requestId: string): string {
  return `<Response><Errors><Error><Code>${escapeXml(fault.code)}</Code><Message>${escapeXml(fault.message)}</Message></Error></Errors><RequestID>${requestId}</RequestID></Response>`;
}

export function s3Fault(fault: { code: string; message: string }, requestId: string): string {
  return `<Error><Code>${escapeXml(fault.code)}</Code><Message>${escapeXml(fault.message)}</Message><RequestId>${requestId}</RequestId></Error>`;
}

function xmlMembers(value: unknown, listed = 'member'): string {
  if (Array.isArray(value)) return value.map((item) => `<${listed}>${xmlMembers(item, listed)}</${listed}>`).join('');
  if (typeof value === 'object' && value !== null) {
    return (
      Object.entries(value)
        // Names that a request made up are no element names.
        .filter(([name, member]) => member !== undefined && member !== null && /^[A-Za-z]\w*$/.test(name))
        .map(([name, member]) => `<${name}>${xmlMembers(member, listed)}</${name}>`)
        .join('')
    );
  }
  return escapeXml(String(value));
}

function escapeXml(text: string): string {
  return text
    .replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c] ?? c)
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\uffff]/g, '\ufffd');
}
