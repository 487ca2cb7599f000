/** Code lenses: what can be done with the workload, above its definition. Pure. */
import type { FileView } from './knowledge.ts';

/** What a lens is for; the client has the command. */
export type LensKind = 'deploy' | 'plan' | 'preview' | 'lastRollout';

export interface CodeLens {
  readonly offset: number;
  readonly kind: LensKind;
  readonly title: string;
}

const OF_WORKLOAD: readonly (readonly [LensKind, string])[] = [
  ['deploy', 'Deploy'],
  ['plan', 'Plan'],
  ['lastRollout', 'Last rollout'],
];

export function codeLenses({ document }: FileView): CodeLens[] {
  if (document.role === 'input') return [];
  const offset = Math.max(0, document.text.search(/\S/));
  const isDefinition = document.role === 'service' || document.role === 'function';
  const own = isDefinition ? OF_WORKLOAD.map(([kind, title]) => ({ offset, kind, title })) : [];
  return [...own, { offset, kind: 'preview', title: 'Preview' }];
}
