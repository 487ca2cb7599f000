/** Renders a template for a test; the inputs are JSON text, so that `1` and `1.0` stay apart. */

import {
  type Limits,
  parseTemplate,
  type Rendered,
  readInputs,
  renderTemplate,
  scopeOf,
  type TemplateProblem,
} from '../../../engine/template/index.ts';

/** Everything that went wrong, in parsing and in rendering, is in `problems`. */
export function render(source: string, inputs = '{}', limits: Partial<Limits> = {}): Rendered {
  const { template, problems } = parseTemplate(source);
  const rendered = renderTemplate(template, scopeOf(readInputs({ path: 'x_input.json', text: inputs }, [])), limits);
  return { ...rendered, problems: [...problems, ...rendered.problems] };
}

/** The only problem of a template. */
export function problemOf(source: string, inputs = '{}'): TemplateProblem & { readonly text: string } {
  const { problems } = render(source, inputs);
  const [problem] = problems;
  if (!problem || problems.length > 1) throw new RangeError(`expected one problem, got ${JSON.stringify(problems)}`);
  return { ...problem, text: source.slice(problem.start, problem.end) };
}
