// A connection within this machine whose accepting is an operation too: AcceptEx starts it, and the port
// tells when somebody has come. Source: AcceptEx (learn.microsoft.com/windows/win32/api/mswsock).

import { SystemCallError, TimedOut } from '../../../errors.ts';
import {
  bindLocally,
  connectLocally,
  openSocket,
  socketFailed,
} from '../../../examples/ports/handles.ts';
import { Operations, Port, windowsOf } from '../../../examples/ports/port.ts';
import type { Platform } from '../../../ffi/platform.ts';
import {
  ACCEPT_ADDRESS_BYTES,
  SO_UPDATE_ACCEPT_CONTEXT,
  SOL_SOCKET,
  WSA_IO_PENDING,
  WSAID_ACCEPTEX,
} from '../../../ffi/windows/winsock.ts';
import { drain, giveBack } from './give-back.ts';
import type { Line } from './streams.ts';

const LISTENER = 0x3003;
const LIMIT_MS = 10_000;
const SHORT_MS = 200;

/** Throws where the packet of accepting is not what it must be. */
export function connectAccepted(platform: Platform): Line {
  const sockets = windowsOf(platform).sockets();
  const port = new Port(platform, 1);
  const operations = new Operations(platform, 1);
  const addresses = platform.memory(2 * ACCEPT_ADDRESS_BYTES);
  const listener = openSocket(platform);
  const far = openSocket(platform);
  const near = openSocket(platform);
  try {
    const number = bindLocally(platform, listener, 0);
    if (sockets.listen(listener, 1) !== 0) throw socketFailed(platform, 'listen');
    port.associate(listener, LISTENER);
    const at = sockets.extension(listener, WSAID_ACCEPTEX);
    if (at === 0) throw socketFailed(platform, 'WSAIoctl AcceptEx');
    const index = operations.begin(LISTENER);
    const address = operations.address(index);
    const { acceptEx } = sockets;
    const good = acceptEx(at, listener, far, addresses.address, ACCEPT_ADDRESS_BYTES, address);
    if (!good && sockets.WSAGetLastError() !== WSA_IO_PENDING) {
      operations.ledger.endAtOnce(index);
      throw socketFailed(platform, 'AcceptEx');
    }
    connectLocally(platform, near, number);
    if (!port.take(LIMIT_MS)) throw new TimedOut('nobody was accepted');
    if (operations.end(port.pointer, port.key) !== index || port.error !== 0) {
      throw new SystemCallError('AcceptEx', platform.errnoName(port.error), 'a strange packet');
    }
    inherit(platform, far, listener);
  } catch (error) {
    sockets.closesocket(near);
    sockets.closesocket(far);
    throw error;
  } finally {
    sockets.closesocket(listener);
    // Accepting ends with the socket that listens.
    drain(port, operations, SHORT_MS);
    port.close();
    giveBack(operations, addresses);
  }
  return {
    near,
    far,
    socket: true,
    close() {
      sockets.closesocket(near);
      sockets.closesocket(far);
    },
  };
}

/** The accepted socket takes over the listening one's properties, as accept(2) does by itself. */
function inherit(platform: Platform, accepted: number, listener: number): void {
  const value = platform.memory(8);
  new DataView(value.bytes.buffer, value.bytes.byteOffset).setBigInt64(0, BigInt(listener), true);
  windowsOf(platform)
    .sockets()
    .setsockopt(accepted, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT, value.address, 8);
  value.free();
}
