/**
 * The preview: what a template gives, as a read-only document beside it, kept up to date while the author types. What
 * belongs to the cursor on either side is marked on the other.
 *
 * Owns: the last map of each open preview.
 */
import { isAbsolute, join } from 'node:path';
import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import type { RolloutRecord } from '../engine/index.ts';
import {
  type PreviewParams,
  type PreviewPiece,
  previewChanged,
  type RenderedPreview,
  renderPreview,
  type TextRange,
} from '../server/protocol.ts';
import { aboutOf } from './about.ts';
import { LANGUAGE } from './manifestIds.ts';
import { inform } from './messages.ts';
import { counterparts } from './previewMap.ts';
import { previewText } from './previewText.ts';
import { shortCommit } from './words.ts';

const SCHEME = 'gitmoxi-preview';

export interface PreviewOptions {
  readonly client: LanguageClient;
  /** A rollout as it is recorded; rejects where there is none, or nobody may be asked. */
  readonly rollout: (id: string) => Promise<RolloutRecord>;
}

export class Preview implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #client: LanguageClient;
  readonly #rollout: PreviewOptions['rollout'];
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly #maps = new Map<string, readonly PreviewPiece[]>();
  readonly #mark = vscode.window.createTextEditorDecorationType({
    backgroundColor: new vscode.ThemeColor('editor.wordHighlightStrongBackground'),
    borderColor: new vscode.ThemeColor('editor.wordHighlightStrongBorder'),
    overviewRulerColor: new vscode.ThemeColor('editorOverviewRuler.wordHighlightStrongForeground'),
  });
  readonly #registrations: readonly vscode.Disposable[];
  readonly onDidChange = this.#changed.event;

  constructor({ client, rollout }: PreviewOptions) {
    this.#client = client;
    this.#rollout = rollout;
    const files = vscode.workspace.createFileSystemWatcher('**/*def.json', false, true, false);
    this.#registrations = [
      files,
      files.onDidCreate((uri) => this.#refresh([uri])),
      files.onDidDelete((uri) => this.#refresh([uri])),
      // What the editor itself does comes at once, and where nothing is watched too.
      vscode.workspace.onDidDeleteFiles(({ files: gone }) => this.#refresh(gone)),
      vscode.workspace.onDidRenameFiles(({ files: renamed }) => this.#refresh(renamed.map(({ oldUri }) => oldUri))),
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      client.onNotification(previewChanged.method, ({ uris }: { readonly uris: readonly string[] }) =>
        this.#refresh(uris.map((uri) => vscode.Uri.parse(uri))),
      ),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => this.#follow(textEditor)),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#maps.delete(uri.toString())),
      this.#changed,
      this.#mark,
    ];
  }

  async provideTextDocumentContent(uri: vscode.Uri, token: vscode.CancellationToken): Promise<string> {
    const { source, revision } = partsOf(uri);
    const params: PreviewParams = {
      uri: this.#client.code2ProtocolConverter.asUri(source),
      ...(revision === undefined ? {} : { revision }),
    };
    // The server has what an editor still shows of a file that is gone.
    const isGone = revision === undefined && (await typeOf(source)) === undefined;
    const answer = isGone
      ? null
      : await this.#client.sendRequest<RenderedPreview | null>(renderPreview.method, params, token);
    this.#maps.set(uri.toString(), answer?.map ?? []);
    return previewText(vscode.workspace.asRelativePath(source), answer);
  }

  /**
   * Opens the preview beside the template.
   *
   * @param target the template's URI, a code lens, or `{ workload, rollout, revision }` with a workload or one of its
   *   files; of a rollout, what it brought. @default the active editor's document
   * @returns the preview's URI; undefined where there is nothing to preview, which the user was told
   * @throws EngineError `client.no-workload` where no file of the named workload is there, `client.no-commit` where the
   *   rollout brought a working tree
   */
  async show(target?: unknown): Promise<vscode.Uri | undefined> {
    const { source, revision, workload, isPast = false } = await this.#askedFor(target);
    if (source === undefined && workload !== undefined) {
      const { EngineError } = await import('./engine/loaded.ts');
      throw new EngineError(
        'client.no-workload',
        `no file of a workload ${workload} is in the folders of this window`,
        {
          kind: 'usage',
          hint: "name it by its path from the repository's root",
        },
      );
    }
    // What a commit had may be gone since.
    const document = source?.scheme === 'file' && !isPast ? await opened(source) : undefined;
    if (source === undefined || (document?.languageId !== LANGUAGE && !isPast)) {
      void inform('Open a service, task, function or deployment definition to preview it.');
      return undefined;
    }
    const uri = previewUri(document?.uri ?? source, revision);
    // The editor would say of a revision that there is none, that it cannot open a document of a strange name.
    if (revision !== undefined) await this.provideTextDocumentContent(uri, new vscode.CancellationTokenSource().token);
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

  async #askedFor(target: unknown): Promise<AskedFor> {
    const { rollout, revision, isLatest } = aboutOf(target);
    // A workload's node has its latest rollout with it: what is meant is the workload as it is now.
    if (rollout === undefined || revision !== undefined || isLatest === true) return askedFor(target);
    const { workload, kind, repository, revision: brought } = await this.#rollout(rollout);
    const { commit } = brought;
    if (commit === undefined) {
      const { EngineError } = await import('./engine/loaded.ts');
      throw new EngineError('client.no-commit', `${rollout} brought a working tree, which no commit has`, {
        kind: 'usage',
        hint: `preview ${workload} as it is now, or a commit of it`,
      });
    }
    const there = await fileOf(join(repository.root, workload), undefined);
    const source =
      there ??
      vscode.Uri.file(join(repository.root, `${workload}${kind === 'ecs' ? '_svcdef.json' : '_lambdadef.json'}`));
    return { source, revision: commit, workload, isPast: true };
  }

  #refresh(uris: readonly vscode.Uri[]): void {
    const changed = new Set(uris.map(({ fsPath }) => fsPath));
    for (const { uri } of vscode.workspace.textDocuments) {
      if (uri.scheme === SCHEME && changed.has(partsOf(uri).source.fsPath)) this.#changed.fire(uri);
    }
  }

  /** Marks in the other editor what belongs to the selection in this one. */
  #follow(editor: vscode.TextEditor): void {
    if (editor !== vscode.window.activeTextEditor) return;
    const { uri } = editor.document;
    const side = uri.scheme === SCHEME ? 'rendered' : 'source';
    const sameFile = (preview: vscode.Uri, source: vscode.Uri) =>
      preview.scheme === SCHEME && partsOf(preview).source.toString() === source.toString();
    for (const other of vscode.window.visibleTextEditors) {
      const pair = side === 'rendered' ? [uri, other.document.uri] : [other.document.uri, uri];
      if (other === editor || !sameFile(pair[0]!, pair[1]!)) continue;
      const map = this.#maps.get(pair[0]!.toString()) ?? [];
      const ranges = counterparts(map, side, plainRange(editor.selection)).map(rangeOf);
      other.setDecorations(this.#mark, ranges);
      editor.setDecorations(this.#mark, []);
      if (ranges[0]) other.revealRange(ranges[0], vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    }
  }
}

const plainRange = ({ start, end }: vscode.Range): TextRange => ({
  start: { line: start.line, character: start.character },
  end: { line: end.line, character: end.character },
});

const rangeOf = ({ start, end }: TextRange): vscode.Range =>
  new vscode.Range(start.line, start.character, end.line, end.character);

/** A file that is gone has nothing to show. */
async function opened(uri: vscode.Uri): Promise<vscode.TextDocument | undefined> {
  try {
    // The editor may still know a document whose file is gone.
    await vscode.workspace.fs.stat(uri);
    return await vscode.workspace.openTextDocument(uri);
  } catch {
    return undefined;
  }
}

interface AskedFor {
  readonly source: vscode.Uri | undefined;
  /** Where one was named. */
  readonly workload?: string;
  readonly revision: string | undefined;
  /** Whether the revision is known to have it, and the present may not. */
  readonly isPast?: boolean;
}

async function askedFor(target: unknown): Promise<AskedFor> {
  const active = vscode.window.activeTextEditor?.document.uri;
  if (target instanceof vscode.Uri) return { source: target, revision: undefined };
  // A code lens names the file itself; a node of the view, and the documented argument, its workload.
  const uri = (target as { uri?: unknown } | undefined | null)?.uri;
  if (typeof uri === 'string') return { source: vscode.Uri.parse(uri), revision: undefined };
  const { workload, revision, repo } = aboutOf(target);
  if (workload === undefined) return { source: active, revision };
  return { source: await fileOf(workload, repo), revision, workload };
}

/** Of a workload's files, the first of these is shown. */
const PREVIEWED = ['_taskdef.json', '_lambdadef.json', '_svcdef.json', '_depdef.json', '_lambdadepdef.json'];

/**
 * A workload's path is from the root of its repository, which may be above the window's folder.
 *
 * @param repo a folder in the repository. @default each of the window's
 */
async function fileOf(workload: string, repo: string | undefined): Promise<vscode.Uri | undefined> {
  const suffixes = workload.endsWith('.json') ? ['', ...PREVIEWED] : PREVIEWED;
  if (isAbsolute(workload)) return firstFile(suffixes.map((suffix) => vscode.Uri.file(`${workload}${suffix}`)));
  const folders =
    repo === undefined ? vscode.workspace.workspaceFolders?.map(({ uri }) => uri) : [vscode.Uri.file(repo)];
  for (const folder of folders ?? []) {
    for (const root of await foldersUpToRoot(folder)) {
      const found = await firstFile(suffixes.map((suffix) => vscode.Uri.joinPath(root, `${workload}${suffix}`)));
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

async function firstFile(uris: readonly vscode.Uri[]): Promise<vscode.Uri | undefined> {
  for (const uri of uris) if (((await typeOf(uri)) ?? 0) & vscode.FileType.File) return uri;
  return undefined;
}

async function foldersUpToRoot(folder: vscode.Uri): Promise<vscode.Uri[]> {
  const found: vscode.Uri[] = [];
  for (let here = folder; ; here = vscode.Uri.joinPath(here, '..')) {
    found.push(here);
    if ((await typeOf(vscode.Uri.joinPath(here, '.git'))) !== undefined) return found;
    if (here.path === vscode.Uri.joinPath(here, '..').path) return [folder];
  }
}

const typeOf = (uri: vscode.Uri): Promise<vscode.FileType | undefined> =>
  Promise.resolve(vscode.workspace.fs.stat(uri)).then(
    ({ type }) => type,
    () => undefined,
  );

/** The name shows in the tab. JSON with comments, because what cannot be rendered is explained in comments. */
const previewUri = (source: vscode.Uri, revision: string | undefined): vscode.Uri =>
  vscode.Uri.from({
    scheme: SCHEME,
    path: source.path.replace(
      /\.json$/,
      `${revision === undefined ? '' : ` (${shortCommit(revision)})`}.rendered.jsonc`,
    ),
    query: JSON.stringify([source.toString(), ...(revision === undefined ? [] : [revision])]),
  });

function partsOf(preview: vscode.Uri): { readonly source: vscode.Uri; readonly revision: string | undefined } {
  const [source, revision] = JSON.parse(preview.query) as [string, string?];
  return { source: vscode.Uri.parse(source), revision };
}
