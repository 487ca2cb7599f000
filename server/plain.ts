/** Markdown as plain text, for clients that show no other. What is code in it stays as it is. */

/** A block of code, code in a line, bold text, a link, or an escape: whatever begins first. */
const MARKS =
  /^(?<fence>`{3,})[^\n]*\n(?<block>[\s\S]*?)\n?^\k<fence>[ \t]*$|`(?<code>[^`\n]*)`|\*\*(?<bold>[^\n]*?)\*\*|\[(?<link>[^\]\n]*)\]\((?<address>[^()\s]*)\)|\\(?<escaped>[!-/:-@[-`{-~])/gm;

export const plainOfMarkdown = (markdown: string): string =>
  withoutMarks(markdown)
    .replace(/\n{3,}/g, '\n\n')
    .trim();

function withoutMarks(markdown: string): string {
  return markdown.replace(MARKS, (...match) => {
    const { block, code, bold, link, address, escaped } = match.at(-1) as Readonly<Record<string, string | undefined>>;
    if (bold !== undefined) return withoutMarks(bold);
    if (link !== undefined) return `${withoutMarks(link)} (${address})`;
    return block ?? code ?? escaped ?? '';
  });
}
