/** Images in ECR. */
import { DescribeImagesCommand, DescribePullThroughCacheRulesCommand } from '@aws-sdk/client-ecr';
import { EngineError } from '../../errors.ts';
import { type EcrImage, ecrImage } from '../../preflight/index.ts';
import type { Clients } from '../clients.ts';
import { orAbsent } from '../errors.ts';
import type { Lookup } from './lookup.ts';

export { ECRClient } from '@aws-sdk/client-ecr';

const ABSENT = ['ImageNotFoundException', 'RepositoryNotFoundException'] as const;

/**
 * An image of a repository that fills itself from another registry comes with the first pull: not there yet is not
 * missing. Source: ECR user guide, "Using pull through cache rules".
 */
export async function comesWhenPulled(
  clients: Clients,
  { account, region, repository }: EcrImage,
  abortSignal: AbortSignal,
) {
  const ecr = await clients.ecr(region);
  const command = new DescribePullThroughCacheRulesCommand({ registryId: account });
  const { pullThroughCacheRules = [] } = await ecr.send(command, { abortSignal });
  return pullThroughCacheRules.some(
    ({ ecrRepositoryPrefix: prefix = '' }) => prefix === 'ROOT' || repository.startsWith(`${prefix}/`),
  );
}

export const images: Lookup<'image'> = {
  most: 1,
  saysAbsent: () => false,
  async ask(clients, region, [id = ''], abortSignal) {
    const image = ecrImage(id);
    if (image === undefined) throw new EngineError('aws.not-an-image', `${id} is not an image of ECR`);
    const { account, repository, tag, digest } = image;
    const ecr = await clients.ecr(region);
    const imageIds = [digest === undefined ? { imageTag: tag } : { imageDigest: digest }];
    const command = new DescribeImagesCommand({ registryId: account, repositoryName: repository, imageIds });
    const found = await orAbsent(ecr.send(command, { abortSignal }), ...ABSENT);
    const isThere = found !== undefined || (await comesWhenPulled(clients, image, abortSignal));
    return new Map(isThere ? [[id, {}]] : []);
  },
};
