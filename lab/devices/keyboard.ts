// A keyboard of this machine, by where it is plugged in: `keyboard@usb-0000:00:14.0-1/input0`. When its
// keys move is measured; which keys they are is never kept.
import { inputDevice, inputFacts } from './parts/input-device.ts';

const about = 'a keyboard of this machine; a person presses keys, and only when is kept';

export const device = inputDevice(inputFacts('keyboard', 'Keyboard', about), 'keyboard');
