/**
 * Keeps a virtual clock still while a request is open. Requests are counted at the server and, since a request is under
 * way before the server sees it and after it was answered, at this process's own HTTP clients too.
 *
 * Owns: the count's entries, by the client's port. A request that the server holds back on purpose (a delay, a hang) is
 * suspended on both sides, or time could never reach its end.
 */
import diagnostics from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import type { Socket } from 'node:net';

/** Published by Node for every client request, when it is made. */
const CLIENT_REQUESTS = 'http.client.request.created';

interface Hold {
  suspend(): void;
  resume(): void;
  end(): void;
}

export class InFlight {
  readonly #enter: () => () => void;
  readonly #host: string;
  readonly #clients = new Map<number, Hold>();

  /** @param host `127.0.0.1:port` of the server @param enter counts one piece of work, and gives what ends it */
  constructor(host: string, enter: () => () => void) {
    this.#host = host;
    this.#enter = enter;
    diagnostics.subscribe(CLIENT_REQUESTS, this.#onClientRequest);
  }

  stop(): void {
    diagnostics.unsubscribe(CLIENT_REQUESTS, this.#onClientRequest);
  }

  /** Counts a request at the server, from the given client port. */
  atServer(clientPort: number | undefined): Hold {
    const server = this.#hold();
    const client = clientPort === undefined ? undefined : this.#clients.get(clientPort);
    return {
      suspend: () => [server, client].forEach((hold) => void hold?.suspend()),
      resume: () => [server, client].forEach((hold) => void hold?.resume()),
      end: () => server.end(),
    };
  }

  /** Counts a request that comes by no socket, from when it is made until it is answered. */
  local(): Hold {
    return this.#hold();
  }

  readonly #onClientRequest = (message: unknown) => {
    const { request } = message as { request: ClientRequest };
    if (request.getHeader('host') !== this.#host) return;
    const hold = this.#hold();
    let port: number | undefined;
    request.once('socket', (socket: Socket) => {
      const known = () => {
        port = socket.localPort;
        if (port !== undefined) this.#clients.set(port, hold);
      };
      if (socket.connecting) socket.once('connect', known);
      else known();
    });
    request.once('close', () => {
      hold.end();
      if (port !== undefined && this.#clients.get(port) === hold) this.#clients.delete(port);
    });
  };

  #hold(): Hold {
    let leave = this.#enter();
    let ended = false;
    return {
      suspend: () => leave(),
      resume: () => {
        if (!ended) leave = this.#enter();
      },
      end: () => {
        ended = true;
        leave();
      },
    };
  }
}
