/**
 * The documents that are open in the editor, by path: their text is what counts, not the file's.
 *
 * Owns: the synchronized texts. Documents that are no local files are left out.
 */
import { type Connection, TextDocuments } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { pathOfUri } from './lsp.ts';

export interface OpenDocument {
  /** As the editor spells it. */
  readonly uri: string;
  readonly version: number;
  readonly text: string;
}

export class Documents {
  readonly #synced = new TextDocuments(TextDocument);
  readonly #uris = new Map<string, string>();
  #latest: string | undefined;

  /** Begins to listen. Each listener is told the absolute path of the document. */
  listen(connection: Connection, listeners: { changed(path: string): void; closed(path: string): void }): void {
    this.#synced.onDidOpen(({ document }) => {
      const path = pathOfUri(document.uri);
      if (path !== undefined) this.#uris.set(path, document.uri);
    });
    // Also told of a document that was just opened.
    this.#synced.onDidChangeContent(({ document }) => {
      const path = pathOfUri(document.uri);
      if (path === undefined) return;
      this.#latest = path;
      listeners.changed(path);
    });
    this.#synced.onDidClose(({ document }) => {
      const path = pathOfUri(document.uri);
      if (path === undefined) return;
      this.#uris.delete(path);
      listeners.closed(path);
    });
    this.#synced.listen(connection);
  }

  get(path: string): OpenDocument | undefined {
    const uri = this.#uris.get(path);
    const document = uri === undefined ? undefined : this.#synced.get(uri);
    return document && { uri: document.uri, version: document.version, text: document.getText() };
  }

  /** Absolute path of the document that was opened or edited last, as long as it is open. */
  get latest(): string | undefined {
    return this.#latest !== undefined && this.has(this.#latest) ? this.#latest : undefined;
  }

  has(path: string): boolean {
    return this.#uris.has(path);
  }

  /** Absolute paths. */
  paths(): string[] {
    return [...this.#uris.keys()];
  }
}
