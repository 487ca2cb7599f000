/**
 * Shows what is wrong with open workloads, in all of their files and in those that their inputs refer to.
 *
 * Owns: what was published, per workload, because several workloads may say something about one file.
 */
import { join } from 'node:path';
import type { Diagnostic } from 'vscode-languageserver';
import { toDiagnostics, uriOfPath } from '../lsp.ts';
import type { CheckedPlace } from '../openWorkloads.ts';
import { findingsByPath } from '../service/index.ts';
import type { Surroundings } from './feature.ts';

export function diagnostics({ connection, documents, openWorkloads }: Surroundings): void {
  /** By workload, then by absolute path. */
  const known = new Map<string, ReadonlyMap<string, readonly Diagnostic[]>>();

  const publish = (path: string, version: number | undefined) => {
    const all = [...known.values()].flatMap((byPath) => byPath.get(path) ?? []);
    // A file that several workloads refer to is wrong once.
    const distinct = [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
    const uri = documents.get(path)?.uri ?? uriOfPath(path);
    void connection.sendDiagnostics({ uri, diagnostics: distinct, ...(version === undefined ? {} : { version }) });
  };

  const replace = (
    key: string,
    next: ReadonlyMap<string, readonly Diagnostic[]>,
    versions: CheckedPlace['versions'],
  ) => {
    const paths = new Set([...(known.get(key)?.keys() ?? []), ...next.keys()]);
    known.set(key, next);
    for (const path of paths) publish(path, versions.get(path));
  };

  openWorkloads.listen({
    checked({ key, place, checked, versions }) {
      const uri = (path: string) => {
        const absolute = join(place.root, path);
        return documents.get(absolute)?.uri ?? uriOfPath(absolute);
      };
      const places = { text: (path: string) => checked.sources.get(path), uri };
      const byPath = [...findingsByPath(checked)].map(
        ([path, findings]) => [join(place.root, path), toDiagnostics(findings, places)] as const,
      );
      replace(key, new Map(byPath), versions);
    },
    closed(key) {
      replace(key, new Map(), new Map());
      known.delete(key);
    },
  });
}
