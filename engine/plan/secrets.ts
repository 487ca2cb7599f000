/**
 * Keeps secrets out of differences. Hidden are values that a sensitive input fed, texts of sensitive inputs wherever
 * they stand, and live environment values whose name says that they are secret: nobody knows any more where those came
 * from. Pure.
 */
import { type CheckedWorkload, objectOf } from '../check/checked.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { redactor, SENSITIVE } from '../redact.ts';
import { secretsOf } from './desired.ts';
import type { Difference } from './differences.ts';

/** Names that people give to secrets. Errs towards hiding. */
const SECRET_NAME =
  /pass(word|wd|phrase)?|secret|token|credential|private.?key|api.?key|access.?key|(^|[_-])(pwd|key|dsn|auth)($|[_-])/i;

const related = (a: string, b: string) => a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);

/** Pointers of sensitive values, as differences name them: task definitions stand under `/taskDefinition`. */
function sensitivePointers(workload: CheckedWorkload): string[] {
  return workload.files.flatMap((file) =>
    [...file.sensitive].map((path) => (file.role === 'task' ? `/taskDefinition${path}` : path)),
  );
}

/** Pointers of environment values with a secret's name, in the desired document. */
function secretlyNamed(workload: CheckedWorkload): string[] {
  const found: string[] = [];
  const containers = objectOf(workload, 'task')?.['containerDefinitions'];
  for (const [c, container] of (Array.isArray(containers) ? containers : []).entries()) {
    const environment = isObject(container) ? container['environment'] : undefined;
    for (const [e, entry] of (Array.isArray(environment) ? environment : []).entries()) {
      if (isObject(entry) && SECRET_NAME.test(String(entry['name']))) {
        found.push(`/taskDefinition/containerDefinitions/${c}/environment/${e}`);
      }
    }
  }
  return found;
}

function hideNamed(value: Json): Json {
  if (Array.isArray(value)) return value.map(hideNamed);
  if (!isObject(value)) return value;
  if (typeof value['name'] === 'string' && SECRET_NAME.test(value['name']) && value['value'] !== undefined) {
    return { ...value, value: SENSITIVE };
  }
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, hideNamed(member ?? null)]));
}

function hideVariables(value: Json): Json {
  if (!isObject(value)) return value;
  const hide = (members: JsonObject): JsonObject =>
    Object.fromEntries(
      Object.entries(members).map(([key, member]) => [
        key,
        isObject(member) ? hide(member) : SECRET_NAME.test(key) ? SENSITIVE : (member ?? null),
      ]),
    );
  return hide(value);
}

const hidden = (side: Json): Json => (side === null ? null : SENSITIVE);

function mask(difference: Difference, pointers: readonly string[]): Difference {
  const { path, live, desired } = difference;
  if (pointers.some((secret) => related(secret, path))) return { path, live: hidden(live), desired: hidden(desired) };
  if (/^\/Environment(\/|$)/.test(path)) {
    const name = /^\/Environment\/Variables\/(.+)$/.exec(path)?.[1];
    if (name !== undefined && SECRET_NAME.test(name)) return { path, live: hidden(live), desired: hidden(desired) };
    return { path, live: hideVariables(live), desired: hideVariables(desired) };
  }
  return { path, live: hideNamed(live), desired: hideNamed(desired) };
}

/**
 * Differences as anybody may see them.
 *
 * @param before the workload as it was: what its sensitive inputs fed may still run
 */
export function maskSecrets(
  found: readonly Difference[],
  workload: CheckedWorkload,
  before?: CheckedWorkload,
): Difference[] {
  const pointers = [...sensitivePointers(workload), ...secretlyNamed(workload)];
  const redact = redactor([workload, ...(before === undefined ? [] : [before])].flatMap(secretsOf));
  return redact(found.map((difference) => mask(difference, pointers)));
}
