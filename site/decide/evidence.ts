// What the decision needs of records, and nothing else: small enough to send with a page. A reader's own
// file is looked at as a stranger's: what is not a record or a run of the lab is refused, with the reason.
import type { Fit, LabRecord } from '../../lab/records/schema.ts';
import { DECIDE_FILES } from '../data/panel-strings.ts';
import { EVIDENCE } from '../data/strings.ts';
import type { Evidence } from './decide.ts';

const EXPERIMENTS: ReadonlySet<string> = new Set(['wakeup', 'disk-read', 'scale']);
const METRICS = ['latency_ns', 'cpu_ns_per_op', 'ops_per_s'];

type Class = LabRecord['evidence'];
const DEVICES: Readonly<Record<Class['device'], true>> = {
  hardware: true,
  virtual: true,
  'stand-in': true,
  simulated: true,
};

/** What a record was measured on, in words. */
export const evidenceWords = ({ device, processor }: Class): string =>
  DECIDE_FILES.measured_on(device, EVIDENCE[processor]);

/** Of these documents what the decision reads. Bins and rounds stay behind. */
export function evidenceOf(records: readonly LabRecord[], fits: readonly Fit[]): Evidence {
  return {
    records: records
      .filter(one => EXPERIMENTS.has(one.experiment) && one.experiment !== 'scale')
      .map(one => ({ ...one, rounds: [], threads: [], metrics: metricsOf(one) })),
    fits: fits.filter(one => EXPERIMENTS.has(one.experiment)),
  };
}

function metricsOf({ metrics }: LabRecord): LabRecord['metrics'] {
  const kept: LabRecord['metrics'] = {};
  for (const name of METRICS) {
    const metric = metrics[name];
    if (!metric) continue;
    kept[name] =
      'bins' in metric ? { ...metric, bins: { ...metric.bins, index: [], count: [] } } : metric;
  }
  return kept;
}

export class NotOurs extends Error {}

/**
 * What `iolab run --json` or `iolab show --json` printed, or a record's file. Throws NotOurs with the reason.
 * Only what is read later is looked at: the numbers must be numbers.
 */
export function readEvidence(text: string): Evidence {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new NotOurs(DECIDE_FILES.no_json);
  }
  const { schema, records, fits } = (value ?? {}) as {
    schema?: unknown;
    records?: unknown;
    fits?: unknown;
  };
  if (schema === 'iolab/record/1') return evidenceOf([recordOf(value)], []);
  const list = Array.isArray(records) ? records : Array.isArray(value) ? value : undefined;
  if (!list) throw new NotOurs(DECIDE_FILES.not_ours);
  if (list.some(one => typeof one === 'string')) {
    throw new NotOurs(DECIDE_FILES.names_only);
  }
  const good = Array.isArray(fits) ? fits.filter(isFit) : [];
  return evidenceOf(list.map(recordOf), good);
}

function recordOf(value: unknown): LabRecord {
  const one = (value ?? {}) as Record<string, unknown>;
  for (const name of ['id', 'run_id', 'experiment', 'device', 'driver', 'status']) {
    if (typeof one[name] !== 'string') throw new NotOurs(DECIDE_FILES.lacks(name));
  }
  if (one.schema !== 'iolab/record/1') throw new NotOurs(DECIDE_FILES.other_version);
  const id = String(one.id).slice(0, 80);
  for (const name of ['parameters', 'metrics', 'host', 'evidence']) {
    if (one[name] === null || typeof one[name] !== 'object') {
      throw new NotOurs(DECIDE_FILES.record_lacks(id, name));
    }
  }
  const { device, processor } = one.evidence as Record<string, unknown>;
  if (!Object.hasOwn(DEVICES, String(device)) || !Object.hasOwn(EVIDENCE, String(processor))) {
    throw new NotOurs(DECIDE_FILES.no_evidence(id));
  }
  for (const name of METRICS) {
    const metric = (one.metrics as Record<string, unknown>)[name] as
      | { p50?: unknown; value?: unknown }
      | undefined;
    if (metric === undefined) continue;
    if (typeof (metric?.p50 ?? metric?.value) !== 'number') {
      throw new NotOurs(DECIDE_FILES.no_number(id, name));
    }
  }
  return { rounds: [], ...one } as unknown as LabRecord;
}

function isFit(value: unknown): value is Fit {
  const one = (value ?? {}) as Record<string, unknown>;
  const texts = ['experiment', 'driver', 'metric', 'over'].every(
    name => typeof one[name] === 'string',
  );
  return texts && typeof one.a === 'number' && typeof one.b === 'number';
}
