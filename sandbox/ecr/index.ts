/**
 * Amazon ECR, as far as a deployment looks at it: which images there are. They come from the scenario; without a list
 * there, every image exists.
 */
import { AwsFault } from '../fault.ts';
import { objects, text } from '../input.ts';
import type { Output } from '../json.ts';
import { matchesGlob } from '../scenario/index.ts';
import type { Operation, Service } from '../service.ts';
import type { Region } from '../world.ts';

function uriOf(region: Region, registry: string, repository: string, image: Output): string {
  const { imageTag, imageDigest } = image;
  const what = imageDigest === undefined ? `:${String(imageTag)}` : `@${String(imageDigest)}`;
  return `${registry}.dkr.ecr.${region.name}.amazonaws.com/${repository}${what}`;
}

/** Without image ids the whole repository would be listed, which the sandbox does not know. */
const describeImages: Operation = (input, { region }) => {
  const registry = text(input, 'registryId') ?? region.account;
  const repository = text(input, 'repositoryName') ?? '';
  const ids = objects(input, 'imageIds') ?? [];
  if (ids.length === 0)
    throw new AwsFault('InvalidParameterException', 'the sandbox describes images by their ids only');
  const { images } = region.scenario.given;
  const isThere = (uri: string) => images === undefined || images.some((glob) => matchesGlob(glob, uri));
  const missing = ids.find((id) => !isThere(uriOf(region, registry, repository, id)));
  if (missing !== undefined) {
    const said = `imageDigest:'${String(missing['imageDigest'] ?? 'null')}', imageTag:'${String(missing['imageTag'] ?? 'null')}'`;
    const message = `The image with imageId {${said}} does not exist within the repository with name '${repository}' in the registry with id '${registry}'`;
    throw new AwsFault('ImageNotFoundException', message);
  }
  return {
    imageDetails: ids.map(({ imageTag, imageDigest }) => ({
      registryId: registry,
      repositoryName: repository,
      imageDigest: imageDigest ?? `sha256:${region.random(`image/${repository}/${String(imageTag)}`).hex(64)}`,
      ...(imageTag === undefined ? {} : { imageTags: [imageTag] }),
      imageSizeInBytes: 50_000_000,
      imagePushedAt: region.world.startedAt / 1000,
    })),
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
  operations: { DescribeImages: describeImages, DescribePullThroughCacheRules: describePullThroughCacheRules },
  bucket: () => undefined,
  throttled: () => new AwsFault('ThrottlingException', 'Rate exceeded'),
};
