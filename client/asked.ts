/** Finds the workload or rollout that a command is about, asking the person where nothing says which. Owns nothing. */
import { basename, dirname, isAbsolute, join } from 'node:path';
import * as vscode from 'vscode';
import type { RolloutRecord, Where } from '../engine/index.ts';
import type { About } from './about.ts';
import type { EngineSession } from './engine/session.ts';
import { COMMANDS, LANGUAGE, SETTINGS } from './manifestIds.ts';
import { complain, inform } from './messages.ts';
import { realPath } from './realPath.ts';
import type { WorkloadRow } from './rollouts/rollout.ts';
import { isInside, named } from './rowNames.ts';
import { folders } from './settings.ts';
import { codeOf, errorText, upperFirst, withoutIcons } from './words.ts';

export interface AskedOptions {
  readonly session: EngineSession;
  /** Workloads and their rollouts as they are now. */
  readonly rows: () => Promise<readonly WorkloadRow[]>;
}

export class Asked {
  readonly #options: AskedOptions;

  constructor(options: AskedOptions) {
    this.#options = options;
  }

  /**
   * The files that a command is about.
   *
   * @returns undefined where the person did not choose
   */
  async where(about: About, verb: string): Promise<(Where & { readonly selectors: readonly string[] }) | undefined> {
    const revision = about.revision === undefined ? {} : { revision: about.revision };
    if (about.workload !== undefined) {
      const workload = about.repo === undefined ? await real(about.workload) : about.workload;
      const row =
        about.repo === undefined ? named(await this.#options.rows(), workload, await realFolders()) : undefined;
      if (row !== undefined) return { repo: row.repo, ...revision, selectors: [row.workload] };
      const repo = about.repo ?? (await this.#repoOf(workload));
      if (repo !== undefined) return { repo, ...revision, selectors: [workload] };
    }
    if (about.rollout !== undefined) {
      const { engine } = await this.#options.session.open();
      const { rollout } = await engine.rollout(about.rollout);
      return { repo: rollout.repository.root, ...revision, selectors: [rollout.workload] };
    }
    const document = vscode.window.activeTextEditor?.document;
    if (document?.languageId === LANGUAGE && document.uri.scheme === 'file') {
      return { ...revision, repo: dirname(document.uri.fsPath), selectors: [document.uri.fsPath] };
    }
    const row = await this.#pickRow(about, await this.#options.rows(), `Which workload to ${verb}?`);
    return row && { repo: row.repo, ...revision, selectors: [row.workload] };
  }

  /**
   * The rollout that a command is about: the one that is named, or the workload's latest that fits.
   *
   * @returns undefined where the person did not choose, or there is none, which the person was told
   */
  async rollout(
    about: About,
    question: string,
    fits: (record: RolloutRecord) => boolean,
  ): Promise<RolloutRecord | undefined> {
    const { engine } = await this.#options.session.open();
    if (about.rollout !== undefined) return (await engine.rollout(about.rollout)).rollout;
    const rows = (await this.#options.rows()).filter(({ record }) => record !== undefined && fits(record));
    const { repo } = about;
    if (about.workload !== undefined) {
      const workload = await real(about.workload);
      const inRepo = repo === undefined ? rows : rows.filter((row) => isInside(row, repo));
      const found = named(inRepo, workload, repo === undefined ? await realFolders() : [repo]);
      if (found !== undefined) return found.record;
    } else if (rows.length > 0) return (await this.#pickRow(about, rows, question))?.record;
    return this.#nothing(about, 'client.no-rollout', 'no rollout fits: there is none in such a state');
  }

  /** Where a workload is that the view does not show: one that only another revision has, for example. */
  async #repoOf(workload: string): Promise<string | undefined> {
    const rows = await this.#options.rows();
    if (isAbsolute(workload)) return rows.find((row) => isInside(row, workload))?.repo ?? dirname(workload);
    const open = await realFolders();
    // From a folder in the repository, the engine finds names from there and from the root.
    return open.find((folder) => rows.some((row) => isInside(row, folder))) ?? rows[0]?.repo ?? open[0];
  }

  async #pickRow(about: About, rows: readonly WorkloadRow[], placeHolder: string): Promise<WorkloadRow | undefined> {
    if (rows.length === 0) {
      return this.#nothing(about, 'client.no-workload', 'there are no workloads in the folders of this window');
    }
    if (rows.length === 1) return rows[0];
    if (about.confirm === false) {
      const { EngineError } = await import('./engine/loaded.ts');
      throw new EngineError('client.name-one', `name one of ${rows.length} workloads`, {
        kind: 'usage',
        hint: `pass { workload: ${JSON.stringify(rows[0]!.workload)} } for example`,
      });
    }
    const items = rows.map((row) => ({
      label: withoutIcons(row.workload),
      description: withoutIcons([row.record?.phase ?? 'no rollout yet', ...placeOf(row)].join(' · ')),
      row,
    }));
    return (await vscode.window.showQuickPick(items, { placeHolder, matchOnDescription: true }))?.row;
  }

  /** A person is told; a caller that wants no dialogue gets it as an error. */
  async #nothing(about: About, code: string, message: string): Promise<undefined> {
    if (about.confirm === false) {
      const { EngineError } = await import('./engine/loaded.ts');
      throw new EngineError(code, message, { kind: 'usage', hint: 'see the Rollouts view' });
    }
    void inform(`${upperFirst(message)}.`);
    return undefined;
  }
}

/** The window's folders by where they really are. */
const realFolders = (): Promise<string[]> => Promise.all(folders().map(realPath));

/** Git names repositories by where they really are, and windows their folders as they were opened. */
async function real(workload: string): Promise<string> {
  if (!isAbsolute(workload)) return workload;
  return join(await realPath(dirname(workload)), basename(workload));
}

/** Cluster and region, as far as they are known. */
function placeOf({ target }: WorkloadRow): string[] {
  const cluster = target?.kind === 'ecs' ? [target.cluster] : [];
  return [...cluster, ...(target?.region === undefined ? [] : [target.region])];
}

/** What can be done about a failure, by the words of its button. */
const OFFERS = {
  'Try It without AWS': [COMMANDS.sandboxStart],
  'Choose a Profile': ['workbench.action.openSettings', SETTINGS.profile],
  'Show Output': [COMMANDS.showOutput],
} as const;

const isAboutCredentials = (error: unknown): boolean =>
  ['aws.no-credentials', 'aws.rejected-credentials'].includes(codeOf(error) ?? '');

/** Tells a failure of a command, with what to do. */
export async function tellFailure(doing: string, error: unknown): Promise<void> {
  const offers = isAboutCredentials(error)
    ? (['Try It without AWS', 'Choose a Profile'] as const)
    : (['Show Output'] as const);
  const answer = await complain(`Could not ${doing}: ${errorText(error)}`, ...offers);
  if (answer === undefined) return;
  const [command, ...words] = OFFERS[answer];
  await vscode.commands.executeCommand(command, ...words);
}
