/** `textDocument/hover`. */
import { type Hover, type HoverParams, HoverRequest } from 'vscode-languageserver';
import { toMarkup } from '../lsp.ts';
import { answerFromView } from '../requests.ts';
import { hover as hoverAt } from '../service/index.ts';
import type { Feature } from './feature.ts';

export const hover: Feature = {
  capabilities: { hoverProvider: true },
  register(surroundings) {
    answerFromView<HoverParams, Hover>(surroundings, HoverRequest.method, async (view, { position }) => {
      const found = await hoverAt(view, view.lines.offsetAt(position), surroundings.schemas);
      if (found === undefined) return null;
      const { contentFormat } = surroundings.settings().capabilities.textDocument?.hover ?? {};
      return { contents: toMarkup(found.text, contentFormat), range: view.lines.rangeOf(found) };
    });
  },
};
