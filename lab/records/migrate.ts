// Older documents are brought up to date when they are read: one step per version, applied in
// order, so that a record once published stays readable. A newer document is refused with the way
// out, because guessing at unknown fields would show wrong numbers.

/** From version n to n + 1. Returns a new document; does not touch the given one. */
export type MigrationStep = (
  document: Readonly<Record<string, unknown>>,
) => Record<string, unknown>;

/** One kind of document: `iolab/record`, its current version, and the steps up to it. */
export interface DocumentKind {
  readonly family: string;
  readonly current: number;
  /** `steps[n]` turns version n into n + 1. */
  readonly steps: Readonly<Record<number, MigrationStep>>;
}

/** Records: version 1 is the first, so there is no step yet. */
export const RECORD_KIND: DocumentKind = { family: 'iolab/record', current: 1, steps: {} };
/** Run documents: version 1 is the first, so there is no step yet. */
export const RUN_KIND: DocumentKind = { family: 'iolab/run', current: 1, steps: {} };

/** The document in the current version. Throws Error whose message says what is wrong. */
export function migrate(document: unknown, kind: DocumentKind): unknown {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw new Error(`is no ${kind.family} document: an object is expected`);
  }
  let value = document as Record<string, unknown>;
  const name = value.schema;
  const match = typeof name === 'string' ? /^(iolab\/[a-z]+)\/(\d{1,6})$/.exec(name) : null;
  if (!match || match[1] !== kind.family) {
    const found = match ? `it says ${name}` : 'its "schema" field names no iolab document';
    throw new Error(`is no ${kind.family} document: ${found}`);
  }
  let version = Number(match[2]);
  if (version > kind.current) {
    throw new Error(
      `${kind.family}/${version} is newer than this lab, which reads up to version ${kind.current}. Update the lab`,
    );
  }
  while (version < kind.current) {
    const step = kind.steps[version];
    if (!step) throw new Error(`${kind.family}/${version} can no longer be read: no way from it`);
    value = { ...step(value), schema: `${kind.family}/${version + 1}` };
    version++;
  }
  return value;
}
