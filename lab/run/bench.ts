// One device with all its series: started, probed, measured round by round with the drivers
// interleaved in an order of its own, and closed. What goes wrong with one driver stops that driver alone;
// a device that goes away stops the device.
import { realpath } from 'node:fs/promises';
import type { CellJob, CellResult } from '../cell/protocol.ts';
import type { Device } from '../devices/device.ts';
import { findDevice, splitId } from '../devices/find.ts';
import type { DriverFacts } from '../drivers/driver.ts';
import { driverIds, findDriver } from '../drivers/find.ts';
import { Cancelled, CannotSave, TimedOut, Unsupported, WrongUsage, whyNot } from '../errors.ts';
import type { Experiment, PlannedCell, PlanRequest, Setting } from '../experiments/experiment.ts';
import { allPrograms, programIds } from '../machines/find.ts';
import { createRandom, deriveSeed } from '../measure/random.ts';
import { findPeer, peerDriver, splitPeer } from '../peers/find.ts';
import type { Host, Skipped } from '../records/schema.ts';
import { stageIds } from '../stages/find.ts';
import { type RunningDevice, runCell, startDevice } from './cells.ts';
import { type DiskInterrupts, factsOfDisk, interruptsPerOp } from './disk-of.ts';
import { environmentOf } from './environment.ts';
import { type Lock, takeLock } from './lock.ts';
import { mostRecords } from './reach.ts';
import type { RunRequest } from './request.ts';
import { roomForReason } from './room.ts';
import { type RecordFrame, Series } from './series.ts';
import type { Spares } from './spares.ts';
import type { Stand } from './stand.ts';
import { twinsOf, usualOf } from './twins.ts';
import type { Workspace } from './workspace.ts';

/** How long a second run waits for a device that another one holds. */
const LOCK_LIMIT_MS = 30_000;

/** What a bench needs from the run around it. */
export interface Surroundings {
  readonly request: RunRequest;
  readonly signal: AbortSignal;
  readonly workspace: Workspace;
  readonly run_id: string;
  readonly host: Host;
  readonly note: (text: string) => void;
  /** The process of the next device, where there is one already. */
  readonly stand: () => Stand | undefined;
  /** The cell that waits for its job. */
  readonly spares: Spares;
  /** Numbers the records of the run. */
  readonly nextId: (experiment: string, driver: string) => string;
}

type Common = Omit<RecordFrame, 'experiment' | 'device' | 'evidence' | 'identity' | 'notes'>;

export class Bench {
  readonly experiment: Experiment;
  readonly device_id: string;
  readonly rounds: number;
  readonly series: Series[] = [];
  readonly skipped: Skipped[] = [];
  /** By peer: the drivers that do the same with the same flags, and took part. */
  readonly twins = new Map<string, readonly string[]>();
  #evidence: RecordFrame['evidence'];
  #identity: Record<string, string> = {};
  #notes: string[] = [];
  #stopped: string | undefined;
  #failure: Error | undefined;
  #asked = false;
  readonly #around: Surroundings;
  readonly #model: Device;
  #device: RunningDevice | undefined;
  #lock: Lock | undefined;
  #interrupts: DiskInterrupts | undefined;
  #most: ReadonlyMap<string, number> = new Map();
  readonly #parameters = new Map<string, DriverFacts['parameters']>();

  private constructor(
    experiment: Experiment,
    device_id: string,
    model: Device,
    around: Surroundings,
  ) {
    this.experiment = experiment;
    this.device_id = device_id;
    this.#model = model;
    this.#around = around;
    const { rounds, plan } = around.request;
    this.rounds = rounds ?? (plan.short ? experiment.short_rounds : experiment.rounds);
    // A program runs on the machine's processor and never on the host's.
    const processor = experiment.programs ? 'emulated' : around.host.processor;
    this.#evidence = { device: model.evidence, processor };
  }

  static async create(
    experiment: Experiment,
    device_id: string,
    around: Surroundings,
  ): Promise<Bench> {
    const model = await findDevice(splitId(device_id).family);
    return new Bench(experiment, device_id, model, around);
  }

  /** Why the device stopped before its rounds were through. */
  get stopped(): string | undefined {
    return this.#stopped;
  }

