import assert from 'node:assert/strict';
import {
  ConflictException,
  CreateApiCommand,
  CreateDeploymentCommand,
  CreateIntegrationCommand,
  type CreateIntegrationCommandInput,
  CreateRouteCommand,
  CreateStageCommand,
  DeleteApiCommand,
  DeleteDeploymentCommand,
  DeleteIntegrationCommand,
  DeleteRouteCommand,
  GetApiCommand,
  GetApisCommand,
  GetDeploymentsCommand,
  GetIntegrationCommand,
  GetIntegrationsCommand,
  GetRouteCommand,
  GetRoutesCommand,
  GetStageCommand,
  NotFoundException,
  UpdateApiCommand,
  UpdateIntegrationCommand,
  UpdateRouteCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-apigatewayv2';
import {
  AddPermissionCommand,
  CreateAliasCommand,
  CreateFunctionCommand,
  RemovePermissionCommand,
} from '@aws-sdk/client-lambda';
import { ACCOUNT, type Aws, errorOf, MINUTE, REGION, SECOND, startAws } from '../aws.ts';

const ALIAS = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:orders:live`;

async function createApi(aws: Aws, Name = 'shop'): Promise<string> {
  const { ApiId } = await aws.apis.send(new CreateApiCommand({ Name, ProtocolType: 'HTTP' }));
  return ApiId!;
}

async function integrate(aws: Aws, ApiId: string, given: Partial<CreateIntegrationCommandInput> = {}): Promise<string> {
  const { IntegrationId } = await aws.apis.send(
    new CreateIntegrationCommand({
      ApiId,
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: ALIAS,
      PayloadFormatVersion: '2.0',
      ...given,
    }),
  );
  return IntegrationId!;
}

/** A function with alias `live` on its only version. */
async function createFunction(aws: Aws): Promise<void> {
  await aws.lambda.send(
    new CreateFunctionCommand({
      FunctionName: 'orders',
      Role: `arn:aws:iam::${ACCOUNT}:role/orders`,
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Code: { S3Bucket: 'code', S3Key: 'orders-1.zip' },
      Publish: true,
    }),
  );
  await aws.lambda.send(new CreateAliasCommand({ FunctionName: 'orders', Name: 'live', FunctionVersion: '1' }));
  await aws.clock.advance(MINUTE);
}

const allow = (aws: Aws, path: string) =>
  aws.lambda.send(
    new AddPermissionCommand({
      FunctionName: 'orders',
      Qualifier: 'live',
      StatementId: 'api',
      Action: 'lambda:InvokeFunction',
      Principal: 'apigateway.amazonaws.com',
      SourceArn: `arn:aws:execute-api:${REGION}:${ACCOUNT}:api1/${path}`,
    }),
  );

/** What becomes of ten seconds of requests, ten a second: those served, then those failed by reason. */
async function tenSeconds(aws: Aws): Promise<unknown> {
  const before = aws.sandbox.traffic[0];
  await aws.clock.advance(10 * SECOND);
  const after = aws.sandbox.traffic[0];
  const failures = Object.entries(after?.failures ?? {})
    .map(([reason, count]) => [reason, Math.round(count - (before?.failures[reason] ?? 0))] as const)
    .filter(([, count]) => count > 0);
  return [Math.round((after?.served ?? 0) - (before?.served ?? 0)), Object.fromEntries(failures)];
}

describe('requests to an HTTP API', () => {
  const traffic = [{ api: 'api1', route: 'r1', perSecond: 10 }];

  it('fail until API Gateway may invoke the alias for that very route, and are then served', async () => {
    const given = {
      apis: [{ apiId: 'api1', routes: [{ routeId: 'r1', routeKey: 'GET /a/{id}', functionArn: ALIAS }] }],
    };
    await using aws = await startAws({ given, traffic });
    await createFunction(aws);
    await aws.apis.send(new GetApiCommand({ ApiId: 'api1' }));
    assert.deepEqual(await tenSeconds(aws), [0, { 'no-permission': 100 }]);
    await allow(aws, '*/*/b');
    assert.deepEqual(await tenSeconds(aws), [0, { 'no-permission': 100 }]);
    await aws.lambda.send(
      new RemovePermissionCommand({ FunctionName: 'orders', Qualifier: 'live', StatementId: 'api' }),
    );
    await allow(aws, '*/*/a/{id}');
    assert.deepEqual(await tenSeconds(aws), [100, {}]);
  });

  it('follow the stage’s variable at once, and the route’s integration when it is deployed', async () => {
    const functionArn = ALIAS.replace('live', `\${stageVariables.lambdaAlias}`);
    const given = { apis: [{ apiId: 'api1', routes: [{ routeId: 'r1', functionArn }] }] };
    await using aws = await startAws({ given, traffic });
    await createFunction(aws);
    await allow(aws, '*/$default');
    const stage = { ApiId: 'api1', StageName: '$default' };
    await aws.apis.send(new UpdateStageCommand({ ...stage, AutoDeploy: false }));
    assert.deepEqual(await tenSeconds(aws), [0, { 'no-integration': 100 }]);
    await aws.apis.send(new UpdateStageCommand({ ...stage, StageVariables: { lambdaAlias: 'live' } }));
    assert.deepEqual(await tenSeconds(aws), [100, {}]);
    const { Items } = await aws.apis.send(new GetIntegrationsCommand({ ApiId: 'api1' }));
    const IntegrationId = Items?.[0]?.IntegrationId;
    const IntegrationUri = ALIAS.replace('live', 'gone');
    await aws.apis.send(new UpdateIntegrationCommand({ ApiId: 'api1', IntegrationId, IntegrationUri }));
    assert.deepEqual(await tenSeconds(aws), [100, {}]);
    await aws.apis.send(new CreateDeploymentCommand(stage));
    assert.deepEqual(await tenSeconds(aws), [0, { 'no-permission': 100 }]);
  });
});

describe('HTTP APIs', () => {
  it('are created, shown, changed and deleted', async () => {
    await using aws = await startAws({ pageSize: 1 });
    const ApiId = await createApi(aws);
    assert.match(ApiId, /^[a-z0-9]{10}$/);
    await createApi(aws, 'other');
    await aws.apis.send(new UpdateApiCommand({ ApiId, Description: 'the shop' }));
    const api = await aws.apis.send(new GetApiCommand({ ApiId }));
    assert.equal(api.ApiEndpoint, `https://${ApiId}.execute-api.us-west-2.amazonaws.com`);
    assert.deepEqual([api.Name, api.Description, api.ProtocolType], ['shop', 'the shop', 'HTTP']);
    const first = await aws.apis.send(new GetApisCommand({}));
    assert.deepEqual(
      first.Items?.map(({ Name }) => Name),
      ['shop'],
    );
    const second = await aws.apis.send(new GetApisCommand({ NextToken: first.NextToken }));
    assert.deepEqual(
      second.Items?.map(({ Name }) => Name),
      ['other'],
    );
    assert.equal(second.NextToken, undefined);
    await aws.apis.send(new DeleteApiCommand({ ApiId }));
    await assert.rejects(aws.apis.send(new GetApiCommand({ ApiId })), (error) => {
      assert.ok(error instanceof NotFoundException);
      assert.equal(error.message, `Invalid API identifier specified ${ACCOUNT}:${ApiId}`);
      return true;
    });
  });

  it('connect a route to a function’s alias through an integration', async () => {
    await using aws = await startAws();
    const ApiId = await createApi(aws);
    const IntegrationId = await integrate(aws, ApiId);
    const { RouteId } = await aws.apis.send(
      new CreateRouteCommand({ ApiId, RouteKey: 'GET /orders/{id}', Target: `integrations/${IntegrationId}` }),
    );
    const route = await aws.apis.send(new GetRouteCommand({ ApiId, RouteId }));
    assert.equal(route.Target, `integrations/${IntegrationId}`);
    const integration = await aws.apis.send(new GetIntegrationCommand({ ApiId, IntegrationId }));
    assert.deepEqual([integration.IntegrationUri, integration.TimeoutInMillis], [ALIAS, 30_000]);
    const other = ALIAS.replace(':live', `:\${stageVariables.lambdaAlias}`);
    await aws.apis.send(new UpdateIntegrationCommand({ ApiId, IntegrationId, IntegrationUri: other }));
    const { Items } = await aws.apis.send(new GetIntegrationsCommand({ ApiId }));
    assert.deepEqual(
      Items?.map(({ IntegrationUri }) => IntegrationUri),
      [other],
    );
    await assert.rejects(
      aws.apis.send(new DeleteIntegrationCommand({ ApiId, IntegrationId })),
      (error) => error instanceof ConflictException,
    );
    await aws.apis.send(new DeleteRouteCommand({ ApiId, RouteId }));
    await aws.apis.send(new DeleteIntegrationCommand({ ApiId, IntegrationId }));
    assert.deepEqual((await aws.apis.send(new GetRoutesCommand({ ApiId }))).Items, []);
  });

  it('deploy by themselves a moment after each change where a stage asks for it, once for changes at once', async () => {
    await using aws = await startAws();
    const ApiId = await createApi(aws);
    await aws.apis.send(new CreateStageCommand({ ApiId, StageName: '$default', AutoDeploy: true }));
    const Target = `integrations/${await integrate(aws, ApiId)}`;
    await aws.apis.send(new CreateRouteCommand({ ApiId, RouteKey: '$default', Target }));
    const stage = () => aws.apis.send(new GetStageCommand({ ApiId, StageName: '$default' }));
    assert.equal((await stage()).DeploymentId, undefined);
    await aws.clock.advance(5 * SECOND);
    const { DeploymentId } = await stage();
    const { Items } = await aws.apis.send(new GetDeploymentsCommand({ ApiId }));
    assert.deepEqual(
      Items?.map((item) => [item.DeploymentId, item.AutoDeployed, item.DeploymentStatus]),
      [[DeploymentId, true, 'DEPLOYED']],
    );
  });

  it('deploy by hand to a stage without automatic deployment', async () => {
    await using aws = await startAws();
    const ApiId = await createApi(aws);
    await aws.apis.send(new CreateStageCommand({ ApiId, StageName: 'prod' }));
    const tooEarly = aws.apis.send(new CreateDeploymentCommand({ ApiId, StageName: 'prod' }));
    assert.match(await errorOf(tooEarly), /^BadRequestException: At least one route is required/);
    await aws.apis.send(new CreateRouteCommand({ ApiId, RouteKey: 'ANY /' }));
    const { DeploymentId } = await aws.apis.send(new CreateDeploymentCommand({ ApiId, StageName: 'prod' }));
    const stage = await aws.apis.send(new GetStageCommand({ ApiId, StageName: 'prod' }));
    assert.equal(stage.DeploymentId, DeploymentId);
    const inUse = aws.apis.send(new DeleteDeploymentCommand({ ApiId, DeploymentId }));
    assert.match(await errorOf(inUse), /^BadRequestException: Active stages/);
    const later = await aws.apis.send(new CreateDeploymentCommand({ ApiId }));
    await aws.apis.send(new UpdateStageCommand({ ApiId, StageName: 'prod', DeploymentId: later.DeploymentId }));
    await aws.apis.send(new DeleteDeploymentCommand({ ApiId, DeploymentId }));
  });

  it('change the stage variables that are named, and take out those set to nothing', async () => {
    await using aws = await startAws();
    const ApiId = await createApi(aws);
    const StageName = 'prod';
    await aws.apis.send(new CreateStageCommand({ ApiId, StageName, StageVariables: { lambdaAlias: 'a', table: 't' } }));
    await aws.apis.send(
      new UpdateStageCommand({ ApiId, StageName, StageVariables: { lambdaAlias: 'b', table: '', level: '1' } }),
    );
    const { StageVariables } = await aws.apis.send(new GetStageCommand({ ApiId, StageName }));
    assert.deepEqual(StageVariables, { lambdaAlias: 'b', level: '1' });
  });

  it('make route, integration and stage at once for a target', async () => {
    await using aws = await startAws();
    const { ApiId } = await aws.apis.send(new CreateApiCommand({ Name: 'quick', ProtocolType: 'HTTP', Target: ALIAS }));
    const { Items } = await aws.apis.send(new GetRoutesCommand({ ApiId }));
    assert.deepEqual(
      Items?.map(({ RouteKey, ApiGatewayManaged }) => [RouteKey, ApiGatewayManaged]),
      [['$default', true]],
    );
  });

  it('are there with ids of one’s own where the scenario gives them', async () => {
    const given = {
      apis: [
        {
          apiId: 'api1',
          routes: [{ routeId: 'r1', routeKey: 'GET /', functionArn: ALIAS }, { routeId: 'r2' }],
          stages: [{ stageName: 'prod', variables: { lambdaAlias: 'live' } }],
        },
      ],
    };
    await using aws = await startAws({ given });
    const { Target } = await aws.apis.send(new GetRouteCommand({ ApiId: 'api1', RouteId: 'r1' }));
    const IntegrationId = Target?.replace('integrations/', '');
    const integration = await aws.apis.send(new GetIntegrationCommand({ ApiId: 'api1', IntegrationId }));
    assert.equal(integration.IntegrationUri, ALIAS);
    assert.equal((await aws.apis.send(new GetRouteCommand({ ApiId: 'api1', RouteId: 'r2' }))).Target, undefined);
    const stage = await aws.apis.send(new GetStageCommand({ ApiId: 'api1', StageName: 'prod' }));
    assert.deepEqual(stage.StageVariables, { lambdaAlias: 'live' });
    assert.ok(stage.DeploymentId);
  });

  it('refuse what HTTP APIs refuse, and change nothing', async () => {
    await using aws = await startAws();
    const ApiId = await createApi(aws);
    await aws.apis.send(new CreateStageCommand({ ApiId, StageName: 'prod' }));
    const { RouteId } = await aws.apis.send(new CreateRouteCommand({ ApiId, RouteKey: 'GET /' }));
    const refused: [RegExp, Promise<string>][] = [
      [/PayloadFormatVersion/, errorOf(integrate(aws, ApiId, { PayloadFormatVersion: undefined }))],
      [/PayloadFormatVersion/, errorOf(integrate(aws, ApiId, { PayloadFormatVersion: '3.0' }))],
      [/Timeout/, errorOf(integrate(aws, ApiId, { TimeoutInMillis: 30_001 }))],
      [/integration URI/, errorOf(integrate(aws, ApiId, { IntegrationUri: 'orders' }))],
      [/HTTP_PROXY and AWS_PROXY/, errorOf(integrate(aws, ApiId, { IntegrationType: 'MOCK' }))],
      [/route key is not formatted/, errorOf(aws.apis.send(new CreateRouteCommand({ ApiId, RouteKey: 'FETCH /' })))],
      [
        /^ConflictException: Route with key GET \/ /,
        errorOf(aws.apis.send(new CreateRouteCommand({ ApiId, RouteKey: 'GET /' }))),
      ],
      [
        /Invalid Integration/,
        errorOf(aws.apis.send(new UpdateRouteCommand({ ApiId, RouteId, Target: 'integrations/none' }))),
      ],
      [
        /^ConflictException: Stage already/,
        errorOf(aws.apis.send(new CreateStageCommand({ ApiId, StageName: 'prod' }))),
      ],
      [
        /deployment/,
        errorOf(aws.apis.send(new UpdateStageCommand({ ApiId, StageName: 'prod', DeploymentId: 'none' }))),
      ],
      [
        /^NotFoundException: Invalid Stage/,
        errorOf(aws.apis.send(new GetStageCommand({ ApiId, StageName: '__proto__' }))),
      ],
      [/^NotFoundException: Invalid Route/, errorOf(aws.apis.send(new GetRouteCommand({ ApiId, RouteId: 'none' })))],
      [/HTTP APIs only/, errorOf(aws.apis.send(new CreateApiCommand({ Name: 'chat', ProtocolType: 'WEBSOCKET' })))],
    ];
    for (const [expected, call] of refused) assert.match(await call, expected);
    assert.equal((await aws.apis.send(new GetRouteCommand({ ApiId, RouteId }))).Target, undefined);
    assert.deepEqual((await aws.apis.send(new GetIntegrationsCommand({ ApiId }))).Items, []);
  });
});
