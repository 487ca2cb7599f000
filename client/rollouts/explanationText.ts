/** Why a rollout ended as it did, as Markdown. Pure. What AWS and repositories say is shown as text, never as markup. */
import type { Explanation } from '../../engine/index.ts';
import { duration, shortCommit, upperFirst } from '../words.ts';

/** Text from outside, harmless inside Markdown: of addresses, too, it would make links, and take what follows into them. */
export const plain = (text: string): string =>
  text.replace(/[\\`*_{}[\]<>#|!()~&@]|:(?=\/\/)|(?<=\bwww)\./gi, '\\$&').replaceAll(/\s+/g, ' ');

/** Any text in a code block: the fence is longer than every run of backticks in it. */
function block(lines: readonly string[], language = ''): string[] {
  const longest = Math.max(2, ...lines.flatMap((line) => [...line.matchAll(/`+/g)].map(([run]) => run.length)));
  const fence = '`'.repeat(longest + 1);
  return [`${fence}${language}`, ...lines, fence, ''];
}

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [`## ${title}`, '', ...lines, ''];

export function explanationText({
  rollout,
  outcome,
  failure,
  evidence,
  logs,
  change,
  edit,
  missing,
}: Explanation): string {
  const took = rollout.endedAt === null ? '' : ` after ${duration(rollout.endedAt - rollout.startedAt)}`;
  const title = [
    `# ${plain(rollout.workload)}: ${outcome}`,
    '',
    `${plain(upperFirst(rollout.phase))}${took}: ${plain(rollout.message)}`,
    '',
  ];
  if (failure === null) return [...title, 'There is nothing to explain.', ''].join('\n');
  return [
    ...title,
    ...section('What happened', [
      `**${plain(upperFirst(failure.message))}** (class: ${failure.class})`,
      ...(failure.requestId === null ? [] : ['', `AWS request id \`${failure.requestId.replaceAll('`', '')}\``]),
    ]),
    ...section('Why', failure.cause === null ? [] : [plain(upperFirst(failure.cause))]),
    ...section('What to do next', [plain(upperFirst(failure.next))]),
    ...section('Proposed edit', editLines(edit)),
    ...section(
      'Evidence',
      evidence.map(({ kind, text }) => `- ${kind}: ${plain(text)}`),
    ),
    ...section(
      'Last log lines',
      logs.flatMap(({ stream, container, lines }) => [
        `${plain(container ?? 'function')}, ${plain(stream)}`,
        '',
        ...block(lines.map(({ text }) => text.replaceAll(/[\r\n]/g, ' '))),
      ]),
    ),
    ...section('What changed', changeLines(change)),
    ...section(
      'What could not be looked at',
      missing.map((text) => `- ${plain(text)}`),
    ),
  ].join('\n');
}

function editLines(edit: Explanation['edit']): string[] {
  if (edit === null) return [];
  if (edit.place === null) return [plain(upperFirst(edit.description))];
  const { path, line, removed, added } = edit.place;
  return [
    plain(upperFirst(edit.description)),
    '',
    `${plain(path)}:${line}`,
    '',
    ...block([...removed.map((text) => `- ${text}`), ...added.map((text) => `+ ${text}`)], 'diff'),
  ];
}

function changeLines(change: Explanation['change']): string[] {
  if (change === null) return [];
  const { commit, subject, author, files, differences } = change;
  const what = commit === null ? 'the working tree' : `${shortCommit(commit)} ${subject ?? ''}`;
  return [
    `${plain(what)}${author === null ? '' : `, by ${plain(author)}`}`,
    '',
    ...files.map(({ path, change: kind }) => `- ${kind}: ${plain(path)}`),
    '',
    ...(differences.length === 0
      ? []
      : block(
          differences.flatMap(({ path, before, after }) => [
            `  ${path}`,
            ...(before === null ? [] : [`- ${JSON.stringify(before)}`]),
            ...(after === null ? [] : [`+ ${JSON.stringify(after)}`]),
          ]),
          'diff',
        )),
  ];
}
