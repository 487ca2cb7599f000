/** Semantic tokens of Jinja inside JSON: names are told apart by what they are. Pure. */
import { GLOBAL_NAMES, type Token } from '../../engine/template/index.ts';
import { localsAt } from './jinja/scope.ts';
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

export function semanticTokens(view: FileView): SemanticToken[] {
  const { document } = view;
  const comments = document.tags.flatMap(({ kind, start, end }): SemanticToken[] =>
    kind === 'comment' ? [{ start, end, type: 'comment', modifiers: [] }] : [],
  );
  const tokens = document.tokens.flatMap(
    (token, i) => tokenOf(view, token, document.tokens[i - 1], document.tokens[i + 1]) ?? [],
  );
  return [...comments, ...tokens].filter(({ start, end }) => end > start).sort((a, b) => a.start - b.start);
}

function tokenOf(
  view: FileView,
  token: Token,
  before: Token | undefined,
  after: Token | undefined,
): SemanticToken | undefined {
  const { start, end, type } = token;
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
  const name = String(token.value);
  if (before?.type === 'operator .') return plain('property');
  if (before?.type === 'operator |') return plain('function', ['defaultLibrary']);
  if (before?.type === 'name' && (before.value === 'is' || before.value === 'not') && !KEYWORDS.has(name))
    return plain('function', ['defaultLibrary']);
  if (KEYWORDS.has(name)) return plain('keyword');
  if (name === 'loop' || GLOBAL_NAMES.has(name))
    return plain(name === 'loop' ? 'variable' : 'function', ['defaultLibrary']);
  // A keyword argument.
  if (after?.type === 'operator =' && (before?.type === 'operator (' || before?.type === 'operator ,'))
    return plain('parameter');
  const local = localsAt(view.document.template!, start).findLast((one) => one.name === name);
  if (local !== undefined)
    return plain(local.what === 'macro' ? 'function' : local.what === 'parameter' ? 'parameter' : 'variable');
  return plain('variable', view.workload.inputs.has(name) ? ['readonly'] : []);
}
