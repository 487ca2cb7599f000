/** Lambda functions, and the sources that functions read already. */
import { ListEventSourceMappingsCommand, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { type Listing, words } from './page.ts';

/** Source: Lambda API reference, ListFunctions: MaxItems, of which 50 are given. */
const PER_PAGE = 50;
/** Source: Lambda API reference, ListEventSourceMappings: MaxItems. */
const MAPPINGS_PER_PAGE = 100;

export const functions: Listing = async ({ clients, region, token: Marker, abortSignal }) => {
  const lambda = await clients.lambda(region);
  const page = await lambda.send(new ListFunctionsCommand({ MaxItems: PER_PAGE, Marker }), { abortSignal });
  const things = (page.Functions ?? []).map(({ FunctionName = '', Runtime, PackageType }) => ({
    id: FunctionName,
    detail: words('function', Runtime ?? PackageType),
  }));
  return { things, token: page.NextMarker };
};

/** Queues and streams that nobody reads yet are not among them. */
export const queues: Listing = async ({ clients, region, token: Marker, abortSignal }) => {
  const lambda = await clients.lambda(region);
  const command = new ListEventSourceMappingsCommand({ MaxItems: MAPPINGS_PER_PAGE, Marker });
  const page = await lambda.send(command, { abortSignal });
  const things = (page.EventSourceMappings ?? []).flatMap(({ EventSourceArn, FunctionArn }) =>
    EventSourceArn === undefined
      ? []
      : [{ id: EventSourceArn, detail: words('read by', FunctionArn?.split(':')[6]).replace(' · ', ' ') }],
  );
  return { things, token: page.NextMarker, isPartial: true };
};
