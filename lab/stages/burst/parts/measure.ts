// Bursts of bytes that the other end of a serial line sends at planned times, and a program that takes
// them. Every byte is compared; how late the last one of each burst was counts from when it was sent.
import { openAgent } from '../../../devices/parts/vm-agent.ts';
import { DeviceGone } from '../../../errors.ts';
import { readInterrupts, sumLines } from '../../../measure/interrupts.ts';
import { type StageContext, type StageResult, whole } from '../../stage.ts';
import { Receiver } from './receiver.ts';

const WARMUP_BURSTS = 8;
/** Between the warm-up and what is counted: the accounting is read there. */
const PAUSE_NS = 150e6;
/** Until the first burst: the host is told of all of them before. */
const LEAD_NS = 50e6;
/** The table of the machine's hardware calls it so (lab/devices/parts/vm-hardware.ts). */
const LINE = 'uart';

/** Take `bytes.length` bytes that come; how, is the form. Not more, as there are no more. */
export type Receive = (receiver: Receiver, bytes: Uint8Array) => void;

function plannedTimes(bursts: number, gap_ns: number): number[] {
  const counted_ns = LEAD_NS + WARMUP_BURSTS * gap_ns + PAUSE_NS;
  return [
    ...Array.from({ length: WARMUP_BURSTS }, (_, i) => LEAD_NS + i * gap_ns),
    ...Array.from({ length: bursts }, (_, i) => counted_ns + i * gap_ns),
  ];
}

/** `trigger`: bytes after which the device interrupts, 0 where it shall not. */
export function measureBursts(
  { platform, target, parameters, counting }: StageContext,
  trigger: number,
  receive: Receive,
): StageResult {
  const bursts = whole(parameters, 'bursts');
  const length = whole(parameters, 'burst_bytes');
  const gap_ns = whole(parameters, 'gap_us') * 1000;
  const offsets_ns = plannedTimes(bursts, gap_ns);
  const agent = openAgent(platform);
  let receiver: Receiver | undefined;
  try {
    agent.line(LINE, 'quiet');
    receiver = new Receiver(platform, target.path, trigger);
    const job = agent.send(LINE, offsets_ns, length);
    const taken_ns = new Float64Array(offsets_ns.length);
    const bytes = new Uint8Array(length);
    const count = () => sumLines(readInterrupts(), /uio_pci_generic/) ?? 0;
    let before = 0;
    let began_ns = 0;
    let cpu_ns = 0;
    for (let i = 0; i < offsets_ns.length; i++) {
      if (i === WARMUP_BURSTS) {
        before = count();
        began_ns = counting.begin();
        cpu_ns = platform.processCpu();
        receiver.clear();
      }
      receive(receiver, bytes);
      taken_ns[i] = receiver.taken_ns[0]!;
      check(receiver, bytes, i);
    }
    const { asked, woken, counters } = receiver;
    const { syscalls } = counters;
    cpu_ns = platform.processCpu() - cpu_ns;
    const elapsed_ns = platform.now() - began_ns;
    counting.end();
    const interrupts = count() - before;
    const { sent_ns, error_ns, drift_ppm } = agent.report(job);
    const latency_ns = taken_ns
      .map((time_ns, i) => Math.max(0, time_ns - sent_ns[i]!))
      .subarray(WARMUP_BURSTS);
    const n = bursts * length;
    return {
      n,
      series: { latency_ns },
      totals: {
        asked_per_op: asked / n,
        wakeups_per_op: woken / n,
        interrupts_per_op: interrupts / n,
        syscalls_per_op: syscalls / n,
        busy_share: cpu_ns / elapsed_ns,
        clock_error_ns: error_ns,
        clock_drift_ppm: drift_ppm,
      },
      notes: ['latency: of a whole burst, by two clocks that were compared; costs: per byte'],
    };
  } finally {
    receiver?.close();
    agent.close();
  }
}

/** Byte k of message i is i + k. Throws DeviceGone, or Error where another byte came. */
function check(receiver: Receiver, bytes: Uint8Array, message: number): void {
  const wrong = bytes.findIndex((byte, k) => byte !== ((message + k) & 0xff));
  if (wrong < 0) return;
  if (!receiver.present()) throw new DeviceGone('the serial port was unplugged');
  throw new Error(`byte ${wrong} of burst ${message} came as ${bytes[wrong]}`);
}
