/** The features of the server. The key is the name that clients are told; to add a feature, add a file and a line. */
import { diagnostics } from './diagnostics.ts';
import type { Feature } from './feature.ts';
import { renderPreview } from './renderPreview.ts';

export const FEATURES = { diagnostics, renderPreview } satisfies Record<string, Feature>;
