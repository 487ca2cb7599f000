/**
 * The timeline's panel: one per rollout, live while the rollout is, and replayable.
 *
 * Owns: its web view. The page may load our own style and script, and nothing else.
 */
import * as vscode from 'vscode';
import type { AlarmCurve } from '../../engine/index.ts';
import type { Opened } from '../engine/session.ts';
import { duration, errorText } from '../words.ts';
import { asOf, spoken, type TimelineInput, timelineMarkup } from './timelineView.ts';

/** Between looks into the store while a rollout is in progress, ms. */
const LOOK_MS = 1_000;

/** Between looks at the metrics behind the alarms, on the rollout's clock, ms: CloudWatch has a value a minute. */
const CURVES_MS = 60_000;

/** A sandbox's clock may run fast; in real time no more often than this, ms. */
const CURVES_LEAST_MS = 2_000;

/** CloudWatch's values come up to three minutes late, as many have measured; on the rollout's clock, ms. */
const LATE_MS = 180_000;

/** Steps of the slider. */
const MOMENTS = 100;

const VIEW = 'gitmoxi.timeline';

export class Timelines implements vscode.Disposable {
  readonly #resources: vscode.Uri;
  readonly #panels = new Map<string, TimelinePanel>();

  /** @param resources the folder of the page's style and script */
  constructor(resources: vscode.Uri) {
    this.#resources = resources;
  }

