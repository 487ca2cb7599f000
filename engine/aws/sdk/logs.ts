/** What is imported late of the client for CloudWatch Logs: importing all of the package late would have it bundled whole. */
export { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
