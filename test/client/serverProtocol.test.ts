/** What the client knows of the server's protocol is what the server declares. */
import assert from 'node:assert/strict';
import * as client from '../../client/serverProtocol.ts';
import * as server from '../../server/index.ts';

/** Compiles only where the first type can be used as the second. */
const use = <From extends To, To>(_from?: From, _to?: To): void => {};

describe("the client's part of the protocol", () => {
  it('has the names that the server declares', () => {
    assert.equal(client.RENDER_PREVIEW, server.renderPreview.method);
    assert.equal(client.PREVIEW_CHANGED, server.previewChanged.method);
  });

  it('has the types that the server declares, which the type checker shows', () => {
    use<server.RenderedPreview, client.PreviewAnswer>();
    use<Parameters<NonNullable<typeof server.previewChanged.types>>[0], client.PreviewChangedParams>();
  });
});
