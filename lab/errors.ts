// The few kinds of failure the lab tells apart. Every message names what, where and what to do;
// the command line turns each kind into its exit code.

/** A system call that failed: which one, the errno's name, and what to try. */
export class SystemCallError extends Error {
  readonly call: string;
  readonly errno: string;
  readonly hint: string;

  constructor(call: string, errno: string, hint = '') {
    super(`${call}: ${errno}${hint ? `. ${hint}` : ''}`);
    this.name = 'SystemCallError';
    this.call = call;
    this.errno = errno;
    this.hint = hint;
  }
}

/** Asked for by name, and this machine cannot do it. `errno` is the name where a call refused. */
export class Unsupported extends Error {
  readonly reason: string;
  readonly fix: string;
  readonly errno: string | undefined;

  constructor(reason: string, fix: string, errno?: string) {
    super(`${reason}${fix ? `. ${fix}` : ''}`);
    this.name = 'Unsupported';
    this.reason = reason;
    this.fix = fix;
    this.errno = errno;
  }
}

/** The device was there and is no longer: unplugged, its process ended, its line hung up. */
export class DeviceGone extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'DeviceGone';
  }
}

/** Stopped on purpose, by a signal or by a closing driver. */
export class Cancelled extends Error {
  constructor(message = 'cancelled') {
    super(message);
    this.name = 'Cancelled';
  }
}

/** A bounded wait ran out. */
export class TimedOut extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'TimedOut';
  }
}

/** A file given as a record that is none. `where` is the file, and the place in it. */
export class BadRecord extends Error {
  readonly where: string;

  constructor(where: string, message: string) {
    super(`${where}: ${message}`);
    this.name = 'BadRecord';
    this.where = where;
  }
}

/** The command line was used wrongly: unknown name, bad value, option that does not fit. */
export class WrongUsage extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'WrongUsage';
  }
}

/** A result could not be saved. */
export class CannotSave extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CannotSave';
  }
}

/** Why something is not available, and what to do about it. */
export interface Refusal {
  readonly reason: string;
  readonly fix: string;
  readonly errno?: string;
}

/** Why something is not available, in the words of a record; `other` is the remedy where none is known. */
export function whyNot(error: Error, other: string): Refusal {
  if (error instanceof SystemCallError) {
    const { call, errno, hint } = error;
    return { reason: `${call}: ${errno}`, fix: hint || other, errno };
  }
  if (!(error instanceof Unsupported)) return { reason: error.message, fix: other };
  const { reason, fix, errno } = error;
  return { reason, fix: fix || other, ...(errno ? { errno } : {}) };
}
