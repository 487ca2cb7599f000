/** Every id that the manifest (package.json) and the code both name, written once here; a test compares the two. */

export const COMMANDS = {
  deploy: 'gitmoxi.deploy',
  deployWorktree: 'gitmoxi.deployWorktree',
  plan: 'gitmoxi.plan',
  preview: 'gitmoxi.preview',
  compareWithLive: 'gitmoxi.compareWithLive',
  rollback: 'gitmoxi.rollback',
  pause: 'gitmoxi.pause',
  resume: 'gitmoxi.resume',
  promote: 'gitmoxi.promote',
  abort: 'gitmoxi.abort',
  hold: 'gitmoxi.hold',
  release: 'gitmoxi.release',
  timeline: 'gitmoxi.timeline',
  lastRollout: 'gitmoxi.lastRollout',
  logs: 'gitmoxi.logs',
  explain: 'gitmoxi.explain',
  rehearse: 'gitmoxi.rehearse',
  sandboxStart: 'gitmoxi.sandbox.start',
  sandboxStop: 'gitmoxi.sandbox.stop',
  sandboxScenario: 'gitmoxi.sandbox.scenario',
  openFiles: 'gitmoxi.openFiles',
  copyArn: 'gitmoxi.copyArn',
  openConsole: 'gitmoxi.openConsole',
  refresh: 'gitmoxi.refresh',
  restartServer: 'gitmoxi.restartServer',
  showOutput: 'gitmoxi.showOutput',
} as const;

/** The view, and the context key that chooses its welcome text. */
export const ROLLOUTS_VIEW = 'gitmoxi.rollouts';

/** Values of that context key. */
export const WELCOMES = ['none', 'noRepository', 'rows'] as const;
export type Welcome = (typeof WELCOMES)[number];

/** The view that says what is wrong with the credentials, and the context key that shows it. */
export const CREDENTIALS_VIEW = 'gitmoxi.credentials';

/** Values of that context key; without one the view is hidden. */
export const CREDENTIAL_TROUBLES = ['missing', 'refused'] as const;
export type CredentialTrouble = (typeof CREDENTIAL_TROUBLES)[number];

/** Context key: this window works on a sandbox of its own. */
export const SANDBOX_CONTEXT = 'gitmoxi.sandbox';

/** The language of the eight config files. */
export const LANGUAGE = 'gitmoxi';

export const SETTINGS = {
  store: 'gitmoxi.store',
  profile: 'gitmoxi.profile',
  region: 'gitmoxi.region',
  endpoint: 'gitmoxi.endpoint',
  accounts: 'gitmoxi.accounts',
  parallel: 'gitmoxi.parallel',
  production: 'gitmoxi.production',
  confirm: 'gitmoxi.confirm',
  severity: 'gitmoxi.severity',
  awsKnowledge: 'gitmoxi.awsKnowledge',
  refreshSeconds: 'gitmoxi.refreshSeconds',
  sandboxSpeed: 'gitmoxi.sandbox.speed',
  deployOnCommit: 'gitmoxi.deployOnCommit',
  deployBranches: 'gitmoxi.deployBranches',
  deployFrom: 'gitmoxi.deployFrom',
  trace: 'gitmoxi.trace.server',
} as const;

export const WALKTHROUGH = 'gitmoxi.start';
