/** Markdown as plain text, for clients that show no other. */

export function plainOfMarkdown(markdown: string): string {
  return markdown
    .replace(/^```.*\n?/gm, '')
    .replace(/\[([^\]\n]*)\]\(([^()\s]*)\)/g, '$1 ($2)')
    .replace(/\*\*([^\n]*?)\*\*/g, '$1')
    .replace(/`([^`\n]*)`/g, '$1')
    .replace(/\\([!-/:-@[-`{-~])/g, '$1')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}
