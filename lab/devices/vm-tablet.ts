// The tablet of the virtual machine: the host moves its pointer and presses its button in turn.
// The drivers that read it are those that read a tablet on a desk.
import { vmInputDevice } from './parts/vm-input.ts';

export const device = vmInputDevice('tablet');
