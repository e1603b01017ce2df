// Bursts of bytes that the other end of a serial line sends at planned times, and a program that takes
// them. Every byte is compared; how late the last one of each burst was counts from when it was sent.
import { openAgent } from '../../../devices/parts/vm-agent.ts';
import { DeviceGone } from '../../../errors.ts';
import { readInterrupts, sumLines } from '../../../measure/interrupts.ts';
import { type StageContext, type StageResult, whole } from '../../stage.ts';
import { Receiver, type Reception } from './receiver.ts';

const WARMUP_BURSTS = 8;
/** Between the warm-up and what is counted: the accounting is read there. */
const PAUSE_NS = 150e6;
/** Until the first burst: the host is told of all of them before. */
const LEAD_NS = 50e6;
/** The table of the machine's hardware calls it so (lab/devices/parts/vm-hardware.ts). */
const LINE = 'uart';

/** Take all bytes that are expected; how, is the form. */
export type Receive = (line: Receiver) => void;

function plannedTimes(bursts: number, gap_ns: number): number[] {
  const counted_ns = LEAD_NS + WARMUP_BURSTS * gap_ns + PAUSE_NS;
  return [
    ...Array.from({ length: WARMUP_BURSTS }, (_, i) => LEAD_NS + i * gap_ns),
    ...Array.from({ length: bursts }, (_, i) => counted_ns + i * gap_ns),
  ];
}

export function measureBursts(
  { platform, target, parameters, counting }: StageContext,
  how: Pick<Reception, 'trigger' | 'interrupts'>,
  receive: Receive,
): StageResult {
  const bursts = whole(parameters, 'bursts');
  const length = whole(parameters, 'burst_bytes');
  const gap_ns = whole(parameters, 'gap_us') * 1000;
  const offsets_ns = plannedTimes(bursts, gap_ns);
  const n = bursts * length;
  const agent = openAgent(platform);
  let receiver: Receiver | undefined;
  try {
    agent.line(LINE, 'quiet');
    const most = offsets_ns.length * length;
    receiver = new Receiver(platform, target.path, { ...how, most });
    const count = () => sumLines(readInterrupts(), /uio_pci_generic/) ?? 0;
    const job = agent.send(LINE, offsets_ns, length);
    receiver.expect(WARMUP_BURSTS * length);
    receive(receiver);
    const before = count();
    const begin_ns = counting.begin();
    const begin_cpu_ns = platform.processCpu();
    receiver.clear();
    receiver.expect(n);
    receive(receiver);
    const { asked, woken, counters, taken_ns } = receiver;
    const { syscalls } = counters;
    const cpu_ns = platform.processCpu() - begin_cpu_ns;
    const elapsed_ns = platform.now() - begin_ns;
    counting.end();
    const interrupts = count() - before;
    check(receiver, length);
    const { sent_ns, error_ns, drift_ppm } = agent.report(job);
    const latency_ns = Float64Array.from({ length: bursts }, (_, i) => {
      const burst = WARMUP_BURSTS + i;
      return Math.max(0, taken_ns[(burst + 1) * length - 1]! - sent_ns[burst]!);
    });
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
function check(receiver: Receiver, length: number): void {
  const wrong = receiver.bytes.findIndex(
    (byte, at) => byte !== ((Math.floor(at / length) + (at % length)) & 0xff),
  );
  if (wrong < 0) return;
  if (!receiver.present()) throw new DeviceGone('the serial port was unplugged');
  throw new Error(`byte ${wrong} of ${receiver.bytes.length} came as ${receiver.bytes[wrong]}`);
}
