/**
 * Checks a rendered text as JSON: syntax, depth, and the schema of its kind of file, each finding at the template's
 * place. Pure.
 */
import { findNodeAtOffset, type Node, type ParseError, parseTree } from 'jsonc-parser';
import type { SourceFile } from '../config/index.ts';
import type { Finding } from '../finding.ts';
import { type Json, MOST_NESTING, tooDeepAt } from '../json.ts';
import type { SourceMap } from '../template/index.ts';
import { jsonMistake } from './jsonMistake.ts';
import { jsonOf } from './jsonValue.ts';
import { PRINTED_VALUE } from './once.ts';
import { callsOf, Place } from './place.ts';
import type { OriginsOf } from './rules/index.ts';
import { validateAgainstSchema } from './schema.ts';
import { withComma } from './withComma.ts';

/** jsonc-parser's code of "ValueExpected": its enumeration has no value at run time. */
const VALUE_EXPECTED = 4;

/** The first mistake is the one to mend: those after it mostly follow from it. */
function jsonFinding(path: string, rendered: string, error: ParseError, map: SourceMap): Finding {
  const isPrinted = (start: number, end: number) => map.verbatim(start, end) === undefined;
  const { start, end, what, hint, isTooMuch } = jsonMistake(rendered, error, isPrinted);
  const place = map.toSource(start, end);
  const lineStart = rendered.lastIndexOf('\n', start - 1) + 1;
  const line = rendered.slice(lineStart).split('\n', 1)[0] ?? '';
  // What is wrong may be no secret, and what stands beside it one.
  const isSecret = place.sensitive || map.toSource(lineStart, lineStart + line.length).sensitive;
  const shown = isSecret || line.trim() === '' ? '' : `; rendered: ${line.trim().slice(0, 120)}`;
  // In a loop, the comma is needed in each round but the last.
  const related = callsOf(path, place.calls);
  const surplus = isTooMuch && map.toRendered(place.start).length === 1 ? map.verbatim(start, end) : undefined;
  return {
    path,
    start: place.start,
    end: place.end,
    severity: 'error',
    code: 'json.syntax',
    message: `the rendered text is not JSON: ${what}${shown}`,
    hint,
    ...(related.length > 0 && { related }),
    ...(surplus && { fix: { title: 'Delete the comma', edits: [{ path, ...surplus, text: '' }] } }),
  };
}

/** JSON pointers of values that a sensitive input fed; of an object, where it fed one of its keys. */
function sensitivePointers(root: Node, map: SourceMap): Set<string> {
  const found = new Set<string>();
  if (!map.hasSensitive) return found;
  const visit = (node: Node, pointer: string): void => {
    if (node.type === 'object') {
      const isSecret = ({ offset, length }: Node) => map.toSource(offset, offset + length).sensitive;
      // A secret in a key hides the whole object: a pointer to its value would tell it.
      if (node.children?.some(({ children }) => children?.[0] && isSecret(children[0]))) {
        found.add(pointer);
        return;
      }
      for (const { children } of node.children ?? []) {
        const [key, value] = children ?? [];
        const name = String(key?.value).replaceAll('~', '~0').replaceAll('/', '~1');
        if (value) visit(value, `${pointer}/${name}`);
      }
    } else if (node.type === 'array') {
      for (const [i, child] of (node.children ?? []).entries()) visit(child, `${pointer}/${i}`);
    } else if (map.toSource(node.offset, node.offset + node.length).sensitive) {
      found.add(pointer);
    }
  };
  visit(root, '');
  return found;
}

function tooDeep(path: string, at: number, map: SourceMap): Finding {
  const { start, end } = map.toSource(at, at + 1);
  return {
    path,
    start,
    end,
    severity: 'error',
    code: 'json.too-deep',
    message: `the rendered text is nested more than ${MOST_NESTING} levels deep`,
    hint: 'close what is open: no AWS request is nested like this',
  };
}

