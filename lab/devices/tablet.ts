// A drawing tablet of this machine, or another pointer that says where it is, by where it is plugged in:
// `tablet@/dev/input/by-path/…`.
import { inputDevice, inputFacts } from './parts/input-device.ts';

const about = 'a tablet of this machine; a person moves it, and only when is kept';

export const device = inputDevice(inputFacts('tablet', 'Tablet', about), 'tablet');
