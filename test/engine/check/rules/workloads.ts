/** Three right workloads with templates and a Terraform output, into which tests put mistakes. */

const TERRAFORM = `{
  "cluster": { "sensitive": false, "type": "string", "value": "arn:aws:ecs:eu-west-1:123456789012:cluster/prod" },
  "subnets": { "sensitive": false, "type": ["list", "string"], "value": ["subnet-0aa", "subnet-0bb"] },
  "groups": { "sensitive": false, "type": ["list", "string"], "value": ["sg-0aa"] },
  "role": { "sensitive": false, "type": "string", "value": "arn:aws:iam::123456789012:role/tasks" },
  "log_group": { "sensitive": false, "type": "string", "value": "/ecs/web" },
  "region": { "sensitive": false, "type": "string", "value": "eu-west-1" },
  "queue": { "sensitive": false, "type": "string", "value": "arn:aws:sqs:eu-west-1:123456789012:jobs" },
  "password": { "sensitive": true, "type": "string", "value": "hunter2hunter2" },
  "tgs": {
    "sensitive": false,
    "type": ["object", { "blue": "string", "green": "string" }],
    "value": {
      "blue": "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/blue/0aa",
      "green": "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/green/0bb"
    }
  }
}
`;

const INPUT = `{ "ref": { "file": ["tf.json"], "type": "TERRAFORM" }, "image": "public.ecr.aws/nginx/nginx:1.27", "port": 80 }
`;

const LAMBDA_INPUT = `{ "ref": { "file": ["tf.json"], "type": "TERRAFORM" } }
`;

const TASK = `{
  "family": "web",
  "networkMode": "awsvpc",
  "containerDefinitions": [
    {
      "name": "web",
      "image": "{{ image }}",
      "essential": true,
      "portMappings": [{ "containerPort": {{ port }}, "protocol": "tcp" }],
      "environment": [{ "name": "MODE", "value": "prod" }],
      "secrets": [{ "name": "TOKEN", "valueFrom": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:token-AbCdEf" }],
      "healthCheck": { "command": ["CMD-SHELL", "curl -f localhost"], "interval": 30, "timeout": 5 },
      "logConfiguration": {
        "logDriver": "awslogs",
        "options": { "awslogs-group": "{{ log_group }}", "awslogs-region": "{{ region }}", "awslogs-stream-prefix": "ecs" }
      }
    },
    { "name": "sidecar", "image": "envoy:v1.30", "essential": false, "memoryReservation": 128, "dependsOn": [{ "containerName": "web", "condition": "START" }] }
  ],
  "requiresCompatibilities": ["FARGATE"],
  "cpu": "512",
  "memory": "1024",
  "executionRoleArn": "{{ role }}"
}
`;

const BLUE_GREEN_SERVICE = `{
  "cluster": "{{ cluster }}",
  "serviceName": "web",
  "desiredCount": 4,
  "deploymentController": { "type": "EXTERNAL" },
  "networkConfiguration": {
    "awsvpcConfiguration": { "subnets": {{ subnets | tojson }}, "securityGroups": {{ groups | tojson }}, "assignPublicIp": "DISABLED" }
  },
  "loadBalancers": [{ "targetGroupArn": "{{ tgs['blue'] }}", "containerName": "web", "containerPort": {{ port }} }],
  "capacityProviderStrategy": [{ "capacityProvider": "FARGATE_SPOT", "weight": 1 }]
}
`;

const BLUE_GREEN_DEPLOYMENT = `{
  "trafficShiftingConfig": { "type": "LINEAR", "percent": 20, "waitInterval": 10 },
  "targetGroupArnPairs": [[{% for arn in tgs.values() %}"{{ arn }}"{% if not loop.last %}, {% endif %}{% endfor %}]],
  "stabilityCheck": { "timeout": 150, "timeoutPerTask": 10, "pollInterval": 10 },
  "gmDeploymentCircuitBreaker": { "failureThresholdPercent": 50 },
  "fallbackCapacityProviderStrategy": [{ "capacityProvider": "FARGATE", "weight": 1 }],
  "environment": { "region": "{{ region }}", "account": "123456789012" }
}
`;

const ROLLING_SERVICE = `{
  "cluster": "{{ cluster }}",
  "serviceName": "web",
  "desiredCount": 4,
  "deploymentController": { "type": "ECS" },
  "networkConfiguration": {
    "awsvpcConfiguration": { "subnets": {{ subnets | tojson }}, "securityGroups": {{ groups | tojson }}, "assignPublicIp": "ENABLED" }
  },
  "deploymentConfiguration": { "minimumHealthyPercent": 50, "maximumPercent": 200 },
  "launchType": "FARGATE"
}
`;

