// What the simulator's page must know when it is built: which boards and images there are, and which
// published record each choice must equal. Pure but for the images' checksums.
import { MECHANISM_OF_MODE } from '../figures/modes.ts';
import type { SimulatorData } from '../simulator/panel.ts';
import { imageSha256 } from './firmware.ts';
import type { Library } from './records.ts';
import { select } from './select.ts';

/** Bytes in a run where no record says how many there must be. */
const SAMPLES = 300;

export const SIMULATED_BOARDS = [
  {
    name: 'uno',
    title: 'Arduino Uno',
    image: 'uno.hex',
    clock_hz: 16_000_000,
    modes: ['polled', 'interrupt', 'interrupt+ring'],
  },
  {
    name: 'pico',
    title: 'Raspberry Pi Pico',
    image: 'pico.uf2',
    clock_hz: 24_000_000,
    modes: ['polled', 'interrupt', 'interrupt+ring', 'dma'],
  },
] as const;

/** Each choice's published record, from one run per board; `href` makes a link of its path. */
export function recordsToEqual(
  library: Library,
  href: (path: string) => string,
): SimulatorData['records'] {
  const found: Record<string, { href: string; samples: number }> = {};
  for (const { name } of SIMULATED_BOARDS) {
    const [group] = select(library.records, { experiment: 'service-latency', device: name });
    for (const { value, path } of group === undefined || group.yours ? [] : group.records) {
      const { mode, load } = value.parameters;
      const cycles = value.metrics.service_cycles;
      const n = cycles !== undefined && 'n' in cycles ? cycles.n : 0;
      const samples = n / Math.max(1, value.rounds.length);
      const key = `${name} ${mode} ${load}`;
      if (samples > 0 && Number.isInteger(samples) && value.device === name) {
        found[key] ??= { href: href(path), samples };
      }
    }
  }
  return found;
}

/** All that the page hands to the simulator. `imageHref` gives the address of an image. */
export function simulatorData(
  library: Library,
  href: (path: string) => string,
  imageHref: (image: string) => string,
): SimulatorData {
  const boards = SIMULATED_BOARDS.map(({ name, image, clock_hz, modes }) => [
    name,
    { image: imageHref(image), sha256: imageSha256(image), clock_hz, modes },
  ]);
  return {
    boards: Object.fromEntries(boards),
    mechanisms: MECHANISM_OF_MODE,
    records: recordsToEqual(library, href),
    samples: SAMPLES,
  };
}
