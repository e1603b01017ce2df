// The errors that a program over completion ports meets, each provoked, and named as Windows names it:
// the end of a file (38), of a pipe (109), cancelled (995), wrong parameter (87), wrong handle (6), nothing
// within the time (258).
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PipeServer } from '../../../../lab/devices/parts/windows-pipe.ts';
import {
  FILE_FLAG_NO_BUFFERING,
  FILE_FLAG_OVERLAPPED,
  GENERIC_READ,
  GENERIC_WRITE,
  INVALID_HANDLE_VALUE,
  MAXIMUM_WAIT_OBJECTS,
  OPEN_EXISTING,
  WAIT_FAILED,
} from '../../../../lab/ffi/windows/constants.ts';
import { windowsError } from '../../../../lab/ffi/windows/errors.ts';
import { OVERLAPPED_BYTES, OVERLAPPED_OFFSET } from '../../../../lab/ffi/windows/structs.ts';
import { platform, windows } from './ledger.ts';
import { afterAll, beforeAll, describe, expect, it, report } from './suite.ts';

const FILE_BYTES = 8192;
const KEY = 7;
const LIMIT_MS = 2000;

describe('errors by number and name', () => {
  let folder = '';
  let path = '';
  const memory = platform.memory(65_536);
  const fields = new DataView(memory.bytes.buffer);
  const [STRUCTURE, PACKET, BUFFER] = [0, 256, 4096];
  const structure = memory.address + STRUCTURE;
  const buffer = memory.address + BUFFER;
  const named = () => {
    const code = windows.GetLastError();
    return [code, platform.errnoName(code)];
  };
  const openFile = (flags = FILE_FLAG_OVERLAPPED) =>
    windows.CreateFileW(path, GENERIC_READ, 3, 0, OPEN_EXISTING, flags, 0);
  const newPort = () => windows.CreateIoCompletionPort(INVALID_HANDLE_VALUE, 0, 0, 1);
  /** Forget the last operation; the next one begins at `offset`. */
  const prepare = (offset = 0) => {
    memory.bytes.fill(0, 0, OVERLAPPED_BYTES);
    fields.setUint32(OVERLAPPED_OFFSET, offset, true);
  };
  /** What the port gives for the next packet: well or not, bytes, key, structure. */
  const dequeue = (port: number, limit_ms = LIMIT_MS) => {
    memory.bytes.fill(0, PACKET, PACKET + 24);
    const at = memory.address + PACKET;
    const well = windows.GetQueuedCompletionStatus(port, at, at + 8, at + 16, limit_ms);
    const error = well ? [] : named();
    return {
      well: well !== 0,
      error,
      bytes: fields.getUint32(PACKET, true),
      key: Number(fields.getBigUint64(PACKET + 8, true)),
      structure: Number(fields.getBigUint64(PACKET + 16, true)),
    };
  };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'iolab-errors-'));
    path = join(folder, 'file');
    writeFileSync(path, Buffer.alloc(FILE_BYTES, 3));
  });
  afterAll(() => {
    memory.free();
    rmSync(folder, { recursive: true, force: true });
  });

  it('38: a read behind the end of a file', () => {
    const handle = openFile();
    const port = newPort();
    windows.CreateIoCompletionPort(handle, port, KEY, 0);
    prepare(FILE_BYTES);
    // Windows may refuse at once or send a packet that says so; either names the same error.
    const well = windows.ReadFile(handle, buffer, 512, 0, structure);
    const at_once = well ? [] : named();
    const said = at_once[0] === 997 || well ? dequeue(port).error : at_once;
    expect(said).toEqual([38, 'ERROR_HANDLE_EOF']);
    windows.CloseHandle(handle);
    windows.CloseHandle(port);
  });

  it('109: a read from a pipe whose other end has gone', () => {
    const server = new PipeServer(platform, `iolab-errors-${process.pid}`, 1);
    const access = GENERIC_READ + GENERIC_WRITE;
    const flags = FILE_FLAG_OVERLAPPED;
    const client = windows.CreateFileW(server.path, access, 0, 0, OPEN_EXISTING, flags, 0);
    const port = newPort();
    windows.CreateIoCompletionPort(client, port, KEY, 0);
    prepare();
    windows.ReadFile(client, buffer, 64, 0, structure);
    expect(named()).toEqual([997, 'ERROR_IO_PENDING']);
    server.close();
    const packet = dequeue(port);
    expect(packet).toEqual({
      well: false,
      error: [109, 'ERROR_BROKEN_PIPE'],
      bytes: 0,
      key: KEY,
      structure,
    });
    windows.CloseHandle(client);
    windows.CloseHandle(port);
  });

  it('995: an operation that was cancelled', () => {
    const server = new PipeServer(platform, `iolab-errors-${process.pid}`, 1);
    const access = GENERIC_READ + GENERIC_WRITE;
    const flags = FILE_FLAG_OVERLAPPED;
    const client = windows.CreateFileW(server.path, access, 0, 0, OPEN_EXISTING, flags, 0);
    const port = newPort();
    windows.CreateIoCompletionPort(client, port, KEY, 0);
    prepare();
    windows.ReadFile(client, buffer, 64, 0, structure);
    expect(windows.CancelIoEx(client, structure)).not.toBe(0);
    const { well, error, structure: which } = dequeue(port);
    expect([well, ...error, which]).toEqual([false, 995, 'ERROR_OPERATION_ABORTED', structure]);
    expect(windows.CancelIoEx(client, structure), 'there is nothing left to cancel').toBe(0);
    expect(named()).toEqual([1168, 'ERROR_NOT_FOUND']);
    windows.CloseHandle(client);
    server.close();
    windows.CloseHandle(port);
  });

  it('87: a handle that belongs to a port already, and one without the overlapped flag', () => {
    const handle = openFile();
    const port = newPort();
    windows.CreateIoCompletionPort(handle, port, KEY, 0);
    expect(windows.CreateIoCompletionPort(handle, port, KEY, 0)).toBe(0);
    expect(named()).toEqual([87, 'ERROR_INVALID_PARAMETER']);
    const synchronous = openFile(0);
    expect(windows.CreateIoCompletionPort(synchronous, port, KEY, 0)).toBe(0);
    expect(named()).toEqual([87, 'ERROR_INVALID_PARAMETER']);
    for (const one of [handle, synchronous, port]) windows.CloseHandle(one);
  });

  it('87: a wait for more than 64 handles', () => {
    const events = Array.from({ length: MAXIMUM_WAIT_OBJECTS + 1 }, () =>
      windows.CreateEventW(0, 1, 1, 0),
    );
    for (const [i, event] of events.entries()) {
      fields.setBigInt64(BUFFER + 8 * i, BigInt(event), true);
    }
    expect(windows.WaitForMultipleObjects(MAXIMUM_WAIT_OBJECTS, buffer, 0, 0)).toBe(0);
    expect(windows.WaitForMultipleObjects(events.length, buffer, 0, 0)).toBe(WAIT_FAILED);
    expect(named()).toEqual([87, 'ERROR_INVALID_PARAMETER']);
    for (const event of events) windows.CloseHandle(event);
  });

  it('6: a handle that is none', () => {
    const port = newPort();
    expect(windows.CreateIoCompletionPort(0x7776, port, KEY, 0)).toBe(0);
    expect(named()).toEqual([6, 'ERROR_INVALID_HANDLE']);
    const handle = openFile();
    windows.CloseHandle(handle);
    prepare();
    expect(windows.ReadFile(handle, buffer, 512, 0, structure)).toBe(0);
    expect(named()).toEqual([6, 'ERROR_INVALID_HANDLE']);
    windows.CloseHandle(port);
    expect(dequeue(port, 0).error).toEqual([6, 'ERROR_INVALID_HANDLE']);
  });

  it('258: nothing within the time', () => {
    const port = newPort();
    const packet = dequeue(port, 20);
    expect([packet.well, ...packet.error]).toEqual([false, 258, 'WAIT_TIMEOUT']);
    expect(packet.structure, 'no packet has no structure').toBe(0);
    windows.CloseHandle(port);
  });

  it('says number, name and call in one message', () => {
    const { message } = windowsError('ReadFile', 109, 'pipe');
    expect(message).toMatch(/^ReadFile pipe: ERROR_BROKEN_PIPE.*109/);
  });

  it('refuses a read past the cache that is not aligned, in some way', () => {
    const handle = openFile(FILE_FLAG_OVERLAPPED + FILE_FLAG_NO_BUFFERING);
    const port = newPort();
    windows.CreateIoCompletionPort(handle, port, KEY, 0);
    prepare(100);
    const well = windows.ReadFile(handle, buffer + 3, 100, 0, structure);
    const at_once = well ? [] : named();
    const said = at_once[0] === 997 || well ? dequeue(port).error : at_once;
    // Windows: 87. Wine hands the read to the system as it is: the divergence list says so.
    if (process.env.IOLAB_PLACE !== 'wine') expect(said).toEqual([87, 'ERROR_INVALID_PARAMETER']);
    windows.CloseHandle(handle);
    windows.CloseHandle(port);
  });
});
process.exit((await report()) === 0 ? 0 : 1);
