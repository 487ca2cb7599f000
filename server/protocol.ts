/**
 * What the server and its clients say to each other beyond LSP, declared once. Clients that know nothing of this work
 * all the same.
 *
 * Must not: import anything, so that a client can take this file without the server.
 */

/** Raised when something here changes so that an older client or server would misunderstand it. */
export const PROTOCOL = 2;

/** What the server's `initialize` answer holds under `capabilities.experimental.gitmoxi`. */
export interface Advertised {
  readonly protocol: number;
  /** Names of the features that this server has. */
  readonly features: readonly string[];
}

/** A place in a text, as LSP counts: both from 0, characters in UTF-16 code units. */
export interface TextPosition {
  readonly line: number;
  readonly character: number;
}

export interface TextRange {
  readonly start: TextPosition;
  readonly end: TextPosition;
}

/** A request from client to server. `P` and `R` exist for the type checker only. */
export interface RequestDeclaration<P, R> {
  readonly method: string;
  readonly types?: (params: P) => R;
}

/** A notification; from server to client, unless it says otherwise. */
export interface NotificationDeclaration<P> {
  readonly method: string;
  readonly types?: (params: P) => void;
}

/** A request about one file. */
export interface FileParams {
  readonly uri: string;
}

export interface PreviewProblem {
  /** In the template. */
  readonly range: TextRange;
  readonly severity: 'error' | 'warning' | 'info';
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

/** A part of the rendered text and the part of the template that gave it. */
export interface PreviewPiece {
  readonly rendered: TextRange;
  readonly source: TextRange;
  /** The text stands in the template as it is, so that characters inside correspond one by one. */
  readonly verbatim: boolean;
}

export interface RenderedPreview {
  /** What the template gives, sensitive values masked; null where it cannot be rendered to the end. */
  readonly text: string | null;
  readonly problems: readonly PreviewProblem[];
  /** In the order of the rendered text; empty where `text` is null. */
  readonly map: readonly PreviewPiece[];
}

/** A request about one file, at the working tree or at a commit. */
export interface PreviewParams extends FileParams {
  /** A commit, branch or tag. @default the working tree, unsaved changes included */
  readonly revision?: string | null;
}

/** Renders one template with its inputs, unsaved changes included. Answers null where the file is no template of ours. */
export const renderPreview: RequestDeclaration<PreviewParams, RenderedPreview | null> = {
  method: 'gitmoxi/renderPreview',
};

/** Tells that previews of these files may have changed. Sent for workloads with an open document. */
export const previewChanged: NotificationDeclaration<{ readonly uris: readonly string[] }> = {
  method: 'gitmoxi/previewChanged',
};

/** What a deployment of one workload would do. */
export interface PlanView {
  /** The workload's path prefix. */
  readonly workload: string;
  /** `deploy` stands for create-or-update where AWS was not asked. */
  readonly action: 'create' | 'update' | 'delete' | 'unchanged' | 'blocked' | 'deploy';
  readonly reason: string;
  /** What would change, for people; empty where what runs was not asked for. */
  readonly differences: readonly { readonly path: string; readonly live: string; readonly wanted: string }[];
  readonly problems: readonly {
    readonly severity: 'error' | 'warning' | 'info';
    readonly code: string;
    readonly message: string;
  }[];
  /** Whether AWS was asked what runs. */
  readonly live: boolean;
}

export interface PlanParams extends FileParams {
  /** Whether AWS may be asked what runs. @default false */
  readonly live?: boolean;
}

/**
 * Plans the workload of a file, from the working tree and what is not saved yet. Answers null where the server has no
 * planner. Where AWS was to be asked and may not be, refuses or takes long, the answer is the offline plan: its `live`
 * is false, and the last of its problems says why.
 */
export const planWorkload: RequestDeclaration<PlanParams, PlanView | null> = {
  method: 'gitmoxi/plan',
};

/** Where AWS is asked, and with what. What is empty or absent is as the `gitmoxi` command finds it. */
export interface AwsAccess {
  readonly profile?: string;
  /** For workloads whose files name none. */
  readonly region?: string;
  /** A URL instead of AWS's own endpoints. */
  readonly endpoint?: string;
  /** By account id, how those that are not the caller's are worked in: `profile:NAME`, `role:ARN`. */
  readonly accounts?: unknown;
  /** Where rollouts are recorded. */
  readonly store?: string;
  /** Of a sandbox that the client runs. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string } | null;
}

/** What clients may say in `initializationOptions`, and under the section of their settings. */
export interface InitializationOptions extends AwsAccess {
  /** Commands that the client has, for code lenses. */
  readonly commands?: readonly string[];
  /** Severities by code or `family.*`: `error`, `warning`, `info` or `off`. */
  readonly severity?: Readonly<Record<string, string>>;
  /** Ask AWS what there is in the account, for completion and for warnings of what does not exist. @default false */
  readonly awsKnowledge?: boolean;
  /** `false` answers offline plans only. @default true */
  readonly livePlans?: boolean;
}

/** The section of the client's settings that the server asks for, where the client can be asked. */
export const SETTINGS_SECTION = 'gitmoxi';

/** Command of a code lens, by what it is for; its argument is a `LensTarget`. */
export const LENS_COMMANDS = {
  deploy: 'gitmoxi.deploy',
  plan: 'gitmoxi.plan',
  preview: 'gitmoxi.preview',
  lastRollout: 'gitmoxi.lastRollout',
} as const;

/** The last rollout of a workload, as far as its lens tells. */
export interface LastRollout {
  readonly rollout: string;
  /** For example `succeeded`, or `shifting` while it is under way. */
  readonly phase: string;
  /** Ms since the epoch. */
  readonly startedAt: number;
  /** Null while it is under way. */
  readonly endedAt: number | null;
  /** What it brought; null for a working tree. */
  readonly commit: string | null;
}

/** Client → server: rollouts began, went on or ended. Only their lenses depend on it. */
export const rolloutsChanged: NotificationDeclaration<Record<string, never>> = { method: 'gitmoxi/rolloutsChanged' };

/** What a code lens holds under `data`. */
export interface LensData {
  readonly kind: keyof typeof LENS_COMMANDS;
  /** Of the lens `lastRollout`, where there was one. */
  readonly rollout?: LastRollout;
}

export interface LensTarget {
  readonly uri: string;
  /** Folder of the repository, as a URI. */
  readonly root: string;
  /** The workload's path prefix. */
  readonly workload: string;
  readonly kind: 'ecs' | 'lambda';
}
