/**
 * The names of container images: `[registry/]path[:tag][@digest]`. Pure.
 * Source: the grammar of references in the Distribution project, which Docker and ECS follow.
 */

const HOST = /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?)(?::\d+)?$/;
const PATH = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[a-f0-9]{32,}$/;

/** Longest name that is looked at, characters: repository paths have at most 255. */
const LONGEST = 1024;

export function isImageName(text: string): boolean {
  if (text.length > LONGEST) return false;
  const [beforeDigest = '', ...digests] = text.split('@');
  if (digests.length > 1 || (digests.length === 1 && !DIGEST.test(digests[0]!))) return false;
  const slash = beforeDigest.indexOf('/');
  const first = beforeDigest.slice(0, Math.max(0, slash));
  // The first part is a registry where it looks like a host: Docker Hub's accounts have neither dots nor ports.
  const hasHost = /[.:]|^localhost$/.test(first);
  const rest = hasHost ? beforeDigest.slice(slash + 1) : beforeDigest;
  const colon = rest.indexOf(':');
  const path = colon < 0 ? rest : rest.slice(0, colon);
  return (!hasHost || HOST.test(first)) && PATH.test(path) && (colon < 0 || TAG.test(rest.slice(colon + 1)));
}
