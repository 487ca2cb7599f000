/** What the window tells its language server about settings, trust and the sandbox. Pure. */
import { type InitializationOptions, LENS_COMMANDS } from '../server/protocol.ts';
import type { Place } from '../session/index.ts';

export interface LanguageSurroundings {
  readonly isTrusted: boolean;
  /** Whether the person wants AWS to be asked what there is. */
  readonly wantsKnowledge: boolean;
  /** Where the window works now. */
  readonly place: Place;
  readonly isSandbox: boolean;
}

/** Without trust AWS is asked nothing, and only what shows files is offered. In a sandbox there is nothing to guard. */
export function languageSettings({ isTrusted, wantsKnowledge, place, isSandbox }: LanguageSurroundings) {
  const { store, region, profile, endpoint, accounts, credentials } = place;
  return {
    commands: isTrusted ? Object.values(LENS_COMMANDS) : [LENS_COMMANDS.preview],
    awsKnowledge: isTrusted && wantsKnowledge,
    livePlans: isTrusted && (wantsKnowledge || isSandbox),
    store,
    region,
    profile,
    endpoint,
    accounts,
    credentials: credentials ?? null,
  } satisfies InitializationOptions;
}
