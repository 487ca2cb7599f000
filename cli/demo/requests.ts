/** What became of the simulated requests while a commit was rolled out: the price of a bad canary, in numbers. */
import type { Sandbox } from '../../sandbox/index.ts';
import { oneLine } from '../terminal/columns.ts';
import type { Style } from '../terminal/style.ts';

type Report = Sandbox['traffic'][number];

/** Requests of one source, or of one part of it, between two looks. */
interface Count {
  readonly requests: number;
  readonly failed: number;
}

const since = (now: Count, before: Count | undefined): Count => ({
  requests: now.requests - (before?.requests ?? 0),
  failed: now.failed - (before?.failed ?? 0),
});

const whole = (count: number): string => Math.round(count).toLocaleString('en-US');

/** A function's version, or a target group's name. */
const partName = (part: string): string => (/^\d+$/.test(part) ? `version ${part}` : (part.split('/').at(-2) ?? part));

function sentence({ source, parts }: Report, all: Count, before: Report | undefined): string {
  if (all.failed < 0.5) return `all ${whole(all.requests)} requests to ${source} were answered`;
  const share = ((all.failed / all.requests) * 100).toFixed(1);
  const byPart = Object.entries(parts)
    .map(([part, tally]) => ({ part, ...since(tally, before?.parts[part]) }))
    .filter(({ failed }) => failed >= 0.5)
    .map(({ part, requests, failed }) => `${whole(failed)} of the ${whole(requests)} that ${partName(part)} got`);
  return `${share} % of ${whole(all.requests)} requests to ${source} failed: ${byPart.join(', ')}`;
}

/** One line for each source that sent requests between two looks. */
export function requestLines(before: readonly Report[], now: readonly Report[], { color, symbols }: Style): string[] {
  return now.flatMap((report) => {
    const earlier = before.find((one) => one.source === report.source && one.region === report.region);
    const all = since(report, earlier);
    if (all.requests < 0.5) return [];
    const sign = all.failed < 0.5 ? color.green(symbols.ok) : color.yellow(symbols.warning);
    return [`  ${sign} ${oneLine(sentence(report, all, earlier))}`];
  });
}
