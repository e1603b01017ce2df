// The processor moves every byte itself, through the one register that a 16550 has for it, and fetches it
// back from there: programmed I/O. The loop inside the chip stands for the other end.
import { DeviceGone, TimedOut, Unsupported } from '../../../errors.ts';
import type { Platform } from '../../../ffi/platform.ts';
import { claim, findFunctions, openRegisters } from '../../../registers/pci.ts';
import { ALL, NOTHING, SOME } from '../../../registers/program.ts';
import { QUEUE_BYTES, SERIAL_16550_CLASS, Uart16550 } from '../../../registers/uart-16550.ts';
import { UIO_COUNT_BYTES, UioLine } from '../../../registers/uio.ts';
import { InterruptWait } from '../../parts/interrupt-wait.ts';
import { CountedRegisters } from './counting.ts';
import { BLOCK_BYTES, type Mover } from './measure.ts';

/** The chip interrupts when so many bytes are there: the most that leaves room for some more. */
const TRIGGER_BYTES = 14;
const MOST_LOOKS = 100_000;

/** `interrupt`: sleep until bytes are there; else ask. */
export function openWords(platform: Platform, interrupt: boolean): Mover {
  const [port] = findFunctions(one => one.class === SERIAL_16550_CLASS);
  if (!port)
    throw new Unsupported(
      'no 16550 is on this machine’s bus',
      'the lab’s machine has one: --in vm',
    );
  const give_back = claim(port.path, 'uio_pci_generic');
  const counters = { syscalls: 0, polls: 0 };
  const line = new UioLine(platform, port.path);
  const registers = new CountedRegisters(openRegisters(platform, port.path, 0, counters));
  const uart = new Uart16550(registers, { trigger: TRIGGER_BYTES });
  const piece = new Uint8Array(QUEUE_BYTES);
  const title = 'the UART';
  const bell = new InterruptWait(platform, line.fd, UIO_COUNT_BYTES, { counters, title });
  uart.begin();
  uart.interrupts(interrupt);
  line.allow();
  return {
    registers,
    asked: 0,
    interrupts: 0,
    move(block, back) {
      for (let at = 0; at < BLOCK_BYTES; at += TRIGGER_BYTES) {
        const length = Math.min(TRIGGER_BYTES, BLOCK_BYTES - at);
        piece.set(block.subarray(at, at + length));
        uart.start(piece, length);
        let found = NOTHING;
        for (let looks = 0; found !== ALL; looks++) {
          if (looks === MOST_LOOKS) throw new TimedOut('the UART does not give the bytes back');
          if (interrupt && found === NOTHING) {
            bell.sleep();
            this.interrupts++;
          }
          do {
            this.asked++;
            found = uart.look();
          } while (found === SOME);
          if (interrupt) line.allow();
        }
        if (uart.take(piece) !== length)
          throw new DeviceGone('the UART was unplugged or lost a byte');
        back.set(piece.subarray(0, length), at);
      }
    },
    close() {
      uart.end();
      line.close();
      bell.free();
      registers.free();
      give_back();
    },
  };
}
