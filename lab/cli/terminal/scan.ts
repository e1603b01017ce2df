// The action behind `iolab scan`: devices, the grid of drivers by devices, and every reason once.
import type { Mechanism } from '../../drivers/driver.ts';
import { Cancelled } from '../../errors.ts';
import { findPlace } from '../../places/find.ts';
import type { LabScan } from '../../records/schema.ts';
import type { SpareCell } from '../../run/cells.ts';
import { scanElsewhere } from '../../run/elsewhere.ts';
import { scanMachine } from '../../run/scan.ts';
import type { ScanOptions } from '../scan.ts';
import { colourDepth, createPaint, MARKS, type Paint } from './colour.ts';
import { print, printJson, terminalWidth } from './output.ts';
import { progressReporter } from './progress.ts';
import { renderTable, wrap } from './table.ts';

/** `cells` are the processes that the scan asks, where it is this machine that is scanned. */
export async function scan(
  { json, in: where, place = {} }: ScanOptions,
  signal: AbortSignal,
  cells: SpareCell[],
): Promise<void> {
  const asked = where === 'host' ? scanMachine(signal, cells) : scanIn(where, place, signal);
  const found = await asked.catch(error => {
    throw signal.aborted ? new Cancelled('interrupted') : error;
  });
  if (json) printJson(found);
  else print(describe(found, terminalWidth(), createPaint(colourDepth())));
}

async function scanIn(
  id: string,
  parameters: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<LabScan> {
  const { checkPlaceSettings } = await import('./run-in.ts');
  const place = await findPlace(id);
  checkPlaceSettings(place, parameters);
  const events = progressReporter();
  const words = ['scan', '--json'];
  return scanElsewhere({ place, words, parameters, events, signal }).finally(() => events.finish());
}

function describe(found: LabScan, width: number, paint: Paint): string {
  const lines = [paint.bold('devices')];
  const column = (title: string) => ({ title, align: 'left' as const });
  lines.push(
    ...renderTable(
      [{ ...column('name'), stub: true }, column('what it is'), column('evidence')],
      found.devices.map(one => [one.id, one.title, one.evidence]),
      { width, dim: paint.dim },
    ),
  );
  for (const { id, ok, reason, fix } of found.devices) {
    if (!ok) lines.push(...wrap(`${id}: ${reason}; ${fix}`, width, '  '));
  }
  lines.push('', paint.bold('drivers'), ...grid(found, width, paint));
  lines.push(...reasons(found, width));
  lines.push('', paint.bold('optional benches'));
  for (const { id, ok, about, detail, fix } of found.benches) {
    const state = ok ? `here (${detail})` : `not here; ${fix}`;
    lines.push(...wrap(`${id}: ${about}: ${state}`, width, '  '));
  }
  lines.push('', 'Next: iolab run        a first tour of what works everywhere');
  return lines.join('\n');
}

/** Drivers down, devices across; `yes`, or `–` with the reason below. */
function grid(found: LabScan, width: number, paint: Paint): string[] {
  const devices = [...new Set(found.availability.map(({ device }) => device))];
  const rows = found.drivers.map(({ id, mechanism: said }) => {
    // Another lab, in a place, may know one that this one does not.
    const mechanism = said in MARKS ? (said as Mechanism) : 'reference';
    const paintMark = (mark: string) => paint.mechanism(mechanism, mark);
    const answers = devices.map(device => {
      const row = found.availability.find(one => one.device === device && one.driver === id);
      return row?.ok ? 'yes' : '–';
    });
    return [{ text: id, mark: MARKS[mechanism], paintMark }, ...answers];
  });
  const titles = ['driver', ...devices];
  const columns = titles.map((title, i) => ({ title, align: 'left' as const, stub: i === 0 }));
  return renderTable(columns, rows, { width, dim: paint.dim });
}

/** Each reason once per driver, with the devices it holds for. */
function reasons(found: LabScan, width: number): string[] {
  const whys = new Map<string, string[]>();
  for (const { device, driver, ok, reason, fix } of found.availability) {
    if (ok) continue;
    const why = `${reason}; ${fix}`;
    whys.set(why, [...(whys.get(why) ?? []), `${driver} on ${device}`]);
  }
  return [...whys].flatMap(([why, where]) => wrap(`– ${where.join(', ')}: ${why}`, width, '  '));
}
