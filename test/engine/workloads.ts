/** Small ECS and Lambda workloads as people write them: templates, inputs and a Terraform output. */

export const TERRAFORM = {
  cluster_name: { sensitive: false, type: 'string', value: 'prod' },
  subnets: { sensitive: false, type: ['list', 'string'], value: ['subnet-0a1b2c3d'] },
  database_url: { sensitive: true, type: 'string', value: 'postgres://app:hunter2@db/prod' },
};

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

export const SERVICE = `{
  "cluster": "{{ cluster_name }}",
  "serviceName": "web",
  "desiredCount": {{ count }},
  "launchType": "FARGATE",
  "networkConfiguration": { "awsvpcConfiguration": { "subnets": {{ subnets | tojson }} } }
}
`;

export const TASK = `{
  "family": "web",
  "networkMode": "awsvpc",
  "requiresCompatibilities": ["FARGATE"],
  "cpu": "256",
  "memory": "512",
  "executionRoleArn": "arn:aws:iam::123456789012:role/execution",
  "containerDefinitions": [
    {
      "name": "web",
      "image": "{{ image }}",
      "portMappings": [{ "containerPort": 8080 }],
      "environment": [{ "name": "DATABASE_URL", "value": "{{ database_url }}" }]
    }
  ]
}
`;

export const DEPLOYMENT = `{
  "environment": { "region": "eu-west-1" },
  "stabilityCheck": { "timeout": 600, "pollInterval": 10 },
  "gmDeploymentCircuitBreaker": { "failureThreshold": 2 }
}
`;

export const INPUT = {
  ref: { file: ['terraform/output.json'], type: 'TERRAFORM' },
  count: 2,
  image: 'shop/web:1',
};

/** A good ECS workload at `dev/web`, with files replaced, added, or left out by `null`. */
export function ecsFiles(changes: Record<string, string | object | null> = {}): Record<string, string> {
  const files: Record<string, string | object | null> = {
    'dev/web_svcdef.json': SERVICE,
    'dev/web_taskdef.json': TASK,
    'dev/web_depdef.json': DEPLOYMENT,
    'dev/web_input.json': INPUT,
    'terraform/output.json': TERRAFORM,
    ...changes,
  };
  const kept = Object.entries(files).filter((entry): entry is [string, string | object] => entry[1] !== null);
  return Object.fromEntries(
    kept.map(([path, content]) => [path, typeof content === 'string' ? content : json(content)]),
  );
}

/** A good Lambda workload at `dev/resize`. */
export function lambdaFiles(changes: Record<string, string | object | null> = {}): Record<string, string> {
  const files: Record<string, string | object | null> = {
    'dev/resize_lambdadef.json': `{
  "FunctionName": "resize",
  "Role": "arn:aws:iam::123456789012:role/resize",
  "Runtime": "nodejs22.x",
  "Handler": "index.handler",
  "Code": { "S3Bucket": "artifacts", "S3Key": "{{ key }}" }
}
`,
    'dev/resize_lambdadepdef.json': { alias: 'live', environment: { region: 'eu-west-1' } },
    'dev/resize_lambdainput.json': { key: 'resize-1.zip' },
    ...changes,
  };
  const kept = Object.entries(files).filter((entry): entry is [string, string | object] => entry[1] !== null);
  return Object.fromEntries(
    kept.map(([path, content]) => [path, typeof content === 'string' ? content : json(content)]),
  );
}
