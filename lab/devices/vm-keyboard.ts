// The keyboard of the virtual machine: the host presses and lets go of one key on a schedule.
// The drivers that read it are those that read a keyboard on a desk.
import { vmInputDevice } from './parts/vm-input.ts';

export const device = vmInputDevice('keyboard');
