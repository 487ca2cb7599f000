/** What is imported late of the client for Lambda: importing all of the package late would have it bundled whole. */
export { LambdaClient } from '@aws-sdk/client-lambda';
