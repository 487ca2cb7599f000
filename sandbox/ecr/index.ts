/**
 * Amazon ECR, as far as a deployment looks at it: which images there are. They come from the scenario; without a list
 * there, every image exists.
 */
import { AwsFault } from '../fault.ts';
import { objects, text, whole } from '../input.ts';
import type { JsonObject, Output } from '../json.ts';
import { type Page, pageOf } from '../page.ts';
import { matchesGlob } from '../scenario/index.ts';
import type { Operation, Service } from '../service.ts';
import type { Region } from '../world.ts';

function uriOf(region: Region, registry: string, repository: string, image: Output): string {
  const { imageTag, imageDigest } = image;
  const what = imageDigest === undefined ? `:${String(imageTag)}` : `@${String(imageDigest)}`;
  return `${registry}.dkr.ecr.${region.name}.amazonaws.com/${repository}${what}`;
}

/** What `given` names exactly of the registry: globs stand for no image in particular. */
function namedImages(region: Region, registry: string): { readonly repository: string; readonly tag: string }[] {
  const { images } = region.scenario.given;
  if (images === undefined) {
    const message = 'the sandbox lists images only where its scenario gives them; those that are asked for exist';
    throw new AwsFault('InvalidParameterException', message);
  }
  const prefix = `${registry}.dkr.ecr.${region.name}.amazonaws.com/`;
  return images.flatMap((uri) => {
    const [repository = '', tag] = uri.startsWith(prefix) ? uri.slice(prefix.length).split(/:([^/]*)$/) : [];
    return tag === undefined || /[*?@]/.test(uri) ? [] : [{ repository, tag }];
  });
}

function ecrPage<T>(region: Region, input: JsonObject, items: readonly T[], keyOf: (item: T) => string): Page<T> {
  const size = whole(input, 'maxResults') ?? 100;
  if (size < 1 || size > 1_000)
    throw new AwsFault('InvalidParameterException', `maxResults is from 1 to 1000: ${size}`);
  return pageOf(items, keyOf, {
    token: text(input, 'nextToken'),
    size: Math.min(size, region.world.pageSize),
    badToken: () => new AwsFault('InvalidParameterException', 'Invalid parameter: nextToken'),
  });
}

const describeRepositories: Operation = (input, { region }) => {
  const registryId = text(input, 'registryId') ?? region.account;
  const names = [...new Set(namedImages(region, registryId).map(({ repository }) => repository))].sort();
  const page = ecrPage(region, input, names, (name) => name);
  return {
    repositories: page.items.map((repositoryName) => ({
      registryId,
      repositoryName,
      repositoryArn: `arn:aws:ecr:${region.name}:${registryId}:repository/${repositoryName}`,
      repositoryUri: `${registryId}.dkr.ecr.${region.name}.amazonaws.com/${repositoryName}`,
      createdAt: region.world.startedAt / 1000,
    })),
    nextToken: page.nextToken,
  };
};

const showImage = (
  region: Region,
  registryId: string,
  repositoryName: string,
  tag: unknown,
  digest?: unknown,
): Output => ({
  registryId,
  repositoryName,
  imageDigest: String(digest ?? `sha256:${region.random(`image/${repositoryName}/${String(tag)}`).hex(64)}`),
  ...(tag === undefined ? {} : { imageTags: [String(tag)] }),
  imageSizeInBytes: 50_000_000,
  imagePushedAt: region.world.startedAt / 1000,
});

/** By ids, or the whole repository page by page. */
const describeImages: Operation = (input, { region }) => {
  const registry = text(input, 'registryId') ?? region.account;
  const repository = text(input, 'repositoryName') ?? '';
  const ids = objects(input, 'imageIds') ?? [];
  if (ids.length === 0) {
    const there = namedImages(region, registry).filter((image) => image.repository === repository);
    if (there.length === 0) {
      const message = `The repository with name '${repository}' does not exist in the registry with id '${registry}'`;
      throw new AwsFault('RepositoryNotFoundException', message);
    }
    const page = ecrPage(region, input, there, ({ tag }) => tag);
    return {
      imageDetails: page.items.map(({ tag }) => showImage(region, registry, repository, tag)),
      nextToken: page.nextToken,
    };
  }
  const { images } = region.scenario.given;
  const isThere = (uri: string) => images === undefined || images.some((glob) => matchesGlob(glob, uri));
  const missing = ids.find((id) => !isThere(uriOf(region, registry, repository, id)));
  if (missing !== undefined) {
    const said = `imageDigest:'${String(missing['imageDigest'] ?? 'null')}', imageTag:'${String(missing['imageTag'] ?? 'null')}'`;
    const message = `The image with imageId {${said}} does not exist within the repository with name '${repository}' in the registry with id '${registry}'`;
    throw new AwsFault('ImageNotFoundException', message);
  }
  return {
    imageDetails: ids.map(({ imageTag, imageDigest }) =>
      showImage(region, registry, repository, imageTag, imageDigest),
    ),
  };
};

const describePullThroughCacheRules: Operation = (input, { region }) => ({
  pullThroughCacheRules: (region.scenario.given.pullThroughCaches ?? []).map((prefix) => ({
    ecrRepositoryPrefix: prefix,
    upstreamRegistryUrl: 'public.ecr.aws',
    upstreamRegistry: 'ecr-public',
    registryId: text(input, 'registryId') ?? region.account,
  })),
});

export const ecr: Service = {
  signingName: 'ecr',
  protocol: 'awsJson1_1',
  targetPrefix: 'AmazonEC2ContainerRegistry_V20150921',
  operations: {
    DescribeRepositories: describeRepositories,
    DescribeImages: describeImages,
    DescribePullThroughCacheRules: describePullThroughCacheRules,
  },
  bucket: () => undefined,
  throttled: () => new AwsFault('ThrottlingException', 'Rate exceeded'),
};
