// Numbers of the Windows interface that Node does not export. Pure: drivers and the site may import
// this file. Values from the headers of the Windows SDK (winbase.h, winnt.h, fileapi.h, winerror.h).

export const INVALID_HANDLE_VALUE = -1;
/** The pseudo handle of the calling process (GetCurrentProcess). */
export const CURRENT_PROCESS = -1;
export const INFINITE = 0xffffffff;
/** A time or a size that means "as much as there is" in many structures (MAXDWORD). */
export const MAXDWORD = 0xffffffff;

/** CreateFileW: access, sharing, what to do with a file that is there, flags. */
export const GENERIC_READ = 0x80000000;
export const GENERIC_WRITE = 0x40000000;
export const FILE_SHARE_READ = 1;
export const FILE_SHARE_WRITE = 2;
export const FILE_SHARE_DELETE = 4;
export const CREATE_NEW = 1;
export const OPEN_EXISTING = 3;
export const FILE_FLAG_OVERLAPPED = 0x40000000;
export const FILE_FLAG_NO_BUFFERING = 0x20000000;
export const FILE_FLAG_WRITE_THROUGH = 0x80000000;

/** GetFileType */
export const FILE_TYPE_DISK = 1;
export const FILE_TYPE_CHAR = 2;
export const FILE_TYPE_PIPE = 3;
export const FILE_ATTRIBUTE_DIRECTORY = 0x10;

/** SetFileCompletionNotificationModes */
export const FILE_SKIP_COMPLETION_PORT_ON_SUCCESS = 1;
export const FILE_SKIP_SET_EVENT_ON_HANDLE = 2;

/** CreateNamedPipeW */
export const PIPE_ACCESS_INBOUND = 1;
export const PIPE_ACCESS_OUTBOUND = 2;
export const PIPE_ACCESS_DUPLEX = 3;
export const FILE_FLAG_FIRST_PIPE_INSTANCE = 0x00080000;
export const PIPE_TYPE_BYTE = 0;
export const PIPE_TYPE_MESSAGE = 4;
export const PIPE_READMODE_MESSAGE = 2;
export const PIPE_REJECT_REMOTE_CLIENTS = 8;
export const PIPE_UNLIMITED_INSTANCES = 255;

/** WaitForSingleObject and its kin. */
export const WAIT_OBJECT_0 = 0;
export const WAIT_IO_COMPLETION = 0xc0;
export const WAIT_TIMEOUT = 258;
export const WAIT_FAILED = 0xffffffff;
/** The most handles that one WaitForMultipleObjects takes. */
export const MAXIMUM_WAIT_OBJECTS = 64;

/** RegisterWaitForSingleObject */
export const WT_EXECUTEINWAITTHREAD = 4;
export const WT_EXECUTEONLYONCE = 8;

/** OpenProcess */
export const SYNCHRONIZE = 0x00100000;

/** VirtualAlloc, VirtualFree */
export const MEM_COMMIT_RESERVE = 0x3000;
export const MEM_RELEASE = 0x8000;
export const PAGE_READWRITE = 4;

/** OVERLAPPED.Internal while the operation has not ended (ntstatus.h). */
export const STATUS_PENDING = 0x103;

/** DeviceIoControl: the length of a disk or a volume. */
export const IOCTL_DISK_GET_LENGTH_INFO = 0x7405c;

/** winerror.h */
export const ERROR_SUCCESS = 0;
export const ERROR_FILE_NOT_FOUND = 2;
export const ERROR_ACCESS_DENIED = 5;
export const ERROR_INVALID_HANDLE = 6;
export const ERROR_HANDLE_EOF = 38;
export const ERROR_INVALID_PARAMETER = 87;
export const ERROR_BROKEN_PIPE = 109;
export const ERROR_PIPE_BUSY = 231;
export const ERROR_NO_DATA = 232;
export const ERROR_PIPE_NOT_CONNECTED = 233;
export const ERROR_PIPE_CONNECTED = 535;
export const ERROR_ABANDONED_WAIT_0 = 735;
export const ERROR_OPERATION_ABORTED = 995;
export const ERROR_IO_INCOMPLETE = 996;
export const ERROR_IO_PENDING = 997;
export const ERROR_NOT_FOUND = 1168;
