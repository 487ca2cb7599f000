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
      "subnets": ["\${4:subnet-0123456789abcdef0}"],
      "securityGroups": ["\${5:sg-0123456789abcdef0}"],
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
      "subnets": ["\${3:subnet-0123456789abcdef0}"],
      "securityGroups": ["\${4:sg-0123456789abcdef0}"],
      "assignPublicIp": "DISABLED"
    }
  },
  "loadBalancers": [
    { "targetGroupArn": "\${5:arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/blue/0123456789abcdef}", "containerName": "NAME", "containerPort": \${6:80} }
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
  "executionRoleArn": "\${1:arn:aws:iam::123456789012:role/ecsTaskExecutionRole}",
  "containerDefinitions": [
    {
      "name": "NAME",
      "image": "\${2:public.ecr.aws/nginx/nginx:stable}",
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
  "targetGroupArnPairs": [
    [
      "\${3:arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/blue/0123456789abcdef}",
      "\${4:arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/green/0123456789abcde0}"
    ]
  ],
  "alarms": { "alarmNames": ["\${5:NAME-errors}"] },
  "stabilityCheck": { "timeout": 300 },
  "gmDeploymentCircuitBreaker": { "failureThreshold": 5, "rollback": true }
}
`;

const INPUT = `{
  "ref": { "file": ["\${1:FILE}"], "type": "\${2|TERRAFORM,CDK,JSON|}" }$0
}
`;

const FUNCTION = `{
  "FunctionName": "NAME",
  "Role": "\${1:arn:aws:iam::123456789012:role/NAME}",
  "Runtime": "\${2:python3.13}",
  "Handler": "\${3:app.handler}",
  "Code": { "S3Bucket": "\${4:artifacts}", "S3Key": "\${5:NAME.zip}" },
  "MemorySize": 128,
  "Timeout": 15
}
`;

const IMAGE_FUNCTION = `{
  "FunctionName": "NAME",
  "Role": "\${1:arn:aws:iam::123456789012:role/NAME}",
  "PackageType": "Image",
  "Code": { "ImageUri": "\${2:123456789012.dkr.ecr.us-east-1.amazonaws.com/NAME:latest}" },
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
    "EventSourceMapping": { "EventSourceArn": "\${1:arn:aws:sqs:us-east-1:123456789012:NAME}", "FunctionName": "NAME", "BatchSize": 10 }
  }
}
`;

const TARGET_GROUP = `{
  "PushEventSources": [{ "Service": "elasticloadbalancing.amazonaws.com", "TargetGroupArn": "\${1:arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/NAME/0123456789abcdef}" }]
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
