/** Git, AWS and the store for the language server: as the command's options say, and over them the editor's settings. */
import { isObject } from '../../engine/index.ts';
import type { AwsAccess, Providers } from '../../server/index.ts';
import { editorProviders } from '../../session/index.ts';
import { type Context, openSession } from '../session/context.ts';

export const providersFor = (context: Context): Providers =>
  editorProviders(async (access) => (await openSession(followed(context, access))).engine);

function followed({ globals, storePath, ...rest }: Context, access: AwsAccess): Context {
  const { profile, region, endpoint, accounts, store } = access;
  const pairs = isObject(accounts) ? Object.entries(accounts).map(([id, how]) => `${id}=${String(how)}`) : [];
  return {
    ...rest,
    storePath: store || storePath,
    globals: {
      ...globals,
      ...(profile ? { profile } : {}),
      ...(region ? { region } : {}),
      ...(endpoint ? { endpointUrl: [endpoint] } : {}),
      ...(pairs.length === 0 ? {} : { account: [...(globals.account ?? []), ...pairs] }),
      // Words for people would end up among the protocol's.
      logLevel: 'error',
    },
  };
}
