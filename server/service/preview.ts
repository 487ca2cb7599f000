/** What a template gives, beside where each part of it comes from. */
import type { CheckedWorkload } from '../../engine/check/index.ts';
import type { Finding } from '../../engine/finding.ts';
import { SENSITIVE } from '../../engine/redact.ts';
import type { MapPiece } from '../../engine/template/index.ts';

/** A range of the preview's text and the range of the template that gave it. */
export type PreviewMapping = Pick<MapPiece, 'start' | 'end' | 'sourceStart' | 'sourceEnd' | 'verbatim'>;

export interface Preview {
  /** The template. */
  readonly source: string;
  /** Rendered, sensitive values masked; undefined where the template cannot be rendered to the end. */
  readonly text: string | undefined;
  /** In the order of `text`, without gaps; empty where there is no text. */
  readonly pieces: readonly PreviewMapping[];
  /** The file's own. */
  readonly findings: readonly Finding[];
}

/** @returns undefined where the path is no template of the workload, or could not be read */
export function previewOf(workload: CheckedWorkload, path: string): Preview | undefined {
  const file = workload.files.find((one) => one.path === path);
  if (file?.source === undefined || file.role === 'input') return undefined;
  const findings = workload.findings.filter((finding) => finding.path === path);
  const { source, text, map } = file;
  if (text === undefined || map === undefined) return { source, text: undefined, pieces: [], findings };
  return { source, findings, ...masked(text, map.pieces) };
}

/** A preview is shown on screens and in screenshots: what a secret gave is replaced as a whole. */
function masked(rendered: string, pieces: readonly MapPiece[]): Pick<Preview, 'text' | 'pieces'> {
  let text = '';
  const shown = pieces.map(({ start, end, sourceStart, sourceEnd, verbatim, sensitive }): PreviewMapping => {
    const from = text.length;
    text += sensitive ? SENSITIVE : rendered.slice(start, end);
    return { start: from, end: text.length, sourceStart, sourceEnd, verbatim };
  });
  return { text, pieces: shown };
}
