// What a schema allows, in words, from the schema itself: TypeBox values are JSON Schema. Pure.

/** The part of JSON Schema that lab/records/schema.ts uses. */
export interface SchemaPart {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly SchemaPart[];
  readonly items?: SchemaPart | readonly SchemaPart[];
  readonly properties?: Readonly<Record<string, SchemaPart>>;
  readonly patternProperties?: Readonly<Record<string, SchemaPart>>;
  readonly additionalProperties?: SchemaPart | boolean;
  readonly required?: readonly string[];
  readonly format?: string;
  readonly minimum?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
}

const most = (n: number | undefined): string =>
  n === undefined ? '' : `at most ${n.toLocaleString('en-GB').replaceAll(',', '\u202f')} `;

/** `names` says what schemas are called that stand inside others. */
export function schemaWords(part: SchemaPart, names: ReadonlyMap<unknown, string>): string {
  const known = names.get(part);
  if (known !== undefined) return known;
  if (part.const !== undefined) return JSON.stringify(part.const);
  if (part.enum) return part.enum.map(one => JSON.stringify(one)).join(' | ');
  if (part.anyOf) return part.anyOf.map(one => schemaWords(one, names)).join(' | ');
  if (part.type === 'array') return arrayWords(part, names);
  if (part.patternProperties) {
    const inner = Object.values(part.patternProperties)[0] ?? {};
    return `${most(part.maxProperties)}named ${plural(schemaWords(inner, names))}`;
  }
  if (part.properties) {
    const inside = Object.keys(part.properties).join(', ');
    return `object of ${inside}`;
  }
  if (part.format === 'date-time') return 'date and time';
  if (part.type === 'integer') return part.minimum === 0 ? 'count' : 'integer';
  if (part.type === 'string') return 'text';
  return part.type ?? 'anything';
}

function arrayWords(part: SchemaPart, names: ReadonlyMap<unknown, string>): string {
  const { items } = part;
  if (items !== undefined && 'length' in items) {
    return `[${items.map(one => schemaWords(one, names)).join(', ')}]`;
  }
  return `list of ${most(part.maxItems)}${plural(schemaWords((items as SchemaPart) ?? {}, names))}`;
}

/** Names of schemas stay as they are. */
const plural = (word: string): string =>
  ({ text: 'texts', count: 'counts', number: 'numbers' })[word] ?? word;
