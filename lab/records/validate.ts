// The schema put to work: a compiled validator per document, and its findings in words that name
// the field. Used on reading and on writing, so that nothing is saved that cannot be read again.
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { BIN_COUNT } from '../measure/histogram.ts';
import type { Bins, LabRecord, LabRun, LabRunFile } from './schema.ts';
import { RecordSchema, RunFileSchema, RunSchema, ScanSchema } from './schema.ts';

interface Check {
  Check(value: unknown): boolean;
  Errors(value: unknown): readonly Finding[];
}

interface Finding {
  keyword: string;
  instancePath: string;
  params: unknown;
  message: string;
}

const compiled = new Map<unknown, Check>();

/** Compiling costs some milliseconds: once per schema, when first needed. */
function validator(schema: TSchema): Check {
  let check = compiled.get(schema);
  if (!check) {
    check = Compile(schema);
    compiled.set(schema, check);
  }
  return check;
}

/** What is wrong with a record, in words; undefined when it is a good one. */
export function recordFault(value: unknown): string | undefined {
  const check = validator(RecordSchema);
  if (!check.Check(value)) return faultOf(check, value);
  return binsFault(value as LabRecord, '');
}

/** What is wrong with a run document (records inside, or their ids); undefined when good. */
export function runFault(value: unknown): string | undefined {
  const holdsIds = holdsOnlyIds(value);
  const check = validator(holdsIds ? RunFileSchema : RunSchema);
  if (!check.Check(value)) return faultOf(check, value);
  if (holdsIds) return undefined;
  for (const [i, record] of (value as LabRun).records.entries()) {
    const fault = binsFault(record, `records[${i}].`);
    if (fault) return fault;
  }
  return undefined;
}

/** What is wrong with a scan; undefined when good. */
export function scanFault(value: unknown): string | undefined {
  const check = validator(ScanSchema);
  return check.Check(value) ? undefined : faultOf(check, value);
}

/** Is this the form with the records' ids (on disk), not the records themselves (`--json`)? */
export function isRunFile(run: LabRun | LabRunFile): run is LabRunFile {
  return holdsOnlyIds(run);
}

/** May this text be a file's name? The schema's rule for ids: no separator, not hidden. */
export function isFileId(text: string): boolean {
  return validator(RecordSchema.properties.id).Check(text);
}

function holdsOnlyIds(value: unknown): boolean {
  const records = (value as { records?: unknown } | null)?.records;
  return Array.isArray(records) && records.every(one => typeof one === 'string');
}

/** What the schema cannot say: bins that belong together. */
function binsFault(record: LabRecord, prefix: string): string | undefined {
  for (const [name, metric] of Object.entries(record.metrics)) {
    if (!('bins' in metric)) continue;
    const fault = oneBinsFault(metric.bins);
    if (fault) return `${prefix}metrics.${name}.bins: ${fault}`;
  }
  return undefined;
}

function oneBinsFault(bins: Bins): string | undefined {
  if (bins.index.length !== bins.count.length) return 'index and count differ in length';
  for (let i = 1; i < bins.index.length; i++) {
    if (bins.index[i]! <= bins.index[i - 1]!) return 'index does not ascend';
  }
  if ((bins.index.at(-1) ?? 0) >= BIN_COUNT) return `index must stay below ${BIN_COUNT}`;
  if (bins.count.includes(0)) return 'count must not hold 0';
  return undefined;
}

function faultOf(check: Check, value: unknown): string {
  const all = check.Errors(value);
  // `schema is false` only repeats the unexpected field, `anyOf` what its branches say better.
  const findings = all.filter(one => one.keyword !== 'boolean' && one.keyword !== 'anyOf');
  const first = findings[0] ?? all[0];
  if (!first) return 'does not fit the schema';
  // A union reports the branches that were not meant too: the finding that got deepest is the one
  // whose branch was.
  const inside = findings.filter(one => one.instancePath.startsWith(first.instancePath));
  const depth = (one: Finding) => one.instancePath.split('/').length;
  const inUnion = all.some(one => one.keyword === 'anyOf');
  const chosen = inUnion ? inside.reduce((a, b) => (depth(b) > depth(a) ? b : a), first) : first;
  const types = inside.filter(
    one => one.keyword === 'type' && one.instancePath === chosen.instancePath,
  );
  const words =
    types.length > 1 && chosen.keyword === 'type'
      ? `must be ${types.map(one => one.message.replace('must be ', '')).join(' or ')}`
      : inWords(chosen);
  return `${fieldName(chosen.instancePath)}: ${words}`;
}

/** `/rounds/0/n` as `rounds[0].n`. */
function fieldName(pointer: string): string {
  if (pointer === '') return 'the document';
  let name = '';
  for (const part of pointer.slice(1).split('/')) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (/^\d+$/.test(key)) name += `[${key}]`;
    else name += name ? `.${key}` : key;
  }
  return name;
}

function inWords(finding: Finding): string {
  const params = finding.params as Record<string, unknown>;
  const list = (key: string) => (Array.isArray(params[key]) ? params[key].join(', ') : '');
  switch (finding.keyword) {
    case 'required':
      return `lacks ${list('requiredProperties')}`;
    case 'additionalProperties':
      return `unknown field ${list('additionalProperties')}`;
    case 'enum':
      return `must be one of ${list('allowedValues')}`;
    case 'const':
      return `must be ${String(params.allowedValue)}`;
    case 'pattern':
      return patternInWords(String(params.pattern)) ?? finding.message;
    default:
      return finding.message;
  }
}

/** The schema's own patterns, said for people. */
function patternInWords(pattern: string): string | undefined {
  if (pattern.startsWith('^[A-Za-z0-9][')) {
    return 'must be a plain file name of letters, digits and . _ @ + -';
  }
  return pattern.startsWith('^[^') ? 'must hold no control characters' : undefined;
}
