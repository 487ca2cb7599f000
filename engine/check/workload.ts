/**
 * Checks one workload: renders its files with its inputs and says everything that is wrong, each at its place in the
 * source. Pure and synchronous: the same check for the command line, for deploying and for each keystroke.
 */
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
  scopeOf,
  type TemplateProblem,
  templateUses,
} from '../template/index.ts';
import type { CheckedWorkload, RenderedFile } from './checked.ts';
import { once } from './once.ts';
import { callsOf, type Place } from './place.ts';
import { checkJson } from './renderedJson.ts';
import type { Subject } from './rule.ts';
import { type OriginsOf, runRules } from './rules/index.ts';

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
  const { start, end, code, message, hint, name, suggestion, calls } = problem;
  const related = callsOf(path, calls);
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
    ...(related.length > 0 && { related }),
    ...(fix && { fix }),
  };
}

/** Findings of one file beyond this many follow from each other. */
const MOST_FINDINGS = 100;

function* checkTemplate(file: SourceFile, scope: Scope, originsOf: OriginsOf): Generator<undefined, Outcome> {
  if (file.text === undefined) return unreadable(file);
  const { template, problems } = parseTemplate(file.text);
  yield;
  const rendered = renderTemplate(template, scope);
  yield;
  const uses = problems.length > 0 ? undefined : new Set(templateUses(template).names.map(({ name }) => name));
  // Values that are missing or half-typed would be blamed on the templates that use them.
  const isBlameless = !scope.complete && uses?.size !== 0;
  const all = isBlameless ? problems : [...problems, ...rendered.problems];
  const found = all.slice(0, MOST_FINDINGS).map((problem) => fromTemplate(file, problem));
  const base = { ...identity(file), source: file.text };
  if (found.length > 0 || !rendered.complete || isBlameless) {
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

/**
 * What a workload's templates are rendered with.
 *
 * @param read as for `checkWorkload`
 */
export function inputsOf(source: WorkloadSource, read?: ReadReferenced): Inputs {
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
  const steps = checkInSteps(source, read);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** Likewise, a part at a time, for who has something else to do in between: what comes last is the whole. */
export function* checkInSteps(source: WorkloadSource, read?: ReadReferenced): Generator<undefined, CheckedWorkload> {
  const inputs = inputsOf(source, read);
  const scope = scopeOf(inputs);
  const originsOf = originsIn(inputs);
  yield;
  const outcomes: Outcome[] = [];
  for (const file of source.files) {
    outcomes.push(file.role === 'input' ? checkInput(file) : yield* checkTemplate(file, scope, originsOf));
    yield;
  }
  const files = outcomes.map(({ file }) => file);
  const perFile = outcomes.flatMap(({ findings }) => findings);
  const missing = missingFiles(source, files);
  // What is misspelt or missing may be what uses an input.
  const mayUse = missing.length > 0 || perFile.some(({ code }) => code.startsWith('template.'));
  const findings = [
    ...inputs.findings,
    ...once(withoutInputFile(source, perFile), runRules(subjectOf(source, outcomes), originsOf)),
    ...missing,
    ...(mayUse ? [] : unusedInputs(source, inputs, outcomes)),
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
