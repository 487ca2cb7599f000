/**
 * What an expression gives at its place: rendered with the inputs, in the first round of the loops around it, with the
 * variables that are set before it. The evaluator is the one that deploying uses.
 */
import type { Json } from '../../../engine/json.ts';
import {
  type Body,
  type InputValue,
  parseTemplate,
  renderTemplate,
  scopeOf,
  type Template,
} from '../../../engine/template/index.ts';
import { bodyAt } from './scope.ts';

export interface Sample {
  readonly value: Json;
  /** Whether a secret fed it: then it must not be shown. */
  readonly sensitive: boolean;
  /** Names of the inputs that it was made of. */
  readonly names: readonly string[];
}

/** A glance, not a deployment: much less than a template may take. */
const LIMITS = { steps: 20_000, size: 256 * 1024, nesting: 50, range: 10_000 };

/**
 * @param source the expression's text
 * @param offset where it stands; the loops and variables there are those of `template`
 * @returns undefined where it cannot be told: something fails, or depends on a macro's caller
 */
export function sampleOf(
  source: string,
  offset: number,
  template: Template,
  inputs: ReadonlyMap<string, InputValue>,
): Sample | undefined {
  const around = surroundings(template, offset);
  if (around === undefined) return undefined;
  const { template: small, problems } = parseTemplate(`${around.before}{{ (${source}) | tojson }}${around.after}`);
  if (problems.length > 0) return undefined;
  const rendered = renderTemplate(small, scopeOf({ values: inputs, complete: true }), LIMITS);
  if (!rendered.complete || rendered.problems.length > 0) return undefined;
  const pieces = rendered.map.pieces.filter(({ verbatim }) => !verbatim);
  const value = parse(rendered.text);
  if (value === undefined) return undefined;
  return {
    value,
    sensitive: pieces.some(({ sensitive }) => sensitive),
    names: [...new Set(pieces.flatMap(({ names }) => names))],
  };
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** The headers of what is around an offset, and its ends. */
function surroundings(template: Template, offset: number): { before: string; after: string } | undefined {
  const { source } = template;
  const text = ({ start, end }: { readonly start: number; readonly end: number }) => source.slice(start, end);
  let before = '';
  let after = '';
  let body: Body | undefined = template.body;
  while (body !== undefined) {
    let next: Body | undefined;
    for (const statement of body.statements) {
      if (statement.start >= offset) break;
      if (statement.end <= offset) {
        // Setting a variable in terms of what fails would fail all of it.
        if (statement.kind === 'set') before += `{% set ${text(statement.target)} = ${text(statement.value)} %}`;
        else if (statement.kind === 'macro') before += text(statement);
        continue;
      }
      next = bodyAt(statement, offset);
      if (next === undefined) break;
      if (statement.kind === 'macro' || statement.kind === 'call-block') return undefined;
      if (statement.kind === 'for') {
        const condition = statement.condition ? ` if ${text(statement.condition)}` : '';
        before += `{% for ${text(statement.target)} in ${text(statement.items)}${condition} %}{% if loop.first %}`;
        after = `{% endif %}{% endfor %}${after}`;
      } else if (statement.kind === 'with') {
        for (const { target, value } of statement.assignments) before += `{% set ${text(target)} = ${text(value)} %}`;
      }
    }
    body = next;
  }
  return { before, after };
}
