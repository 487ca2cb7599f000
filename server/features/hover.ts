/** `textDocument/hover`. */
import { type Hover, type HoverParams, HoverRequest } from 'vscode-languageserver';
import type { Lines } from '../lines.ts';
import { toMarkup } from '../lsp.ts';
import { answerFromView } from '../requests.ts';
import { type Hover as HoverText, hover as hoverAt, sharedHover } from '../service/index.ts';
import type { Feature } from './feature.ts';

export const hover: Feature = {
  capabilities: { hoverProvider: true },
  register(surroundings) {
    const toHover = ({ lines }: { readonly lines: Lines }, found: HoverText | undefined): Hover | null => {
      if (found === undefined) return null;
      const { contentFormat } = surroundings.settings().capabilities.textDocument?.hover ?? {};
      return { contents: toMarkup(found.text, contentFormat), range: lines.rangeOf(found) };
    };
    answerFromView<HoverParams, Hover>(
      surroundings,
      HoverRequest.method,
      async (view, { position }) =>
        toHover(view, await hoverAt(view, view.lines.offsetAt(position), surroundings.schemas)),
      { shared: (file, { position }) => toHover(file, sharedHover(file, file.lines.offsetAt(position))) },
    );
  },
};
