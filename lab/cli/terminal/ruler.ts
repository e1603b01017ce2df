// The action behind `iolab ruler`.
import { Cancelled } from '../../errors.ts';
import { type RulerReading, readRuler } from '../../run/ruler.ts';
import { interruptSignal } from '../interrupt.ts';
import { colourDepth, createPaint } from './colour.ts';
import { formatTime } from './format.ts';
import { histogramPlot } from './histogram.ts';
import { print, printJson, terminalWidth } from './output.ts';
import { progressReporter } from './progress.ts';

export async function ruler({ json }: { readonly json?: boolean }): Promise<void> {
  const signal = await interruptSignal();
  const events = progressReporter();
  const reading = await readRuler(events, signal).catch(error => {
    events.finish();
    throw signal.aborted ? new Cancelled('interrupted') : error;
  });
  events.finish();
  if (json) printJson(reading);
  else print(describe(reading));
}

function describe({ floor, lab_ns_per_op, latency_ns, boards }: RulerReading): string {
  const paint = createPaint(colourDepth());
  const row = (name: string, value_ns: number, about: string) =>
    `  ${name.padEnd(18)}${formatTime(value_ns).padStart(9)}  ${about}`;
  return [
    paint.bold(`the floor (${floor.clock})`),
    row('clock step', floor.clock_resolution_ns, 'smallest difference seen'),
    row('time stamp', floor.clock_read_ns, 'one reading of the clock'),
    row('late step', floor.clock_step_ns_p9999, 'p99.99 between two readings'),
    row('recorder', floor.record_sample_ns, 'keeping one sample'),
    row('loop lag', floor.loop_lag_ns_p50, 'one turn of the event loop'),
    row('sleep', floor.sleep_late_ns_p50, 'how late a sleep ends'),
    '',
    paint.bold('the lab around a driver'),
    row('per operation', lab_ns_per_op, 'null driver: loop, workload, clock and recorder'),
    '',
    paint.bold('latency of nothing, as this lab sees it'),
    ...histogramPlot(latency_ns, { width: terminalWidth(), paint, mechanism: 'reference' }),
    '',
    paint.bold('emulated boards, in multiples of real time'),
    ...boards.map(({ board, clock_hz, busy_ratio, asleep_ratio }) => {
      const clock = `${(clock_hz / 1e6).toFixed(0)} MHz`;
      const busy = `${busy_ratio.toFixed(1)}× busy`;
      return `  ${board.padEnd(6)}${clock.padStart(7)}${busy.padStart(14)}  ${asleep_ratio.toFixed(0)}× asleep`;
    }),
    '',
    'A value below the floor is printed as "< floor".',
  ].join('\n');
}
