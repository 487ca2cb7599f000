/** Times the check of one workload in this process, warm, beside two known ways to look at the same JSON. */
import { getLanguageService } from 'vscode-json-languageservice';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { checkWorkload } from '../engine/check/index.ts';
import { groupWorkloads, inputReferences, type WorkloadSource } from '../engine/config/index.ts';

const ROUNDS = 500;
const WARM_UP = 200;

function sourceOf(files: Record<string, string>): WorkloadSource {
  const [workload] = groupWorkloads(Object.keys(files));
  const { path, kind } = workload!;
  const own = workload!.files.map((file) => ({ ...file, text: files[file.path]! }));
  const input = own.find(({ role }) => role === 'input');
  const references = inputReferences(input?.text ?? '').references.map((place) => ({
    ...place,
    problem: undefined,
    text: files[place.path]!,
  }));
  return { path, kind, files: own, references };
}

/** Wall times in ms, one per round. */
async function time(work: () => unknown): Promise<number[]> {
  const taken: number[] = [];
  for (let i = 0; i < WARM_UP + ROUNDS; i++) {
    const started = performance.now();
    await work();
    if (i >= WARM_UP) taken.push(performance.now() - started);
  }
  return taken;
}

export async function timeChecks(
  files: Record<string, string>,
): Promise<{ check: number[]; parse: number[]; languageService: number[] }> {
  const source = sourceOf(files);
  const checked = checkWorkload(source);
  if (checked.findings.length > 0) {
    console.error(checked.findings);
    process.exit(1);
  }
  const texts = checked.files.map((file) => file.text ?? '');
  const service = getLanguageService({});
  const validate = () =>
    Promise.all(
      texts.map((text, i) => {
        const document = TextDocument.create(`file:///${i}.json`, 'json', 1, text);
        return service.doValidation(document, service.parseJSONDocument(document));
      }),
    );
  return {
    check: await time(() => checkWorkload(source)),
    parse: await time(() => texts.map((text) => JSON.parse(text))),
    languageService: await time(validate),
  };
}
