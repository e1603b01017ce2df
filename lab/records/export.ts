// The schema as one JSON Schema document, for readers in other languages. Its committed copy is
// iolab.schema.json; `node lab/records/export.ts` writes it anew.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { RecordSchema, RunFileSchema, RunSchema, ScanSchema } from './schema.ts';

/** One JSON Schema (draft 2020-12) with `$defs` for record, run, run_file and scan. */
export function jsonSchema(): object {
  const run = plain(RunSchema) as { properties: { records: { items: unknown } } };
  run.properties.records.items = { $ref: '#/$defs/record' };
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:iolab:schema',
    title: 'What iolab writes',
    description:
      'A record, a run (as printed by run --json), a run document as it stands on disk, or a scan.',
    oneOf: ['record', 'run', 'run_file', 'scan'].map(name => ({ $ref: `#/$defs/${name}` })),
    $defs: {
      record: plain(RecordSchema),
      run,
      run_file: plain(RunFileSchema),
      scan: plain(ScanSchema),
    },
  };
}

/** Where the committed copy stands. */
export function schemaFile(): string {
  return fileURLToPath(new URL('./iolab.schema.json', import.meta.url));
}

/** Without TypeBox's own hidden properties. */
function plain(schema: object): unknown {
  return JSON.parse(JSON.stringify(schema));
}

if (import.meta.main) {
  writeFileSync(schemaFile(), `${JSON.stringify(jsonSchema(), null, 2)}\n`);
}
