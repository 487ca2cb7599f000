/**
 * The SDK's own clients against every operation that the sandbox has: each answer is parsed, each refusal is an error
 * with a name, a text and a request id; and every error that a client models comes out as its own class.
 */
import assert from 'node:assert/strict';
import * as apigateway from '@aws-sdk/client-apigatewayv2';
import * as cloudwatch from '@aws-sdk/client-cloudwatch';
import * as logs from '@aws-sdk/client-cloudwatch-logs';
import * as ec2 from '@aws-sdk/client-ec2';
import * as ecr from '@aws-sdk/client-ecr';
import * as ecs from '@aws-sdk/client-ecs';
import * as elbv2 from '@aws-sdk/client-elastic-load-balancing-v2';
import * as iam from '@aws-sdk/client-iam';
import * as lambda from '@aws-sdk/client-lambda';
import * as secrets from '@aws-sdk/client-secrets-manager';
import * as ssm from '@aws-sdk/client-ssm';
import * as sts from '@aws-sdk/client-sts';
import { apiGateway as apiGatewayService } from '../../sandbox/apigateway/index.ts';
import { cloudwatch as cloudwatchService } from '../../sandbox/cloudwatch/index.ts';
import { ec2 as ec2Service } from '../../sandbox/ec2/index.ts';
import { ecr as ecrService } from '../../sandbox/ecr/index.ts';
import { ecs as ecsService } from '../../sandbox/ecs/index.ts';
import { elbv2 as elbv2Service } from '../../sandbox/elbv2/index.ts';
import { iam as iamService } from '../../sandbox/iam/index.ts';
import { lambda as lambdaService } from '../../sandbox/lambda/index.ts';
import { logs as logsService } from '../../sandbox/logs/index.ts';
import { secretsManager as secretsService } from '../../sandbox/secretsmanager/index.ts';
import type { Service } from '../../sandbox/service.ts';
import { ssm as ssmService } from '../../sandbox/ssm/index.ts';
import { sts as stsService } from '../../sandbox/sts/index.ts';
import { ACCOUNT, type Aws, REGION, startAws } from './aws.ts';

interface Sender {
  send(command: object): Promise<{ readonly $metadata: { readonly httpStatusCode?: number } }>;
}

interface Case {
  readonly service: Service;
  /** The client's module: commands and error classes by name. */
  readonly module: Readonly<Record<string, unknown>>;
  readonly client: (aws: Aws) => unknown;
  /** A call that needs nothing, for errors to be put in its way. */
  readonly call: string;
}

/** Of clients that only this file needs. */
const settings = (aws: Aws) => ({
  endpoint: aws.sandbox.endpoint,
  region: REGION,
  credentials: { accessKeyId: ACCOUNT, secretAccessKey: 'secret' },
  maxAttempts: 1,
});

const CASES: Readonly<Record<string, Case>> = {
  ECS: { service: ecsService, module: ecs, client: (aws) => aws.ecs, call: 'ListClusters' },
  Lambda: { service: lambdaService, module: lambda, client: (aws) => aws.lambda, call: 'ListFunctions' },
  CloudWatch: {
    service: cloudwatchService,
    module: cloudwatch,
    client: (aws) => aws.cloudwatch,
    call: 'DescribeAlarms',
  },
  'Elastic Load Balancing': {
    service: elbv2Service,
    module: elbv2,
    client: (aws) => aws.elbv2,
    call: 'DescribeLoadBalancers',
  },
  'API Gateway': { service: apiGatewayService, module: apigateway, client: (aws) => aws.apis, call: 'GetApis' },
  'Secrets Manager': { service: secretsService, module: secrets, client: (aws) => aws.secrets, call: 'DescribeSecret' },
  SSM: { service: ssmService, module: ssm, client: (aws) => aws.ssm, call: 'GetParameters' },
  Logs: { service: logsService, module: logs, client: (aws) => aws.logs, call: 'DescribeLogGroups' },
  EC2: { service: ec2Service, module: ec2, client: (aws) => new ec2.EC2Client(settings(aws)), call: 'DescribeSubnets' },
  IAM: { service: iamService, module: iam, client: (aws) => new iam.IAMClient(settings(aws)), call: 'GetRole' },
  ECR: { service: ecrService, module: ecr, client: (aws) => new ecr.ECRClient(settings(aws)), call: 'DescribeImages' },
  STS: { service: stsService, module: sts, client: (aws) => aws.sts, call: 'GetCallerIdentity' },
};

