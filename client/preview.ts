/**
 * The preview: what a template gives, as a read-only document beside it, kept up to date while the author types.
 *
 * Owns: nothing. The text comes from the language server each time.
 */
import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import { previewChanged, type RenderedPreview, renderPreview } from '../server/protocol.ts';
import { LANGUAGE } from './manifestIds.ts';
import { previewText } from './previewText.ts';

const SCHEME = 'gitmoxi-preview';

export class Preview implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #client: LanguageClient;
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly #registrations: readonly vscode.Disposable[];
  readonly onDidChange = this.#changed.event;

  constructor(client: LanguageClient) {
    this.#client = client;
    this.#registrations = [
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      client.onNotification(previewChanged.method, ({ uris }: { readonly uris: readonly string[] }) =>
        this.#refresh(uris),
      ),
      this.#changed,
    ];
  }

  async provideTextDocumentContent(uri: vscode.Uri, token: vscode.CancellationToken): Promise<string> {
    const source = sourceOf(uri);
    const params = { uri: this.#client.code2ProtocolConverter.asUri(source) };
    const answer = await this.#client.sendRequest<RenderedPreview | null>(renderPreview.method, params, token);
    return previewText(vscode.workspace.asRelativePath(source), answer);
  }

  /**
   * Opens the preview beside the template.
   *
   * @param target the template's URI. @default the active editor's document
   * @returns the preview's URI; undefined where there is nothing to preview, which the user was told
   */
  async show(target?: unknown): Promise<vscode.Uri | undefined> {
    const source = target instanceof vscode.Uri ? target : vscode.window.activeTextEditor?.document.uri;
    const document = source?.scheme === 'file' ? await vscode.workspace.openTextDocument(source) : undefined;
    if (document?.languageId !== LANGUAGE) {
      void vscode.window.showInformationMessage(
        'Open a service, task, function or deployment definition to preview it.',
      );
      return undefined;
    }
    const uri = previewUri(document.uri);
    await vscode.window.showTextDocument(uri, {
      viewColumn: vscode.ViewColumn.Beside,
      preview: true,
      preserveFocus: true,
    });
    return uri;
  }

  dispose(): void {
    for (const one of this.#registrations) one.dispose();
  }

  #refresh(uris: readonly string[]): void {
    const changed = new Set(uris.map((uri) => vscode.Uri.parse(uri).fsPath));
    for (const { uri } of vscode.workspace.textDocuments) {
      if (uri.scheme === SCHEME && changed.has(sourceOf(uri).fsPath)) this.#changed.fire(uri);
    }
  }
}

/** The name shows in the tab. JSON with comments, because what cannot be rendered is explained in comments. */
const previewUri = (source: vscode.Uri): vscode.Uri =>
  vscode.Uri.from({
    scheme: SCHEME,
    path: source.path.replace(/\.json$/, '.rendered.jsonc'),
    query: source.toString(),
  });

const sourceOf = (preview: vscode.Uri): vscode.Uri => vscode.Uri.parse(preview.query);
