/**
 * Shows what is wrong with the workloads of the workspace, in all of their files and in those that their inputs refer
 * to. They are sent as they are found; whoever asks gets the same.
 *
 * Owns: what was found, by file and workload, because several workloads may say something about one file; and what was
 * published.
 */
import { join } from 'node:path';
import {
  type Diagnostic,
  type DocumentDiagnosticParams,
  type DocumentDiagnosticReport,
  DocumentDiagnosticReportKind,
  DocumentDiagnosticRequest,
} from 'vscode-languageserver';
import { withSeverities } from '../../engine/check/index.ts';
import { pathOfUri, toDiagnostics, uriOfPath } from '../lsp.ts';
import { answer } from '../requests.ts';
import { askAhead, awsFindings, findingsByPath } from '../service/index.ts';
import type { CheckedPlace } from '../workloads.ts';
import type { Feature, Surroundings } from './feature.ts';

export const diagnostics: Feature = {
  // Who can do both would show everything twice.
  capabilitiesFor: ({ textDocument }) =>
    textDocument?.diagnostic && !textDocument.publishDiagnostics
      ? { diagnosticProvider: { interFileDependencies: true, workspaceDiagnostics: false } }
      : {},
  register(surroundings) {
    const found = new FoundDiagnostics(surroundings);
    surroundings.workloads.listen({
      checked: (result) => found.replace(result.key, byAbsolutePath(surroundings, result), result.versions),
      gone: (key) => found.replace(key, new Map(), new Map()),
    });
    const { workspace, workloads } = surroundings;
    answer<DocumentDiagnosticParams, DocumentDiagnosticReport>(
      surroundings,
      DocumentDiagnosticRequest.method,
      async ({ textDocument }) => {
        const path = pathOfUri(textDocument.uri);
        const place = path === undefined ? undefined : await workspace.locate(path);
        // Of the texts as they are now.
        if (place) await workloads.current(place, true);
        return { kind: DocumentDiagnosticReportKind.Full, items: path === undefined ? [] : found.of(path) };
      },
    );
  },
};

type ByPath = ReadonlyMap<string, readonly Diagnostic[]>;

function byAbsolutePath(surroundings: Surroundings, { place, checked, isOpen }: CheckedPlace): ByPath {
  const { documents, aws, settings } = surroundings;
  const { severities, capabilities } = settings();
  const canLink = capabilities.textDocument?.publishDiagnostics?.codeDescriptionSupport === true;
  const rulesPage = canLink ? surroundings.rulesPage : undefined;
  const uri = (path: string) => {
    const absolute = join(place.root, path);
    return documents.get(absolute)?.uri ?? uriOfPath(absolute);
  };
  const places = { text: (path: string) => checked.sources.get(path), uri, rulesPage };
  // Of what somebody looks at: what is known of the account has to be kept fresh as long as it is shown.
  if (isOpen) askAhead(checked, aws);
  const findings = [...checked.findings, ...(isOpen ? awsFindings(checked, aws) : [])];
  return new Map(
    Array.from(findingsByPath({ ...checked, findings }), ([path, ofFile]) => [
      join(place.root, path),
      toDiagnostics(withSeverities(ofFile, severities), places),
    ]),
  );
}

class FoundDiagnostics {
  readonly #surroundings: Surroundings;
  /** By absolute path, then by workload; without empty lists. */
  readonly #found = new Map<string, Map<string, readonly Diagnostic[]>>();
  /** Absolute paths about which each workload has something to say. */
  readonly #paths = new Map<string, ReadonlySet<string>>();
  /** The last published lists that were not empty, as text, by absolute path. */
  readonly #shown = new Map<string, string>();

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  /** @param path absolute */
  of(path: string): Diagnostic[] {
    const all = [...(this.#found.get(path)?.values() ?? [])];
    return all.length > 1 ? distinct(all.flat()) : [...(all[0] ?? [])];
  }

  replace(key: string, next: ByPath, versions: CheckedPlace['versions']): void {
    const paths = new Set([...(this.#paths.get(key) ?? []), ...next.keys()]);
    const remaining = new Set<string>();
    for (const path of paths) {
      const list = next.get(path) ?? [];
      const byKey = this.#found.get(path) ?? new Map<string, readonly Diagnostic[]>();
      if (list.length > 0) {
        byKey.set(key, list);
        this.#found.set(path, byKey);
        remaining.add(path);
      } else {
        byKey.delete(key);
        if (byKey.size === 0) this.#found.delete(path);
      }
    }
    if (remaining.size > 0) this.#paths.set(key, remaining);
    else this.#paths.delete(key);
    for (const path of paths) this.#publish(path, versions.get(path));
  }

  #publish(path: string, version: number | undefined): void {
    const { connection, documents } = this.#surroundings;
    const list = this.of(path);
    const text = list.length === 0 ? undefined : JSON.stringify(list);
    // Of the many files that nobody looks at, those where nothing changed need no word.
    if (text === this.#shown.get(path) && !documents.has(path)) return;
    if (text === undefined) this.#shown.delete(path);
    else this.#shown.set(path, text);
    const uri = documents.get(path)?.uri ?? uriOfPath(path);
    void connection.sendDiagnostics({ uri, diagnostics: list, ...(version === undefined ? {} : { version }) });
  }
}

/** A file that several workloads refer to is wrong once. */
const distinct = (list: readonly Diagnostic[]): Diagnostic[] => [
  ...new Map(list.map((one) => [JSON.stringify(one), one])).values(),
];
