// The serial ports that a board may hang on, as device files: USB modems (Uno, Pico) and USB serial
// bridges (FTDI, CH340, CP210x).
import { join } from 'node:path';
import { listNames } from '../measure/files.ts';

/** Names like ttyACM0, in order; the paths are `<root>/dev/<name>`. */
export const usbPorts = (root: string): string[] =>
  listNames(join(root, 'dev')).filter(name => /^tty(ACM|USB)\d{1,4}$/.test(name));
