// What Wine does otherwise than Windows documents, as far as the lab has met it: each with what Windows says,
// what Wine does, and the test that shows it. Records from this place are read with this list beside them.
// The site shows it whole. Pure.

export interface Divergence {
  /** Names it in addresses of the site. */
  readonly id: string;
  /** What it is about, in a few words. */
  readonly subject: string;
  /** What Windows documents. */
  readonly windows: string;
  readonly source: string;
  /** What Wine was seen to do. */
  readonly wine: string;
  /** What a program, or a reader of a record, has to do about it. */
  readonly so: string;
  /** The test that would fail if Wine did it as Windows does. */
  readonly test: { readonly file: string; readonly title: string };
}

const PORTS = 'https://learn.microsoft.com/en-us/windows/win32/fileio/i-o-completion-ports';
const LEARN = 'https://learn.microsoft.com/en-us/windows/win32/api';

export const divergences: readonly Divergence[] = [
  {
    id: 'concurrency-limit',
    subject: 'The limit of a port',
    windows:
      'No thread is let go while as many run as the port’s limit says; a thread that blocks makes room for another, and when it runs again there may be one more for a while.',
    source: PORTS,
    wine: 'Every thread that waits is let go as soon as there is a packet, whatever the limit says.',
    so: 'A record from here says how many ran at once, and nothing about the limit’s effect.',
    test: {
      file: 'test/stages/ports/worker-pool.test.ts',
      title: 'Wine lets more run than the limit',
    },
  },
  {
    id: 'release-order',
    subject: 'Whom a packet wakes',
    windows: 'The thread that went to sleep last is woken first, because its memory is still near.',
    source: PORTS,
    wine: 'The thread that has slept longest is woken first, so single packets go round.',
    so: 'How packets are shared out among the threads says nothing about Windows.',
    test: {
      file: 'test/stages/ports/worker-pool.test.ts',
      title: 'Wine wakes the one that slept longest',
    },
  },
  {
    id: 'closing-wakes-nobody',
    subject: 'Closing a port while threads wait at it',
    windows: 'Every wait ends with ERROR_ABANDONED_WAIT_0.',
    source: `${LEARN}/ioapiset/nf-ioapiset-getqueuedcompletionstatus`,
    wine: 'The waits go on until their time is over.',
    so: 'Post one packet for each thread that is to end, and bound every wait. It is right on Windows, too.',
    test: {
      file: 'test/stages/ports/worker-pool.test.ts',
      title: 'Wine lets threads sleep whose port was closed',
    },
  },
  {
    id: 'alignment',
    subject: 'Reading past the cache',
    windows:
      'With FILE_FLAG_NO_BUFFERING place, length and memory must be whole sectors; otherwise the call fails with ERROR_INVALID_PARAMETER.',
    source: 'https://learn.microsoft.com/en-us/windows/win32/fileio/file-buffering',
    wine: 'It reads wherever it is asked to, through the cache of the system beneath.',
    so: 'A program that is tried under Wine alone may fail on Windows.',
    test: {
      file: 'test/stages/ports/completion-port.test.ts',
      title: 'Wine reads past the cache at any place',
    },
  },
  {
    id: 'line-events',
    subject: 'Events of a serial line',
    windows: 'WaitCommEvent ends when a byte was received, where it was asked for that.',
    source: `${LEARN}/winbase/nf-winbase-waitcommevent`,
    wine: 'On a pseudo-terminal, which keeps no counts, it never ends, neither by a cancel nor by a new mask.',
    so: 'Read the line instead: a read that is pending ends when bytes come.',
    test: {
      file: 'test/stages/ports/serial.test.ts',
      title: 'Wine tells of no received byte on a pseudo-terminal',
    },
  },
  {
    id: 'no-registered-io',
    subject: 'Registered I/O',
    windows: 'Sockets take requests from queues, over registered buffers, since Windows 8.',
    source: `${LEARN}/mswsock/ns-mswsock-rio_extension_function_table`,
    wine: 'The provider has no such functions.',
    so: 'The driver rio is unsupported here and says so.',
    test: {
      file: 'test/stages/ports/how-it-grew.test.ts',
      title: 'Wine has no registered I/O',
    },
  },
  {
    id: 'no-io-ring',
    subject: 'I/O rings',
    windows: 'CreateIoRing and its relatives are there since Windows 11.',
    source: `${LEARN}/ioringapi/nf-ioringapi-createioring`,
    wine: 'They are not exported.',
    so: 'Rings in shared memory are shown on Linux.',
    test: {
      file: 'test/stages/ports/how-it-grew.test.ts',
      title: 'Wine exports nothing of Windows 11',
    },
  },
  {
    id: 'queue-without-end',
    subject: 'How many posted messages a queue holds',
    windows:
      'The 10 001st message is refused with ERROR_NOT_ENOUGH_QUOTA, unless the registry says more.',
    source: `${LEARN}/winuser/nf-winuser-postmessagew`,
    wine: 'Every message is accepted, as long as there is memory.',
    so: 'Look at the result of PostMessage; that it can fail is not to be seen here.',
    test: {
      file: 'test/messages/stages.test.ts',
      title: 'are accepted under Wine beyond the end that a queue has on Windows',
    },
  },
  {
    id: 'transparent-top-level',
    subject: 'A click through a top-level window (HTTRANSPARENT)',
    windows:
      'The windows beneath it of the same thread are asked, until one does not say that it is transparent.',
    source: 'https://learn.microsoft.com/en-us/windows/win32/inputdev/wm-nchittest',
    wine: 'The windows beneath are asked only where they are its siblings in one parent; otherwise the click is lost.',
    so: 'The rule is shown with child windows, where Wine does as Windows does.',
    test: {
      file: 'test/messages/routing.test.ts',
      title: 'by mouse is lost under Wine at a top-level window that says so',
    },
  },
];
