/** Code lenses: what can be done with the workload, above its definition. Pure. */
import type { LastRollout } from '../protocol.ts';
import type { FileView } from './knowledge.ts';

/** What a lens is for; the client has the command. */
export type LensKind = 'deploy' | 'plan' | 'preview' | 'lastRollout';

export interface CodeLens {
  readonly offset: number;
  readonly kind: LensKind;
  readonly title: string;
}

/** @param last null where there was none, undefined where that is not known */
export function codeLenses({ document }: FileView, last?: LastRollout | null): CodeLens[] {
  if (document.role === 'input') return [];
  const offset = Math.max(0, document.text.search(/\S/));
  const isDefinition = document.role === 'service' || document.role === 'function';
  const own: CodeLens[] = isDefinition
    ? [
        { offset, kind: 'deploy', title: 'Deploy' },
        { offset, kind: 'plan', title: 'Plan' },
        { offset, kind: 'lastRollout', title: lastTitle(last) },
      ]
    : [];
  return [...own, { offset, kind: 'preview', title: 'Preview' }];
}

/** For example `Last rollout: succeeded 2026-11-22 06:30 · 1a2b3c4`. */
function lastTitle(last: LastRollout | null | undefined): string {
  if (last === undefined) return 'Last rollout';
  if (last === null) return 'No rollout yet';
  const { phase, startedAt, endedAt, commit } = last;
  const when = endedAt === null ? `since ${minuteOf(startedAt)}` : minuteOf(endedAt);
  return `Last rollout: ${phase} ${when} · ${commit?.slice(0, 7) ?? 'working tree'}`;
}

/** In the person's own time zone. */
function minuteOf(at: number): string {
  const date = new Date(at);
  const two = (part: number) => String(part).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