const ROLLING_DEPLOYMENT = `{
  "stabilityCheck": { "timeout": 220 },
  "gmDeploymentCircuitBreaker": { "failureThreshold": 3, "rollback": true },
  "environment": { "region": "{{ region }}" }
}
`;

const NATIVE_SERVICE = `{
  "cluster": "{{ cluster }}",
  "serviceName": "web",
  "desiredCount": 4,
  "networkConfiguration": {
    "awsvpcConfiguration": { "subnets": {{ subnets | tojson }}, "securityGroups": {{ groups | tojson }}, "assignPublicIp": "ENABLED" }
  },
  "deploymentConfiguration": {
    "strategy": "CANARY",
    "bakeTimeInMinutes": 10,
    "canaryConfiguration": { "canaryPercent": 10.5, "canaryBakeTimeInMinutes": 5 },
    "lifecycleHooks": [
      { "targetType": "PAUSE", "lifecycleStages": ["POST_SCALE_UP"], "timeoutConfiguration": { "timeoutInMinutes": 20160 } },
      { "hookTargetArn": "arn:aws:lambda:eu-west-1:123456789012:function:check", "roleArn": "{{ role }}", "lifecycleStages": ["PRODUCTION_TRAFFIC_SHIFT"], "timeoutConfiguration": { "timeoutInMinutes": 60 } }
    ]
  },
  "loadBalancers": [{
    "targetGroupArn": "{{ tgs['blue'] }}", "containerName": "web", "containerPort": {{ port }},
    "advancedConfiguration": {
      "alternateTargetGroupArn": "{{ tgs['green'] }}",
      "productionListenerRule": "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener-rule/app/shop/0aa/0bb/0cc",
      "roleArn": "{{ role }}"
    }
  }],
  "launchType": "FARGATE"
}
`;

const NATIVE_DEPLOYMENT = `{
  "stabilityCheck": { "timeout": 220 },
  "pauseHooks": "wait",
  "environment": { "region": "{{ region }}" }
}
`;

const FUNCTION = `{
  "FunctionName": "jobs",
  "Role": "{{ role }}",
  "Handler": "app.handler",
  "Runtime": "python3.13",
  "Code": { "S3Bucket": "code", "S3Key": "jobs.zip" },
  "Timeout": 15,
  "MemorySize": 128,
  "Environment": { "Variables": { "MODE": "prod" } },
  "PackageType": "Zip"
}
`;

const EVENT_SOURCES = `{
  "PushEventSources": [{ "Service": "elasticloadbalancing.amazonaws.com", "TargetGroupArn": "{{ tgs.blue }}" }],
  "PullEventSources": {
    "EventSourceMapping": { "EventSourceArn": "{{ queue }}", "FunctionName": "jobs", "BatchSize": 10 }
  }
}
`;

const LAMBDA_DEPLOYMENT = `{
  "alias": "live",
  "trafficShiftingConfig": { "type": "CANARY", "percent": 50, "waitInterval": 60 },
  "environment": { "region": "eu-west-1" }
}
`;

export type Right = 'blueGreen' | 'rolling' | 'native' | 'lambda';

/** The files of a workload, by path; the Terraform output is `tf.json`. */
export const RIGHT: Readonly<Record<Right, Readonly<Record<string, string>>>> = {
  blueGreen: {
    'web_svcdef.json': BLUE_GREEN_SERVICE,
    'web_taskdef.json': TASK,
    'web_depdef.json': BLUE_GREEN_DEPLOYMENT,
    'web_input.json': INPUT,
    'tf.json': TERRAFORM,
  },
  rolling: {
    'web_svcdef.json': ROLLING_SERVICE,
    'web_taskdef.json': TASK,
    'web_depdef.json': ROLLING_DEPLOYMENT,
    'web_input.json': INPUT,
    'tf.json': TERRAFORM,
  },
  native: {
    'web_svcdef.json': NATIVE_SERVICE,
    'web_taskdef.json': TASK,
    'web_depdef.json': NATIVE_DEPLOYMENT,
    'web_input.json': INPUT,
    'tf.json': TERRAFORM,
  },
  lambda: {
    'jobs_lambdadef.json': FUNCTION,
    'jobs_lambdaeventsourcedef.json': EVENT_SOURCES,
    'jobs_lambdadepdef.json': LAMBDA_DEPLOYMENT,
    'jobs_lambdainput.json': LAMBDA_INPUT,
    'tf.json': TERRAFORM,
  },
};
