/** What an empty file may begin with, by its suffix. `NAME` stands for the workload's name. Pure data. */
import type { Suffix } from '../../../engine/config/index.ts';

export interface Scaffold {
  readonly label: string;
  readonly about: string;
  /** A snippet. */
  readonly text: string;
}

const SERVICE = `{
  "cluster": "\${1:default}",
  "serviceName": "NAME",
  "desiredCount": \${2:2},
  "deploymentController": { "type": "\${3:ECS}" },
  "networkConfiguration": {
    "awsvpcConfiguration": {
      "subnets": [$4],
      "securityGroups": [$5],
      "assignPublicIp": "DISABLED"
    }
  },
  "launchType": "FARGATE"
}
`;

const BLUE_GREEN_SERVICE = `{
  "cluster": "\${1:default}",
  "serviceName": "NAME",
  "desiredCount": \${2:2},
  "deploymentController": { "type": "EXTERNAL" },
  "networkConfiguration": {
    "awsvpcConfiguration": {
      "subnets": [$3],
      "securityGroups": [$4],
      "assignPublicIp": "DISABLED"
    }
  },
  "loadBalancers": [
    { "targetGroupArn": "$5", "containerName": "NAME", "containerPort": \${6:80} }
  ],
  "launchType": "FARGATE"
}
`;

const TASK = `{
  "family": "NAME",
  "networkMode": "awsvpc",
  "requiresCompatibilities": ["FARGATE"],
  "cpu": "256",
  "memory": "512",
  "executionRoleArn": "$1",
  "containerDefinitions": [
    {
      "name": "NAME",
      "image": "$2",
      "essential": true,
      "portMappings": [{ "containerPort": \${3:80} }],
      "logConfiguration": {
        "logDriver": "awslogs",
        "options": {
          "awslogs-group": "/ecs/NAME",
          "awslogs-region": "\${4:us-east-1}",
          "awslogs-stream-prefix": "ecs"
        }
      }
    }
  ]
}
`;

const DEPLOYMENT = `{
  "environment": { "region": "\${1:us-east-1}" },
  "stabilityCheck": { "timeout": 300 },
  "gmDeploymentCircuitBreaker": { "failureThreshold": 5, "rollback": true }
}
`;

const BLUE_GREEN_DEPLOYMENT = `{
  "environment": { "region": "\${1:us-east-1}" },
  "trafficShiftingConfig": { "type": "\${2:CANARY}", "percent": 20, "waitInterval": 60 },
  "targetGroupArnPairs": [["$3", "$4"]],
  "alarms": { "alarmNames": [$5] },
  "stabilityCheck": { "timeout": 300 },
  "gmDeploymentCircuitBreaker": { "failureThreshold": 5, "rollback": true }
}
`;

const INPUT = `{
  "ref": { "file": ["$1"], "type": "\${2:TERRAFORM}" }$0
}
`;

const FUNCTION = `{
  "FunctionName": "NAME",
  "Role": "$1",
  "Runtime": "\${2:python3.13}",
  "Handler": "\${3:app.handler}",
  "Code": { "S3Bucket": "$4", "S3Key": "$5" },
  "MemorySize": 128,
  "Timeout": 15
}
`;

const IMAGE_FUNCTION = `{
  "FunctionName": "NAME",
  "Role": "$1",
  "PackageType": "Image",
  "Code": { "ImageUri": "$2" },
  "MemorySize": 128,
  "Timeout": 15
}
`;

const LAMBDA_DEPLOYMENT = `{
  "alias": "\${1:live}",
  "environment": { "region": "\${2:us-east-1}" },
  "trafficShiftingConfig": { "type": "CANARY", "percent": 20, "waitInterval": 60 },
  "readinessCheck": { "waitInterval": 10, "maxRetries": 5 }
}
`;

const QUEUE = `{
  "PullEventSources": {
    "EventSourceMapping": { "EventSourceArn": "$1", "FunctionName": "NAME", "BatchSize": 10 }
  }
}
`;

const TARGET_GROUP = `{
  "PushEventSources": [{ "Service": "elasticloadbalancing.amazonaws.com", "TargetGroupArn": "$1" }]
}
`;

const scaffold = (label: string, about: string, text: string): Scaffold => ({ label, about, text });

export const SCAFFOLDS: Readonly<Record<Suffix, readonly Scaffold[]>> = {
  '_svcdef.json': [
    scaffold('service on Fargate', 'A service that ECS updates task by task.', SERVICE),
    scaffold(
      'service, blue/green',
      'A service whose traffic GitMoxi shifts between two target groups.',
      BLUE_GREEN_SERVICE,
    ),
  ],
  '_taskdef.json': [scaffold('task definition on Fargate', 'One container with its logs in CloudWatch.', TASK)],
  '_depdef.json': [
    scaffold('deployment', 'Where to deploy, how long to wait, and when to go back.', DEPLOYMENT),
    scaffold('deployment, blue/green', 'With traffic shifting in steps and alarms.', BLUE_GREEN_DEPLOYMENT),
  ],
  '_input.json': [scaffold('inputs from Terraform or CDK', 'Values for the templates.', INPUT)],
  '_lambdadef.json': [
    scaffold('function from a zip', 'Code from S3.', FUNCTION),
    scaffold('function from an image', 'Code from a container image.', IMAGE_FUNCTION),
  ],
  '_lambdadepdef.json': [
    scaffold('deployment of a function', 'Alias, region and traffic shifting.', LAMBDA_DEPLOYMENT),
  ],
  '_lambdaeventsourcedef.json': [
    scaffold('queue', 'Lambda reads a queue and calls the function.', QUEUE),
    scaffold('target group', 'A load balancer calls the function.', TARGET_GROUP),
  ],
  '_lambdainput.json': [scaffold('inputs from Terraform or CDK', 'Values for the templates.', INPUT)],
};
