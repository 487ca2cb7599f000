/** What is imported late of the client for CloudWatch: importing all of the package late would have it bundled whole. */
export { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
