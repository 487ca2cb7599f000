/** What is imported late of the client for STS: importing all of the package late would have it bundled whole. */
export { STSClient } from '@aws-sdk/client-sts';
