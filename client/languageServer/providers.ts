/** Git, AWS and the store for the extension's language server: where the window's settings lead, or its sandbox. */
import { editorProviders, openEngine } from '../../session/index.ts';

export const providers = editorProviders(async (access) => {
  const { store = '', region = '', profile = '', endpoint = '', accounts = {}, credentials } = access;
  const place = { store, region, profile, endpoint, accounts };
  return (await openEngine(credentials ? { ...place, credentials } : place)).engine;
});
