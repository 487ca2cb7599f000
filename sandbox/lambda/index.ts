/**
 * AWS Lambda. A new operation is one function in the file of its fellows, one line in that file's table, and its path
 * here.
 */
import type { Bucket, Route, Service } from '../service.ts';
import { aliasOperations } from './aliasOperations.ts';
import { tooMany } from './faults.ts';
import { CODE_PATH, functionOperations } from './functionOperations.ts';
import { lambdaOf } from './functions.ts';
import { layerOperations } from './layerOperations.ts';
import { mappingOperations } from './mappingOperations.ts';
import { provisionedOperations } from './provisionedOperations.ts';

export { type InvocationFate, type InvocationShare, invocationsOf } from './invocations.ts';
export { mayInvoke } from './permissions.ts';
export { restoreFunction } from './restoring.ts';

const FUNCTIONS = '/2015-03-31/functions';
const FUNCTION = `${FUNCTIONS}/{FunctionName}`;
const MAPPINGS = '/2015-03-31/event-source-mappings';
const TAGS = '/2017-03-31/tags/{Resource}';
const PROVISIONED = '/2019-09-30/functions/{FunctionName}/provisioned-concurrency';

const PAGE = { Marker: 'Marker', MaxItems: 'MaxItems' };
const QUALIFIER = { Qualifier: 'Qualifier' };
const PERMISSION = { ...QUALIFIER, RevisionId: 'RevisionId' };

/** Source: Lambda API reference, "request syntax" of each operation. */
const ROUTES: readonly Route[] = [
  { operation: 'CreateFunction', method: 'POST', path: FUNCTIONS, success: 201 },
  {
    operation: 'ListFunctions',
    method: 'GET',
    path: FUNCTIONS,
    query: { ...PAGE, FunctionVersion: 'FunctionVersion' },
  },
  { operation: 'GetFunction', method: 'GET', path: FUNCTION, query: QUALIFIER },
  { operation: 'DeleteFunction', method: 'DELETE', path: FUNCTION, query: QUALIFIER, success: 204 },
  { operation: 'GetFunctionConfiguration', method: 'GET', path: `${FUNCTION}/configuration`, query: QUALIFIER },
  { operation: 'UpdateFunctionConfiguration', method: 'PUT', path: `${FUNCTION}/configuration` },
  { operation: 'UpdateFunctionCode', method: 'PUT', path: `${FUNCTION}/code` },
  { operation: 'PublishVersion', method: 'POST', path: `${FUNCTION}/versions`, success: 201 },
  { operation: 'ListVersionsByFunction', method: 'GET', path: `${FUNCTION}/versions`, query: PAGE },
  { operation: 'CreateAlias', method: 'POST', path: `${FUNCTION}/aliases`, success: 201 },
  {
    operation: 'ListAliases',
    method: 'GET',
    path: `${FUNCTION}/aliases`,
    query: { ...PAGE, FunctionVersion: 'FunctionVersion' },
  },
  { operation: 'GetAlias', method: 'GET', path: `${FUNCTION}/aliases/{Name}` },
  { operation: 'UpdateAlias', method: 'PUT', path: `${FUNCTION}/aliases/{Name}` },
  { operation: 'DeleteAlias', method: 'DELETE', path: `${FUNCTION}/aliases/{Name}`, success: 204 },
  { operation: 'AddPermission', method: 'POST', path: `${FUNCTION}/policy`, query: QUALIFIER, success: 201 },
  { operation: 'GetPolicy', method: 'GET', path: `${FUNCTION}/policy`, query: QUALIFIER },
  {
    operation: 'RemovePermission',
    method: 'DELETE',
    path: `${FUNCTION}/policy/{StatementId}`,
    query: PERMISSION,
    success: 204,
  },
  {
    operation: 'Invoke',
    method: 'POST',
    path: `${FUNCTION}/invocations`,
    query: QUALIFIER,
    rawBody: true,
    headers: { 'x-amz-invocation-type': 'InvocationType' },
  },
  { operation: 'PutFunctionConcurrency', method: 'PUT', path: '/2017-10-31/functions/{FunctionName}/concurrency' },
  { operation: 'GetFunctionConcurrency', method: 'GET', path: '/2019-09-30/functions/{FunctionName}/concurrency' },
  {
    operation: 'DeleteFunctionConcurrency',
    method: 'DELETE',
    path: '/2017-10-31/functions/{FunctionName}/concurrency',
    success: 204,
  },
  { operation: 'PutProvisionedConcurrencyConfig', method: 'PUT', path: PROVISIONED, query: QUALIFIER, success: 202 },
  { operation: 'ListProvisionedConcurrencyConfigs', method: 'GET', path: PROVISIONED, query: PAGE, needs: 'List' },
  { operation: 'GetProvisionedConcurrencyConfig', method: 'GET', path: PROVISIONED, query: QUALIFIER },
  {
    operation: 'DeleteProvisionedConcurrencyConfig',
    method: 'DELETE',
    path: PROVISIONED,
    query: QUALIFIER,
    success: 204,
  },
  { operation: 'TagResource', method: 'POST', path: TAGS, success: 204 },
  { operation: 'UntagResource', method: 'DELETE', path: TAGS, query: { tagKeys: 'TagKeys[]' }, success: 204 },
  { operation: 'ListTags', method: 'GET', path: TAGS },
  { operation: 'CreateEventSourceMapping', method: 'POST', path: MAPPINGS, success: 202 },
  {
    operation: 'ListEventSourceMappings',
    method: 'GET',
    path: MAPPINGS,
    query: { ...PAGE, EventSourceArn: 'EventSourceArn', FunctionName: 'FunctionName' },
  },
  { operation: 'GetEventSourceMapping', method: 'GET', path: `${MAPPINGS}/{UUID}` },
  { operation: 'UpdateEventSourceMapping', method: 'PUT', path: `${MAPPINGS}/{UUID}`, success: 202 },
  { operation: 'DeleteEventSourceMapping', method: 'DELETE', path: `${MAPPINGS}/{UUID}`, success: 202 },
  {
    operation: 'GetLayerVersionByArn',
    method: 'GET',
    path: '/2018-10-31/layers',
    query: { Arn: 'Arn' },
    needs: 'find',
  },
];

/** Requests per second. Source: developer guide, "Lambda quotas", API requests. */
function bucket(operation: string): Bucket | undefined {
  if (operation === 'Invoke') return undefined;
  if (operation === 'GetFunction') return { name: 'GetFunction', capacity: 100, refill: 100 };
  if (operation === 'GetPolicy') return { name: 'GetPolicy', capacity: 15, refill: 15 };
  return { name: 'control plane', capacity: 15, refill: 15 };
}

export const lambda: Service = {
  signingName: 'lambda',
  protocol: 'restJson1',
  routes: ROUTES,
  operations: {
    ...functionOperations,
    ...aliasOperations,
    ...provisionedOperations,
    ...mappingOperations,
    ...layerOperations,
  },
  bucket,
  throttled: tooMany,
  downloads: {
    prefix: CODE_PATH,
    read(world, rest) {
      const [account = '', region = '', key = ''] = rest.split('/');
      const found = [...world.regions()].find(
        (candidate) => candidate.account === account && candidate.name === region,
      );
      return found && lambdaOf(found).archive.get(key);
    },
  },
};
