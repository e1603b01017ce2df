// A serial line of Windows, set plainly: eight bits, no parity, one stop bit, no flow control, and how long
// its reads and writes wait. Source: DCB and COMMTIMEOUTS in the Win32 API reference.
import type { Memory } from '../platform.ts';
import type { Kernel32Calls, LineLimits } from './calls.ts';
import { windowsError } from './errors.ts';
import {
  COMMTIMEOUTS_BYTES,
  DCB_BAUD_RATE,
  DCB_BYTE_SIZE,
  DCB_BYTES,
  DCB_FLAGS,
  DCB_PARITY,
  DCB_STOP_BITS,
} from './structs.ts';

/** fBinary; DTR and RTS on; no flow control and no parity check. */
const BINARY_WITH_LINES_ON = 0x1011;
const EIGHT_BITS = 8;

type Lines = Pick<
  Kernel32Calls,
  'GetCommState' | 'SetCommState' | 'SetCommTimeouts' | 'GetLastError'
>;

export function lineSetter(windows: Lines, memory: (length: number) => Memory) {
  return (handle: number, baud: number, limits: LineLimits): void => {
    const page = memory(DCB_BYTES + COMMTIMEOUTS_BYTES);
    const { address } = page;
    const fields = new DataView(page.bytes.buffer);
    const must = (well: number, call: string) => {
      if (!well) throw windowsError(call, windows.GetLastError());
    };
    try {
      fields.setUint32(0, DCB_BYTES, true);
      must(windows.GetCommState(handle, address), 'GetCommState');
      fields.setUint32(DCB_BAUD_RATE, baud, true);
      fields.setUint32(DCB_FLAGS, BINARY_WITH_LINES_ON, true);
      fields.setUint8(DCB_BYTE_SIZE, EIGHT_BITS);
      fields.setUint8(DCB_PARITY, 0);
      fields.setUint8(DCB_STOP_BITS, 0);
      must(windows.SetCommState(handle, address), 'SetCommState');
      for (const [i, limit] of limits.entries()) fields.setUint32(DCB_BYTES + 4 * i, limit, true);
      must(windows.SetCommTimeouts(handle, address + DCB_BYTES), 'SetCommTimeouts');
    } finally {
      page.free();
    }
  };
}
