/** One mistake is one finding, whoever sees it. */
import { checkFine, checkRule, type ExpectedFinding } from './rules/checkRule.ts';

const mode = (text: string, input = '{}'): string => `//- web_svcdef.json
{ "serviceName": "web", "launchType": "FARGATE", "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["subnet-1"] } } }
//- web_taskdef.json
{ "family": "web", "cpu": "256", "memory": "512", "requiresCompatibilities": ["FARGATE"], "networkMode": ${text},
  "containerDefinitions": [{ "name": "web", "image": "nginx" }] }
//- web_input.json
${input}`;

const looped = (items: string): string => `//- web_svcdef.json
{ "serviceName": "web", "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["subnet-1"] } } }
//- web_taskdef.json
{ "family": "web", "networkMode": "awsvpc", "memory": "512",
  "containerDefinitions": [{% for name in ["a", "b", "c"] %}{ "name": "{{ name }}", "image": "nginx", ${items} }{% if not loop.last %},{% endif %}{% endfor %}] }
`;

const memory = (text: string): string => `//- jobs_lambdadef.json
{ "FunctionName": "jobs", "Role": "arn:aws:iam::123456789012:role/jobs", "Runtime": "python3.13", "Handler": "app.handler",
  "Code": { "S3Bucket": "code", "S3Key": "jobs.zip" }, "MemorySize": ${text} }
//- jobs_lambdadepdef.json
{ "alias": "live" }
`;

const threshold = (text: string): string => `//- web_svcdef.json
{ "serviceName": "web", "desiredCount": 10, "taskDefinition": "web:1" }
//- web_depdef.json
{ "gmDeploymentCircuitBreaker": { "failureThresholdPercent": ${text} } }
`;

const CASES: readonly (readonly [what: string, fixture: string, expected: ExpectedFinding])[] = [
  ['a value that its schema and a rule refuse', mode('$0"AWSVPC"$0'), { code: 'schema.not-allowed-value' }],
  [
    'such a value of an input',
    mode('$0"{{ mode }}"$0', '{ "mode": "AWSVPC" }'),
    { code: 'schema.not-allowed-value', message: '"AWSVPC"' },
  ],
  ['a value that only a rule refuses', mode('$0"bridge"$0'), { code: 'task.fargate-network-mode' }],
  [
    'a number that is outside of two ranges',
    memory('$040000$0'),
    { code: 'function.memory', message: 'more than the 10240' },
  ],
  ['a number that is no threshold, and a low one', threshold('$0-1$0'), { code: 'schema.out-of-range' }],
  ['a wrong type in a loop', looped('"essential": $0"yes"$0'), { code: 'schema.wrong-type' }],
  [
    'a rule that is broken in a loop',
    looped('"memory": 64, "memoryReservation": $0128$0'),
    { code: 'task.reservation' },
  ],
];

describe('a mistake', () => {
  for (const [what, fixture, expected] of CASES) it(`is found once: ${what}`, () => checkRule(fixture, expected));

  it('is none where the loop is right', () => checkFine(looped('"essential": true')));
});
