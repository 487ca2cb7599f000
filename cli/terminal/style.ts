/**
 * How text looks where it is going: colours, symbols and width. Colours are the sixteen that a terminal's theme
 * defines, so that they can be read on a light and on a dark ground; nothing is said by colour alone.
 */
import type { Writable } from 'node:stream';
import picocolors from 'picocolors';

export interface Symbols {
  readonly ok: string;
  readonly failed: string;
  readonly warning: string;
  readonly info: string;
  readonly arrow: string;
  readonly ellipsis: string;
  readonly dot: string;
  /** Frames of a spinner, each as wide as the others. */
  readonly spinner: readonly string[];
}

const UNICODE: Symbols = {
  ok: '✔',
  failed: '✖',
  warning: '▲',
  info: '•',
  arrow: '→',
  ellipsis: '…',
  dot: '·',
  spinner: ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'],
};

/** For consoles whose font or code page lacks the others. */
const ASCII: Symbols = {
  ok: '+',
  failed: 'x',
  warning: '!',
  info: '*',
  arrow: '->',
  ellipsis: '...',
  dot: '-',
  spinner: ['|', '/', '-', '\\'],
};

export interface Style {
  readonly color: ReturnType<typeof picocolors.createColors>;
  readonly symbols: Symbols;
  /** Columns at which running text is broken. */
  width(): number;
  /** Columns at which lines of a table are cut; nothing is cut on its way to a file or another program. */
  tableWidth(): number;
}

/** A stream that may be a terminal. */
export type Sink = Writable & { readonly isTTY?: boolean; readonly columns?: number };

type Environment = Readonly<Record<string, string | undefined>>;

/** By NO_COLOR and FORCE_COLOR (https://no-color.org, https://force-color.org); else colours for terminals only. */
function hasColor(stream: Sink, environment: Environment): boolean {
  if (environment['NO_COLOR']) return false;
  const forced = environment['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return stream.isTTY === true && environment['TERM'] !== 'dumb';
}

/** The old Windows console; Windows Terminal and VS Code's say so. */
function isLegacyConsole(environment: Environment): boolean {
  if (process.platform !== 'win32') return environment['TERM'] === 'linux';
  return environment['WT_SESSION'] === undefined && environment['TERM_PROGRAM'] !== 'vscode';
}

export function styleFor(stream: Sink, environment: Environment): Style {
  const columns = () => Math.max(40, stream.columns ?? 80);
  return {
    color: picocolors.createColors(hasColor(stream, environment)),
    symbols: isLegacyConsole(environment) ? ASCII : UNICODE,
    width: () => (stream.isTTY ? columns() : 120),
    tableWidth: () => (stream.isTTY ? columns() : Number.POSITIVE_INFINITY),
  };
}
