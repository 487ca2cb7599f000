/** The stories that schedules are thrown at: every strategy, with every end. A further strategy is a table of its own here. */
import { ecsStories } from './ecsStories.ts';
import { lambdaStories } from './lambdaStories.ts';
import type { Story } from './story.ts';

export const stories: readonly Story[] = [...ecsStories, ...lambdaStories];
