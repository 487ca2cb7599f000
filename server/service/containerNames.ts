/** Container names as symbols, across the task and service definitions of a workload. Pure. */
import type { Node } from 'jsonc-parser';
import type { ConfigDocument } from './document.ts';
import { innermostAt, patternOf } from './json/location.ts';
import type { FileSpan, FileView, WorkloadView } from './knowledge.ts';
import { renderedRange } from './rendered.ts';

const DEFINITIONS: ReadonlySet<string> = new Set(['task containerDefinitions/*/name']);

const USES: ReadonlySet<string> = new Set([
  'service loadBalancers/*/containerName',
  'service serviceRegistries/*/containerName',
  'task containerDefinitions/*/dependsOn/*/containerName',
  'task containerDefinitions/*/volumesFrom/*/sourceContainer',
  'task containerDefinitions/*/links/*',
  'task proxyConfiguration/containerName',
]);

export interface ContainerPlace extends FileSpan {
  /** As written, expressions and all. */
  readonly text: string;
  /** What it comes to; as written where that is not known. */
  readonly name: string;
  readonly isDefinition: boolean;
}

/** Every place where a container is named. Without quotes. */
export function containerPlaces(workload: WorkloadView): ContainerPlace[] {
  return [...workload.documents.values()].flatMap((document) => {
    if (document.role !== 'task' && document.role !== 'service') return [];
    return stringsOf(document).flatMap(({ node, pattern }): ContainerPlace[] => {
      const isDefinition = DEFINITIONS.has(`${document.role} ${pattern}`);
      if (!isDefinition && !USES.has(`${document.role} ${pattern}`)) return [];
      const start = node.offset + 1;
      // A link may have an alias behind the name.
      const whole = document.text.slice(start, node.offset + node.length - 1);
      const text = pattern.endsWith('links/*') ? whole.replace(/:[^:{}]*$/, '') : whole;
      const end = start + text.length;
      const rendered = renderedRange(workload, document, { start, end });
      const name = rendered === undefined || rendered.sensitive ? text : rendered.text;
      return [{ path: document.path, start, end, text, name, isDefinition }];
    });
  });
}

/** The place at an offset. */
export function containerAt(view: FileView, offset: number): ContainerPlace | undefined {
  if (innermostAt(view.document, offset)?.type !== 'string') return undefined;
  return containerPlaces(view.workload).find(
    ({ path, start, end }) => path === view.document.path && start <= offset && offset <= end,
  );
}

function stringsOf({ json }: ConfigDocument): { node: Node; pattern: string }[] {
  const found: { node: Node; pattern: string }[] = [];
  const visit = (node: Node, path: readonly (string | number)[]): void => {
    if (node.type === 'string') found.push({ node, pattern: patternOf(path) });
    else if (node.type === 'array')
      for (const [i, child] of (node.children ?? []).entries()) visit(child, [...path, i]);
    else if (node.type === 'object') {
      for (const { children } of node.children ?? [])
        if (children?.[1]) visit(children[1], [...path, String(children[0]?.value)]);
    }
  };
  if (json) visit(json, []);
  return found;
}
