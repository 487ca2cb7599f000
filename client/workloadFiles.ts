/** What a workload has outside the view: its files, its ARN, its page in the console. Owns nothing. */
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { About } from './about.ts';
import type { Asked } from './asked.ts';
import type { EngineSession } from './engine/session.ts';
import { inform } from './messages.ts';
import { arnOf, consoleUrl } from './places.ts';
import type { WorkloadPlan } from './rollouts/rollout.ts';

/** Whether there are definitions of workloads in a folder of the window, or below it. */
export async function hasWorkloads(folder: string): Promise<boolean> {
  const definitions = new vscode.RelativePattern(vscode.Uri.file(folder), '**/*_{svcdef,lambdadef}.json');
  return (await vscode.workspace.findFiles(definitions, '**/node_modules/**', 1)).length > 0;
}

export class WorkloadFiles {
  readonly #session: EngineSession;
  readonly #asked: Asked;

  constructor(session: EngineSession, asked: Asked) {
    this.#session = session;
    this.#asked = asked;
  }

  /** Opens the workload's files, its definition first in front. */
  async open(about: About): Promise<readonly vscode.Uri[]> {
    const where = await this.#asked.where(about, 'open');
    if (where === undefined) return [];
    const { engine } = await this.#session.open();
    const { workloads } = await engine.render({ ...where, revision: { worktree: true } });
    const plan = await engine.plan({ ...where, revision: { worktree: true }, offline: true, all: true });
    const { root } = plan.context.repository;
    const uris = workloads.flatMap(({ files }) => files.map(({ path }) => vscode.Uri.file(join(root, path))));
    for (const uri of uris.toReversed()) await vscode.window.showTextDocument(uri, { preview: false });
    return uris;
  }

  async copyArn(about: About): Promise<string | undefined> {
    const arn = await this.#placed(about, arnOf, 'no account and region are known for it');
    if (arn !== undefined) await vscode.env.clipboard.writeText(arn);
    return arn;
  }

  async openConsole(about: About): Promise<string | undefined> {
    const url = await this.#placed(about, consoleUrl, 'no region is known for it');
    if (url !== undefined && about.confirm !== false) await vscode.env.openExternal(vscode.Uri.parse(url, true));
    return url;
  }

  async #placed(
    about: About,
    make: (target: NonNullable<WorkloadPlan['target']>) => string | undefined,
    otherwise: string,
  ): Promise<string | undefined> {
    const where = await this.#asked.where(about, 'look at');
    if (where === undefined) return undefined;
    const { engine } = await this.#session.open();
    const [entry] = await engine.status(where);
    const plan = entry ?? (await engine.plan({ ...where, offline: true, all: true })).workloads[0];
    const found = plan?.target === undefined ? undefined : make(plan.target);
    if (found === undefined) void inform(`${where.selectors[0]}: ${otherwise}.`);
    return found;
  }
}
