// Compares the sizes and offsets of structs.ts with the C declarations, as koffi lays them out for this
// processor. Called once at load: a wrong offset would let the system write over something else.
import koffi from 'koffi';
import * as at from './structs.ts';

type Fields = Readonly<Record<string, string>>;

interface Layout {
  readonly fields: Fields;
  readonly bytes: number;
  readonly offsets: Readonly<Record<string, number>>;
}

const layouts: Readonly<Record<string, Layout>> = {
  OVERLAPPED: {
    fields: {
      Internal: 'uintptr_t',
      InternalHigh: 'uintptr_t',
      Offset: 'uint32_t',
      OffsetHigh: 'uint32_t',
      hEvent: 'intptr_t',
    },
    bytes: at.OVERLAPPED_BYTES,
    offsets: {
      Internal: at.OVERLAPPED_INTERNAL,
      InternalHigh: at.OVERLAPPED_INTERNAL_HIGH,
      Offset: at.OVERLAPPED_OFFSET,
      OffsetHigh: at.OVERLAPPED_OFFSET_HIGH,
      hEvent: at.OVERLAPPED_EVENT,
    },
  },
  OVERLAPPED_ENTRY: {
    fields: {
      lpCompletionKey: 'uintptr_t',
      lpOverlapped: 'uintptr_t',
      Internal: 'uintptr_t',
      dwNumberOfBytesTransferred: 'uint32_t',
    },
    bytes: at.OVERLAPPED_ENTRY_BYTES,
    offsets: {
      lpCompletionKey: at.ENTRY_KEY,
      lpOverlapped: at.ENTRY_OVERLAPPED,
      Internal: at.ENTRY_INTERNAL,
      dwNumberOfBytesTransferred: at.ENTRY_TRANSFERRED,
    },
  },
  BY_HANDLE_FILE_INFORMATION: {
    fields: {
      dwFileAttributes: 'uint32_t',
      ftCreationTimeLow: 'uint32_t',
      ftCreationTimeHigh: 'uint32_t',
      ftLastAccessTimeLow: 'uint32_t',
      ftLastAccessTimeHigh: 'uint32_t',
      ftLastWriteTimeLow: 'uint32_t',
      ftLastWriteTimeHigh: 'uint32_t',
      dwVolumeSerialNumber: 'uint32_t',
      nFileSizeHigh: 'uint32_t',
      nFileSizeLow: 'uint32_t',
      nNumberOfLinks: 'uint32_t',
      nFileIndexHigh: 'uint32_t',
      nFileIndexLow: 'uint32_t',
    },
    bytes: at.FILE_INFORMATION_BYTES,
    offsets: {
      dwFileAttributes: at.FILE_INFORMATION_ATTRIBUTES,
      dwVolumeSerialNumber: at.FILE_INFORMATION_VOLUME,
      nNumberOfLinks: at.FILE_INFORMATION_LINKS,
      nFileIndexHigh: at.FILE_INFORMATION_INDEX_HIGH,
      nFileIndexLow: at.FILE_INFORMATION_INDEX_LOW,
    },
  },
  DCB: {
    fields: {
      DCBlength: 'uint32_t',
      BaudRate: 'uint32_t',
      flags: 'uint32_t',
      wReserved: 'uint16_t',
      XonLim: 'uint16_t',
      XoffLim: 'uint16_t',
      ByteSize: 'uint8_t',
      Parity: 'uint8_t',
      StopBits: 'uint8_t',
      XonChar: 'int8_t',
      XoffChar: 'int8_t',
      ErrorChar: 'int8_t',
      EofChar: 'int8_t',
      EvtChar: 'int8_t',
      wReserved1: 'uint16_t',
    },
    bytes: at.DCB_BYTES,
    offsets: {
      BaudRate: at.DCB_BAUD_RATE,
      flags: at.DCB_FLAGS,
      ByteSize: at.DCB_BYTE_SIZE,
      Parity: at.DCB_PARITY,
      StopBits: at.DCB_STOP_BITS,
    },
  },
  COMMTIMEOUTS: {
    fields: {
      ReadIntervalTimeout: 'uint32_t',
      ReadTotalTimeoutMultiplier: 'uint32_t',
      ReadTotalTimeoutConstant: 'uint32_t',
      WriteTotalTimeoutMultiplier: 'uint32_t',
      WriteTotalTimeoutConstant: 'uint32_t',
    },
    bytes: at.COMMTIMEOUTS_BYTES,
    offsets: {},
  },
  WSABUF: {
    fields: { len: 'uint32_t', buf: 'uintptr_t' },
    bytes: at.WSABUF_BYTES,
    offsets: { len: at.WSABUF_LENGTH, buf: at.WSABUF_BUFFER },
  },
  RIO_BUF: {
    fields: { BufferId: 'uintptr_t', Offset: 'uint32_t', Length: 'uint32_t' },
    bytes: at.RIO_BUF_BYTES,
    offsets: { Offset: at.RIO_BUF_OFFSET, Length: at.RIO_BUF_LENGTH },
  },
  RIORESULT: {
    fields: {
      Status: 'int32_t',
      BytesTransferred: 'uint32_t',
      SocketContext: 'uint64_t',
      RequestContext: 'uint64_t',
    },
    bytes: at.RIO_RESULT_BYTES,
    offsets: {
      Status: at.RIO_RESULT_STATUS,
      BytesTransferred: at.RIO_RESULT_TRANSFERRED,
      RequestContext: at.RIO_RESULT_REQUEST,
    },
  },
  // The larger member of its union is the one for completion ports: port, key, structure.
  RIO_NOTIFICATION_COMPLETION: {
    fields: { Type: 'int32_t', handle: 'intptr_t', reset_or_key: 'uintptr_t', last: 'uintptr_t' },
    bytes: at.RIO_NOTIFICATION_BYTES,
    offsets: { handle: at.RIO_NOTIFICATION_EVENT, reset_or_key: at.RIO_NOTIFICATION_RESET },
  },
};

/** Throws where a layout is not what structs.ts says. */
export function assertLayouts(): void {
  for (const [name, { fields, bytes, offsets }] of Object.entries(layouts)) {
    const type = koffi.struct({ ...fields });
    const size = koffi.sizeof(type);
    if (size !== bytes) throw new Error(`${name} has ${size} bytes here, not ${bytes}`);
    for (const [field, offset] of Object.entries(offsets)) {
      const is = koffi.offsetof(type, field);
      if (is !== offset) throw new Error(`${name}.${field} is at ${is} here, not at ${offset}`);
    }
  }
}
