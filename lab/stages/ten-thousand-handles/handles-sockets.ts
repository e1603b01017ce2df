// Ten thousand sockets that datagrams may come to, each with a receive in flight on the same port.
import {
  bindLocally,
  connectLocally,
  openSocket,
  socketFailed,
} from '../../examples/ports/handles.ts';
import { windowsOf } from '../../examples/ports/port.ts';
import type { Platform } from '../../ffi/platform.ts';
import { WSABUF_BUFFER, WSABUF_BYTES, WSABUF_LENGTH } from '../../ffi/windows/structs.ts';
import { IPPROTO_UDP, SOCK_DGRAM } from '../../ffi/windows/winsock.ts';
import type { Stage } from '../stage.ts';
import { type Kind, MESSAGE_BYTES, serveMany } from './parts/serve.ts';

function sockets(platform: Platform): Kind {
  const calls = windowsOf(platform).sockets();
  const all: number[] = [];
  const numbers: number[] = [];
  const list = platform.memory(WSABUF_BYTES + 4);
  const view = new DataView(list.bytes.buffer, list.bytes.byteOffset);
  const sender = openSocket(platform, SOCK_DGRAM, IPPROTO_UDP);
  return {
    open() {
      const socket = openSocket(platform, SOCK_DGRAM, IPPROTO_UDP);
      all.push(socket);
      numbers.push(bindLocally(platform, socket, 0));
      return socket;
    },
    read(socket, address, overlapped) {
      view.setUint32(WSABUF_LENGTH, MESSAGE_BYTES, true);
      view.setBigUint64(WSABUF_BUFFER, BigInt(address), true);
      view.setUint32(WSABUF_BYTES, 0, true);
      const flags = list.address + WSABUF_BYTES;
      const no = calls.WSARecv(socket, list.address, 1, 0, flags, overlapped, 0);
      return no ? calls.WSAGetLastError() : 0;
    },
    send(index, address) {
      connectLocally(platform, sender, numbers[index]!);
      if (calls.send(sender, address, MESSAGE_BYTES, 0) !== MESSAGE_BYTES) {
        throw socketFailed(platform, 'send');
      }
    },
    close() {
      for (const socket of [...all, sender]) calls.closesocket(socket);
      list.free();
    },
  };
}

export const stage: Stage = {
  id: 'handles-sockets',
  title: 'Sockets on one port',
  experiment: 'ten-thousand-handles',
  mechanism: 'completion',
  about: 'every socket has a receive in flight, and a few threads take whichever ends',
  source: 'https://learn.microsoft.com/en-us/windows/win32/api/winsock2/nf-winsock2-wsarecv',
  run: context => serveMany(context, sockets),
};
