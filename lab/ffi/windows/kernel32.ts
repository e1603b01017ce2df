// kernel32 through koffi: files, completion ports, pipes, events, threads. Addresses and handles are
// passed as numbers, so that no call converts or allocates anything. Source of every declaration: the
// Win32 API reference (learn.microsoft.com/windows/win32/api), under the function's name.
import koffi from 'koffi';
import type { Library } from '../posix.ts';
import type { Kernel32Calls, NativeCallback } from './calls.ts';

const word = 'uint64_t';
const handle = 'int64_t';
const dword = 'uint32_t';
const bool = 'int';
const text = 'str16';

export function kernel32Calls(lib: Library): Kernel32Calls {
  const ntdll = koffi.load('ntdll.dll');
  const io = [handle, word, dword, word, word];
  const getProcAddress = lib.func('GetProcAddress', word, [handle, 'str']);
  const getModuleHandle = lib.func('GetModuleHandleW', handle, [text]);
  return {
    GetLastError: lib.func('GetLastError', dword, []),
    RtlNtStatusToDosError: ntdll.func('RtlNtStatusToDosError', dword, [dword]),
    CreateFileW: lib.func('CreateFileW', handle, [text, dword, dword, word, dword, dword, handle]),
    CloseHandle: lib.func('CloseHandle', bool, [handle]),
    ReadFile: lib.func('ReadFile', bool, io),
    WriteFile: lib.func('WriteFile', bool, io),
    ReadFileEx: lib.func('ReadFileEx', bool, io),
    WriteFileEx: lib.func('WriteFileEx', bool, io),
    FlushFileBuffers: lib.func('FlushFileBuffers', bool, [handle]),
    GetFileType: lib.func('GetFileType', dword, [handle]),
    GetFileSizeEx: lib.func('GetFileSizeEx', bool, [handle, word]),
    GetFileInformationByHandle: lib.func('GetFileInformationByHandle', bool, [handle, word]),
    DeviceIoControl: lib.func('DeviceIoControl', bool, [
      handle,
      dword,
      word,
      dword,
      word,
      dword,
      word,
      word,
    ]),
    CancelIoEx: lib.func('CancelIoEx', bool, [handle, word]),
    CancelSynchronousIo: lib.func('CancelSynchronousIo', bool, [handle]),
    GetOverlappedResult: lib.func('GetOverlappedResult', bool, [handle, word, word, bool]),
    SetFileCompletionNotificationModes: lib.func('SetFileCompletionNotificationModes', bool, [
      handle,
      'uint8_t',
    ]),
    ...portCalls(lib),
    ...pipeCalls(lib),
    ...waitCalls(lib),
    ...poolCalls(lib),
    ...threadCalls(lib),
    ...lineCalls(lib),
    symbol: name => getProcAddress(getModuleHandle('kernel32.dll'), name),
  };
}

function portCalls(lib: Library) {
  return {
    CreateIoCompletionPort: lib.func('CreateIoCompletionPort', handle, [
      handle,
      handle,
      word,
      dword,
    ]),
    GetQueuedCompletionStatus: lib.func('GetQueuedCompletionStatus', bool, [
      handle,
      word,
      word,
      word,
      dword,
    ]),
    GetQueuedCompletionStatusEx: lib.func('GetQueuedCompletionStatusEx', bool, [
      handle,
      word,
      dword,
      word,
      dword,
      bool,
    ]),
    PostQueuedCompletionStatus: lib.func('PostQueuedCompletionStatus', bool, [
      handle,
      dword,
      word,
      word,
    ]),
  } satisfies Partial<Kernel32Calls>;
}

function pipeCalls(lib: Library) {
  return {
    CreateNamedPipeW: lib.func('CreateNamedPipeW', handle, [
      text,
      dword,
      dword,
      dword,
      dword,
      dword,
      dword,
      word,
    ]),
    ConnectNamedPipe: lib.func('ConnectNamedPipe', bool, [handle, word]),
    DisconnectNamedPipe: lib.func('DisconnectNamedPipe', bool, [handle]),
    WaitNamedPipeW: lib.func('WaitNamedPipeW', bool, [text, dword]),
    PeekNamedPipe: lib.func('PeekNamedPipe', bool, [handle, word, dword, word, word, word]),
  } satisfies Partial<Kernel32Calls>;
}

