// Which call of Windows' asynchronous I/O arrived when: the library that exports it, the first system that
// has it, and the page that says so. Today's reference names nothing older than what is still supported, so
// the early ones are cited from the Platform SDK of 1998 and 2000. Pure: the stages ask this machine for
// each, and the site shows the list.

/** In the place of a library: a provider of sockets is asked for it (WSAIoctl). */
export const BY_ASKING = 'a provider of sockets';

export interface Call {
  readonly name: string;
  readonly library: string;
  /** What it brought, in a few words. */
  readonly brought: string;
  readonly source: string;
}

export interface Era {
  /** Name of the stage that asks for its calls. */
  readonly id: string;
  /** The first system that has them. */
  readonly since: string;
  readonly calls: readonly Call[];
}

const LEARN = 'https://learn.microsoft.com/en-us/windows/win32/api';
const SDK_2000 = 'https://library.thedatadungeon.com/msdn-2000-04';
const SDK_1998 = 'https://library.thedatadungeon.com/msdn-1998-06';
const SDK_1992 = 'https://library.thedatadungeon.com/msdn-1992-09';
const COMPLETION_SAMPLE = `${SDK_1998}/Code0x06/devdoc/good/code/netds/winsock/iocomplt/c5269_8nnd.content.htm`;

const kernel = (name: string, brought: string, source: string): Call => ({
  name,
  library: 'kernel32.dll',
  brought,
  source,
});

export const ERAS: readonly Era[] = [
  {
    id: 'exports-nt31',
    since: 'Windows NT 3.1, 1993',
    calls: [
      kernel(
        'GetOverlappedResult',
        'ask, or wait for, one operation',
        `${LEARN}/ioapiset/nf-ioapiset-getoverlappedresult`,
      ),
      kernel(
        'ReadFileEx',
        'a callback on the thread that asked',
        `${SDK_1992}/win32/html/win3669i.content.htm`,
      ),
      kernel('WriteFileEx', 'the same for writing', `${SDK_1992}/win32/html/win3669i.content.htm`),
      kernel(
        'SleepEx',
        'the wait in which callbacks may run',
        `${SDK_1992}/win32/html/win3669i.content.htm`,
      ),
    ],
  },
  {
    id: 'exports-nt35',
    since: 'Windows NT 3.5 and 3.51, 1994 and 1995',
    calls: [
      kernel('CreateIoCompletionPort', 'one queue for many handles', COMPLETION_SAMPLE),
      kernel('GetQueuedCompletionStatus', 'a thread takes the next packet', COMPLETION_SAMPLE),
      kernel(
        'PostQueuedCompletionStatus',
        'packets that no device sent (3.51)',
        `${SDK_2000}/fileio/hh/winbase/filesio_33g3.content.htm`,
      ),
      {
        name: 'AcceptEx',
        library: 'mswsock.dll',
        brought: 'accepting is an operation too',
        source: `${SDK_2000}/winsock/hh/sockspi/wsanxref_992w.content.htm`,
      },
    ],
  },
  {
    id: 'exports-2000',
    since: 'Windows 2000',
    calls: [
      kernel(
        'BindIoCompletionCallback',
        'the system’s own threads serve the port',
        `${SDK_2000}/dllproc/hh/winbase/prothred_56az.content.htm`,
      ),
    ],
  },
  {
    id: 'exports-vista',
    since: 'Windows Vista, 2006',
    calls: [
      kernel(
        'GetQueuedCompletionStatusEx',
        'many packets by one call',
        'https://learn.microsoft.com/en-us/windows/win32/fileio/getqueuedcompletionstatusex-func',
      ),
      kernel(
        'SetFileCompletionNotificationModes',
        'no packet where the call itself succeeded',
        `${LEARN}/winbase/nf-winbase-setfilecompletionnotificationmodes`,
      ),
      kernel(
        'CancelIoEx',
        'cancel one operation, from any thread',
        `${LEARN}/ioapiset/nf-ioapiset-cancelioex`,
      ),
      kernel(
        'CancelSynchronousIo',
        'end a blocking call of another thread',
        `${LEARN}/ioapiset/nf-ioapiset-cancelsynchronousio`,
      ),
      kernel(
        'CreateThreadpoolIo',
        'the thread pool made anew, with ports inside',
        `${LEARN}/threadpoolapiset/nf-threadpoolapiset-createthreadpoolio`,
      ),
      kernel(
        'StartThreadpoolIo',
        'announce an operation to it',
        `${LEARN}/threadpoolapiset/nf-threadpoolapiset-startthreadpoolio`,
      ),
    ],
  },
  {
    id: 'exports-8',
    since: 'Windows 8, 2012',
    calls: [
      kernel(
        'GetOverlappedResultEx',
        'wait for one operation, bounded',
        `${LEARN}/ioapiset/nf-ioapiset-getoverlappedresultex`,
      ),
      {
        name: 'RIOReceive',
        library: BY_ASKING,
        brought: 'registered I/O: buffers registered once, and queues',
        source: `${LEARN}/mswsock/ns-mswsock-rio_extension_function_table`,
      },
      {
        name: 'NtAssociateWaitCompletionPacket',
        library: 'ntdll.dll',
        brought: 'events, threads and processes end in a port too',
        source:
          'https://learn.microsoft.com/en-us/windows/win32/devnotes/ntassociatewaitcompletionpacket',
      },
    ],
  },
  {
    id: 'exports-11',
    since: 'Windows 11, 2021',
    calls: [
      {
        name: 'ProcessSocketNotifications',
        library: 'ws2_32.dll',
        brought: 'readiness of sockets, told by a port (Server 2022 too)',
        source: `${LEARN}/winsock2/nf-winsock2-processsocketnotifications`,
      },
      {
        name: 'CreateIoRing',
        library: 'kernelbase.dll',
        brought: 'two rings in shared memory, as on Linux',
        source: `${LEARN}/ioringapi/nf-ioringapi-createioring`,
      },
      {
        name: 'SubmitIoRing',
        library: 'kernelbase.dll',
        brought: 'many operations by one call',
        source: `${LEARN}/ioringapi/nf-ioringapi-submitioring`,
      },
    ],
  },
];

/** The metric that says whether this machine has a call: 1 or 0. */
export const metricOf = ({ name }: Call): string =>
  `has_${name.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase()}`;

/** The calls of one stage. Throws where there is no such era. */
export function eraOf(id: string): Era {
  const era = ERAS.find(one => one.id === id);
  if (!era) throw new Error(`no era is called ${id}`);
  return era;
}
