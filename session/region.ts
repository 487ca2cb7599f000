/** The region to deploy to where files do not say: as the `aws` command finds it. */
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads one profile's region from a shared configuration file.
 *
 * @see AWS SDKs and Tools reference guide, "Shared config and credentials files": `[default]`, `[profile NAME]`
 */
export function regionInConfig(text: string, profile: string): string | undefined {
  let inside = false;
  for (const line of text.split(/\r?\n/)) {
    const header = /^\s*\[\s*(?:profile\s+)?["']?([^\]"']+?)["']?\s*\]/.exec(line);
    if (header) inside = header[1] === profile;
    // Indented lines belong to a nested setting such as `s3 =`.
    const value = inside ? /^region\s*=\s*([^\s#;]+)/.exec(line)?.[1] : undefined;
    if (value !== undefined) return value;
  }
  return undefined;
}

/**
 * @param given what `--region` says
 * @param profile what `--profile` says
 * @returns undefined where nobody says
 */
export async function findRegion(
  given: string | undefined,
  profile: string | undefined,
  environment: Environment,
): Promise<string | undefined> {
  const said = given || environment['AWS_REGION'] || environment['AWS_DEFAULT_REGION'];
  if (said) return said;
  const file = environment['AWS_CONFIG_FILE'] || join(homedir(), '.aws', 'config');
  const text = await readFile(file, 'utf8').catch(() => '');
  return regionInConfig(text, profile || environment['AWS_PROFILE'] || 'default');
}
