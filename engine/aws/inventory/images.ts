/** Repositories of ECR, and the tags of one. */
import { DescribeImagesCommand, DescribeRepositoriesCommand, type ImageDetail } from '@aws-sdk/client-ecr';
import { EngineError } from '../../errors.ts';
import { ecrImage } from '../../preflight/index.ts';
import { orAbsent } from '../errors.ts';
import { comesWhenPulled } from '../lookups/images.ts';
import { type Listing, words } from './page.ts';

/** Source: ECR API reference, DescribeRepositories and DescribeImages: maxResults. */
const PER_PAGE = 1_000;

export const repositories: Listing = async ({ clients, region, token: nextToken, abortSignal }) => {
  const ecr = await clients.ecr(region);
  const page = await ecr.send(new DescribeRepositoriesCommand({ maxResults: PER_PAGE, nextToken }), { abortSignal });
  const things = (page.repositories ?? []).map(({ repositoryUri = '' }) => ({
    id: repositoryUri,
    detail: 'ECR repository',
  }));
  return { things, token: page.nextToken };
};

const pushedAt = ({ imagePushedAt }: ImageDetail): number => imagePushedAt?.getTime() ?? 0;

/** Of a repository, by its URI, which has an account and a region of its own. Each page has the newest first. */
export const images: Listing = async ({ clients, of, token: nextToken, abortSignal }) => {
  const image = ecrImage(of);
  if (image === undefined) throw new EngineError('aws.not-an-image', `${of} is not a repository of ECR`);
  const { account: registryId, region, repository: repositoryName } = image;
  const ecr = await clients.ecr(region);
  const filter = { tagStatus: 'TAGGED' } as const;
  const command = new DescribeImagesCommand({ registryId, repositoryName, filter, maxResults: PER_PAGE, nextToken });
  const page = await orAbsent(ecr.send(command, { abortSignal }), 'RepositoryNotFoundException');
  const newest = (page?.imageDetails ?? []).toSorted((a, b) => pushedAt(b) - pushedAt(a));
  const things = newest.flatMap(({ imageTags = [], imagePushedAt }) =>
    imageTags.map((tag) => ({
      id: `${of}:${tag}`,
      detail: words(imagePushedAt && `pushed ${imagePushedAt.toISOString().slice(0, 16).replace('T', ' ')}`),
    })),
  );
  // What fills itself from another registry has what was not pulled yet, too.
  const isPartial = page?.nextToken === undefined && (await comesWhenPulled(clients, image, abortSignal));
  return { things, token: page?.nextToken, isPartial };
};
