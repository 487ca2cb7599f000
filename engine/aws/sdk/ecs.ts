/** What is imported late of the client for ECS: importing all of the package late would have it bundled whole. */
export { ECSClient } from '@aws-sdk/client-ecs';
