// The one schema of what the lab writes: records, run documents and scans. TypeBox values are JSON
// Schema already, so the type, the validator and the exported schema cannot disagree. Units come
// last in names. A record stands alone: what was measured, on what, from where, and how surely.
import Type, { type Static } from 'typebox';

/** What a record names in `schema`: family and version. */
export const RECORD_SCHEMA = 'iolab/record/1';
/** What a run document names in `schema`. */
export const RUN_SCHEMA = 'iolab/run/1';
/** What a scan names in `schema`. */
export const SCAN_SCHEMA = 'iolab/scan/1';

const closed = { additionalProperties: false } as const;
const text = (maxLength = 500) => Type.String({ maxLength });
const name = Type.String({ minLength: 1, maxLength: 200, pattern: '^[^\\u0000-\\u001f\\u007f]+$' });
/** Also a file name: a hostile record must not choose where it is written. */
const fileId = Type.String({
  minLength: 1,
  maxLength: 120,
  pattern: '^[A-Za-z0-9][A-Za-z0-9._@+-]*$',
});
const instant = Type.String({ format: 'date-time', maxLength: 40 });
const count = Type.Integer({ minimum: 0 });
const number = Type.Number();
const interval = Type.Tuple([number, number]);
const texts = (maxProperties: number) =>
  Type.Record(Type.String({ maxLength: 100 }), text(), { maxProperties });
const scalar = Type.Union([Type.String({ maxLength: 500 }), Type.Number(), Type.Boolean()]);

/** What the device is, and the processor it was measured from. */
export const EvidenceSchema = Type.Object(
  {
    device: Type.Enum(['hardware', 'virtual', 'stand-in', 'simulated']),
    processor: Type.Enum(['metal', 'virtual', 'emulated']),
  },
  closed,
);

/** Own log-linear bins (lab/measure/histogram.ts): sparse, mergeable, at most 1 % wide. */
export const BinsSchema = Type.Object(
  {
    scheme: Type.Literal('log-linear-7'),
    index: Type.Array(count, { maxItems: 10_000 }),
    count: Type.Array(count, { maxItems: 10_000 }),
  },
  closed,
);

/** A distribution. Quantiles that too few samples support are absent. */
export const DistributionSchema = Type.Object(
  {
    kind: Type.Enum(['time', 'count']),
    unit: name,
    /** Samples over all rounds. */
    n: count,
    min: number,
    /** Median of the rounds' medians; `interval` is its bootstrap 95 % interval. */
    p50: number,
    p90: number,
    p99: Type.Optional(number),
    p999: Type.Optional(number),
    max: number,
    interval: Type.Optional(interval),
    bins: BinsSchema,
  },
  closed,
);

/** A total or a rate: one value, where it can be had with the interval over rounds. */
export const TotalSchema = Type.Object(
  {
    kind: Type.Enum(['time', 'count']),
    unit: name,
    value: number,
    interval: Type.Optional(interval),
  },
  closed,
);

/** What was measured of one thing: a distribution where there are samples, else a total. */
export const MetricSchema = Type.Union([DistributionSchema, TotalSchema]);

/** One round's summary: `n` operations and, per metric, its median or its value. */
export const RoundSchema = Type.Object(
  {
    round: count,
    n: count,
    p50: Type.Optional(number),
    p90: Type.Optional(number),
    p99: Type.Optional(number),
    values: Type.Record(Type.String({ maxLength: 100 }), number, { maxProperties: 60 }),
  },
  closed,
);

/** What the lab itself costs, measured at the start of the run. Below it nothing can be seen. */
export const FloorSchema = Type.Object(
  {
    clock: name,
    clock_resolution_ns: number,
    clock_read_ns: number,
    clock_step_ns_p9999: number,
    record_sample_ns: number,
    loop_lag_ns_p50: number,
    sleep_late_ns_p50: number,
  },
  closed,
);

/** The machine, as far as it bears on the numbers. Nothing that names its owner. */
export const HostSchema = Type.Object(
  {
    os: name,
    kernel: text(),
    arch: name,
    cpu_model: text(),
    cpus: count,
    processor: Type.Enum(['metal', 'virtual', 'emulated']),
    /** Everything else the audit found, named: governor, cgroup quota, versions, … */
    audit: Type.Record(Type.String({ maxLength: 100 }), scalar, { maxProperties: 120 }),
  },
  closed,
);

/** Who used processor time and how often it was switched, per operation. */
export const ThreadSchema = Type.Object(
  {
    name: text(64),
    cpu_ns_per_op: number,
    voluntary_switches_per_op: number,
    involuntary_switches_per_op: number,
  },
  closed,
);

/** How a measurement ended. Whatever is not ok says why. */
export const StatusSchema = Type.Enum(['ok', 'partial', 'failed', 'unsupported']);

/** One driver on one device in one setting: the document that every figure is drawn from. */
export const RecordSchema = Type.Object(
  {
    schema: Type.Literal(RECORD_SCHEMA),
    id: fileId,
    run_id: fileId,
    experiment: name,
    device: name,
    driver: name,
    place: name,
    evidence: EvidenceSchema,
    /** What can be said of the device: model, firmware hash, file system. */
    identity: texts(40),
    /** The settings of this record: rate, depth, mode. */
    parameters: Type.Record(Type.String({ maxLength: 100 }), scalar, { maxProperties: 40 }),
    seed: count,
    started: instant,
    ended: instant,
    /** What a reader types to measure the same. */
    command: text(2000),
    commit: Type.Optional(text(64)),
    host: HostSchema,
    floor: Type.Optional(FloorSchema),
    status: StatusSchema,
    /** Why, where status is not ok. */
    reason: Type.Optional(text(1000)),
    errno: Type.Optional(text(40)),
    fix: Type.Optional(text(1000)),
    rounds_planned: count,
    rounds: Type.Array(RoundSchema, { maxItems: 10_000 }),
    metrics: Type.Record(Type.String({ maxLength: 100 }), MetricSchema, { maxProperties: 60 }),
    threads: Type.Optional(Type.Array(ThreadSchema, { maxItems: 200 })),
    /** Raw samples beside the record: little-endian doubles, nanoseconds, round after round. */
    samples: Type.Optional(
      Type.Object(
        { file: fileId, n: count, sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }) },
        closed,
      ),
    ),
    /** What the reader must know beside the number: a tmpfs, an overlay, a missing counter. */
    notes: Type.Optional(Type.Array(text(1000), { maxItems: 40 })),
  },
  closed,
);

