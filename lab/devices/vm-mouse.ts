// The mouse of the virtual machine: the host moves it and presses its button in turn on a schedule.
// The drivers that read it are those that read a mouse on a desk.
import { vmInputDevice } from './parts/vm-input.ts';

export const device = vmInputDevice('mouse');
