/** The features of the server. The key is the name that clients are told; to add a feature, add a file and a line. */
import { completion } from './completion.ts';
import { diagnostics } from './diagnostics.ts';
import { editing } from './editing.ts';
import type { Feature } from './feature.ts';
import { hover } from './hover.ts';
import { navigation } from './navigation.ts';
import { plan } from './plan.ts';
import { presentation } from './presentation.ts';
import { renderPreview } from './renderPreview.ts';
import { structure } from './structure.ts';

export const FEATURES = {
  completion,
  diagnostics,
  editing,
  hover,
  navigation,
  plan,
  presentation,
  renderPreview,
  structure,
} satisfies Record<string, Feature>;
