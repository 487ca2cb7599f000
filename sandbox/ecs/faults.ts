/** ECS's errors with its own texts (SPEC.md, "Error texts"). */
import { AwsFault } from '../fault.ts';

export const invalidParameter = (message: string) => new AwsFault('InvalidParameterException', message);
export const clientFault = (message: string) => new AwsFault('ClientException', message);
export const clusterNotFound = () => new AwsFault('ClusterNotFoundException', 'Cluster not found.');
export const serviceNotFound = () => new AwsFault('ServiceNotFoundException', 'Service not found.');
export const serviceNotActive = () => new AwsFault('ServiceNotActiveException', 'Service was not ACTIVE.');
export const taskSetNotFound = () => new AwsFault('TaskSetNotFoundException', 'The specified task set was not found.');
/** For what AWS can do and this sandbox cannot: said, never pretended. */
export const unsupported = (message: string) => new AwsFault('UnsupportedFeatureException', message);
