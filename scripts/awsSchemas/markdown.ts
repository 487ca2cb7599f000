/** Turns the small HTML of AWS's doc comments into Markdown, and Markdown into the plain first sentence. Pure. */

interface List {
  readonly ordered: boolean;
  items: number;
}

/**
 * @param html one doc comment's text: `p`, `code`, `a`, `b`, `i`, `ul`, `ol`, `li`, `dl`, `dt`, `dd`, `note` and
 *   `important` are known, other tags are dropped
 */
export function toMarkdown(html: string): string {
  let out = '';
  let inCode = false;
  let href: string | undefined;
  const lists: List[] = [];
  const paragraph = () => {
    if (out.endsWith('- ') || /\d\. $/.test(out) || out.endsWith(':** ') || out.endsWith('** — ')) return;
    out = out.trimEnd();
    if (out !== '') out += `\n\n${'  '.repeat(lists.length)}`;
  };
  const item = (marker: string) => {
    const list = lists.at(-1);
    const first = list === undefined || list.items++ === 0;
    out = `${out.trimEnd()}${first ? '\n\n' : '\n'}${'  '.repeat(Math.max(0, lists.length - 1))}${marker}`;
  };
  for (const piece of html.split(/(<\/?[a-z]+[^>]*>)/)) {
    const tag = /^<(\/?)([a-z]+)(?: href="([^"]*)")?/.exec(piece);
    if (!tag) {
      out += inCode ? decoded(piece).trim() : escaped(spaced(piece, out));
      continue;
    }
    const closing = tag[1] === '/';
    switch (tag[2]) {
      case 'p':
        if (!closing) paragraph();
        break;
      case 'code':
        inCode = !closing;
        out += '`';
        break;
      case 'a':
        // A link without a target is a cross-reference inside AWS's own pages.
        if (!closing) href = tag[3];
        if (href !== undefined) out += closing ? `](${href})` : '[';
        if (closing) href = undefined;
        break;
      case 'b':
        out = closing ? `${out.trimEnd()}**` : `${out}**`;
        break;
      case 'i':
        out = closing ? `${out.trimEnd()}*` : `${out}*`;
        break;
      case 'ul':
      case 'ol':
      case 'dl':
        if (closing) lists.pop();
        else lists.push({ ordered: tag[2] === 'ol', items: 0 });
        break;
      case 'li':
        if (!closing) item(lists.at(-1)?.ordered ? `${lists.at(-1)!.items + 1}. ` : '- ');
        break;
      case 'dt':
        if (closing) out = `${out.trimEnd()}** — `;
        else item('- **');
        break;
      case 'note':
      case 'important':
        paragraph();
        if (!closing) out += tag[2] === 'note' ? '**Note:** ' : '**Important:** ';
        break;
    }
  }
  return out
    .replace(/[ \t]+$/gm, '')
    .replace(/``/g, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

/** The first sentence of a Markdown text, without its marks: what a completion list shows beside a key. */
export function firstSentence(markdown: string): string {
  const paragraphs = markdown.split('\n\n').filter((paragraph) => !paragraph.startsWith('**Note:**'));
  const plain = (paragraphs[0] ?? markdown)
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[`*]|\\(?=[*<_])/g, '')
    .replace(/\s+/g, ' ')
    .trim();
  const end = /(?<!\b(?:e\.g|i\.e|etc|vs))\.(?= [A-Z])/.exec(plain);
  return end ? plain.slice(0, end.index + 1) : plain;
}

function decoded(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
}

function escaped(text: string): string {
  return decoded(text).replace(/[*<]/g, '\\$&');
}

/** Collapses white space, and drops it at the start of a line. */
function spaced(text: string, before: string): string {
  const collapsed = text.replace(/\s+/g, ' ');
  return /(^|\s)$/.test(before) ? collapsed.trimStart() : collapsed;
}
