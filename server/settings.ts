/**
 * What the client says about itself and what the person has set, read with care: both come from outside.
 *
 * Owns: the settings as they are now.
 */
import type { ClientCapabilities, Connection, InitializeParams } from 'vscode-languageserver';
import type { SeveritySettings } from '../engine/check/index.ts';
import { isObject, type Json, type JsonObject } from '../engine/json.ts';
import type { ClientSettings } from './features/feature.ts';
import { type AwsAccess, SETTINGS_SECTION } from './protocol.ts';
import type { AwsSettings } from './providers.ts';

const SEVERITIES = new Set(['error', 'warning', 'info', 'off']);

/** What a client may set at any time. */
type Changeable = Pick<ClientSettings, 'commands' | 'severities' | 'aws'>;

export class Settings {
  #current: ClientSettings = { capabilities: {}, ...settingsOf({}) };
  readonly #listeners: ((before: ClientSettings) => void)[] = [];

  get current(): ClientSettings {
    return this.#current;
  }

  /** @param listener told what the settings were before */
  onChange(listener: (before: ClientSettings) => void): void {
    this.#listeners.push(listener);
  }

  initialize({ capabilities, initializationOptions }: InitializeParams): void {
    this.#current = { capabilities, ...settingsOf(isObject(initializationOptions) ? initializationOptions : {}) };
  }

  /** Asks the client, where it can be asked. */
  async refresh(connection: Connection): Promise<void> {
    if (!canConfigure(this.#current.capabilities)) return;
    const answer: unknown = await connection.workspace.getConfiguration(SETTINGS_SECTION);
    this.#take(answer);
  }

  /** Older clients send their settings with the news. */
  changed(settings: unknown): void {
    if (isObject(settings)) this.#take(settings[SETTINGS_SECTION]);
  }

  #take(section: unknown): void {
    if (!isObject(section)) return;
    const before = this.#current;
    const next = settingsOf(section, before);
    if (shown(next) === shown(before)) return;
    this.#current = { ...before, ...next };
    for (const listener of this.#listeners) listener(before);
  }
}

export const canConfigure = ({ workspace }: ClientCapabilities): boolean => workspace?.configuration === true;

const shown = ({ commands, severities, aws }: Changeable): string => JSON.stringify([[...commands], severities, aws]);

/** @param before what holds where a section does not say, as clients have it that set things only once */
function settingsOf(section: JsonObject, before?: Changeable): Changeable {
  const { commands } = section;
  return {
    commands: Array.isArray(commands)
      ? new Set(commands.filter((one) => typeof one === 'string'))
      : (before?.commands ?? new Set()),
    severities: severitiesOf(section['severity']),
    aws: awsOf(section, before?.aws),
  };
}

function awsOf(section: JsonObject, before: AwsSettings | undefined): AwsSettings {
  const { awsKnowledge, livePlans } = section;
  return {
    knowledge: typeof awsKnowledge === 'boolean' ? awsKnowledge : (before?.knowledge ?? false),
    live: typeof livePlans === 'boolean' ? livePlans : (before?.live ?? true),
    access: accessOf(section, before?.access),
  };
}

const TEXTS = ['profile', 'region', 'endpoint', 'store'] as const;

function accessOf({ accounts, credentials, ...section }: JsonObject, before: AwsAccess = {}): AwsAccess {
  const texts = TEXTS.flatMap((name) => {
    const text = section[name];
    return typeof text === 'string' ? [[name, text.trim()]] : [];
  });
  const { credentials: keysBefore, ...rest } = before;
  const keys = credentials === undefined ? keysBefore : keysOf(credentials);
  return {
    ...rest,
    ...Object.fromEntries(texts),
    ...(isObject(accounts) ? { accounts } : {}),
    ...(keys === undefined ? {} : { credentials: keys }),
  };
}

function keysOf(value: Json): AwsAccess['credentials'] {
  if (!isObject(value)) return undefined;
  const { accessKeyId, secretAccessKey } = value;
  return typeof accessKeyId === 'string' && typeof secretAccessKey === 'string'
    ? { accessKeyId, secretAccessKey }
    : undefined;
}

function severitiesOf(value: unknown): SeveritySettings {
  if (!isObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter(([, severity]) => SEVERITIES.has(String(severity))),
  ) as SeveritySettings;
}
