/** Where AWS is asked, as `--endpoint-url` says: one URL for all regions, and others for some. */
import { EngineError } from '../../engine/index.ts';

export interface Endpoints {
  /** Undefined where the SDK is to find it. */
  readonly everywhere: string | undefined;
  readonly byRegion: ReadonlyMap<string, string>;
}

/** `eu-west-1=http://…` */
const OF_REGION = /^([a-z]{2}(?:-[a-z]+)+-\d+)=(.*)$/s;

function checked(url: string): string {
  if (URL.canParse(url) && /^https?:/.test(url)) return url;
  throw new EngineError('cli.not-a-url', `--endpoint-url is not a URL: ${url}`, {
    kind: 'usage',
    hint: 'give a URL such as http://127.0.0.1:4566, or one for a region such as eu-west-1=http://127.0.0.1:4566',
  });
}

/** @throws EngineError `cli.not-a-url` (usage) */
export function endpointsOf(given: readonly string[]): Endpoints {
  let everywhere: string | undefined;
  const byRegion = new Map<string, string>();
  for (const text of given) {
    const [, region, url = ''] = OF_REGION.exec(text) ?? [];
    if (region === undefined) everywhere = checked(text);
    else byRegion.set(region, checked(url));
  }
  return { everywhere, byRegion };
}
