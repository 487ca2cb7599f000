/** What is imported late of the credential providers: importing all of the package late would have it bundled whole. */
export { fromNodeProviderChain, fromTemporaryCredentials } from '@aws-sdk/credential-providers';
