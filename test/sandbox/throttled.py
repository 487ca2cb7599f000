"""Asks until the simulated AWS has enough, without boto3's retries and then with them. Prints JSON."""

import json

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError


def until_refused(client, call, most):
    for done in range(most):
        try:
            call(client)
        except ClientError as error:
            said = error.response["Error"]
            return {"after": done, "code": said["Code"], "message": said["Message"]}
    return {"after": most}


once = Config(retries={"total_max_attempts": 1})
patient = Config(retries={"total_max_attempts": 10, "mode": "standard"})
register = lambda client: client.register_task_definition(  # noqa: E731
    family="web", containerDefinitions=[{"name": "web", "image": "web:1", "memory": 128}]
)
print(
    json.dumps(
        {
            "ecs": until_refused(boto3.client("ecs", config=once), register, 30),
            "patient": until_refused(boto3.client("ecs", config=patient), register, 3),
            "lambda": until_refused(boto3.client("lambda", config=once), lambda client: client.list_functions(), 30),
        }
    )
)
