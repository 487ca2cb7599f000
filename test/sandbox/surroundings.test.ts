/** EC2, IAM, ECR, S3 and layers, as far as a deployment looks at them, through the unmodified SDK. */
import assert from 'node:assert/strict';
import { DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeSecurityGroupsCommand, DescribeSubnetsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { DescribeImagesCommand, DescribePullThroughCacheRulesCommand, ECRClient } from '@aws-sdk/client-ecr';
import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { GetLayerVersionByArnCommand } from '@aws-sdk/client-lambda';
import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateSecretCommand, DeleteSecretCommand, DescribeSecretCommand } from '@aws-sdk/client-secrets-manager';
import { DescribeParametersCommand } from '@aws-sdk/client-ssm';
import { ACCOUNT, type Aws, errorOf, REGION, startAws } from './aws.ts';

const configOf = (aws: Aws) => ({
  endpoint: aws.sandbox.endpoint,
  region: REGION,
  credentials: { accessKeyId: ACCOUNT, secretAccessKey: 'secret' },
  maxAttempts: 1,
});

describe('EC2', () => {
  const SUBNETS = [{ id: 'subnet-a', vpc: 'vpc-1', freeAddresses: 7 }, { id: 'subnet-b' }];

  it('gives the subnets of the scenario, by id and by filter', async () => {
    await using aws = await startAws({ given: { subnets: SUBNETS } });
    const ec2 = new EC2Client(configOf(aws));
    const byId = await ec2.send(new DescribeSubnetsCommand({ SubnetIds: ['subnet-a'] }));
    assert.deepEqual(
      byId.Subnets?.map(({ SubnetId, VpcId, AvailableIpAddressCount, State }) => [
        SubnetId,
        VpcId,
        AvailableIpAddressCount,
        State,
      ]),
      [['subnet-a', 'vpc-1', 7, 'available']],
    );
    const Filters = [{ Name: 'subnet-id', Values: ['subnet-*', 'nothing'] }];
    const filtered = await ec2.send(new DescribeSubnetsCommand({ Filters }));
    assert.deepEqual(
      filtered.Subnets?.map(({ SubnetId, AvailableIpAddressCount }) => [SubnetId, AvailableIpAddressCount]),
      [
        ['subnet-a', 7],
        ['subnet-b', 251],
      ],
    );
    const inVpc = { Filters: [{ Name: 'vpc-id', Values: ['vpc-1'] }] };
    assert.equal((await ec2.send(new DescribeSubnetsCommand(inVpc))).Subnets?.length, 1);
    ec2.destroy();
  });

  it('gives all that the scenario has page by page, and no list of what is taken to exist', async () => {
    const subnets = Array.from({ length: 12 }, (_, i) => ({ id: `subnet-${i}`, name: `net ${i}` }));
    await using aws = await startAws({ given: { subnets } });
    const ec2 = new EC2Client(configOf(aws));
    const seen: (string | undefined)[] = [];
    let NextToken: string | undefined;
    do {
      const page = await ec2.send(new DescribeSubnetsCommand({ MaxResults: 5, NextToken }));
      assert.ok((page.Subnets?.length ?? 0) <= 5);
      seen.push(...(page.Subnets ?? []).map(({ SubnetId }) => SubnetId));
      assert.match(page.Subnets?.[0]?.Tags?.[0]?.Value ?? '', /^net \d+$/);
      NextToken = page.NextToken;
    } while (NextToken);
    assert.deepEqual(
      seen,
      subnets.map(({ id }) => id),
    );
    assert.match(
      await errorOf(ec2.send(new DescribeSecurityGroupsCommand({ MaxResults: 5 }))),
      /^UnsupportedOperation: The sandbox lists security groups only where/,
    );
    ec2.destroy();
  });

  it("answers what does not exist with EC2's own errors", async () => {
    await using aws = await startAws({ given: { subnets: SUBNETS, securityGroups: [] } });
    const ec2 = new EC2Client(configOf(aws));
    assert.equal(
      await errorOf(ec2.send(new DescribeSubnetsCommand({ SubnetIds: ['subnet-a', 'subnet-x'] }))),
      "InvalidSubnetID.NotFound: The subnet ID 'subnet-x' does not exist",
    );
    assert.equal(
      await errorOf(ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: ['sg-x'] }))),
      "InvalidGroup.NotFound: The security group 'sg-x' does not exist",
    );
    const Filters = [{ Name: 'group-id', Values: ['sg-x'] }];
    assert.deepEqual((await ec2.send(new DescribeSecurityGroupsCommand({ Filters }))).SecurityGroups, []);
    const odd = [{ Name: 'tag:Name', Values: ['web'] }];
    assert.match(await errorOf(ec2.send(new DescribeSubnetsCommand({ Filters: odd }))), /^InvalidParameterValue: /);
    ec2.destroy();
  });

  it('has whatever is asked for where the scenario lists nothing', async () => {
    await using aws = await startAws();
    const ec2 = new EC2Client(configOf(aws));
    const { Subnets } = await ec2.send(new DescribeSubnetsCommand({ SubnetIds: ['subnet-1', 'subnet-2'] }));
    const { SecurityGroups } = await ec2.send(
      new DescribeSecurityGroupsCommand({ Filters: [{ Name: 'group-id', Values: ['sg-1'] }] }),
    );
    const vpcs = [...(Subnets ?? []), ...(SecurityGroups ?? [])].map(({ VpcId }) => VpcId);
    assert.deepEqual([vpcs.length, new Set(vpcs).size], [3, 1]);
    ec2.destroy();
  });
});

