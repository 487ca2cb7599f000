/** One row of the rollouts view, as plain data. Types only. */
import type { Target } from '../../engine/index.ts';

/** A codicon and the theme colour it has. */
export interface Icon {
  readonly name: string;
  readonly color?: string;
}

/** What a command on a node is about. */
export interface Subject {
  readonly repo: string;
  readonly workload: string;
  readonly kind: 'ecs' | 'lambda';
  readonly target: Target | undefined;
  /** The rollout's id; on a workload, its latest. */
  readonly rollout: string | undefined;
  /** The node is about the rollout, not about the workload as a whole. */
  readonly isRollout: boolean;
}

export interface RolloutNode {
  /** Stable over refreshes. */
  readonly id: string;
  readonly label: string;
  readonly description: string;
  /** Label and description in full, as a screen reader says them. */
  readonly spoken: string;
  /** Lines of plain text. */
  readonly tooltip: readonly string[];
  readonly icon: Icon;
  /** Words that the manifest's menus go by. */
  readonly context: string;
  readonly children: 'none' | 'collapsed' | 'expanded';
  readonly subject?: Subject;
  /** The group that a failure can be retried for; empty for all. */
  readonly retry?: string;
  /** What selecting it does. */
  readonly onSelect?: { readonly command: string; readonly title: string };
}
