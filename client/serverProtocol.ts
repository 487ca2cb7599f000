/**
 * What the client uses of the server's own protocol. The server declares it; a test holds the two equal.
 *
 * Must not: import the server, which runs in a process of its own.
 */

export const RENDER_PREVIEW = 'gitmoxi/renderPreview';
export const PREVIEW_CHANGED = 'gitmoxi/previewChanged';

export interface PreviewAnswer {
  /** Null where the template cannot be rendered to the end. */
  readonly text: string | null;
  readonly problems: readonly {
    /** Lines and characters from 0. */
    readonly range: { readonly start: { readonly line: number; readonly character: number } };
    readonly message: string;
    readonly hint?: string;
  }[];
}

export interface PreviewChangedParams {
  readonly uris: readonly string[];
}
