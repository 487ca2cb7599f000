/**
 * Checks one workload: renders its files with its inputs and says everything that is wrong, each at its place in the
 * source. Pure and synchronous: the same check for the command line, for deploying and for each keystroke.
 */
import { type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import {
  DEFINITION_SUFFIX,
  explainFileProblem,
  type FileRole,
  MAX_CONFIG_BYTES,
  type SourceFile,
  type WorkloadSource,
} from '../config/index.ts';
import type { Finding } from '../finding.ts';
import type { Json } from '../json.ts';
import {
  type Inputs,
  parseTemplate,
  type ReadReferenced,
  readInputs,
  renderTemplate,
  type Scope,
  type SourceMap,
  scopeOf,
  type TemplateProblem,
  templateUses,
} from '../template/index.ts';
import type { CheckedWorkload, RenderedFile } from './checked.ts';
import { jsonOf } from './jsonValue.ts';
import { Place } from './place.ts';
import type { Subject } from './rule.ts';
import { type OriginsOf, runRules } from './rules/index.ts';
import { validateAgainstSchema } from './schema.ts';

const NO_INPUTS: Inputs = { values: new Map(), complete: true, findings: [] };

interface Outcome {
  readonly file: RenderedFile;
  readonly findings: readonly Finding[];
  /** The rendered text's value, where it is JSON. */
  readonly root?: Place;
  /** Names of inputs that the template uses, in any branch; undefined where it could not be parsed. */
  readonly uses?: ReadonlySet<string>;
}

/** What cannot be read cannot be rendered. */
function unreadable(file: SourceFile): Outcome {
  const { message, hint } = explainFileProblem(file.problem!, file.path, MAX_CONFIG_BYTES);
  return {
    file: {
      ...identity(file),
      source: undefined,
      text: undefined,
      value: undefined,
      map: undefined,
      sensitive: new Set(),
    },
    findings: [{ path: file.path, start: 0, end: 0, severity: 'error', code: `file.${file.problem}`, message, hint }],
  };
}

const identity = ({ path, suffix, role }: SourceFile) => ({ path, suffix, role });

function fromTemplate({ path, text = '' }: SourceFile, problem: TemplateProblem): Finding {
  const { start, end, code, message, hint, name, suggestion } = problem;
  const written = text.slice(start, end);
  const isName =
    written === name && suggestion !== undefined && /^[\p{ID_Start}_][\p{ID_Continue}]*$/u.test(suggestion);
  const fix = isName && { title: `Change to ${suggestion}`, edits: [{ path, start, end, text: suggestion }] };
  return {
    path,
    start,
    end,
    severity: 'error',
    code,
    message,
    ...(hint !== undefined && { hint }),
    ...(fix && { fix }),
  };
}

/** jsonc-parser's code of "ValueExpected": its enumeration has no value at run time. */
const VALUE_EXPECTED = 4;

/** By jsonc-parser's names. */
const WORDS: Readonly<Record<string, string>> = {
  PropertyNameExpected: 'a key in double quotes is expected here',
  ValueExpected: 'a value is expected here',
  ColonExpected: 'a colon is expected here',
  CommaExpected: 'a comma is expected here',
  CloseBraceExpected: 'a closing brace is missing',
  CloseBracketExpected: 'a closing bracket is missing',
  EndOfFileExpected: 'nothing may follow the closing brace',
  InvalidCommentToken: 'JSON has no comments',
  UnexpectedEndOfString: 'this string has no closing quote on its line',
  InvalidNumberFormat: 'this is not a number',
  InvalidSymbol: 'this is neither a string in double quotes, a number, true, false nor null',
  InvalidCharacter: 'this character is not allowed in a JSON string',
  InvalidEscapeCharacter: 'this backslash sequence is not JSON',
};

/** The first mistake is the one to mend: those after it mostly follow from it. */
function jsonFinding(path: string, rendered: string, error: ParseError, map: SourceMap): Finding {
  const place = map.toSource(error.offset, error.offset + error.length);
  const line = rendered.slice(rendered.lastIndexOf('\n', error.offset - 1) + 1).split('\n', 1)[0] ?? '';
  const name = printParseErrorCode(error.error);
  const what = WORDS[name] ?? name;
  const shown = place.sensitive || line.trim() === '' ? '' : `; rendered: ${line.trim().slice(0, 120)}`;
  return {
    path,
    start: place.start,
    end: place.end,
    severity: 'error',
    code: 'json.syntax',
    message: `the rendered text is not JSON: ${what}${shown}`,
    hint: 'look at the rendered text (`gitmoxi render`); lists and objects need `| tojson`, text needs quotes around it',
  };
}

/** JSON pointers of values that a sensitive input fed. */
function sensitivePointers(root: Node, map: SourceMap): Set<string> {
  const found = new Set<string>();
  if (!map.hasSensitive) return found;
  const visit = (node: Node, pointer: string): void => {
    if (node.type === 'object') {
      for (const { children } of node.children ?? []) {
        const [key, value] = children ?? [];
        const name = String(key?.value).replaceAll('~', '~0').replaceAll('/', '~1');
        // A secret in a key hides the value too: the pointer itself must then not be shown either.
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

/** Deeper than any AWS request, and far from what a recursive walk can take. */
const MOST_NESTING = 200;

/** Findings of one file beyond this many follow from each other. */
const MOST_FINDINGS = 100;

/** Offset of the bracket that is one too deep; undefined where none is. */
function tooDeepAt(text: string): number | undefined {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (inString) {
      if (c === '\\') i++;
      else if (c === '"' || c === '\n') inString = false;
    } else if (c === '"') inString = true;
    else if (c === '[' || c === '{') {
      if (++depth > MOST_NESTING) return i;
    } else if (c === ']' || c === '}') depth--;
  }
  return undefined;
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

function checkJson(
  file: SourceFile,
  text: string,
  map: SourceMap,
  originsOf: OriginsOf,
): { value: Json | undefined; sensitive: Set<string>; findings: Finding[]; root?: Place } {
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
  const findings = validateAgainstSchema(root, file.suffix, { redact }).map(({ write, ...finding }): Finding => {
    const { start, end, names } = map.toSource(finding.start, finding.end);
    const related = originsOf(names);
    const place = write === undefined ? undefined : map.verbatim(finding.start, finding.end);
    const fix = place && { title: `Change to ${write}`, edits: [{ path: file.path, ...place, text: write! }] };
    return { ...finding, path: file.path, start, end, ...(related.length > 0 && { related }), ...(fix && { fix }) };
  });
  const parsed = { path: file.path, text, map };
  return { value: jsonOf(root), sensitive: sensitivePointers(root, map), findings, root: new Place(parsed, root) };
}

function checkTemplate(file: SourceFile, scope: Scope, originsOf: OriginsOf): Outcome {
  if (file.text === undefined) return unreadable(file);
  const { template, problems } = parseTemplate(file.text);
  const rendered = renderTemplate(template, scope);
  const all = [...problems, ...rendered.problems];
  const found = all.slice(0, MOST_FINDINGS).map((problem) => fromTemplate(file, problem));
  const base = { ...identity(file), source: file.text };
  const uses = problems.length > 0 ? undefined : new Set(templateUses(template).names.map(({ name }) => name));
  if (found.length > 0 || !rendered.complete) {
    return {
      file: {
        ...base,
        text: rendered.complete ? rendered.text : undefined,
        value: undefined,
        map: rendered.map,
        sensitive: new Set(),
      },
      findings: found,
      ...(uses && { uses }),
    };
  }
  const { value, sensitive, findings, root } = checkJson(file, rendered.text, rendered.map, originsOf);
  return {
    file: { ...base, text: rendered.text, value, map: rendered.map, sensitive },
    findings,
    ...(root && { root }),
    ...(uses && { uses }),
  };
}

function checkInput(file: SourceFile): Outcome {
  if (file.text === undefined) return unreadable(file);
  return {
    file: {
      ...identity(file),
      source: file.text,
      text: file.text,
      value: undefined,
      map: undefined,
      sensitive: new Set(),
    },
    findings: [],
  };
}

function inputsOf(source: WorkloadSource, read: ReadReferenced | undefined): Inputs {
  const file = source.files.find(({ role }) => role === 'input');
  if (file === undefined) return NO_INPUTS;
  if (file.text === undefined) return { ...NO_INPUTS, complete: false };
  return readInputs({ path: file.path, text: file.text }, source.references, read);
}

/** Inputs of the workload's own that no template uses. Those of files that it refers to are there for others too. */
function unusedInputs(source: WorkloadSource, { values, complete }: Inputs, outcomes: readonly Outcome[]): Finding[] {
  const input = source.files.find(({ role }) => role === 'input');
  const templates = outcomes.filter(({ file }) => file.role !== 'input');
  if (input?.text === undefined || !complete || templates.length === 0) return [];
  if (templates.some(({ uses }) => uses === undefined)) return [];
  const { text } = input;
  return [...values.values()].flatMap(({ name, path, start }): Finding[] => {
    if (path !== input.path || templates.some(({ uses }) => uses!.has(name))) return [];
    const key = /"(?:[^"\\]|\\.)*"\s*:\s*$/.exec(text.slice(0, start));
    const from = key?.index ?? start;
    return [
      {
        path,
        start: from,
        end: key ? from + key[0].lastIndexOf('"') + 1 : start,
        severity: 'info',
        code: 'input.unused',
        message: `no template of this workload uses '${name}'`,
        hint: 'delete it, unless it is kept on purpose',
      },
    ];
  });
}

/** A workload-wide finding, at the start of a file. */
const atStart = (path: string, code: string, message: string, hint: string): Finding => ({
  path,
  start: 0,
  end: 0,
  severity: 'error',
  code,
  message,
  hint,
});

const has = (value: Json | undefined, key: string): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, key);

/** Files that deploying needs, and that are not there. */
function missingFiles(source: WorkloadSource, files: readonly RenderedFile[]): Finding[] {
  const first = source.files[0]!.path;
  const byRole = (role: string) => files.find((file) => file.role === role);
  const definition = byRole(source.kind === 'ecs' ? 'service' : 'function');
  if (definition === undefined) {
    const name = `${source.path}${DEFINITION_SUFFIX[source.kind]}`;
    return [
      atStart(
        first,
        'workload.no-definition',
        `${source.path} has no ${name}, so nothing can be deployed`,
        `add ${name}, or delete the files that belong to it`,
      ),
    ];
  }
  if (source.kind === 'ecs') {
    const named = definition.value === undefined || has(definition.value, 'taskDefinition');
    if (byRole('task') !== undefined || named) return [];
    const name = `${source.path}_taskdef.json`;
    return [
      atStart(
        definition.path,
        'workload.no-task-definition',
        `no task definition: there is no ${name}, and the service names none`,
        `add ${name}, or set taskDefinition here`,
      ),
    ];
  }
  if (byRole('deployment') !== undefined) return [];
  const name = `${source.path}_lambdadepdef.json`;
  return [
    atStart(
      definition.path,
      'workload.no-alias',
      `no alias: there is no ${name} to name one`,
      `add ${name} with at least {"alias": "live"}`,
    ),
  ];
}

/**
 * Without an input file every name is undefined: that is one mistake, not one per name.
 */
function withoutInputFile(source: WorkloadSource, findings: readonly Finding[]): readonly Finding[] {
  if (source.files.some(({ role }) => role === 'input')) return findings;
  const [first] = findings.filter(({ code }) => code === 'template.undefined-name');
  if (first === undefined) return findings;
  const name = `${source.path}${source.kind === 'ecs' ? '_input.json' : '_lambdainput.json'}`;
  const one: Finding = {
    ...first,
    code: 'workload.no-input',
    message: `the templates use values, and there is no ${name} to give them (first: ${first.message})`,
    hint: `add ${name}, with values or a ref to a Terraform or CDK output`,
  };
  return [...findings.filter(({ code }) => code !== 'template.undefined-name'), one];
}

/** Where inputs are written: shown beside what is wrong with what they gave. */
const originsIn =
  ({ values }: Inputs): OriginsOf =>
  (names) =>
    names.flatMap((name) => {
      const input = values.get(name);
      return input
        ? [{ path: input.path, start: input.start, end: input.end, message: `'${name}' comes from here` }]
        : [];
    });

/** The workload as rules see it. */
function subjectOf({ path, kind, files }: WorkloadSource, outcomes: readonly Outcome[]): Subject {
  const rootOf = (role: FileRole) => {
    const root = outcomes.find(({ file }) => file.role === role)?.root;
    return root?.node.type === 'object' ? root : undefined;
  };
  const templates = files.filter(({ role }) => role !== 'input');
  return {
    path,
    kind,
    service: rootOf('service'),
    task: rootOf('task'),
    function: rootOf('function'),
    eventSource: rootOf('eventSource'),
    deployment: rootOf('deployment'),
    complete: templates.every(({ role }) => rootOf(role) !== undefined),
  };
}

/**
 * Renders and checks a workload. Never throws, whatever the files hold.
 *
 * @param read reads a file that the input refers to; `keepReferenced` gives one that remembers. @default reads each time
 */
export function checkWorkload(source: WorkloadSource, read?: ReadReferenced): CheckedWorkload {
  const inputs = inputsOf(source, read);
  const scope = scopeOf(inputs);
  const originsOf = originsIn(inputs);
  const outcomes = source.files.map((file) =>
    file.role === 'input' ? checkInput(file) : checkTemplate(file, scope, originsOf),
  );
  const files = outcomes.map(({ file }) => file);
  const perFile = outcomes.flatMap(({ findings }) => findings);
  const missing = missingFiles(source, files);
  // What is misspelt or missing may be what uses an input.
  const mayUse = missing.length > 0 || perFile.some(({ code }) => code.startsWith('template.'));
  const findings = [
    ...inputs.findings,
    ...withoutInputFile(source, perFile),
    ...missing,
    ...(mayUse ? [] : unusedInputs(source, inputs, outcomes)),
    ...runRules(subjectOf(source, outcomes), originsOf),
  ];
  const texts = [...source.files, ...source.references].flatMap(({ path, text }): [string, string][] =>
    text === undefined ? [] : [[path, text]],
  );
  return {
    path: source.path,
    kind: source.kind,
    files,
    inputs: inputs.values,
    inputsComplete: inputs.complete,
    findings: findings.sort((a, b) => (a.path === b.path ? a.start - b.start : a.path < b.path ? -1 : 1)),
    sources: new Map(texts),
  };
}
