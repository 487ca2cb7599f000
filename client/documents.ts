/**
 * Read-only documents that the extension makes: sides of differences, events, explanations.
 *
 * Owns: how the latest of them, and those that are open, are made.
 */
import * as vscode from 'vscode';

export const SCHEME = 'gitmoxi';

/** Older documents that nobody looks at are forgotten beyond so many. */
const MOST_KEPT = 100;

type Make = () => string | Promise<string>;

export class Documents implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly #made = new Map<string, Make>();
  readonly #registrations: readonly vscode.Disposable[];
  readonly onDidChange = this.#changed.event;
  #count = 0;

  constructor() {
    this.#registrations = [vscode.workspace.registerTextDocumentContentProvider(SCHEME, this), this.#changed];
  }

  provideTextDocumentContent(uri: vscode.Uri): string | Promise<string> {
    return this.#made.get(uri.toString())?.() ?? '';
  }

  /**
   * @param path names the document in its tab, and its language by its ending
   * @param key documents of one key are one document. @default a new one each time
   */
  add(path: string, make: Make, key?: string): vscode.Uri {
    this.#count += 1;
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${path}`, query: key ?? String(this.#count) });
    this.#made.delete(uri.toString());
    this.#made.set(uri.toString(), make);
    this.#forgetOld();
    this.#changed.fire(uri);
    return uri;
  }

  refresh(uri: vscode.Uri): void {
    this.#changed.fire(uri);
  }

  isOpen(uri: vscode.Uri): boolean {
    const text = uri.toString();
    return vscode.workspace.textDocuments.some((document) => document.uri.toString() === text);
  }

  #forgetOld(): void {
    const old = [...this.#made.keys()].slice(0, -MOST_KEPT);
    for (const text of old) if (!this.isOpen(vscode.Uri.parse(text, true))) this.#made.delete(text);
  }

  dispose(): void {
    for (const one of this.#registrations) one.dispose();
    this.#made.clear();
  }
}
