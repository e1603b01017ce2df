// A channel program with a loop: SEARCH looks at the record that passes under the head, TRANSFER IN
// CHANNEL goes back to the search, and the record that matches makes the channel skip the transfer.
// The disk turns, the channel loops, and the processor waits for one interrupt.
import { DISK } from '../../hercules.ts';
import type { Program } from '../../program.ts';
import {
  type ChannelProgram,
  channelSource,
  READ_DATA,
  SEARCH_ID_EQUAL,
  SEEK,
  TRANSFER_IN_CHANNEL,
} from '../channel.ts';
import { diskImage, RECORD_BYTES, RECORDS_PER_TRACK, recordText } from '../disk.ts';
import { fromEbcdic } from '../ebcdic.ts';
import { countOf } from '../records.ts';
import { runStandalone } from '../standalone.ts';
import { statusNote } from '../status.ts';
import { readTrace } from '../trace.ts';

/** Exported for the site's diagram. */
export const searchAndRead: ChannelProgram = [
  {
    command: SEEK,
    address: 'SEEKTO',
    count: 6,
    flags: ['chain_command'],
    does: 'move the arm to the cylinder',
  },
  {
    label: 'SEARCH',
    command: SEARCH_ID_EQUAL,
    address: 'WANTED',
    count: 5,
    flags: ['chain_command'],
    does: 'is the next record the one?',
  },
  {
    command: TRANSFER_IN_CHANNEL,
    address: 'SEARCH',
    count: 0,
    flags: [],
    does: 'no: search again',
  },
  {
    command: READ_DATA,
    address: 'FOUNDIT',
    count: RECORD_BYTES,
    flags: [],
    does: 'yes: read its data',
  },
];

const body = `         LA    R10,ENDED
         MVC   ORB+8(4),AFIND
         L     R1,SID190
         SSCH  ORB               seek, search until found, read
         AHI   R7,1
         LPSW  WAITPSW
ENDED    DS    0H
`;

export const program: Program = {
  id: 'disk-search',
  title: 'A loop inside the channel',
  mechanism: 'channel',
  machine: 's390',
  about:
    'A search and a transfer back make the channel loop until the disk turns up the record: the processor starts it and is interrupted once, however long it takes.',
  parameters: {
    records: {
      meaning: 'records on the track, of which the last is looked for',
      default: '10',
      most: RECORDS_PER_TRACK,
    },
  },
  source: 'ESA/390 Principles of Operation, SA22-7201, chapter 15, "Transfer in Channel"',
  async run(context) {
    const wanted = countOf(context.parameters, 'records', '10', RECORDS_PER_TRACK);
    const end = await runStandalone(
      {
        devices: [DISK],
        body,
        data: `AFIND    DC    A(FINDIT)
SEEKTO   DC    X'000000000000'   bin, cylinder, head
WANTED   DC    X'00000000',X'${wanted.toString(16).padStart(2, '0')}'  cylinder, head, record`,
        far: `${channelSource('FINDIT', searchAndRead)}\nFOUNDIT  DS    80C`,
        dump: { label: 'FOUNDIT', bytes: RECORD_BYTES },
      },
      context,
      { disk: diskImage(wanted), trace_device: DISK },
    );
    const text = fromEbcdic(end.dumped);
    if (text !== recordText(wanted)) throw new Error(`read "${text}", not record ${wanted}`);
    const { instructions, interrupts, io_starts, polls, listing } = end;
    const trace = readTrace(end.log, DISK, searchAndRead);
    return {
      n: 1,
      totals: {
        instructions,
        interrupts,
        io_starts,
        polls,
        channel_commands: trace.length,
        bytes: RECORD_BYTES,
      },
      notes: [statusNote(end.status)],
      listing,
      trace,
    };
  },
};
