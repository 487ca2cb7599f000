/** The door of the language server. */
export { diskReader, type FileReader } from './fileReader.ts';
export * from './protocol.ts';
export { type RunningServer, type ServerOptions, startServer } from './server.ts';
