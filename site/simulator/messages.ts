// What the page and its worker say to each other. Types only.

export type BoardName = 'uno' | 'pico';

/** One run: a fresh board, one way of serving the line, one load, so many bytes. */
export interface RunPlan {
  readonly board: BoardName;
  readonly mode: string;
  readonly load: string;
  readonly samples: number;
}

export interface RunRequest extends RunPlan {
  /** Address of the firmware image, a file of this site. */
  readonly image: string;
  /** What the image must be: sha256 in hexadecimal digits. */
  readonly sha256: string;
}

export type RunEvent =
  /** Cycles from arrival to service, the samples since the last event; and the board's clock. */
  | { readonly event: 'samples'; readonly values: readonly number[]; readonly cycles: number }
  | {
      readonly event: 'done';
      readonly totals: Readonly<Record<string, number>>;
      readonly notes: readonly string[];
    }
  | { readonly event: 'failed'; readonly message: string };
