import assert from 'node:assert/strict';
import { checkWorkload } from '../../../../engine/check/index.ts';
import { parseFixture } from '../../../server/fixture.ts';
import { sourceOf } from './checkRule.ts';

const DEPLOYMENT = `//- web_depdef.json
{ "environment": { "region": "eu-west-1", "account": "123456789012" } }
`;
const TASK = `//- web_taskdef.json
{ "family": "web", "containerDefinitions": [{ "name": "app", "image": "nginx", "memory": 64, "secrets": [{ "name": "DB", "valueFrom": SECRET }] }] }
`;
const SERVICE = `//- web_svcdef.json
{ "serviceName": "web", "loadBalancers": [{ "containerName": "app", "advancedConfiguration": { KEY: VALUE } }] }
`;
const FUNCTION = `//- jobs_lambdadepdef.json
{ "alias": "live", "environment": { "region": "eu-west-1", "account": "123456789012" } }
//- jobs_lambdadef.json
{ "FunctionName": "jobs" }
//- jobs_lambdaeventsourcedef.json
{ "PullEventSources": { "EventSourceMapping": { "FunctionName": "jobs", "EventSourceArn": SOURCE } } }
`;

/** What is found about the environment, with what it weighs and where. */
function foundIn(fixture: string): string[] {
  const { files } = parseFixture(fixture);
  return checkWorkload(sourceOf(files))
    .findings.filter(({ code }) => code.startsWith('environment.'))
    .map(({ code, severity, path, start, end }) => `${severity} ${code} ${files.get(path)!.slice(start, end)}`);
}

describe('ARNs of another region or account', () => {
  const secret = (arn: string) =>
    foundIn(`${DEPLOYMENT}//- web_svcdef.json\n{ "serviceName": "web" }\n${TASK.replace('SECRET', `"${arn}"`)}`);
  const advanced = (key: string, arn: string) =>
    foundIn(DEPLOYMENT + SERVICE.replace('KEY', `"${key}"`).replace('VALUE', `"${arn}"`));

  it('are a note where they are secrets', () => {
    const elsewhere = 'arn:aws:secretsmanager:us-east-1:999999999999:secret:db-AbCdEf';
    assert.deepEqual(secret(elsewhere), [
      `info environment.other-region "${elsewhere}"`,
      `info environment.other-account "${elsewhere}"`,
    ]);
  });

  it('are none where secrets have only names, or are here', () => {
    assert.deepEqual(secret('/prod/db'), []);
    assert.deepEqual(secret('arn:aws:ssm:eu-west-1:123456789012:parameter/prod/db'), []);
  });

  it('are a note where queues are in another account, and an error in another region', () => {
    const queue = (place: string) => `"arn:aws:sqs:${place}:orders"`;
    const account = queue('eu-west-1:999999999999');
    assert.deepEqual(foundIn(FUNCTION.replace('SOURCE', account)), [`info environment.other-account ${account}`]);
    const region = queue('us-east-1:123456789012');
    assert.deepEqual(foundIn(FUNCTION.replace('SOURCE', region)), [`error environment.other-region ${region}`]);
  });

  it('are errors where ECS moves traffic with them', () => {
    const load = (kind: string) => `arn:aws:elasticloadbalancing:us-east-1:123456789012:${kind}`;
    const group = load('targetgroup/green/0123456789abcdef');
    const rule = load('listener-rule/app/lb/0123456789abcdef/0123456789abcdef/0123456789abcdef');
    assert.deepEqual(advanced('alternateTargetGroupArn', group), [`error environment.other-region "${group}"`]);
    assert.deepEqual(advanced('productionListenerRule', rule), [`error environment.other-region "${rule}"`]);
    assert.deepEqual(advanced('testListenerRule', rule), [`error environment.other-region "${rule}"`]);
  });
});
