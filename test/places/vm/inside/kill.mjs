// Run inside of the virtual machine by boot.test.ts: asks the host to end it.
import { openAgent } from '/iolab/lab/devices/parts/vm-agent.ts';
import { loadPlatform } from '/iolab/lab/ffi/load.ts';

openAgent(await loadPlatform()).kill(50);