/** Texts that have a list or an object in them as Python prints it. */
function printedValues(file: SourceFile, root: Node, map: SourceMap, originsOf: OriginsOf): Finding[] {
  const found = new Map<Node, Finding>();
  for (const { start, end, what } of map.printed()) {
    const node = findNodeAtOffset(root, start);
    // In an object, a key is a text too, and numbers in a list are JSON as they are printed.
    if (node?.type !== 'string' || node.offset + node.length < end || found.has(node)) continue;
    const place = map.toSource(node.offset, node.offset + node.length);
    const related = [...callsOf(file.path, place.calls), ...originsOf(place.names)];
    const join = what === 'list' ? `, or join its items with "| join(',')"` : '';
    found.set(node, {
      path: file.path,
      start: place.start,
      end: place.end,
      severity: 'warning',
      code: PRINTED_VALUE,
      message: `${what === 'list' ? 'a list' : 'an object'} is printed into this text, in Python's way`,
      hint: `print it as JSON, with "| tojson" and without quotes or brackets around it${join}`,
      ...(related.length > 0 && { related }),
    });
  }
  return [...found.values()];
}

/** Longer titles do not fit into an editor's menu. */
const LONGEST_TITLE = 60;

const shortened = (text: string): string =>
  text.length > LONGEST_TITLE ? `${text.slice(0, LONGEST_TITLE).toWellFormed()}…` : text;

const UNQUOTE = 'take away the quotes around the expression, and print it with "| tojson"';

/** Whether a value is text only because of the quotes around the expression. @param write what it has to be, as JSON */
const isQuotedExpression = ({ text = '' }: SourceFile, start: number, end: number, write = '"'): boolean =>
  /^[\dtf-]/.test(write) && /^"\{\{(?:(?!\}\}).)*\}\}"$/s.test(text.slice(start, end));

export interface CheckedJson {
  /** Undefined where the text is not JSON. */
  readonly value: Json | undefined;
  /** JSON pointers of the values that a sensitive input fed. */
  readonly sensitive: Set<string>;
  readonly findings: Finding[];
  readonly root?: Place;
}

export function checkJson(file: SourceFile, text: string, map: SourceMap, originsOf: OriginsOf): CheckedJson {
  const deep = tooDeepAt(text);
  if (deep !== undefined) return { value: undefined, sensitive: new Set(), findings: [tooDeep(file.path, deep, map)] };
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false });
  const [first] = errors;
  if (first !== undefined || root === undefined) {
    const error = first ?? { error: VALUE_EXPECTED, offset: 0, length: 0 };
    return { value: undefined, sensitive: new Set(), findings: [jsonFinding(file.path, text, error, map)] };
  }
  const redact = (start: number, end: number) => map.toSource(start, end).sensitive;
  const findings = validateAgainstSchema(root, file.suffix, { redact }).map(
    ({ write, remove, ...finding }): Finding => {
      const { start, end, names, calls } = map.toSource(finding.start, finding.end);
      const related = [...callsOf(file.path, calls), ...originsOf(names)];
      const replaced = remove ? withComma(text, remove.start, remove.end) : finding;
      const place = (write ?? remove) ? map.verbatim(replaced.start, replaced.end) : undefined;
      const title =
        write === undefined
          ? `Delete ${shortened(text.slice(finding.start, finding.end))}`
          : `Change to ${shortened(write)}`;
      const fix = place && { title, edits: [{ path: file.path, ...place, text: write ?? '' }] };
      const hint = isQuotedExpression(file, start, end, write) ? UNQUOTE : finding.hint;
      return {
        ...finding,
        hint,
        path: file.path,
        start,
        end,
        ...(related.length > 0 && { related }),
        ...(fix && { fix }),
      };
    },
  );
  const parsed = { path: file.path, text, map };
  return {
    value: jsonOf(root),
    sensitive: sensitivePointers(root, map),
    findings: [...findings, ...printedValues(file, root, map, originsOf)],
    root: new Place(parsed, root),
  };
}
