/** Lambda's errors. Some carry their text as `Message`, some as `message`: SPEC.md, "Lambda errors". */
import { AwsFault } from '../fault.ts';

export const notFound = (message: string) =>
  new AwsFault('ResourceNotFoundException', message, 404, { members: { Message: message } });
export const conflict = (message: string) => new AwsFault('ResourceConflictException', message, 409);
export const invalid = (message: string) => new AwsFault('InvalidParameterValueException', message, 400);
export const validation = (value: string, member: string, constraint: string) =>
  new AwsFault(
    'ValidationException',
    `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: ${constraint}`,
    400,
  );
export const stale = () =>
  new AwsFault(
    'PreconditionFailedException',
    'The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id',
    412,
  );
export const inUse = (verb: string) => {
  const message = `Cannot ${verb} the event source mapping because it is in use.`;
  return new AwsFault('ResourceInUseException', message, 400, { members: { Message: message } });
};
export const tooMany = () =>
  new AwsFault('TooManyRequestsException', 'Rate exceeded', 429, {
    members: { Reason: 'CallerRateLimitExceeded' },
    headers: { 'retry-after': '1' },
  });
