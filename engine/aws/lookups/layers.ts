/** Versions of Lambda layers. */
import { GetLayerVersionByArnCommand } from '@aws-sdk/client-lambda';
import { type Lookup, oneOf } from './lookup.ts';

export const layers: Lookup<'layer'> = {
  most: 1,
  saysAbsent: oneOf('ResourceNotFoundException'),
  async ask(clients, region, [id = ''], abortSignal) {
    const lambda = await clients.lambda(region);
    await lambda.send(new GetLayerVersionByArnCommand({ Arn: id }), { abortSignal });
    return new Map([[id, {}]]);
  },
};
