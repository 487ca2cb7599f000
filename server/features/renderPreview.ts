/** The rendered text of a template, with its problems and where each part comes from; and word of when it changes. */
import { join } from 'node:path';
import { checkWorkload } from '../../engine/check/index.ts';
import { toRenderedPreview } from '../lsp.ts';
import { previewChanged, type RenderedPreview, renderPreview as request } from '../protocol.ts';
import { answerAboutFile, Refusal } from '../requests.ts';
import { previewOf } from '../service/index.ts';
import type { FilePlace } from '../workspace.ts';
import type { Feature, Surroundings } from './feature.ts';

export const renderPreview: Feature = {
  register(surroundings) {
    const { connection, views, workloads } = surroundings;

    answerAboutFile(surroundings, request, async (place, { revision }) => {
      const checked =
        revision == null
          ? (await workloads.current(place, true))?.checked
          : await checkedAt(surroundings, place, revision);
      if (revision != null && !checked?.files.some(({ path }) => path === place.file.path))
        return absentAt(place, revision);
      const preview = checked && previewOf(checked, place.file.path);
      return preview === undefined ? null : toRenderedPreview(preview);
    });

    workloads.listen({
      checked({ place, checked, isOpen }) {
        if (!isOpen) return;
        const uris = checked.files.map(({ path }) => views.uriOf(place, path));
        void connection.sendNotification(previewChanged.method, { uris });
      },
      gone() {},
    });
  },
};

const START = { line: 0, character: 0 };

/** A file that came later, or went before. */
const absentAt = ({ file }: FilePlace, revision: string): RenderedPreview => ({
  text: null,
  problems: [
    {
      range: { start: START, end: START },
      severity: 'error',
      code: 'file.missing',
      message: `there is no ${file.path} in ${JSON.stringify(revision)}`,
    },
  ],
  map: [],
});

/** The workload as it was in a commit. */
async function checkedAt({ workspace, revisions }: Surroundings, place: FilePlace, revision: string) {
  const reader = await revisions?.at(place.root, revision);
  if (reader === undefined)
    throw new Refusal(`there is no revision ${JSON.stringify(revision)} in ${join(place.root)}`);
  const { source } = await workspace.load(place, { reader });
  return source.files.length === 0 ? undefined : checkWorkload(source);
}
