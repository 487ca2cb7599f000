/** Secrets: that they are there. Asks only what answers without their values. */
import { DescribeSecretCommand } from '@aws-sdk/client-secrets-manager';
import { type Lookup, oneOf } from './lookup.ts';

export { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

export const secrets: Lookup<'secret'> = {
  most: 1,
  saysAbsent: oneOf('ResourceNotFoundException'),
  async ask(clients, region, [id = ''], abortSignal) {
    const manager = await clients.secretsManager(region);
    const answer = await manager.send(new DescribeSecretCommand({ SecretId: id }), { abortSignal });
    const stages = Object.values(answer.VersionIdsToStages ?? {}).flat();
    return new Map([[id, { isDeleted: answer.DeletedDate !== undefined, stages: [...new Set(stages)] }]]);
  },
};
