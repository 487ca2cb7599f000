"""Makes one of each in the simulated AWS with boto3, and waits for it with boto3's own waiters, as they are.

Prints one JSON line for each waiter that came to its end. The endpoint and the keys come from the environment.
"""

import io
import json
import zipfile

import boto3


def told(name, **facts):
    print(json.dumps({"waiter": name, **facts}), flush=True)


def wait(client, name, **arguments):
    client.get_waiter(name).wait(**arguments)
    told(f"{client.meta.service_model.service_name}:{name}")


def code(text):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("index.py", text)
    return packed.getvalue()


ecs, lambda_, elb, cloudwatch = (boto3.client(name) for name in ("ecs", "lambda", "elbv2", "cloudwatch"))

group = elb.create_target_group(
    Name="web", Protocol="HTTP", Port=80, VpcId="vpc-0a1b2c3d", TargetType="ip",
    HealthCheckIntervalSeconds=5, HealthCheckTimeoutSeconds=2
)["TargetGroups"][0]["TargetGroupArn"]
balancer = elb.create_load_balancer(Name="shop", Subnets=["subnet-0a1b2c3d", "subnet-1a1b2c3d"])["LoadBalancers"][0][
    "LoadBalancerArn"
]
elb.create_listener(
    LoadBalancerArn=balancer,
    Protocol="HTTP",
    Port=80,
    DefaultActions=[{"Type": "forward", "TargetGroupArn": group}],
)
wait(elb, "load_balancer_available", LoadBalancerArns=[balancer])
wait(elb, "load_balancer_exists", LoadBalancerArns=[balancer])

ecs.create_cluster(clusterName="main")
ecs.register_task_definition(
    family="web",
    networkMode="awsvpc",
    requiresCompatibilities=["FARGATE"],
    cpu="256",
    memory="512",
    containerDefinitions=[{"name": "web", "image": "web:1", "portMappings": [{"containerPort": 80}]}],
)
ecs.create_service(
    cluster="main",
    serviceName="web",
    taskDefinition="web",
    desiredCount=2,
    launchType="FARGATE",
    networkConfiguration={"awsvpcConfiguration": {"subnets": ["subnet-0a1b2c3d"]}},
    loadBalancers=[{"targetGroupArn": group, "containerName": "web", "containerPort": 80}],
)
wait(ecs, "services_stable", cluster="main", services=["web"])
tasks = ecs.list_tasks(cluster="main", serviceName="web")["taskArns"]
wait(ecs, "tasks_running", cluster="main", tasks=tasks)
wait(elb, "target_in_service", TargetGroupArn=group)

lambda_.create_function(
    FunctionName="resize",
    Role="arn:aws:iam::111122223333:role/resize",
    Runtime="python3.13",
    Handler="index.handler",
    Code={"ZipFile": code("1")},
)
wait(lambda_, "function_exists", FunctionName="resize")
wait(lambda_, "function_active_v2", FunctionName="resize")
lambda_.update_function_code(FunctionName="resize", ZipFile=code("2"))
wait(lambda_, "function_updated_v2", FunctionName="resize")
version = lambda_.publish_version(FunctionName="resize")["Version"]
wait(lambda_, "published_version_active", FunctionName="resize", Qualifier=version)

cloudwatch.put_metric_alarm(
    AlarmName="errors",
    Namespace="AWS/Lambda",
    MetricName="Errors",
    Statistic="Sum",
    Period=60,
    EvaluationPeriods=1,
    Threshold=1,
    ComparisonOperator="GreaterThanThreshold",
)
wait(cloudwatch, "alarm_exists", AlarmNames=["errors"])
cloudwatch.put_composite_alarm(AlarmName="any", AlarmRule="ALARM(errors)")
wait(cloudwatch, "composite_alarm_exists", AlarmNames=["any"], AlarmTypes=["CompositeAlarm"])

ecs.update_service(cluster="main", service="web", desiredCount=0)
wait(ecs, "tasks_stopped", cluster="main", tasks=tasks)
ecs.delete_service(cluster="main", service="web")
wait(ecs, "services_inactive", cluster="main", services=["web"])
elb.delete_load_balancer(LoadBalancerArn=balancer)
wait(elb, "load_balancers_deleted", LoadBalancerArns=[balancer])
