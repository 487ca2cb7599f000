/**
 * The name under which the store keeps a repository: the same for every clone of it, over whatever protocol.
 */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Names a repository after its remote (`github.com/org/repo`), without credentials, protocol and `.git`.
 *
 * @param remote the URL of `origin`, in any of Git's spellings; nothing where there is none
 * @param root the repository's folder, absolute: the name where the remote gives none, and the base of a relative remote
 */
export function repositoryIdentity(remote: string | undefined, root: string): string {
  if (!remote) return root;
  // A remote helper's own address, for example `codecommit::eu-west-1://profile@repo`.
  if (/^[A-Za-z0-9+-]+::/.test(remote)) return remote.replace(/:\/\/[^/@]*@/, '://');
  if (/^[A-Za-z][A-Za-z0-9+.-]+:\/\//.test(remote)) return fromUrl(remote) ?? root;
  const scp = /^(?:[^@/]*@)?(\[[^\]]+\]|[^:/@]{2,}):(.*)$/.exec(remote);
  if (scp) return join(scp[1]!, scp[2]!);
  return resolve(root, remote);
}

function fromUrl(remote: string): string | undefined {
  if (!URL.canParse(remote)) return undefined;
  const url = new URL(remote);
  if (url.protocol === 'file:') {
    try {
      return fileURLToPath(url);
    } catch {
      return undefined;
    }
  }
  // The SSH port says how a host is reached; a web port may be another server.
  return join(/^https?:$/.test(url.protocol) ? url.host : url.hostname, url.pathname);
}

function join(host: string, path: string): string {
  const trimmed = path.replace(/^\/+|\/+$/g, '').replace(/\.git$/, '');
  return trimmed === '' ? host.toLowerCase() : `${host.toLowerCase()}/${trimmed}`;
}
