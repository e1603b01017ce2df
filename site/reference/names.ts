// Names on a page of the reference: each has an address of its own, also where two files of a room export
// the same name. And what a schema's properties are, from the schema itself.
import * as schemas from '../../lab/records/schema.ts';
import { type SchemaPart, schemaWords } from './schema-words.ts';
import type { ReferenceFile, ReferenceItem, ReferenceMember } from './types.ts';

/** The address of each item of a room on its page. */
export function anchorsOf(files: readonly ReferenceFile[]): ReadonlyMap<ReferenceItem, string> {
  const items = files.flatMap(file => file.items);
  const often = new Map<string, number>();
  for (const { name } of items) often.set(name, (often.get(name) ?? 0) + 1);
  return new Map(
    items.map(item => {
      const file = item.file.replace(/^.*\/|\.ts$/g, '');
      return [item, often.get(item.name) === 1 ? item.name : `${file}-${item.name}`];
    }),
  );
}

const SCHEMA_FILE = 'lab/records/schema.ts';

/** Members as the schema allows them; those of anything else as they are. */
export function membersAsAllowed(item: ReferenceItem): readonly ReferenceMember[] {
  if (item.file !== SCHEMA_FILE) return item.members;
  const all = Object.entries(schemas) as [string, SchemaPart][];
  const names = new Map<unknown, string>();
  for (const [name, schema] of all) {
    // An optional part is a copy of the schema with the same properties.
    for (const one of [schema, schema.properties, schema.anyOf, schema.enum]) {
      if (one !== undefined) names.set(one, name);
    }
  }
  const properties = all.find(([name]) => name === item.name)?.[1].properties;
  if (properties === undefined) return item.members;
  const required = all.find(([name]) => name === item.name)?.[1].required ?? [];
  const said = new Map(item.members.map(member => [member.name, member]));
  return Object.entries(properties).map(([name, part]) => {
    const found = said.get(name);
    return {
      name,
      type: names.get(part.properties ?? part.anyOf ?? part.enum) ?? schemaWords(part, names),
      optional: !required.includes(name),
      callable: false,
      doc: found?.doc ?? '',
      errors: '',
      unit: found?.unit ?? '',
    };
  });
}
