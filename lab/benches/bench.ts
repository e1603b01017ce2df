// THE bench interface: an optional set of programs that the lab can use and does without. A bench is
// one file in this folder that exports one `bench` object; the folder is listed, so there is no
// other place to edit. The model is rustup's components: named, checked, installed on demand.

/** Names of packages, per package manager. */
export interface Packages {
  /** Debian, Ubuntu. */
  readonly apt: readonly string[];
  /** Homebrew; absent where it has no such packages. */
  readonly brew?: readonly string[];
}

export interface BenchCheck {
  readonly ok: boolean;
  /** What is here, with versions; or what is wrong, in a few words. */
  readonly detail: string;
  /** The programs and libraries that do not answer. */
  readonly missing?: readonly string[];
  /** What helps, where nothing that can be installed from here does. */
  readonly fix?: string;
  /** The packages are here, and only steps are left. */
  readonly packages_here?: boolean;
}

/** What no package manager does, done by the lab after the packages. */
export interface Step {
  /** What it does and where, in a line that the user reads before agreeing. */
  readonly title: string;
  /** Throws Unsupported, Cancelled or TimedOut, and leaves nothing half done behind. */
  run(signal: AbortSignal, say: (text: string) => void): Promise<void>;
}

export interface Bench {
  /** The file's name, and the word that `iolab bench install` takes. */
  readonly id: string;
  readonly title: string;
  /** What the lab can do with it and cannot without, in a sentence. */
  readonly about: string;
  readonly packages: Packages;
  /** Is it here? Finds out by running it, not by asking the package manager. Never throws. */
  check(): Promise<BenchCheck>;
  /** The steps that are still to be done; absent where packages are all. */
  steps?(): Promise<readonly Step[]>;
}
