/** What a story of a rollout is: the world it begins in, what is deployed, and how its end is looked at. */
import type { Phase } from '../../../../engine/rollout/index.ts';
import type { Files, Stage } from '../stage.ts';
import type { Mishap, Possible, Weather } from './faults.ts';

/** What a commit may bring: what was there before, the story's own revision, a further one, one whose tasks never run. */
export type Revision = 'old' | 'new' | 'third' | 'broken';

/** Which revision serves in the end. */
export type Serving = Exclude<Revision, 'broken'> | 'none' | 'both';

/** What the rollouts have led to, if all is as it should be. */
export interface Due {
  readonly serving: Serving;
  /** Revisions that were made and may still be there: of rollouts that succeeded, and whose place another one took. */
  readonly kept: { readonly least: number; readonly most: number };
  /** Rollouts that may have made one. */
  readonly tried: number;
  /** Where the tasks are to run, of a service that is watched. */
  readonly capacity: 'own' | 'fallback' | undefined;
}

/** The world in the end, as far as the rollout is answerable for it. */
export interface Ending {
  readonly serving: Serving;
  /** What was made twice, left behind or not put back, in words. */
  readonly amiss: readonly string[];
}

/** Files, or how they follow from what is there. */
export type FilesFor = Files | ((stage: Stage) => Promise<Files>);

/** Told of each change of AWS before it is made; gives what is wrong with it. */
export type Watch = (operation: string, body: string) => string | undefined;

export interface Story extends Possible {
  readonly name: string;
  /** The members of a scenario: what is given, what goes wrong anyway, and the traffic. */
  readonly scenario: { readonly given: object; readonly rules: readonly object[]; readonly traffic: readonly object[] };
  readonly path: string;
  readonly before: FilesFor | undefined;
  readonly next: FilesFor | undefined;
  /** What newer commits bring besides those two. @default none come */
  readonly further?: { readonly third: FilesFor; readonly broken: FilesFor };
  /** Its end without any fault. */
  readonly phase: Phase;
  readonly weathers: readonly Weather[];
  readonly mishaps: readonly Mishap<Stage>[];
  /** Does a process watch, which brings the service back to its own capacity? */
  readonly isWatched?: true;
  /** Begun with the rollout. */
  readonly watch?: (stage: Stage) => Promise<Watch>;
  /** How long a schedule takes, as a multiple of a rolling update's: the longer, the fewer there are. @default 1 */
  readonly cost?: number;
  /** May requests be lost without any fault? Only where nothing serves before. */
  readonly loses?: true;
  readonly look: (stage: Stage, due: Due) => Promise<Ending>;
}
