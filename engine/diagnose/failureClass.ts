/** The classes of failures: what kind of thing went wrong, and so who can do something about it. */
export const FAILURE_CLASSES = [
  /** AWS has no room, or the account may not have more: only this leads to another capacity provider. */
  'capacity',
  /** What was deployed ends by itself. */
  'crash',
  /** It runs, and does not answer as its health check asks. */
  'health check',
  'image',
  'permission',
  /** The definition files do not fit the world, or each other. */
  'configuration',
  'alarm',
  'throttling',
  /** A wait that ran out, where nothing was seen to go wrong. */
  'timeout',
  'unknown',
] as const;

export type FailureClass = (typeof FAILURE_CLASSES)[number];
