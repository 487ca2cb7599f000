/** What a feature is, and what it works with. Types only. */
import type { ClientCapabilities, Connection, ServerCapabilities } from 'vscode-languageserver';
import type { SeveritySettings } from '../../engine/check/index.ts';
import type { Clock } from '../../engine/clock.ts';
import type { Documents } from '../documents.ts';
import type { AwsSettings, PlanProvider, RevisionReader, RolloutProvider } from '../providers.ts';
import type { AwsKnowledge, FileNames, Schemas } from '../service/index.ts';
import type { Views } from '../views.ts';
import type { Workloads } from '../workloads.ts';
import type { Workspace } from '../workspace.ts';

/** What the client said about itself, and what the person set. */
export interface ClientSettings {
  readonly capabilities: ClientCapabilities;
  /** Commands that the client has for code lenses. */
  readonly commands: ReadonlySet<string>;
  readonly severities: SeveritySettings;
  readonly aws: AwsSettings;
}

export interface Surroundings {
  readonly connection: Connection;
  readonly documents: Documents;
  readonly workspace: Workspace;
  readonly workloads: Workloads;
  readonly views: Views;
  /** JSON files of the repository, from its root. */
  readonly files: (root: string) => FileNames;
  readonly schemas: Schemas;
  readonly aws: AwsKnowledge;
  readonly clock: Clock;
  readonly revisions: RevisionReader | undefined;
  readonly plans: PlanProvider | undefined;
  readonly rollouts: RolloutProvider | undefined;
  /** URI of the page that explains the codes of findings. */
  readonly rulesPage: string | undefined;
  /** As they are now. */
  readonly settings: () => ClientSettings;
}

export interface Feature {
  /** What it lets the server say that it can do. */
  readonly capabilities?: ServerCapabilities;
  /** The same where it depends on the client. */
  capabilitiesFor?(client: ClientCapabilities): ServerCapabilities;
  /** Registers its handlers, once, before the connection listens. */
  register(surroundings: Surroundings): void;
}
