/** Lambda operations on layers: whether a version is there. They come from the scenario; without a list, every one is. */
import { text } from '../input.ts';
import { matchesGlob } from '../scenario/index.ts';
import type { Operation } from '../service.ts';
import { notFound, validation } from './faults.ts';

const getLayerVersionByArn: Operation = (input, { region }) => {
  const arn = text(input, 'Arn') ?? '';
  const version = /^(arn:[\w-]+:lambda:[\w-]+:\d{12}:layer:[\w-]+):(\d+)$/.exec(arn);
  if (version === null)
    throw validation(arn, 'arn', 'Member must satisfy regular expression pattern of a layer version');
  const { layers } = region.scenario.given;
  if (layers !== undefined && !layers.some((glob) => matchesGlob(glob, arn)))
    throw notFound('The resource you requested does not exist.');
  return { LayerVersionArn: arn, LayerArn: version[1]!, Version: Number(version[2]), Description: '' };
};

export const layerOperations = { GetLayerVersionByArn: getLayerVersionByArn };
