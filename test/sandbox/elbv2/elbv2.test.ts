import assert from 'node:assert/strict';
import {
  type Action,
  AddTagsCommand,
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateRuleCommand,
  CreateTargetGroupCommand,
  type CreateTargetGroupCommandInput,
  DeleteListenerCommand,
  DeleteLoadBalancerCommand,
  DeleteRuleCommand,
  DeleteTargetGroupCommand,
  DeregisterTargetsCommand,
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTagsCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ModifyListenerCommand,
  ModifyRuleCommand,
  ModifyTargetGroupAttributesCommand,
  ModifyTargetGroupCommand,
  paginateDescribeTargetGroups,
  RegisterTargetsCommand,
  RemoveTagsCommand,
  SetRulePrioritiesCommand,
  TargetGroupNotFoundException,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { AddPermissionCommand, CreateFunctionCommand } from '@aws-sdk/client-lambda';
import { ACCOUNT, type Aws, errorOf, MINUTE, REGION, SECOND, startAws } from '../aws.ts';

async function balancer(aws: Aws, name = 'web'): Promise<string> {
  const { LoadBalancers } = await aws.elbv2.send(
    new CreateLoadBalancerCommand({ Name: name, Subnets: ['subnet-1', 'subnet-2'] }),
  );
  return LoadBalancers?.[0]?.LoadBalancerArn ?? '';
}

async function group(aws: Aws, name: string, input: Partial<CreateTargetGroupCommandInput> = {}): Promise<string> {
  const { TargetGroups } = await aws.elbv2.send(
    new CreateTargetGroupCommand({
      Name: name,
      TargetType: 'ip',
      Protocol: 'HTTP',
      Port: 80,
      VpcId: 'vpc-1',
      ...input,
    }),
  );
  return TargetGroups?.[0]?.TargetGroupArn ?? '';
}

const forward = (...groups: [arn: string, weight: number][]): Action[] => [
  {
    Type: 'forward',
    ForwardConfig: { TargetGroups: groups.map(([TargetGroupArn, Weight]) => ({ TargetGroupArn, Weight })) },
  },
];

async function listen(aws: Aws, LoadBalancerArn: string, actions: Action[], Port = 80): Promise<string> {
  const { Listeners } = await aws.elbv2.send(
    new CreateListenerCommand({ LoadBalancerArn, Protocol: 'HTTP', Port, DefaultActions: actions }),
  );
  return Listeners?.[0]?.ListenerArn ?? '';
}

/** A load balancer that listens on port 80 and forwards to group `blue` wholly and to `green` not at all. */
async function blueGreen(aws: Aws) {
  const [lb, blue, green] = [await balancer(aws), await group(aws, 'blue'), await group(aws, 'green')];
  return { lb, blue, green, listener: await listen(aws, lb, forward([blue, 100], [green, 0])) };
}

async function health(aws: Aws, TargetGroupArn: string): Promise<string[]> {
  const { TargetHealthDescriptions } = await aws.elbv2.send(new DescribeTargetHealthCommand({ TargetGroupArn }));
  return (TargetHealthDescriptions ?? []).map(({ TargetHealth }) =>
    [TargetHealth?.State, TargetHealth?.Reason].filter(Boolean).join(' '),
  );
}

const register = (aws: Aws, TargetGroupArn: string, Id = '10.0.0.1') =>
  aws.elbv2.send(new RegisterTargetsCommand({ TargetGroupArn, Targets: [{ Id }] }));

describe('a forward action', () => {
  it('is shown with its group where there is one, and with weights alone where there are several', async () => {
    await using aws = await startAws();
    const { lb, blue, green } = await blueGreen(aws);
    const single = await listen(aws, lb, [{ Type: 'forward', TargetGroupArn: blue }], 81);
    const shown = async (ListenerArns: string[]) => {
      const { Listeners } = await aws.elbv2.send(new DescribeListenersCommand({ ListenerArns }));
      return Listeners?.[0]?.DefaultActions?.[0];
    };
    assert.deepEqual(await shown([single]), {
      Type: 'forward',
      TargetGroupArn: blue,
      ForwardConfig: {
        TargetGroups: [{ TargetGroupArn: blue, Weight: 1 }],
        TargetGroupStickinessConfig: { Enabled: false },
      },
    });
    const { Listeners } = await aws.elbv2.send(new DescribeListenersCommand({ LoadBalancerArn: lb }));
    const both = Listeners?.find(({ Port }) => Port === 80)?.DefaultActions?.[0];
    assert.equal(both?.TargetGroupArn, undefined);
    assert.deepEqual(both?.ForwardConfig?.TargetGroups, [
      { TargetGroupArn: blue, Weight: 100 },
      { TargetGroupArn: green, Weight: 0 },
    ]);
  });

  it('changes its weights by ModifyListener for the default rule and by ModifyRule for others', async () => {
    await using aws = await startAws();
    const { lb, blue, green, listener } = await blueGreen(aws);
    const { Rules = [] } = await aws.elbv2.send(
      new CreateRuleCommand({
        ListenerArn: listener,
        Priority: 5,
        Conditions: [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/api/*'] } }],
        Actions: forward([blue, 1], [green, 0]),
      }),
    );
    await aws.elbv2.send(
      new ModifyListenerCommand({ ListenerArn: listener, DefaultActions: forward([blue, 90], [green, 10]) }),
    );
    await aws.elbv2.send(
      new ModifyRuleCommand({ RuleArn: Rules[0]?.RuleArn, Actions: forward([blue, 0], [green, 999]) }),
    );
    const all = await aws.elbv2.send(new DescribeRulesCommand({ ListenerArn: listener }));
    assert.deepEqual(
      all.Rules?.map(({ Priority, IsDefault, Actions, Conditions }) => [
        Priority,
        IsDefault,
        Conditions?.[0]?.PathPatternConfig?.Values,
        Actions?.[0]?.ForwardConfig?.TargetGroups?.map(({ Weight }) => Weight),
      ]),
      [
        ['5', false, ['/api/*'], [0, 999]],
        ['default', true, undefined, [90, 10]],
      ],
    );
    const fallback = all.Rules?.find(({ IsDefault }) => IsDefault)?.RuleArn;
    assert.equal(
      await errorOf(aws.elbv2.send(new ModifyRuleCommand({ RuleArn: fallback, Actions: forward([blue, 1]) }))),
      `OperationNotPermittedException: Default rule '${fallback}' cannot be modified`,
    );
    assert.equal(
      await errorOf(aws.elbv2.send(new DeleteRuleCommand({ RuleArn: fallback }))),
      `OperationNotPermittedException: Default rule '${fallback}' cannot be deleted`,
    );
    assert.equal((await aws.elbv2.send(new DescribeListenersCommand({ LoadBalancerArn: lb }))).Listeners?.length, 1);
  });

  it('is refused with weights out of range, unknown groups, and groups of another load balancer', async () => {
    await using aws = await startAws();
    const { blue, green, listener } = await blueGreen(aws);
    const modify = (DefaultActions: Action[]) =>
      errorOf(aws.elbv2.send(new ModifyListenerCommand({ ListenerArn: listener, DefaultActions })));
    assert.match(await modify(forward([blue, 1000])), /^ValidationError: Weight '1000' must be a number between 0/);
    assert.match(await modify(forward([blue, -1])), /^ValidationError: Weight '-1'/);
    assert.match(await modify(forward([blue, 1], [blue, 2])), /^ValidationError: .*unique/);
    assert.match(
      await modify([{ ...forward([blue, 1], [green, 1])[0]!, TargetGroupArn: blue }]),
      /^ValidationError: .*same single target group/,
    );
    assert.equal(
      await modify(forward([`${blue}x`, 1])),
      'TargetGroupNotFoundException: One or more target groups not found',
    );
    const six = await Promise.all([1, 2, 3, 4, 5, 6].map((n) => group(aws, `extra-${n}`)));
    assert.match(
      await modify(forward(...six.map((arn): [string, number] => [arn, 1]))),
      /^ValidationError: .*at most 5/,
    );
    const other = await balancer(aws, 'other');
    assert.equal(
      await errorOf(listen(aws, other, forward([blue, 1]))),
      `TargetGroupAssociationLimitException: The following target groups cannot be associated with more than one load balancer: ${blue}`,
    );
    assert.match(
      await modify([{ Type: 'authenticate-oidc', AuthenticateOidcConfig: undefined }]),
      /^ValidationError: An action of type 'authenticate-oidc' needs/,
    );
  });

  it('keeps stickiness and the actions before it, and never gives a client secret back', async () => {
    await using aws = await startAws();
    const { blue, listener } = await blueGreen(aws);
    const oidc = {
      Issuer: 'https://i',
      AuthorizationEndpoint: 'https://a',
      TokenEndpoint: 'https://t',
      UserInfoEndpoint: 'https://u',
      ClientId: 'id',
      ClientSecret: 'a-secret',
    };
    const { Listeners } = await aws.elbv2.send(
      new ModifyListenerCommand({
        ListenerArn: listener,
        DefaultActions: [
          { Type: 'authenticate-oidc', Order: 1, AuthenticateOidcConfig: oidc },
          {
            Type: 'forward',
            Order: 2,
            ForwardConfig: {
              TargetGroups: [{ TargetGroupArn: blue, Weight: 1 }],
              TargetGroupStickinessConfig: { Enabled: true, DurationSeconds: 60 },
            },
          },
        ],
      }),
    );
    const [first, second] = Listeners?.[0]?.DefaultActions ?? [];
    assert.deepEqual(
      [first?.AuthenticateOidcConfig?.ClientId, first?.AuthenticateOidcConfig?.ClientSecret],
      ['id', undefined],
    );
    assert.deepEqual(second?.ForwardConfig?.TargetGroupStickinessConfig, { Enabled: true, DurationSeconds: 60 });
  });
});

describe('a target group', () => {
  it('knows its load balancer as soon as an action names it, even with weight 0', async () => {
    await using aws = await startAws();
    const lone = await group(aws, 'lone');
    const { lb, green } = await blueGreen(aws);
    const balancers = async (arn: string) =>
      (await aws.elbv2.send(new DescribeTargetGroupsCommand({ TargetGroupArns: [arn] }))).TargetGroups?.[0]
        ?.LoadBalancerArns;
    assert.deepEqual([await balancers(lone), await balancers(green)], [[], [lb]]);
    const { TargetGroups } = await aws.elbv2.send(new DescribeTargetGroupsCommand({ LoadBalancerArn: lb }));
    assert.deepEqual(
      TargetGroups?.map(({ TargetGroupName }) => TargetGroupName),
      ['blue', 'green'],
    );
  });

  it('cannot be deleted while it is in use', async () => {
    await using aws = await startAws();
    const { lb, green, listener } = await blueGreen(aws);
    const remove = () => aws.elbv2.send(new DeleteTargetGroupCommand({ TargetGroupArn: green }));
    assert.equal(
      await errorOf(remove()),
      `ResourceInUseException: Target group '${green}' is currently in use by a listener or a rule`,
    );
    await aws.elbv2.send(new DeleteListenerCommand({ ListenerArn: listener }));
    await remove();
    await aws.elbv2.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: lb }));
    const gone = aws.elbv2.send(new DescribeTargetGroupsCommand({ TargetGroupArns: [green] }));
    await assert.rejects(gone, TargetGroupNotFoundException);
    assert.match(
      await errorOf(aws.elbv2.send(new DescribeLoadBalancersCommand({ LoadBalancerArns: [lb] }))),
      /^LoadBalancerNotFoundException: One or more load balancers not found/,
    );
  });

  it('has the documented attributes and refuses those out of range or unknown', async () => {
    await using aws = await startAws();
    const arn = await group(aws, 'blue');
    const set = (Key: string, Value: string) =>
      aws.elbv2.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn: arn, Attributes: [{ Key, Value }] }));
    await set('deregistration_delay.timeout_seconds', '5');
    const { Attributes } = await aws.elbv2.send(new DescribeTargetGroupAttributesCommand({ TargetGroupArn: arn }));
    assert.equal(Attributes?.find(({ Key }) => Key === 'deregistration_delay.timeout_seconds')?.Value, '5');
    assert.match(await errorOf(set('deregistration_delay.timeout_seconds', '3601')), /^ValidationError/);
    assert.match(await errorOf(set('no.such', '1')), /^InvalidConfigurationRequestException/);
  });

  it('is created again by an equal request only', async () => {
    await using aws = await startAws();
    assert.equal(await group(aws, 'blue'), await group(aws, 'blue'));
    assert.match(await errorOf(group(aws, 'blue', { Port: 81 })), /^DuplicateTargetGroupNameException/);
    assert.match(await errorOf(group(aws, '-blue')), /^ValidationError: .*hyphen/);
    const slow = group(aws, 'slow', { HealthCheckIntervalSeconds: 5, HealthCheckTimeoutSeconds: 5 });
    assert.match(await errorOf(slow), /^ValidationError: Health check timeout/);
  });

  it('is listed in pages, by marker', async () => {
    await using aws = await startAws({ pageSize: 2 });
    for (const name of ['a', 'b', 'c', 'd', 'e']) await group(aws, name);
    const pages: (string | undefined)[][] = [];
    for await (const page of paginateDescribeTargetGroups({ client: aws.elbv2 }, {})) {
      pages.push((page.TargetGroups ?? []).map(({ TargetGroupName }) => TargetGroupName));
    }
    assert.deepEqual(pages, [['a', 'b'], ['c', 'd'], ['e']]);
  });
});

describe('a target', () => {
  it('is checked, becomes healthy, and drains for the deregistration delay', async () => {
    await using aws = await startAws();
    const { blue } = await blueGreen(aws);
    await register(aws, blue);
    assert.deepEqual(await health(aws, blue), ['initial Elb.RegistrationInProgress']);
    await aws.clock.advance(10 * SECOND);
    assert.deepEqual(await health(aws, blue), ['initial Elb.InitialHealthChecking']);
    await aws.clock.advance(36 * SECOND);
    assert.deepEqual(await health(aws, blue), ['healthy']);
    const leave = () =>
      aws.elbv2.send(new DeregisterTargetsCommand({ TargetGroupArn: blue, Targets: [{ Id: '10.0.0.1' }] }));
    await leave();
    await aws.clock.advance(299 * SECOND);
    assert.deepEqual(await health(aws, blue), ['draining Target.DeregistrationInProgress']);
    await aws.clock.advance(2 * SECOND);
    assert.deepEqual(await health(aws, blue), []);
    assert.match(await errorOf(leave()), /^InvalidTargetException/);
  });

  it('is unused while no listener forwards to its group, and checked from then on', async () => {
    await using aws = await startAws();
    const [lb, blue] = [await balancer(aws), await group(aws, 'blue')];
    await register(aws, blue);
    await aws.clock.advance(5 * MINUTE);
    assert.deepEqual(await health(aws, blue), ['unused Target.NotInUse']);
    const listener = await listen(aws, lb, forward([blue, 1]));
    assert.deepEqual(await health(aws, blue), ['initial Elb.InitialHealthChecking']);
    await aws.clock.advance(31 * SECOND);
    assert.deepEqual(await health(aws, blue), ['healthy']);
    await aws.elbv2.send(new DeleteListenerCommand({ ListenerArn: listener }));
    assert.deepEqual(await health(aws, blue), ['unused Target.NotInUse']);
  });

  it('that was asked for and is not registered says so', async () => {
    await using aws = await startAws();
    const { blue } = await blueGreen(aws);
    const { TargetHealthDescriptions } = await aws.elbv2.send(
      new DescribeTargetHealthCommand({ TargetGroupArn: blue, Targets: [{ Id: '10.9.9.9', Port: 80 }] }),
    );
    assert.deepEqual(TargetHealthDescriptions?.[0]?.TargetHealth, {
      State: 'unused',
      Reason: 'Target.NotRegistered',
      Description: 'Target is not registered to the target group',
    });
    assert.match(await errorOf(register(aws, blue, 'not-an-ip')), /^ValidationError/);
  });

  it('that is a function needs the permission to be invoked, and is alone in its group', async () => {
    await using aws = await startAws();
    const arn = await group(aws, 'fn', {
      TargetType: 'lambda',
      Protocol: undefined,
      Port: undefined,
      VpcId: undefined,
    });
    await listen(aws, await balancer(aws), forward([arn, 1]));
    const { FunctionArn = '' } = await aws.lambda.send(
      new CreateFunctionCommand({
        FunctionName: 'f',
        Role: 'arn:aws:iam::111122223333:role/r',
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Code: { S3Bucket: 'b', S3Key: 'k' },
      }),
    );
    assert.equal(
      await errorOf(register(aws, arn, FunctionArn)),
      `AccessDenied: elasticloadbalancing principal does not have permission to invoke ${FunctionArn} from target group ${arn}`,
    );
    await aws.clock.advance(MINUTE);
    await aws.lambda.send(
      new AddPermissionCommand({
        FunctionName: 'f',
        StatementId: 'alb',
        Action: 'lambda:InvokeFunction',
        Principal: 'elasticloadbalancing.amazonaws.com',
        SourceArn: arn,
      }),
    );
    await register(aws, arn, FunctionArn);
    assert.deepEqual(await health(aws, arn), ['unavailable Target.HealthCheckDisabled']);
    await aws.elbv2.send(new ModifyTargetGroupCommand({ TargetGroupArn: arn, HealthCheckEnabled: true }));
    await aws.clock.advance(2 * MINUTE);
    assert.deepEqual(await health(aws, arn), ['healthy']);
  });
});

describe('rules and listeners', () => {
  it('refuse a port and a priority that are taken, and swap priorities', async () => {
    await using aws = await startAws();
    const { lb, blue, listener } = await blueGreen(aws);
    assert.match(await errorOf(listen(aws, lb, forward([blue, 1]))), /^DuplicateListenerException/);
    const rule = (Priority: number) =>
      aws.elbv2.send(
        new CreateRuleCommand({
          ListenerArn: listener,
          Priority,
          Conditions: [{ Field: 'host-header', Values: ['a.example'] }],
          Actions: forward([blue, 1]),
        }),
      );
    const [one, two] = [await rule(1), await rule(2)].map(({ Rules }) => Rules?.[0]?.RuleArn);
    assert.equal(await errorOf(rule(2)), "PriorityInUseException: Priority '2' is currently in use");
    assert.match(await errorOf(rule(50_001)), /^ValidationError/);
    await aws.elbv2.send(
      new SetRulePrioritiesCommand({
        RulePriorities: [
          { RuleArn: one, Priority: 2 },
          { RuleArn: two, Priority: 1 },
        ],
      }),
    );
    const { Rules } = await aws.elbv2.send(new DescribeRulesCommand({ ListenerArn: listener }));
    assert.deepEqual(Rules?.map(({ RuleArn }) => RuleArn).slice(0, 2), [two, one]);
    const unknown = { ListenerArn: `${listener}x` };
    assert.match(await errorOf(aws.elbv2.send(new DescribeRulesCommand(unknown))), /^ListenerNotFoundException/);
  });

  it('give conditions back, but no element that a request made up', async () => {
    await using aws = await startAws();
    const { blue, listener } = await blueGreen(aws);
    const form = new URLSearchParams({
      Action: 'CreateRule',
      Version: '2015-12-01',
      ListenerArn: listener,
      Priority: '7',
      'Conditions.member.1.Field': 'path-pattern',
      'Conditions.member.1.PathPatternConfig.Values.member.1': '/a&b<c>',
      'Conditions.member.1.x><evil/': '1',
      'Conditions.member.1.__proto__.Field': '1',
      'Actions.member.1.Type': 'forward',
      'Actions.member.1.TargetGroupArn': blue,
    });
    const authorization = `AWS4-HMAC-SHA256 Credential=${ACCOUNT}/20260101/${REGION}/elasticloadbalancing/aws4_request, SignedHeaders=host, Signature=0`;
    const answer = await fetch(aws.sandbox.endpoint, { method: 'POST', headers: { authorization }, body: form });
    assert.equal(answer.status, 200);
    assert.doesNotMatch(await answer.text(), /evil/);
    const { Rules } = await aws.elbv2.send(new DescribeRulesCommand({ ListenerArn: listener }));
    assert.deepEqual(Rules?.[0]?.Conditions?.[0]?.PathPatternConfig?.Values, ['/a&b<c>']);
  });

  it('have tags', async () => {
    await using aws = await startAws();
    const { lb, listener } = await blueGreen(aws);
    await aws.elbv2.send(new AddTagsCommand({ ResourceArns: [lb, listener], Tags: [{ Key: 'team', Value: 'web' }] }));
    await aws.elbv2.send(new RemoveTagsCommand({ ResourceArns: [lb], TagKeys: ['team'] }));
    const { TagDescriptions } = await aws.elbv2.send(new DescribeTagsCommand({ ResourceArns: [lb, listener] }));
    assert.deepEqual(
      TagDescriptions?.map(({ Tags }) => Tags),
      [[], [{ Key: 'team', Value: 'web' }]],
    );
  });

  it('are read at most 40 times at once', async () => {
    await using aws = await startAws();
    const { listener } = await blueGreen(aws);
    const reads = await Promise.all(
      Array.from({ length: 41 }, () => errorOf(aws.elbv2.send(new DescribeRulesCommand({ ListenerArn: listener })))),
    );
    assert.deepEqual(
      reads.filter((error) => error !== 'no error'),
      ['Throttling: Rate exceeded'],
    );
  });
});

describe('a scenario', () => {
  it('gives target groups by ARN or name with what forwards to them, in their own account only', async () => {
    const arn = 'arn:aws:elasticloadbalancing:us-west-2:111122223333:targetgroup/blue-tg/6d0ecf831eec9f09';
    const targetGroups = [
      { arn, loadBalancer: 'web' },
      { name: 'green-tg', loadBalancer: 'web', deregistrationDelaySeconds: 5 },
      { name: 'api', loadBalancer: 'web', rule: 10 },
      { name: 'lone' },
      { arn: arn.replace('111122223333', '999999999999') },
    ];
    await using aws = await startAws({ given: { targetGroups } });
    const { TargetGroups = [] } = await aws.elbv2.send(new DescribeTargetGroupsCommand({}));
    assert.deepEqual(
      TargetGroups.map(({ TargetGroupName, LoadBalancerArns }) => [TargetGroupName, LoadBalancerArns?.length]),
      [
        ['blue-tg', 1],
        ['green-tg', 1],
        ['api', 1],
        ['lone', 0],
      ],
    );
    assert.equal(TargetGroups[0]?.TargetGroupArn, arn);
    const { LoadBalancers } = await aws.elbv2.send(new DescribeLoadBalancersCommand({ Names: ['web'] }));
    const { Listeners } = await aws.elbv2.send(
      new DescribeListenersCommand({ LoadBalancerArn: LoadBalancers?.[0]?.LoadBalancerArn }),
    );
    assert.equal(Listeners?.length, 1);
    const { Rules } = await aws.elbv2.send(new DescribeRulesCommand({ ListenerArn: Listeners?.[0]?.ListenerArn }));
    assert.deepEqual(
      Rules?.map(({ Priority, Actions }) => [
        Priority,
        Actions?.[0]?.ForwardConfig?.TargetGroups?.map(({ Weight }) => Weight),
      ]),
      [
        ['10', [1]],
        ['default', [1, 0]],
      ],
    );
  });
});