function waitCalls(lib: Library) {
  return {
    CreateEventW: lib.func('CreateEventW', handle, [word, bool, bool, word]),
    SetEvent: lib.func('SetEvent', bool, [handle]),
    ResetEvent: lib.func('ResetEvent', bool, [handle]),
    CreateSemaphoreW: lib.func('CreateSemaphoreW', handle, [word, 'int32_t', 'int32_t', word]),
    ReleaseSemaphore: lib.func('ReleaseSemaphore', bool, [handle, 'int32_t', word]),
    WaitForSingleObject: lib.func('WaitForSingleObject', dword, [handle, dword]),
    WaitForSingleObjectEx: lib.func('WaitForSingleObjectEx', dword, [handle, dword, bool]),
    WaitForMultipleObjects: lib.func('WaitForMultipleObjects', dword, [dword, word, bool, dword]),
    SleepEx: lib.func('SleepEx', dword, [dword, bool]),
    SwitchToThread: lib.func('SwitchToThread', bool, []),
    // The context is often a handle, and −1 is one.
    RegisterWaitForSingleObject: lib.func('RegisterWaitForSingleObject', bool, [
      word,
      handle,
      word,
      handle,
      dword,
      dword,
    ]),
    UnregisterWaitEx: lib.func('UnregisterWaitEx', bool, [handle, handle]),
  } satisfies Partial<Kernel32Calls>;
}

function poolCalls(lib: Library) {
  const routine = koffi.pointer(koffi.proto('void', [dword, dword, word]));
  const poolRoutine = koffi.pointer(koffi.proto('void', [word, word, word, dword, word, word]));
  const callback = (call: Parameters<typeof koffi.register>[0], type: typeof routine) => {
    const registered = koffi.register(call, type);
    return {
      address: Number(registered),
      release: () => koffi.unregister(registered),
    } satisfies NativeCallback;
  };
  return {
    BindIoCompletionCallback: lib.func('BindIoCompletionCallback', bool, [handle, word, dword]),
    CreateThreadpoolIo: lib.func('CreateThreadpoolIo', word, [handle, word, word, word]),
    StartThreadpoolIo: lib.func('StartThreadpoolIo', 'void', [word]),
    CancelThreadpoolIo: lib.func('CancelThreadpoolIo', 'void', [word]),
    WaitForThreadpoolIoCallbacks: lib.func('WaitForThreadpoolIoCallbacks', 'void', [word, bool]),
    CloseThreadpoolIo: lib.func('CloseThreadpoolIo', 'void', [word]),
    completionRoutine: call => callback(call, routine),
    threadpoolRoutine(call) {
      const told = (
        _instance: number,
        _context: number,
        overlapped: number,
        error: number,
        transferred: number,
      ) => call(error, transferred, overlapped);
      return callback(told, poolRoutine);
    },
  } satisfies Partial<Kernel32Calls>;
}

function threadCalls(lib: Library) {
  return {
    GetCurrentThreadId: lib.func('GetCurrentThreadId', dword, []),
    GetCurrentProcessId: lib.func('GetCurrentProcessId', dword, []),
    CreateThread: lib.func('CreateThread', handle, [word, word, word, word, dword, word]),
    OpenThread: lib.func('OpenThread', handle, [dword, bool, dword]),
    OpenProcess: lib.func('OpenProcess', handle, [dword, bool, dword]),
    GetProcessHandleCount: lib.func('GetProcessHandleCount', bool, [handle, word]),
    SetThreadAffinityMask: lib.func('SetThreadAffinityMask', word, [handle, word]),
    QueueUserAPC: lib.func('QueueUserAPC', dword, [word, handle, word]),
  } satisfies Partial<Kernel32Calls>;
}

/** Serial ports. */
function lineCalls(lib: Library) {
  return {
    GetCommState: lib.func('GetCommState', bool, [handle, word]),
    SetCommState: lib.func('SetCommState', bool, [handle, word]),
    SetCommTimeouts: lib.func('SetCommTimeouts', bool, [handle, word]),
    PurgeComm: lib.func('PurgeComm', bool, [handle, dword]),
    SetCommMask: lib.func('SetCommMask', bool, [handle, dword]),
    WaitCommEvent: lib.func('WaitCommEvent', bool, [handle, word, word]),
  } satisfies Partial<Kernel32Calls>;
}