  /**
   * Shows one rollout of an engine's store.
   *
   * @param note what has to be known of where it runs
   */
  async show({ engine, clock }: Opened, rollout: string, note?: string): Promise<void> {
    const known = this.#panels.get(rollout);
    if (known !== undefined) return known.reveal();
    const read = async (): Promise<TimelineInput> => {
      const [{ rollout: record }, events] = await Promise.all([engine.rollout(rollout), engine.events(rollout)]);
      return { record, events, now: clock.now(), ...(note === undefined ? {} : { note }) };
    };
    const first = await read();
    const source = { clock, read, curves: () => engine.alarmCurves(rollout) };
    const panel = new TimelinePanel(this.#resources, first, source, () => this.#panels.delete(rollout));
    this.#panels.set(rollout, panel);
  }

  /** Reads a rollout again that is shown, while it can be read. */
  async look(rollout: string): Promise<void> {
    await this.#panels.get(rollout)?.look();
  }

  /** Closes what is shown of rollouts that cannot be read any more. */
  close(rollouts: readonly string[]): void {
    for (const id of rollouts) this.#panels.get(id)?.dispose();
  }

  dispose(): void {
    this.close([...this.#panels.keys()]);
  }
}

interface Source {
  readonly clock: Opened['clock'];
  readonly read: () => Promise<TimelineInput>;
  /** Asks CloudWatch. */
  readonly curves: () => Promise<readonly AlarmCurve[]>;
}

class TimelinePanel {
  readonly #panel: vscode.WebviewPanel;
  readonly #source: Source;
  #input: TimelineInput;
  #curves: readonly AlarmCurve[] | undefined;
  /** Share of the rollout's time that is shown, 0 to 1; 1 follows it. */
  #share = 1;
  #timer: NodeJS.Timeout | undefined;
  readonly #closing = new AbortController();
  #isClosed = false;

  constructor(resources: vscode.Uri, first: TimelineInput, source: Source, closed: () => void) {
    this.#input = first;
    this.#source = source;
    const name = first.record.workload.split('/').at(-1) ?? first.record.workload;
    this.#panel = vscode.window.createWebviewPanel(
      VIEW,
      `${first.note === undefined ? 'Timeline' : 'Rehearsal'}: ${name}`,
      vscode.ViewColumn.Active,
      {
        enableScripts: true,
        localResourceRoots: [resources],
      },
    );
    this.#panel.webview.html = pageOf(this.#panel.webview, resources);
    this.#panel.webview.onDidReceiveMessage((message: { type?: unknown; share?: unknown }) => {
      if (message.type === 'moment' && typeof message.share === 'number') this.#share = Math.min(1, message.share);
      this.#post();
    });
    this.#panel.onDidDispose(() => {
      this.#isClosed = true;
      clearTimeout(this.#timer);
      this.#closing.abort();
      closed();
    });
    this.#lookLater();
    void this.#followCurves();
  }

  reveal(): void {
    this.#panel.reveal();
  }

  dispose(): void {
    this.#panel.dispose();
  }

  /** Reads all of it again, while it can be read. Never rejects. */
  async look(): Promise<void> {
    await Promise.all([this.#look(), this.#lookAtCurves()]);
  }

  /** Never rejects: the store may be busy, or gone with its sandbox, and what was read stays. */
  async #look(): Promise<void> {
    try {
      this.#input = await this.#source.read();
      if (this.#share === 1) this.#post();
    } catch {}
  }

  /** Never rejects: what cannot be read is shown as no data. */
  async #lookAtCurves(): Promise<void> {
    try {
      this.#curves = await this.#source.curves();
    } catch (error) {
      this.#curves ??= unread(this.#input, error);
    }
    if (this.#share === 1) this.#post();
  }

  /** Until the last values have come. */
  async #followCurves(): Promise<void> {
    const { clock } = this.#source;
    const { signal } = this.#closing;
    for (;;) {
      const { endedAt } = this.#input.record;
      const isComplete = endedAt !== null && clock.now() > endedAt + LATE_MS;
      await this.#lookAtCurves();
      if (isComplete || this.#isClosed) return;
      const least = new Promise((resolve) => setTimeout(resolve, CURVES_LEAST_MS));
      await Promise.all([clock.sleepUntil(clock.now() + CURVES_MS, signal), least]);
      if (this.#isClosed) return;
    }
  }

  #lookLater(): void {
    if (this.#isClosed || this.#input.record.endedAt !== null) return;
    this.#timer = setTimeout(() => void this.#look().then(() => this.#lookLater()), LOOK_MS);
  }

  #post(): void {
    if (this.#isClosed) return;
    const { record, now } = this.#input;
    const took = (record.endedAt ?? now) - record.startedAt;
    const isLatest = this.#share === 1;
    const input = { ...this.#input, ...(this.#curves === undefined ? {} : { curves: this.#curves }) };
    const shown = isLatest ? input : asOf(input, record.startedAt + took * this.#share);
    void this.#panel.webview.postMessage({
      type: 'show',
      rollout: record.id,
      markup: timelineMarkup(shown),
      said: spoken(shown),
      moment: `${duration(took * this.#share)} of ${duration(took)}`,
      isLive: record.endedAt === null,
      isLatest,
    });
  }
}

/** Every alarm without values, and why. */
function unread({ record }: TimelineInput, error: unknown): AlarmCurve[] {
  const watched = record.state?.['alarms'];
  const names = Array.isArray(watched) ? watched.filter((name) => typeof name === 'string') : [];
  const nothing = { metric: undefined, periodMs: 0, threshold: undefined, breaches: undefined, points: [] };
  return names.map((alarm) => ({ ...nothing, alarm, unknown: errorText(error) }));
}

function pageOf(webview: vscode.Webview, resources: vscode.Uri): string {
  const source = (name: string) => webview.asWebviewUri(vscode.Uri.joinPath(resources, name)).toString();
  const policy = `default-src 'none'; style-src ${webview.cspSource}; script-src ${webview.cspSource};`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Timeline</title>
<link rel="stylesheet" href="${source('page.css')}">
</head>
<body>
<div class="bar" role="toolbar" aria-label="Replay">
<button id="play" type="button">Replay</button>
<input id="moment" type="range" min="0" max="${MOMENTS}" value="${MOMENTS}" aria-label="Moment of the rollout">
<span id="live" class="value" hidden>live</span>
</div>
<p id="said" class="spoken" role="status"></p>
<main id="content"></main>
<script src="${source('page.js')}"></script>
</body>
</html>`;
}
