/**
 * The environment of git processes: quiet, in English, without locks, and pointing at no other repository.
 */

/** Set for every git process. */
const SETTINGS = {
  LC_ALL: 'C',
  GIT_TERMINAL_PROMPT: '0',
  GIT_OPTIONAL_LOCKS: '0',
  // A commit's id has to mean its content; replacement objects would change it.
  GIT_NO_REPLACE_OBJECTS: '1',
};

/** Where Git's configuration lies is the user's decision. */
const KEPT = new Set(['GIT_CONFIG_GLOBAL', 'GIT_CONFIG_SYSTEM', 'GIT_CONFIG_NOSYSTEM', 'GIT_CEILING_DIRECTORIES']);

/**
 * Derives the environment from the process's own. Git's variables are left out: inside a hook, for example, `GIT_DIR` and
 * `GIT_INDEX_FILE` name the hook's repository, not the one that is opened. Programs that git would start to talk to a
 * person are left out as well.
 */
export function gitEnvironment(own: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(own)) {
    const upper = name.toUpperCase();
    const isGits = upper.startsWith('GIT_') || ['EDITOR', 'VISUAL', 'PAGER', 'PREFIX', 'SSH_ASKPASS'].includes(upper);
    if (value !== undefined && (!isGits || KEPT.has(upper))) environment[name] = value;
  }
  return { ...environment, ...SETTINGS };
}
