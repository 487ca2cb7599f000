/** Rendered files of small workloads. */
import type { JsonObject } from '../../../engine/json.ts';
import type { Files } from './stage.ts';

interface Web {
  readonly image?: string;
  readonly desiredCount?: number;
  readonly service?: JsonObject;
  readonly deployment?: JsonObject;
  readonly healthCheck?: boolean;
}

/** An ECS service on Fargate. */
export function web({
  image = 'shop/web:1',
  desiredCount = 2,
  service = {},
  deployment = {},
  healthCheck = false,
}: Web = {}): Files {
  return {
    service: {
      cluster: 'prod',
      serviceName: 'web',
      desiredCount,
      launchType: 'FARGATE',
      networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-0a1b2c3d'], securityGroups: ['sg-0a1b2c3d'] } },
      ...service,
    },
    task: {
      family: 'web',
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      cpu: '256',
      memory: '512',
      executionRoleArn: 'arn:aws:iam::123456789012:role/execution',
      containerDefinitions: [
        {
          name: 'web',
          image,
          portMappings: [{ containerPort: 8080 }],
          ...(healthCheck ? { healthCheck: { command: ['CMD', 'true'], interval: 10, retries: 2 } } : {}),
        },
      ],
    },
    ecsDeployment: {
      stabilityCheck: { timeout: 600, pollInterval: 10 },
      gmDeploymentCircuitBreaker: { failureThreshold: 2 },
      ...deployment,
    },
  };
}

interface Fn {
  readonly key?: string;
  readonly definition?: JsonObject;
  readonly deployment?: JsonObject;
}

/** A Lambda function with its code in S3. */
export function resize({ key = 'resize-1.zip', definition = {}, deployment = {} }: Fn = {}): Files {
  return {
    function: {
      FunctionName: 'resize',
      Role: 'arn:aws:iam::123456789012:role/resize',
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Code: { S3Bucket: 'artifacts', S3Key: key },
      MemorySize: 256,
      ...definition,
    },
    lambdaDeployment: { alias: 'live', ...deployment },
  };
}
