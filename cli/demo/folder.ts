/**
 * A folder to be played: its files are the first commit, and `NAME.json.next-…` files the versions of `NAME.json` in
 * later ones. Reads the folder; must not change it.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** One commit to make. */
export interface Step {
  readonly title: string;
  /** Contents by path from the folder. */
  readonly files: ReadonlyMap<string, Buffer>;
  /** Must its rollouts be rolled back? */
  readonly isBroken: boolean;
}

/** `web_input.json.next-2-broken`: the file, the place in the order, and the name. */
const NEXT = /^(.+\.json)\.next-(?:(\d+)-?)?(.*)$/;

const SKIPPED = /(^|\/)(\.git|node_modules)\//;

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .filter((path) => !SKIPPED.test(path))
    .sort();
}

/** The commits that a folder asks for, in order. */
export async function readSteps(folder: string): Promise<Step[]> {
  const first = new Map<string, Buffer>();
  const later = new Map<number, { names: Set<string>; files: Map<string, Buffer> }>();
  for (const path of await filesIn(folder)) {
    const content = await readFile(join(folder, path));
    const [, file, rank, name] = NEXT.exec(path) ?? [];
    if (file === undefined) {
      first.set(path, content);
      continue;
    }
    const place = Number(rank ?? 1);
    const step = later.get(place) ?? { names: new Set(), files: new Map() };
    if (name) step.names.add(name);
    step.files.set(file, content);
    later.set(place, step);
  }
  const steps = [...later.entries()].sort(([a], [b]) => a - b);
  return [
    { title: 'create', files: first, isBroken: false },
    ...steps.map(([place, { names, files }]) => {
      const title = [...names].join(', ').replaceAll('-', ' ') || `next ${place}`;
      return { title, files, isBroken: /broken|failing/i.test(title) };
    }),
  ];
}
