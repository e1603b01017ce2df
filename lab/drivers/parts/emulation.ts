// What does the work beneath a driver's interface: the form a program sees need not be the system's
// own mechanism. It stands with the driver's facts, and a trace of its thread proves it.

export interface Emulation {
  /** What the form is built from, or `nothing` where the kernel has it as it is. */
  readonly emulated_by: string;
}

/** The kernel does it itself. */
export const nothing: Emulation = { emulated_by: 'nothing: the kernel does it itself' };
