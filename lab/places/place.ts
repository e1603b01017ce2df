// THE place interface. A place is somewhere else where the lab's own command line runs whole: a
// virtual machine, Wine. The host hands it the words, it streams back what the command says and leaves
// its records in one folder (the model is a CI runner: same command, other machine). A place file
// exports one `place` object; importing it starts nothing.
import type { Evidence } from '../devices/device.ts';

/** What the command in there says while it works: the lines of its standard error, as they come. */
export interface PlaceEvents {
  /** One line, without its end. */
  line(text: string): void;
  /** Something the user should read while waiting: booting, preparing. */
  note(text: string): void;
}

/** One command to run in a place. */
export interface Errand {
  /** The words after `iolab`; without `--in` and `--out`. */
  readonly words: readonly string[];
  /** An empty folder of the host: what the command saves stands in it when the errand is over. */
  readonly out: string;
  /** A folder of this run's own for sockets, disks and links; the caller removes it. */
  readonly folder: string;
  /** Settings of the place itself (`--place key=value`), each named in `Place.parameters`. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Ends the errand within a second, whatever it is doing; nothing is left behind. */
  readonly signal: AbortSignal;
  readonly events: PlaceEvents;
}

/** How an errand ended. */
export interface ErrandEnd {
  /** The command's own exit code, as lab/cli/terminal/output.ts means it. */
  readonly exit_code: number;
  /** What it printed on standard output. */
  readonly output: string;
  /**
   * What the host knows and the command in there cannot: versions, accelerator, the clocks' offset. Goes
   * into the audit of every record.
   */
  readonly audit: Readonly<Record<string, string | number | boolean>>;
}

/** A place’s file exports one of these under the name `place`. */
export interface Place {
  readonly id: string;
  readonly title: string;
  /** What it is, in one sentence. */
  readonly about: string;
  /** The bench that installs it (lab/benches). */
  readonly bench: string;
  /** The operating system that the command finds in there. */
  readonly platform: NodeJS.Platform;
  /** Settings of the place, each with its meaning and default. */
  readonly parameters: Readonly<
    Record<string, { meaning: string; default: string; values?: readonly string[] }>
  >;
  /** What every device in there is, whatever it says of itself; absent where it says so rightly. */
  readonly evidence?: Evidence;
  /** The programs in there run on the host's processor as they are, so the host says what that is. */
  readonly shares_processor?: true;
  /** Why no number from here may be taken for the real thing's; goes into every record. */
  readonly notes: readonly string[];
  /**
   * Run a command in there. Throws Unsupported where the place is not installed (naming the command
   * that installs it), TimedOut where it hangs, Cancelled where `signal` ended it, DeviceGone where the
   * place itself died. A command that fails in there is no throw: its exit code tells.
   */
  run(errand: Errand): Promise<ErrandEnd>;
}

/** Set in a place to its id: records say it, and what belongs to one place alone asks for it. */
export const PLACE_VARIABLE = 'IOLAB_PLACE';

/** Where this process runs: `host`, or the place that started it. */
export const placeOfThisProcess = (): string => process.env[PLACE_VARIABLE] ?? 'host';

/** Set in a place to the words that stand before the command of whatever is measured: who runs it, where. */
export const BEFORE_VARIABLE = 'IOLAB_PLACE_BEFORE';

/** Those words in this process's place; none on the host. */
export const wordsBefore = (): string[] =>
  (process.env[BEFORE_VARIABLE] ?? '').split(' ').filter(Boolean);
