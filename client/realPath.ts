/** Where a path really is: windows name folders as they were opened, Git and rollouts without links. */
import { realpath } from 'node:fs/promises';

/** The path as it is where nothing is there. */
export const realPath = (path: string): Promise<string> => realpath(path).catch(() => path);
