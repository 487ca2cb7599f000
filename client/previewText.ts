/** What a preview shows: the rendered text, or in comments why there is none. Pure. */
import type { RenderedPreview } from '../server/protocol.ts';

/** @param path of the template, as people know it */
export function previewText(path: string, answer: RenderedPreview | null): string {
  if (answer === null) return comment(`${path} is not a template, or is gone: there is nothing to render`);
  if (answer.text !== null) return answer.text;
  const problems = answer.problems.flatMap(({ range, message, hint }) => {
    const place = `${path}:${range.start.line + 1}:${range.start.character + 1}`;
    return [`${place} ${message}`, ...(hint === undefined ? [] : [`  ${hint}`])];
  });
  return comment([`${path} cannot be rendered`, '', ...problems].join('\n'));
}

const comment = (text: string): string =>
  text
    .split(/\r\n|\r|\n/)
    .map((line) => `// ${line}`.trimEnd())
    .join('\n');