/** What stands in paths, so that a request can be made at all; the rest is left out. */
const PATHS = {
  FunctionName: 'nobody',
  Name: 'nobody',
  Qualifier: '1',
  UUID: '00000000-0000-4000-8000-000000000000',
  Resource: 'arn:aws:lambda:us-west-2:111122223333:function:nobody',
  StatementId: 'nobody',
  ApiId: 'nobody',
  IntegrationId: 'nobody',
  RouteId: 'nobody',
  StageName: 'nobody',
  DeploymentId: 'nobody',
  TagKeys: ['nobody'],
  ResourceArn: 'arn:aws:apigateway:us-west-2::/apis/nobody',
};

function commandOf(module: Case['module'], operation: string, input: object = PATHS): object {
  const Command = module[`${operation}Command`] as (new (input: object) => object) | undefined;
  assert.ok(Command, `the SDK has no ${operation}: is it spelled as in AWS?`);
  return new Command(input);
}

const isClass = (value: unknown): value is new (...of: never[]) => Error => typeof value === 'function';

/** Error classes of a client, without the base that all of them share. */
function modelled({ module }: Case) {
  return Object.entries(module).filter(
    (entry): entry is [string, new (...of: never[]) => Error] =>
      isClass(entry[1]) && entry[1].prototype instanceof Error && !/ServiceException$/.test(entry[0]),
  );
}

for (const [name, one] of Object.entries(CASES)) {
  describe(`the SDK's client for ${name}`, () => {
    it('parses what every operation of the sandbox answers', async () => {
      await using aws = await startAws({ throttling: false });
      const client = one.client(aws) as Sender;
      for (const operation of Object.keys(one.service.operations)) {
        const outcome = await client.send(commandOf(one.module, operation)).catch((error: unknown) => error);
        const {
          $metadata,
          $fault,
          message,
          name: code,
        } = outcome as Error & {
          $metadata?: { httpStatusCode?: number; requestId?: string };
          $fault?: string;
        };
        const said = `${operation}: ${code}: ${message}`;
        assert.ok($metadata?.requestId, said);
        if (!(outcome instanceof Error)) continue;
        assert.equal($fault, 'client', said);
        assert.ok(!/^(?:Error|SyntaxError|TypeError|UnknownError|UnknownOperationException)$/.test(code), said);
        // AWS's own ParameterNotFound comes without a text.
        assert.ok(code === 'ParameterNotFound' || (message !== '' && message !== 'UnknownError'), said);
      }
    });

    it('makes its own class of every error that it models', async () => {
      await using aws = await startAws({ throttling: false });
      const client = one.client(aws) as Sender;
      const classes = modelled(one);
      // EC2 models no error at all: its codes are the errors' names.
      assert.ok(classes.length > 0 || name === 'EC2');
      for (const [shape, Class] of classes) {
        // AWS's code is the shape's name, or that name without its last word.
        const codes = [...new Set([shape, shape.replace(/(?:Exception|Fault|Error)$/, '')])];
        const got: unknown[] = [];
        for (const error of codes) {
          aws.rules({ when: { operation: '*' }, then: { error, message: 'as asked' } });
          got.push(
            await client
              .send(commandOf(one.module, one.call, { SecretId: 'x', Names: ['x'] }))
              .catch((caught: unknown) => caught),
          );
        }
        const right = got.find((error) => error instanceof Class) as Error | undefined;
        assert.ok(right, `${shape}: ${got.map((error) => (error as Error).name).join(', ')}`);
        assert.ok(/as asked/.test(right.message) || right.message === '', `${shape}: ${right.message}`);
      }
    });
  });
}
