/** A generated repository for measurements: ECS workloads with real-looking files and one shared Terraform output. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const TERRAFORM = {
  cluster_name: { sensitive: false, type: 'string', value: 'prod' },
  region: { sensitive: false, type: 'string', value: 'eu-west-1' },
  private_subnets: { sensitive: false, type: ['list', 'string'], value: ['subnet-0a1', 'subnet-0b2', 'subnet-0c3'] },
  security_group_ids: { sensitive: false, type: ['list', 'string'], value: ['sg-0a1'] },
  execution_role_arn: { sensitive: false, type: 'string', value: 'arn:aws:iam::123456789012:role/execution' },
  log_group: { sensitive: false, type: 'string', value: '/prod/services' },
  database_url: { sensitive: true, type: 'string', value: 'postgres://user:secret@db/prod' },
};

const SERVICE = `{
  "cluster": "{{ cluster_name }}",
  "serviceName": "{{ name }}",
  "desiredCount": {{ count }},
  "launchType": "FARGATE",
  "networkConfiguration": {
    "awsvpcConfiguration": {
      "subnets": {{ private_subnets | tojson }},
      "securityGroups": {{ security_group_ids | tojson }},
      "assignPublicIp": "DISABLED"
    }
  },
  "deploymentConfiguration": { "minimumHealthyPercent": 100, "maximumPercent": 200 }
}
`;

const TASK = `{
  "family": "{{ name }}",
  "networkMode": "awsvpc",
  "requiresCompatibilities": ["FARGATE"],
  "cpu": "256",
  "memory": "512",
  "executionRoleArn": "{{ execution_role_arn }}",
  "containerDefinitions": [
    {
      "name": "app",
      "image": "{{ image }}",
      "essential": true,
      "portMappings": [{ "containerPort": {{ port }}, "protocol": "tcp" }],
      "environment": [
        {% for key, value in environment.items() %}
        { "name": "{{ key }}", "value": "{{ value }}" }{% if not loop.last %},{% endif %}
        {% endfor %}
      ],
      "logConfiguration": {
        "logDriver": "awslogs",
        "options": {
          "awslogs-group": "{{ log_group }}",
          "awslogs-region": "{{ region }}",
          "awslogs-stream-prefix": "{{ name }}"
        }
      }
    }
  ]
}
`;

const DEPLOYMENT = `{
  "environment": { "region": "{{ region }}" },
  "stabilityCheck": { "timeout": 300, "timeoutPerTask": 30 },
  "gmDeploymentCircuitBreaker": { "failureThreshold": 3, "rollback": true }
}
`;

const input = (name: string, tag: number) => ({
  ref: { file: ['terraform/output.json'], type: 'TERRAFORM' },
  name,
  count: 2,
  port: 8080,
  image: `registry.example/${name}:${tag}`,
  environment: { STAGE: 'prod', LOG_LEVEL: 'info', FEATURES: 'a,b,c' },
});

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

/** The files of one workload, by path from the repository root. */
export function oneWorkload(name = 'web', tag = 1): Record<string, string> {
  const prefix = `services/${name}/${name}`;
  return {
    [`${prefix}_svcdef.json`]: SERVICE,
    [`${prefix}_taskdef.json`]: TASK,
    [`${prefix}_depdef.json`]: DEPLOYMENT,
    [`${prefix}_input.json`]: json(input(name, tag)),
    'terraform/output.json': json(TERRAFORM),
  };
}

function write(folder: string, files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

function git(folder: string, ...args: string[]): void {
  const { status, stderr } = spawnSync(
    'git',
    ['-c', 'user.name=bench', '-c', 'user.email=bench@example.com', ...args],
    { cwd: folder, encoding: 'utf8' },
  );
  if (status !== 0) {
    console.error(stderr);
    process.exit(1);
  }
}

/** Two commits: `count` workloads, then a new image for the first of them. */
export function makeRepository(folder: string, count: number): void {
  for (let i = 0; i < count; i++) write(folder, oneWorkload(`service-${i}`));
  git(folder, 'init', '--quiet', '--initial-branch', 'main');
  git(folder, 'add', '--all');
  git(folder, 'commit', '--quiet', '--message', 'all services');
  write(folder, oneWorkload('service-0', 2));
  git(folder, 'commit', '--quiet', '--all', '--message', 'a new image');
}
