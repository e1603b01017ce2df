// A stream of bytes through a pipe or a connection, one end writing, the other reading, both through the
// same port. As many reads wait as may, so that a read is always there before its bytes.
import type { Ends } from '../../../examples/ports/handles.ts';
import { type StageContext, type StageResult, whole } from '../../stage.ts';
import { type Asked, byteAt, READING, Traffic, WRITING } from './traffic.ts';

const MESSAGE_BYTES = 64;
const NEAR = 0x1001;
const FAR = 0x2002;

export interface Line extends Ends {
  /** Its ends are sockets, and are read and written by a socket's own calls. */
  readonly socket?: true;
  close(): void;
}

export function stageStream(context: StageContext, open: () => Line): StageResult {
  const { platform, parameters } = context;
  const depth = whole(parameters, 'depth');
  const messages = Math.max(1, Math.floor(whole(parameters, 'operations') / 2));
  const traffic = new Traffic(platform, 2 * depth, MESSAGE_BYTES);
  const line = open();
  const all = messages * MESSAGE_BYTES;
  let [written, writes, reading, reads, received] = [0, 0, 0, 0, 0];
  const write = (): void => {
    const buffer = traffic.takeBuffer();
    const bytes = traffic.bytes(buffer);
    const position = writes * MESSAGE_BYTES;
    for (let i = 0; i < MESSAGE_BYTES; i++) bytes[i] = byteAt(position + i);
    const asked = { key: NEAR, direction: WRITING, sequence: writes++, position };
    traffic.start(line.near, { ...asked, buffer, bytes: MESSAGE_BYTES }, line);
  };
  const read = (): void => {
    const buffer = traffic.takeBuffer();
    reading++;
    const asked = { key: FAR, direction: READING, sequence: reads++, position: 0 };
    traffic.start(line.far, { ...asked, buffer, bytes: MESSAGE_BYTES }, line);
  };
  const ended = ({ direction, buffer }: Asked, bytes: number): boolean => {
    if (direction === WRITING) {
      written++;
      return bytes === MESSAGE_BYTES;
    }
    reading--;
    const got = traffic.bytes(buffer);
    const from = received;
    received += bytes;
    for (let i = 0; i < bytes; i++) if (got[i] !== byteAt(from + i)) return false;
    return bytes > 0;
  };
  /** Reads that are still wanted: a stream may give less than was asked for. */
  const wanted = (): number => Math.ceil((all - received) / MESSAGE_BYTES);
  try {
    traffic.port.associate(line.near, NEAR);
    traffic.port.associate(line.far, FAR);
    while (received < all || written < messages) {
      while (reading < Math.min(depth, wanted())) read();
      while (writes < messages && writes - written < depth) write();
      traffic.collect(depth, ended);
    }
    return traffic.result(2 * messages);
  } finally {
    line.close();
    traffic.close();
  }
}
