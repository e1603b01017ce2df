// A mouse of this machine, by where it is plugged in: `mouse@/dev/input/by-path/…`. It is told from a
// tablet by what it can do: a mouse says how far it went, a tablet where it is.
import { inputDevice, inputFacts } from './parts/input-device.ts';

const about = 'a mouse of this machine; a person moves it, and only when is kept';

export const device = inputDevice(inputFacts('mouse', 'Mouse', about), 'mouse');
