/** API Gateway's errors; which of the texts are AWS's own: SPEC.md, "HTTP APIs". */
import { AwsFault } from '../fault.ts';

export const badRequest = (message: string) => new AwsFault('BadRequestException', message, 400);
export const conflict = (message: string) => new AwsFault('ConflictException', message, 409);
export const notFound = (resource: string, message: string) =>
  new AwsFault('NotFoundException', message, 404, { members: { resourceType: resource } });
export const tooMany = () => new AwsFault('TooManyRequestsException', 'Too Many Requests', 429);