/** Driver over baseline, paired round by round within one run. */
export const ComparisonSchema = Type.Object(
  {
    experiment: name,
    device: name,
    driver: name,
    baseline: name,
    parameters: Type.Record(Type.String({ maxLength: 100 }), scalar, { maxProperties: 40 }),
    metric: name,
    /** Median of the rounds' ratios. */
    ratio: number,
    interval,
    rounds: count,
    /** `noise`: the baseline against itself. A tie lies inside the noise or spans 1. */
    verdict: Type.Enum(['lower', 'higher', 'tie', 'noise']),
  },
  closed,
);

/** cost = a + b·n over several settings, with intervals. */
export const FitSchema = Type.Object(
  {
    experiment: name,
    device: name,
    driver: name,
    metric: name,
    over: name,
    /** The settings that were the same in all points; absent where there were none. */
    parameters: Type.Optional(
      Type.Record(Type.String({ maxLength: 100 }), scalar, { maxProperties: 40 }),
    ),
    a: number,
    a_interval: interval,
    b: number,
    b_interval: interval,
    points: count,
  },
  closed,
);

/** What was asked for and not measured, and why. */
export const SkippedSchema = Type.Object(
  {
    device: name,
    driver: name,
    reason: text(1000),
    errno: Type.Optional(text(40)),
    fix: text(1000),
  },
  closed,
);

const runParts = {
  schema: Type.Literal(RUN_SCHEMA),
  run_id: fileId,
  status: Type.Enum(['ok', 'partial', 'failed']),
  command: text(2000),
  started: instant,
  ended: instant,
  comparisons: Type.Array(ComparisonSchema, { maxItems: 20_000 }),
  fits: Type.Array(FitSchema, { maxItems: 5_000 }),
  skipped: Type.Array(SkippedSchema, { maxItems: 5_000 }),
};

/** What `run --json` prints. */
export const RunSchema = Type.Object(
  { ...runParts, records: Type.Array(RecordSchema, { maxItems: 5_000 }) },
  closed,
);

/** What stands on disk beside the records: the same, with the records' ids. */
export const RunFileSchema = Type.Object(
  { ...runParts, records: Type.Array(fileId, { maxItems: 5_000 }) },
  closed,
);

/** What works on a machine: every driver asked about every device that is there. */
export const ScanSchema = Type.Object(
  {
    schema: Type.Literal(SCAN_SCHEMA),
    devices: Type.Array(
      Type.Object(
        {
          id: name,
          title: text(),
          kind: name,
          evidence: name,
          ok: Type.Boolean(),
          reason: Type.Optional(text(1000)),
          errno: Type.Optional(text(40)),
          fix: Type.Optional(text(1000)),
        },
        closed,
      ),
    ),
    drivers: Type.Array(
      Type.Object({ id: name, title: text(), mechanism: name, form: name, loop: name }, closed),
    ),
    availability: Type.Array(
      Type.Object(
        {
          device: name,
          driver: name,
          ok: Type.Boolean(),
          reason: Type.Optional(text(1000)),
          errno: Type.Optional(text(40)),
          fix: Type.Optional(text(1000)),
        },
        closed,
      ),
    ),
    benches: Type.Array(
      Type.Object(
        {
          id: name,
          ok: Type.Boolean(),
          about: text(),
          detail: text(1000),
          fix: Type.Optional(text(1000)),
        },
        closed,
      ),
    ),
  },
  closed,
);

/** A record as TypeScript sees it. */
export type LabRecord = Static<typeof RecordSchema>;
/** A run with its records whole. */
export type LabRun = Static<typeof RunSchema>;
/** A run with its records by id, as it stands on disk. */
export type LabRunFile = Static<typeof RunFileSchema>;
/** A scan as TypeScript sees it. */
export type LabScan = Static<typeof ScanSchema>;
/** One value of `metrics`. */
export type Metric = Static<typeof MetricSchema>;
/** Quantiles and bins of samples. */
export type Distribution = Static<typeof DistributionSchema>;
/** One value, with its interval where it has one. */
export type Total = Static<typeof TotalSchema>;
/** One round’s summary. */
export type Round = Static<typeof RoundSchema>;
/** A histogram as records keep it. */
export type Bins = Static<typeof BinsSchema>;
/** What the lab itself costs on that machine. */
export type Floor = Static<typeof FloorSchema>;
/** The machine as it was audited. */
export type Host = Static<typeof HostSchema>;
/** One thread’s share of the cost. */
export type Thread = Static<typeof ThreadSchema>;
/** A driver over a baseline. */
export type Comparison = Static<typeof ComparisonSchema>;
/** A line through several settings. */
export type Fit = Static<typeof FitSchema>;
/** What a run left out. */
export type Skipped = Static<typeof SkippedSchema>;
/** ok, partial, failed or unsupported. */
export type RecordStatus = Static<typeof StatusSchema>;
