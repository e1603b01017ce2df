// What the channel did, command by command, as Hercules reports it (`t+device`): the steps of the
// site's diagram, and the exact count of commands carried out. Source: Hercules, channel.c.
import { type ChannelProgram, decodeFormat1, FLAGS, TRANSFER_IN_CHANNEL } from './channel.ts';
import { decodeScsw } from './status.ts';

export interface TraceStep extends Record<string, string | number> {
  /** Which command of the description it was. */
  readonly index: number;
  readonly does: string;
  readonly command: number;
  readonly address: number;
  readonly count: number;
  readonly flags: number;
  /** What the device and the channel said to it; empty for a transfer, which no device sees. */
  readonly status: string;
  /** Bytes of the count that were not moved. */
  readonly residual_count: number;
}

const COMMAND = /^HHCCP048I ([0-9A-F]{4}):CCW=([0-9A-F]{8}) ([0-9A-F]{8})/;
const STATUS = /^HHCCP075I ([0-9A-F]{4}):Stat=([0-9A-F]{4}) Count=([0-9A-F]{4})/;

/**
 * Commands of this device in the order in which the channel took them, each found in the description
 * that was started. Throws Error where the channel did something that the description does not say, or
 * where the report ends while the channel was still to go on.
 */
export function readTrace(log: string, device: number, program: ChannelProgram): TraceStep[] {
  const steps: TraceStep[] = [];
  let index = 0;
  for (const line of log.split('\n')) {
    const command = COMMAND.exec(line);
    if (command && Number.parseInt(command[1]!, 16) === device) {
      const word = decodeFormat1(Buffer.from(command[2]! + command[3]!, 'hex'));
      const said = program[index];
      if (!said || said.command !== word.command || said.count !== word.count) {
        throw new Error(`step ${steps.length + 1} of the channel is not command ${index}: ${line}`);
      }
      steps.push({ index, does: said.does, ...word, status: '', residual_count: 0 });
      index++;
      if (word.command !== TRANSFER_IN_CHANNEL) continue;
      index = program.findIndex(({ label }) => label === said.address);
      continue;
    }
    const said = STATUS.exec(line);
    const last = steps.at(-1);
    if (!said || !last || Number.parseInt(said[1]!, 16) !== device) continue;
    const {
      device: words,
      channel,
      residual_count,
    } = decodeScsw(Buffer.from(`${'0'.repeat(16)}${said[2]}${said[3]}`, 'hex'));
    // Data that were gathered or scattered are reported at the end of their chain only.
    const status = [...words, ...channel].join(', ');
    steps[steps.length - 1] = { ...last, status, residual_count };
    if (words.includes('status modifier')) index++;
  }
  const last = steps.at(-1);
  const goesOn = FLAGS.chain_data | FLAGS.chain_command;
  if (!last || last.command === TRANSFER_IN_CHANNEL || (last.flags & goesOn) !== 0)
    throw new Error(`the report of the channel ends after ${steps.length} commands, in its middle`);
  return steps;
}