  /** Why the device was not started, where that is more than being unsupported here. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Start the device, ask the drivers, plan the series. Refusals become records, not errors. */
  async open(): Promise<void> {
    const { request, signal, workspace, stand } = this.#around;
    this.#most = await mostRecords(this.experiment, this.#drivers());
    try {
      const no = this.experiment.misfit(this.#model);
      if (no)
        throw new Unsupported(`${this.experiment.id} does not fit ${this.device_id}: ${no}`, '');
      await this.#takeLock();
      const folder = workspace.folder(`${this.experiment.id}-${this.device_id}`);
      const set = { ...this.experiment.device_settings, ...request.plan.set };
      const device = await startDevice(this.device_id, folder, set, signal, stand());
      this.#device = device;
      this.#identity = { ...device.identity };
      if (device.evidence) this.#evidence.device = device.evidence;
      if (device.target.kind === 'block') await this.#describeDisk(device.target.path);
      await this.#plan();
    } catch (error) {
      if (signal.aborted) throw new Cancelled();
      if (!(error instanceof Error)) throw error;
      this.#refuseAll(error);
    }
  }

  async #takeLock(): Promise<void> {
    const { run_id, note, signal } = this.#around;
    const { address } = splitId(this.device_id);
    if (address === '') return;
    const me = `run ${run_id} (process ${process.pid})`;
    const waiting = (holder: string) => note(`${this.device_id} is held by ${holder}: waiting`);
    // One port has several names (by-id, the node, a link); the lock is on what they lead to.
    const port = await realpath(address).catch(() => address);
    this.#lock = await takeLock(`port ${port}`, me, LOCK_LIMIT_MS, waiting, signal);
  }

  #refuseAll(error: Error): void {
    const { reason, fix, errno } = whyNot(error, 'see iolab scan');
    const beyond = [WrongUsage, TimedOut, CannotSave].some(kind => error instanceof kind);
    if (beyond) this.#failure = error;
    for (const driver of this.#drivers()) this.#refuse(driver, reason, fix, errno);
    this.#stopped = reason;
  }

  #refuse(driver: string, reason: string, fix: string, errno?: string): void {
    const id = this.#around.nextId(this.experiment.id, driver);
    const [setting = {}] = this.experiment.plan(driver, this.#requestOf(driver));
    const series = new Series(id, driver, setting, false, this.rounds);
    series.refuse(reason, fix, errno);
    this.series.push(series);
    this.#skip(driver, reason, fix, errno);
  }

