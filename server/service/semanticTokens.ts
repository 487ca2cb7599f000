/** Semantic tokens of Jinja inside JSON: names are told apart by what they are. Pure. */
import { GLOBAL_NAMES, type Token } from '../../engine/template/index.ts';
import { declarationsIn, type LocalName, localsAt } from './jinja/scope.ts';
import type { FileView, Span } from './knowledge.ts';

/** In the order of the legend. */
export const TOKEN_TYPES = [
  'variable',
  'parameter',
  'property',
  'function',
  'keyword',
  'string',
  'number',
  'operator',
  'comment',
] as const;
export type TokenType = (typeof TOKEN_TYPES)[number];

export const TOKEN_MODIFIERS = ['readonly', 'defaultLibrary'] as const;
export type TokenModifier = (typeof TOKEN_MODIFIERS)[number];

export interface SemanticToken extends Span {
  readonly type: TokenType;
  readonly modifiers: readonly TokenModifier[];
}

const KEYWORDS: ReadonlySet<string> = new Set(
  'if elif else endif for endfor in is not and or set endset macro endmacro call endcall filter endfilter with endwith raw endraw recursive block endblock autoescape endautoescape true false none True False None'.split(
    ' ',
  ),
);

/** In the order of the text, each on one line. */
export function semanticTokens(view: FileView): SemanticToken[] {
  const { document } = view;
  const comments = document.tags.flatMap(({ kind, start, end }): SemanticToken[] =>
    kind === 'comment' ? [{ start, end, type: 'comment', modifiers: [] }] : [],
  );
  const declarations = new Map(
    (document.template ? declarationsIn(document.template.body) : []).map((one) => [one.start, one]),
  );
  const tokens = document.tokens.flatMap((_, i) => tokenOf(view, i, declarations) ?? []);
  return [...comments, ...tokens]
    .sort((a, b) => a.start - b.start)
    .flatMap((token) => linesOf(document.text, token))
    .filter(({ start, end }) => end > start);
}

/** A token on each of its lines: editors know no others. */
function linesOf(text: string, token: SemanticToken): SemanticToken[] {
  let { start } = token;
  return text
    .slice(token.start, token.end)
    .split('\n')
    .map((line) => {
      const one = { ...token, start, end: start + line.replace(/\r$/, '').length };
      start += line.length + 1;
      return one;
    });
}

function tokenOf(
  view: FileView,
  index: number,
  declarations: ReadonlyMap<number, LocalName>,
): SemanticToken | undefined {
  const { tokens } = view.document;
  const { start, end, type, value } = tokens[index]!;
  const [before, after] = [tokens[index - 1], tokens[index + 1]];
  const plain = (kind: TokenType, modifiers: readonly TokenModifier[] = []): SemanticToken => ({
    start,
    end,
    type: kind,
    modifiers,
  });
  if (type === '{{' || type === '}}' || type === '{%' || type === '%}') return plain('keyword');
  if (type === 'string' || type === 'number') return plain(type);
  if (type.startsWith('operator ')) return plain('operator');
  if (type !== 'name') return undefined;
  const name = String(value);
  const keyword = before?.type === 'name' ? before.value : undefined;
  if (before?.type === 'operator .')
    return after?.type === 'operator (' ? plain('function', ['defaultLibrary']) : plain('property');
  if (before?.type === 'operator |' || (keyword === 'filter' && tokens[index - 2]?.type === '{%'))
    return plain('function', ['defaultLibrary']);
  const isTest = keyword === 'is' || (keyword === 'not' && isName(tokens[index - 2], 'is'));
  if (isTest && name !== 'not') return plain('function', ['defaultLibrary']);
  if (KEYWORDS.has(name)) return plain('keyword');
  if (name === 'loop' || GLOBAL_NAMES.has(name))
    return plain(name === 'loop' ? 'variable' : 'function', ['defaultLibrary']);
  // A keyword argument.
  if (after?.type === 'operator =' && (before?.type === 'operator (' || before?.type === 'operator ,'))
    return plain('parameter');
  if (keyword === 'macro' && tokens[index - 2]?.type === '{%') return plain('function');
  const declared = declarations.get(start);
  if (declared !== undefined) return plain(declared.what === 'parameter' ? 'parameter' : 'variable');
  const local = localsAt(view.document.template!, start).findLast((one) => one.name === name);
  if (local !== undefined)
    return plain(local.what === 'macro' ? 'function' : local.what === 'parameter' ? 'parameter' : 'variable');
  return plain('variable', view.workload.inputs.has(name) ? ['readonly'] : []);
}

const isName = (token: Token | undefined, name: string): boolean => token?.type === 'name' && token.value === name;
