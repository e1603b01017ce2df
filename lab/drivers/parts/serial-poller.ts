// Two gaps of the serialport package's Unix binding, closed for everything here that uses it.

/** What the binding says of its descriptor. */
interface Poller {
  on(event: 'readable' | 'writable', listener: () => void): void;
  once(event: 'disconnect', listener: () => void): void;
}

/**
 * From Node 26.4 on, what the binding's poller resolves waits for whatever the loop does next, which
 * may be for ever (serialport/bindings-cpp, pull request 239): an immediate is such a next thing. And
 * a hung-up line reads 0 bytes, which the binding asks again without end: so we ask to be told of the
 * hang-up itself. Call it when the port is open.
 */
export function watchPoller(port: { readonly port?: unknown }, hungUp: () => void): void {
  const { poller } = (port.port ?? {}) as { readonly poller?: Poller };
  const nothing = () => {};
  poller?.on('readable', () => setImmediate(nothing));
  poller?.on('writable', () => setImmediate(nothing));
  poller?.once('disconnect', hungUp);
}
