/** Where the page is that explains the codes of findings: it is installed with the program that runs the server. */
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { uriOfPath } from './lsp.ts';

/** @param program path of a file of the package, such as `process.argv[1]`; undefined where there is no page beside it */
export function rulesPageOf(program: string | undefined): string | undefined {
  if (program === undefined || !existsSync(program)) return undefined;
  const folder = dirname(realpathSync(program));
  // Bundles stand in a folder of the package, sources in folders of those.
  const pages = [dirname(folder), dirname(dirname(folder))].map((root) => join(root, 'docs', 'rules.md'));
  const page = pages.find((path) => existsSync(path));
  return page === undefined ? undefined : uriOfPath(page);
}
