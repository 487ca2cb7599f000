/**
 * What the client says about itself and what the person has set, read with care: both come from outside.
 *
 * Owns: the settings as they are now.
 */
import type { ClientCapabilities, Connection, InitializeParams } from 'vscode-languageserver';
import type { SeveritySettings } from '../engine/check/index.ts';
import type { ClientSettings } from './features/feature.ts';
import { type InitializationOptions, SETTINGS_SECTION } from './protocol.ts';

const SEVERITIES = new Set(['error', 'warning', 'info', 'off']);

export class Settings {
  #current: ClientSettings = { capabilities: {}, commands: new Set(), severities: {} };
  readonly #listeners: (() => void)[] = [];

  get current(): ClientSettings {
    return this.#current;
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  initialize({ capabilities, initializationOptions }: InitializeParams): void {
    const { commands, severity } = (initializationOptions ?? {}) as Partial<InitializationOptions>;
    this.#current = {
      capabilities,
      commands: new Set(Array.isArray(commands) ? commands.filter((one) => typeof one === 'string') : []),
      severities: severitiesOf(severity),
    };
  }

  /** Asks the client, where it can be asked. */
  async refresh(connection: Connection): Promise<void> {
    if (!canConfigure(this.#current.capabilities)) return;
    const answer: unknown = await connection.workspace.getConfiguration(SETTINGS_SECTION);
    this.#take(answer);
  }

  /** Older clients send their settings with the news. */
  changed(settings: unknown): void {
    if (typeof settings !== 'object' || settings === null) return;
    this.#take((settings as Record<string, unknown>)[SETTINGS_SECTION]);
  }

  #take(section: unknown): void {
    if (typeof section !== 'object' || section === null) return;
    const severities = severitiesOf((section as Record<string, unknown>)['severity']);
    if (JSON.stringify(severities) === JSON.stringify(this.#current.severities)) return;
    this.#current = { ...this.#current, severities };
    for (const listener of this.#listeners) listener();
  }
}

export const canConfigure = ({ workspace }: ClientCapabilities): boolean => workspace?.configuration === true;

function severitiesOf(value: unknown): SeveritySettings {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter(([, severity]) => SEVERITIES.has(String(severity))),
  ) as SeveritySettings;
}
