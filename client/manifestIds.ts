/** Every id that the manifest (package.json) and the code both name, written once here; a test compares the two. */

export const COMMANDS = {
  preview: 'gitmoxi.preview',
  refresh: 'gitmoxi.refresh',
} as const;

/** The view, and the context key that chooses its welcome text. */
export const ROLLOUTS_VIEW = 'gitmoxi.rollouts';

/** Values of that context key. */
export const WELCOMES = ['none', 'noRepository', 'rows'] as const;
export type Welcome = (typeof WELCOMES)[number];

/** The language of the eight config files. */
export const LANGUAGE = 'gitmoxi';

/** The file in which rollouts are recorded. */
export const STORE_SETTING = 'gitmoxi.store';
