import { readFileSync } from 'node:fs';
import { Compile } from 'typebox/compile';
import { describe, expect, it } from 'vitest';
import { jsonSchema, schemaFile } from '../../lab/records/export.ts';
import { fakeRecord, fakeRun } from '../helpers/records.ts';

describe('the exported JSON Schema', () => {
  it('is the committed one', () => {
    const committed: unknown = JSON.parse(readFileSync(schemaFile(), 'utf8'));
    const hint = 'the schema changed: run `node lab/records/export.ts`, then `npm run format`';
    expect(committed, hint).toEqual(jsonSchema());
  });

  it('judges documents by itself, without our types', () => {
    const schema = JSON.parse(JSON.stringify(jsonSchema())) as Record<string, unknown>;
    const validator = Compile(schema);
    expect(validator.Check(fakeRecord())).toBe(true);
    expect(validator.Check(fakeRun())).toBe(true);
    expect(validator.Check({ ...fakeRun(), records: ['fake-a'] })).toBe(true);
    expect(validator.Check({ ...fakeRecord(), id: 'a/b' })).toBe(false);
    expect(validator.Check({ ...fakeRun(), records: [{ ...fakeRecord(), seed: -1 }] })).toBe(false);
    expect(validator.Check({})).toBe(false);
  });
});