describe('IAM', () => {
  it('gives a role with its trust policy, as IAM encodes it', async () => {
    const iamRoles = [{ name: `arn:aws:iam::${ACCOUNT}:role/app/web`, trusts: ['ecs-tasks.amazonaws.com'] }];
    await using aws = await startAws({ given: { iamRoles } });
    const iam = new IAMClient(configOf(aws));
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: 'web' }));
    assert.equal(Role?.Arn, `arn:aws:iam::${ACCOUNT}:role/app/web`);
    assert.ok(Role.CreateDate instanceof Date);
    const policy = JSON.parse(decodeURIComponent(Role.AssumeRolePolicyDocument!));
    assert.deepEqual(policy.Statement[0].Principal, { Service: ['ecs-tasks.amazonaws.com'] });
    assert.equal(
      await errorOf(iam.send(new GetRoleCommand({ RoleName: 'nobody' }))),
      'NoSuchEntityException: The role with name nobody cannot be found.',
    );
    iam.destroy();
  });
});

describe('ECR', () => {
  it('has the images of the scenario', async () => {
    const images = [`${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com/shop/web:*`];
    await using aws = await startAws({ given: { images, pullThroughCaches: ['hub'] } });
    const ecr = new ECRClient(configOf(aws));
    const named = (repositoryName: string) =>
      ecr.send(new DescribeImagesCommand({ repositoryName, imageIds: [{ imageTag: '1' }] }));
    const { imageDetails } = await named('shop/web');
    assert.match(imageDetails?.[0]?.imageDigest ?? '', /^sha256:[0-9a-f]{64}$/);
    assert.match(await errorOf(named('shop/api')), /^ImageNotFoundException: The image with imageId .*'1'/);
    const { pullThroughCacheRules } = await ecr.send(new DescribePullThroughCacheRulesCommand({}));
    assert.deepEqual(
      pullThroughCacheRules?.map(({ ecrRepositoryPrefix }) => ecrRepositoryPrefix),
      ['hub'],
    );
    ecr.destroy();
  });
});

describe('S3 and layers', () => {
  it('tell whether an object and a version of a layer are there', async () => {
    const layer = `arn:aws:lambda:${REGION}:${ACCOUNT}:layer:tools:3`;
    await using aws = await startAws({ given: { objects: ['artifacts/web/*'], layers: [layer] } });
    const s3 = new S3Client({ ...configOf(aws), forcePathStyle: true });
    const head = (Key: string) => s3.send(new HeadObjectCommand({ Bucket: 'artifacts', Key }));
    assert.match((await head('web/deep/1.zip')).ETag ?? '', /^"[0-9a-f]{32}"$/);
    assert.match(await errorOf(head('other.zip')), /^NotFound: /);
    s3.destroy();
    const { Version } = await aws.lambda.send(new GetLayerVersionByArnCommand({ Arn: layer }));
    assert.equal(Version, 3);
    const gone = layer.replace(':3', ':4');
    assert.match(
      await errorOf(aws.lambda.send(new GetLayerVersionByArnCommand({ Arn: gone }))),
      /^ResourceNotFoundException: /,
    );
  });
});

describe('what a task definition may name', () => {
  const arn = `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:database-AbCdEf`;
  const asked = async (aws: Aws) => ({
    secret: (await errorOf(aws.secrets.send(new DescribeSecretCommand({ SecretId: arn })))).split(':')[0],
    parameters: (
      await aws.ssm.send(
        new DescribeParametersCommand({ ParameterFilters: [{ Key: 'Name', Option: 'Equals', Values: ['/token'] }] }),
      )
    ).Parameters?.length,
    groups: (await aws.logs.send(new DescribeLogGroupsCommand({ logGroupIdentifiers: ['/web'] }))).logGroups?.length,
  });

  it('is taken to exist, until a scenario is strict', async () => {
    await using friendly = await startAws();
    assert.deepEqual(await asked(friendly), { secret: 'no error', parameters: 1, groups: 1 });
    await using strict = await startAws({ given: { strict: true } });
    assert.deepEqual(await asked(strict), { secret: 'ResourceNotFoundException', parameters: 0, groups: 0 });
  });

  it('is known to be gone where somebody deleted it', async () => {
    await using aws = await startAws();
    const { ARN } = await aws.secrets.send(new CreateSecretCommand({ Name: 'database', SecretString: 'x' }));
    await aws.secrets.send(new DeleteSecretCommand({ SecretId: ARN, ForceDeleteWithoutRecovery: true }));
    assert.match(
      await errorOf(aws.secrets.send(new DescribeSecretCommand({ SecretId: ARN }))),
      /^ResourceNotFoundException/,
    );
    assert.match(
      await errorOf(aws.secrets.send(new DescribeSecretCommand({ SecretId: 'nobody' }))),
      /^ResourceNotFoundException/,
    );
  });
});
