/**
 * Providers that are loaded when somebody asks for what they provide: editors start the server with each window, and
 * wait for it.
 *
 * Owns: the settings until then, and who listens.
 */
import type { AwsListener, AwsSettings, Providers } from './providers.ts';
import { NOTHING_KNOWN } from './service/index.ts';

export function lateProviders(load: () => Promise<Providers>): Providers {
  const listeners: AwsListener[] = [];
  let settings: AwsSettings | undefined;
  let loading: Promise<Providers> | undefined;
  let loaded: Providers | undefined;

  function get(): Promise<Providers> {
    loading ??= load().then((providers) => {
      for (const listener of listeners) providers.aws.listen?.(listener);
      if (settings) providers.follow(settings);
      loaded = providers;
      return providers;
    });
    return loading;
  }

  return {
    revisions: { at: async (root, revision) => (await get()).revisions.at(root, revision) },
    plans: { plan: async (place, live, texts) => (await get()).plans.plan(place, live, texts) },
    rollouts: { last: async (place) => (await get()).rollouts.last(place) },
    aws: {
      list: (kind, place, of) => loaded?.aws.list(kind, place, of) ?? NOTHING_KNOWN,
      listen: (listener) => listeners.push(listener),
    },
    follow(next) {
      settings = next;
      loaded?.follow(next);
      if (loaded !== undefined || !next.knowledge) return;
      get().then(
        () => {
          for (const { news } of listeners) news();
        },
        (error: unknown) => {
          for (const { trouble } of listeners) trouble(error instanceof Error ? error.message : String(error));
        },
      );
    },
  };
}
