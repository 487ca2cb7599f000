/** The rendered text of a template, with its problems and where each part comes from; and word of when it changes. */
import { join } from 'node:path';
import { checkWorkload } from '../../engine/check/index.ts';
import { toRenderedPreview, uriOfPath } from '../lsp.ts';
import { previewChanged, renderPreview as request } from '../protocol.ts';
import { answerAboutFile } from '../requests.ts';
import { previewOf } from '../service/index.ts';
import type { Surroundings } from './feature.ts';

export function renderPreview(surroundings: Surroundings): void {
  const { connection, documents, workspace, openWorkloads } = surroundings;

  answerAboutFile(surroundings, request, async (place) => {
    const { source } = await workspace.load(place);
    if (source.files.length === 0) return null;
    const preview = previewOf(checkWorkload(source), place.file.path);
    return preview === undefined ? null : toRenderedPreview(preview);
  });

  openWorkloads.listen({
    checked({ place, checked }) {
      const uris = checked.files.map(({ path }) => {
        const absolute = join(place.root, path);
        return documents.get(absolute)?.uri ?? uriOfPath(absolute);
      });
      void connection.sendNotification(previewChanged.method, { uris });
    },
    closed() {},
  });
}
