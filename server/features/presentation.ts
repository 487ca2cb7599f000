/** What is shown in the text beside what is written there: inlay hints, semantic tokens, code lenses. */
import { join } from 'node:path';
import {
  type CodeLens,
  CodeLensRequest,
  type InlayHint,
  InlayHintKind,
  type InlayHintParams,
  InlayHintRequest,
  type SemanticTokens,
  SemanticTokensBuilder,
  SemanticTokensRequest,
} from 'vscode-languageserver';
import { LastRollouts } from '../lastRollouts.ts';
import { refreshLenses } from '../lenses.ts';
import { uriOfPath } from '../lsp.ts';
import { LENS_COMMANDS, type LensData, type LensTarget, rolloutsChanged } from '../protocol.ts';
import { answerFromView } from '../requests.ts';
import { codeLenses, inlayHints, semanticTokens, TOKEN_MODIFIERS, TOKEN_TYPES } from '../service/index.ts';
import type { Feature } from './feature.ts';

export const presentation: Feature = {
  capabilities: {
    inlayHintProvider: true,
    codeLensProvider: {},
    semanticTokensProvider: {
      legend: { tokenTypes: [...TOKEN_TYPES], tokenModifiers: [...TOKEN_MODIFIERS] },
      full: true,
    },
  },
  register(surroundings) {
    answerFromView<InlayHintParams, InlayHint[]>(surroundings, InlayHintRequest.method, (view, { range }) => {
      const span = { start: view.lines.offsetAt(range.start), end: view.lines.offsetAt(range.end) };
      return inlayHints(view, span).map(({ offset, text }) => ({
        position: view.lines.positionAt(offset),
        label: text,
        kind: InlayHintKind.Type,
        paddingLeft: true,
      }));
    });
    answerFromView<{ textDocument: { uri: string } }, SemanticTokens>(
      surroundings,
      SemanticTokensRequest.method,
      (view) => {
        const builder = new SemanticTokensBuilder();
        for (const { start, end, type, modifiers } of semanticTokens(view)) {
          const from = view.lines.positionAt(start);
          const bits = modifiers.reduce((sum, one) => sum + 2 ** TOKEN_MODIFIERS.indexOf(one), 0);
          builder.push(from.line, from.character, end - start, TOKEN_TYPES.indexOf(type), bits);
        }
        return builder.build();
      },
      { fresh: false },
    );
    const { connection, clock, rollouts } = surroundings;
    const refresh = () => refreshLenses(connection, surroundings.settings());
    const last = rollouts && new LastRollouts({ rollouts, clock, changed: refresh });
    connection.onNotification(rolloutsChanged.method, () => {
      last?.forget();
      refresh();
    });
    answerFromView<{ textDocument: { uri: string } }, CodeLens[]>(
      surroundings,
      CodeLensRequest.method,
      async (view, { textDocument }) => {
        const { commands } = surroundings.settings();
        const { root, path, kind } = view.place;
        const target: LensTarget = { uri: textDocument.uri, root: uriOfPath(join(root)), workload: path, kind };
        const rollout = commands.has(LENS_COMMANDS.lastRollout) ? await last?.of(view.place) : undefined;
        return codeLenses(view, rollout).flatMap((lens): CodeLens[] => {
          const command = LENS_COMMANDS[lens.kind];
          if (!commands.has(command)) return [];
          const data: LensData = {
            kind: lens.kind,
            ...(lens.kind === 'lastRollout' && rollout ? { rollout } : {}),
          };
          const position = view.lines.positionAt(lens.offset);
          return [
            {
              range: { start: position, end: position },
              command: { title: lens.title, command, arguments: [target] },
              data,
            },
          ];
        });
      },
      { fresh: false },
    );
  },
};
