/** What serves where, as a tree: accounts, regions, clusters, services and functions. */
import type { RolloutRecord } from '../../engine/index.ts';
import { oneLine } from '../terminal/columns.ts';
import type { Style } from '../terminal/style.ts';
import { phaseSign, progressText } from '../views/liveRollouts.ts';
import { shortRevision } from '../views/plan.ts';

interface Branch {
  readonly children: Map<string, Branch>;
  leaf?: string;
}

const branch = (): Branch => ({ children: new Map() });

/** Names from the account down to the service or function. */
function pathOf({ target }: RolloutRecord): string[] {
  const place = [`account ${target.account ?? 'unknown'}`, target.region ?? 'unknown region'];
  return target.kind === 'ecs'
    ? [...place, `cluster ${target.cluster}`, `service ${target.service}`]
    : [...place, `function ${target.function}`];
}

/** What serves after a rollout: the revision of the last good one. */
function leafOf(latest: RolloutRecord, good: RolloutRecord | undefined, style: Style): string {
  const served = good?.revision;
  const serving =
    served?.commit === undefined ? 'nothing' : `${shortRevision(served.commit)} ${oneLine(served.subject ?? '')}`;
  const amount = progressText(good ?? latest);
  const ended =
    latest === good ? '' : style.color.dim(`  (${latest.phase} from ${oneLine(latest.revision.subject ?? '')})`);
  return `${phaseSign(good ?? latest, style)} ${serving}${amount === '' ? '' : `, ${amount}`}${ended}`;
}

function draw(node: Branch, indent: string, isAscii: boolean): string[] {
  const [fork, last, pipe] = isAscii ? ['|- ', '`- ', '|  '] : ['├─ ', '└─ ', '│  '];
  const entries = [...node.children.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.flatMap(([name, child], i) => {
    const isLast = i === entries.length - 1;
    const line = `${indent}${isLast ? last : fork}${oneLine(name)}${child.leaf === undefined ? '' : `  ${child.leaf}`}`;
    return [line, ...draw(child, indent + (isLast ? '   ' : pipe), isAscii)];
  });
}

/** @param history newest first */
export function treeLines(history: readonly RolloutRecord[], style: Style): string[] {
  const root = branch();
  const seen = new Set<string>();
  for (const latest of history) {
    const path = pathOf(latest);
    const key = path.join('/');
    if (seen.has(key)) continue;
    seen.add(key);
    const same = history.filter((record) => pathOf(record).join('/') === key);
    let at = root;
    for (const name of path) {
      const next = at.children.get(name) ?? branch();
      at.children.set(name, next);
      at = next;
    }
    at.leaf = leafOf(
      latest,
      same.find(({ phase }) => phase === 'succeeded'),
      style,
    );
  }
  return draw(root, '  ', style.symbols.arrow === '->');
}
