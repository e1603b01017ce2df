// The Pico's time: cycles of clk_sys since reset, and the plans made for later cycles. Nothing else
// moves time on, so the same bytes at the same cycles always give the same answers. The shape is that
// of an event list in any discrete-event simulator (Knuth, TAOCP, section 2.2.5).

/** Something to do at a later cycle. Planning it again moves it. */
export class Plan {
  cycle = Number.POSITIVE_INFINITY;
  following: Plan | undefined;
  readonly act: (cycle: number) => void;

  constructor(act: (cycle: number) => void) {
    this.act = act;
  }
}

export class Clock {
  /** Cycles since reset, at the start of the instruction under way. */
  cycles = 0;
  /** The processor's loop leaves at this cycle: the next plan, the end of the run, or 0 for "look". */
  stop = 0;
  /** Frequency of clk_sys; changes when the firmware sets it. */
  hz: number;
  #first: Plan | undefined;
  /** The cycle of the plan being carried out, or -1. */
  #acting = -1;

  constructor(hz: number) {
    this.hz = hz;
  }

  /** The cycle it is: that of the plan being carried out, else the processor's. */
  get now(): number {
    return this.#acting >= 0 ? this.#acting : this.cycles;
  }

  /** The cycle of the next plan, or Infinity. */
  get next_cycle(): number {
    return this.#first === undefined ? Number.POSITIVE_INFINITY : this.#first.cycle;
  }

  /** Do `plan` at `cycle` (rounded up; not before now). Plans of one cycle keep their order. */
  plan(plan: Plan, cycle: number): void {
    this.cancel(plan);
    plan.cycle = Math.max(Math.ceil(cycle), this.now);
    if (plan.cycle < this.stop) this.stop = plan.cycle;
    let before: Plan | undefined;
    let after = this.#first;
    while (after !== undefined && after.cycle <= plan.cycle) {
      before = after;
      after = after.following;
    }
    plan.following = after;
    if (before === undefined) this.#first = plan;
    else before.following = plan;
  }

  cancel(plan: Plan): void {
    if (plan.cycle === Number.POSITIVE_INFINITY) return;
    plan.cycle = Number.POSITIVE_INFINITY;
    if (this.#first === plan) {
      this.#first = plan.following;
      return;
    }
    let before = this.#first;
    while (before !== undefined && before.following !== plan) before = before.following;
    if (before !== undefined) before.following = plan.following;
  }

  /** Carry out everything planned up to the processor's cycle. */
  catchUp(): void {
    let plan = this.#first;
    while (plan !== undefined && plan.cycle <= this.cycles) {
      const { cycle } = plan;
      this.#first = plan.following;
      plan.cycle = Number.POSITIVE_INFINITY;
      this.#acting = cycle;
      plan.act(cycle);
      plan = this.#first;
    }
    this.#acting = -1;
  }

  /** The processor should look at interrupts after this instruction. */
  attention(): void {
    this.stop = 0;
  }
}
