export { type LocalRequest, type RunningServer, startServer } from './server.ts';
export type { WireResponse } from './wire.ts';