  /** The device itself said no to this setting: that is an answer, not a failure. */
  #refused(series: Series, error: Unsupported): void {
    const { reason, fix, errno } = whyNot(error, 'see iolab scan');
    series.refuse(reason, fix, errno);
    this.#skip(series.driver, reason, fix, errno);
  }

  #skip(driver: string, reason: string, fix: string, errno?: string): void {
    this.skipped.push({
      device: this.device_id,
      driver,
      reason: roomForReason(reason),
      fix: roomForReason(fix),
      ...(errno === undefined ? {} : { errno }),
    });
  }

  #drivers(): readonly string[] {
    const { drivers, plan } = this.#around.request;
    if (drivers.length > 0) return drivers;
    const { short_drivers, drivers: all } = this.experiment;
    return plan.short ? (short_drivers ?? all) : all;
  }

  /** The request without the numbers of records that are too many for this driver. */
  #requestOf(driver: string): PlanRequest {
    const { plan } = this.#around.request;
    const { records } = plan;
    const most = this.#most.get(driver) ?? Number.POSITIVE_INFINITY;
    return records === undefined ? plan : { ...plan, records: records.filter(n => n <= most) };
  }

  async #plan(): Promise<void> {
    const { request } = this.#around;
    const { layers, programs } = this.experiment;
    if (programs) return this.#planPrograms();
    if (this.experiment.stages) return this.#planStages();
    const answers = await this.#device!.probe(this.#drivers(), layers);
    const usable: string[] = [];
    for (const driver of this.#drivers()) {
      const answer = answers[driver];
      if (answer?.ok) usable.push(driver);
      else if (answer) this.#refuse(driver, answer.reason, answer.fix, answer.errno);
    }
    const known = driverIds().filter(id => usable.includes(id));
    const taking_part = await Promise.all(known.map(findDriver));
    for (const { id, parameters } of taking_part) this.#parameters.set(id, parameters);
    for (const driver of usable) this.#add(driver, driver === this.experiment.baseline);
    for (const id of request.peers) await this.#addPeer(id, taking_part);
  }

  /** A machine runs its own programs; whether it has the parts for one, the run itself finds out. */
  async #planPrograms(): Promise<void> {
    const { request } = this.#around;
    const { family } = splitId(this.device_id);
    const own = programIds(family);
    for (const { id, parameters } of await allPrograms()) this.#parameters.set(id, parameters);
    for (const id of this.#drivers()) {
      if (own.includes(id)) this.#add(id, false);
      // An experiment has several machines: only what was asked of this very one is missing here.
      else if (request.devices.length > 0 && request.drivers.length > 0)
        this.#refuse(id, `${family} has no program ${id}`, `it has ${own.join(', ')}`);
    }
  }

  /** Whether this machine can do what a stage shows, the stage itself finds out. */
  #planStages(): void {
    const own = stageIds(this.experiment.id);
    for (const id of this.#drivers()) {
      if (own.includes(id)) this.#add(id, id === this.experiment.baseline);
      else this.#refuse(id, `${this.experiment.id} has no stage ${id}`, `it has ${own.join(', ')}`);
    }
  }

  async #addPeer(id: string, usable: readonly DriverFacts[]): Promise<void> {
    const peer = await findPeer(id);
    if (!peer.experiments.includes(this.experiment.id)) return;
    const missing = await peer.missing();
    for (const engine of peer.engines) {
      const twins = twinsOf(engine, usable, this.#device?.target ?? {});
      const alone = engine.twins.length === 0;
      if (twins.length === 0 && !alone) continue;
      const driver = peerDriver(id, engine.id);
      if (missing) this.#refuse(driver, missing.reason, missing.fix);
      // A peer is the yardstick of its twins, so its own noise is measured too.
      else this.#add(driver, !alone, twins[0] ?? this.experiment.baseline);
      this.twins.set(driver, twins);
    }
  }

  /** One series per setting; `twice` adds the A/A repeat that shows the noise. */
  #add(driver: string, twice: boolean, twin = driver): void {
    const plan = this.#requestOf(twin);
    const { records: asked = [] } = this.#around.request.plan;
    const left_out = asked.filter(one => !plan.records?.includes(one));
    if (left_out.length > 0) this.#leaveOut(driver, left_out);
    // An empty list would mean the experiment's own choice, which nobody asked for.
    if (asked.length > 0 && left_out.length === asked.length) return;
    const settings = this.experiment.plan(twin, plan, this.#device?.target);
    if (settings.length === 0)
      this.#refuse(driver, `the settings leave ${driver} nothing to do`, 'change --set');
    for (const planned of settings) {
      const setting = { ...this.#driverSettings(twin), ...planned };
      for (const repeat of twice ? [false, true] : [false]) {
        const id = this.#around.nextId(this.experiment.id, driver);
        this.series.push(new Series(id, driver, setting, repeat, this.rounds));
      }
    }
  }

  /** Told in the report and in the run's document; what was asked by the driver's name never comes here. */
  #leaveOut(driver: string, records: readonly number[]): void {
    const most = this.#most.get(driver);
    const reason = `--records ${records.join(',')} was left out: one run takes at most ${most}`;
    this.#skip(driver, reason, 'give fewer');
  }

  /** Parameters of the driver's own that the user chose: they belong in the record. */
  #driverSettings(driver: string): Setting {
    const { set } = this.#around.request.plan;
    const own = Object.keys(this.#parameters.get(driver) ?? {});
    return Object.fromEntries(
      own.flatMap(key => (set[key] === undefined ? [] : [[key, set[key]]])),
    );
  }

  async #describeDisk(path: string): Promise<void> {
    const { identity, notes, evidence, interrupts } = await factsOfDisk(
      path,
      this.#evidence.processor,
    );
    Object.assign(this.#identity, identity);
    this.#notes.push(...notes);
    if (evidence !== undefined) this.#evidence.device = evidence;
    this.#interrupts = interrupts;
  }

  /**
   * All series once, in an order drawn anew for each round: whoever comes first, or after whom,
   * changes from round to round, so a place in the order favours nobody. Throws Cancelled. A device
   * that went away ends the bench, not the run.
   */
  async round(round: number, onCell: (series: Series) => void): Promise<void> {
    const { seed } = this.#around.request;
    const order = shuffled(this.series, createRandom(deriveSeed(seed, this.device_id, round)));
    for (const [at, series] of order.entries()) {
      if (series.over || this.#stopped !== undefined) continue;
      onCell(series);
      const another = round + 1 < this.rounds || order.slice(at + 1).some(one => !one.over);
      try {
        const result = await this.#measure(series, round, another);
        series.add(round, result, this.#more(result), seed);
      } catch (error) {
        if (this.#around.signal.aborted) throw new Cancelled();
        if (!(error instanceof Error)) throw error;
        if (error instanceof Unsupported) this.#refused(series, error);
        else series.failed(error);
        const gone = this.#device?.gone();
        if (gone) this.#stopped = gone.message;
        // Who did not come for one driver does not come for the next either.
        else if (error instanceof TimedOut && this.#device?.target.input?.hands !== undefined)
          this.#stopped = 'nobody moved the device';
      }
    }
  }

  /** One cell; `another` follows it. */
  async #measure(series: Series, round: number, another: boolean): Promise<CellResult> {
    const { request, signal } = this.#around;
    const { driver, setting, repeat } = series;
    // Each cell its own sequence: one that reads what another has just read would find it warm.
    const which = [driver, JSON.stringify(setting), repeat ? 1 : 0];
    const seed = deriveSeed(request.seed, this.experiment.id, round, ...which);
    const device = this.#device!;
    const planned = this.experiment.cell(setting, request.plan, seed);
    const job = this.#job(driver, planned);
    const peer = splitPeer(driver);
    if (peer) {
      // What its twin does where nobody says otherwise, the peer is told.
      const twin = this.twins.get(driver)?.[0] ?? '';
      const parameters = { ...usualOf(this.#parameters.get(twin)), ...job.parameters };
      const options = { setting, signal };
      return (await findPeer(peer.peer)).measure({ ...job, parameters }, peer.engine, options);
    }
    if (planned.fresh) await this.#refresh(device);
    const { offsets_ns } = planned;
    const epoch = seed % 2 ** 32;
    const stimulus =
      offsets_ns && device.stimulates
        ? { offsets_ns, warmup: planned.warmup ?? 0, epoch }
        : undefined;
    const { kind } = job.workload;
    const marked = kind === 'stamped-read' || kind === 'input-read';
    const workload = marked ? { ...job.workload, epoch } : job.workload;
    this.#askForHands(device, workload);
    const { spares } = this.#around;
    return runCell({
      ...{ job: { ...job, workload }, device, stimulus, signal },
      expected_ms: planned.expected_ms,
      spare: await spares.take(job.environment),
      measured: () => another && spares.begin(),
    });
  }

  /** What only a person can move: said once, before the first cell that waits for it. */
  #askForHands({ target }: RunningDevice, workload: CellJob['workload']): void {
    const hands = target.input?.hands;
    if (hands === undefined || this.#asked || workload.kind !== 'input-read') return;
    this.#asked = true;
    const cells = this.series.filter(one => !one.over).length * this.rounds;
    const wanted = workload.samples + workload.warmup;
    this.#around.note(`${hands}: ${wanted * cells} events wanted, ${wanted} at a time`);
  }

  /** A board that does not start anew serves nobody else either: that stops the device. */
  async #refresh(device: RunningDevice): Promise<void> {
    try {
      await device.refresh();
    } catch (error) {
      this.#stopped = (error as Error).message;
      throw error;
    }
  }

  #job(driver: string, planned: PlannedCell): CellJob {
    const { depth, parameters, workload, direct, part } = planned;
    const own = this.#device!.target;
    const path = part === undefined ? own.path : (own.parts?.[part] ?? own.path);
    const target = { ...own, path, ...(direct === undefined ? {} : { direct }) };
    const own_lines = this.#interrupts?.lines.source;
    const lines = own_lines === undefined ? {} : { interrupt_lines: own_lines };
    const chosen = { ...this.#around.request.plan.set, ...parameters };
    const environment = environmentOf(this.#parameters.get(driver), chosen);
    const job = { driver, target, depth, parameters: chosen, workload, environment };
    return { do: 'measure', ...job, ...lines };
  }

  /** Totals that the cell itself cannot know. */
  #more(result: CellResult): Record<string, number> {
    const interrupts = interruptsPerOp(result, this.#interrupts?.idle_per_ns ?? 0);
    const totals = { ...result.totals, ...interrupts };
    return { ...interrupts, ...this.experiment.derive?.({ totals, threads: result.threads }) };
  }

  records(common: Common, finished: boolean, stopped?: string) {
    const frame: RecordFrame = {
      ...common,
      experiment: this.experiment.id,
      device: this.device_id,
      evidence: this.#evidence,
      identity: this.#identity,
      notes: this.#notes,
    };
    return this.series.map(one => one.record(frame, finished, this.#stopped ?? stopped));
  }

  /** End the device's process and give the device free. Idempotent. */
  async close(): Promise<void> {
    await this.#device?.close();
    await this.#lock?.release();
    this.#device = undefined;
    this.#lock = undefined;
  }
}

/** The same entries in another order (Fisher and Yates). */
function shuffled<T>(entries: readonly T[], random: () => number): T[] {
  const all = [...entries];
  for (let i = all.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [all[i], all[j]] = [all[j]!, all[i]!];
  }
  return all;
}
