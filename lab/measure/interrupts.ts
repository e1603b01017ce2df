// How often a device interrupted the processor: the counts of /proc/interrupts by line
// (proc_interrupts(5)). The line is found by the device's name at run time, because its number
// changes from boot to boot. `block-device.ts` says which lines belong to a disk.
import { readText } from './files.ts';

export { type BlockDevice, blockDeviceOf } from './block-device.ts';

/** One line of /proc/interrupts. */
export interface InterruptLine {
  /** The number, or a name such as `LOC`. */
  readonly irq: string;
  /** Since boot, summed over all processors. */
  readonly total: number;
  /** Controller, trigger and the devices' names, blanks made single: `PCI-MSIX… virtio1-req.0`. */
  readonly description: string;
}

const MAX_LINES = 20_000;

/**
 * Lines of /proc/interrupts. Takes any text: what has no label or no count is passed over, and the
 * number of columns is the header's, so that a description may begin with a number.
 */
export function parseInterrupts(text: string): InterruptLine[] {
  const lines = text.split('\n', MAX_LINES);
  const header = lines[0] ?? '';
  const columns = header.match(/\bCPU\d+/g)?.length ?? Number.POSITIVE_INFINITY;
  const readings: InterruptLine[] = [];
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon < 1) continue;
    const irq = line.slice(0, colon).trim();
    if (irq === '' || /\s/.test(irq)) continue;
    const words = line.slice(colon + 1).split(/\s+/);
    if (words[0] === '') words.shift();
    let total = 0;
    let counts = 0;
    while (counts < columns && /^\d{1,15}$/.test(words[counts] ?? '')) {
      total += Number(words[counts]);
      counts++;
    }
    if (counts === 0) continue;
    readings.push({ irq, total, description: words.slice(counts).join(' ').trim() });
  }
  return readings;
}

/**
 * Sum of the lines whose description matches; undefined where none does, which is not the same as
 * none having come. A plain string matches as a part of the description.
 */
export function sumLines(
  reading: readonly InterruptLine[],
  match: RegExp | string,
): number | undefined {
  let sum: number | undefined;
  for (const line of reading) {
    // search() ignores a pattern's `g` flag and its memory, test() would not.
    const found =
      typeof match === 'string'
        ? line.description.includes(match)
        : line.description.search(match) >= 0;
    if (found) sum = (sum ?? 0) + line.total;
  }
  return sum;
}

/** This moment's counts; empty where there is no /proc/interrupts. Never throws. */
export function readInterrupts(path = '/proc/interrupts'): InterruptLine[] {
  const text = readText(path);
  return text === undefined ? [] : parseInterrupts(text);
}
