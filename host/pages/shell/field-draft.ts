import { adfFromText } from '../adf/from-text';
import { textFromAdf } from '../adf/to-text';
import { AdfShape, type FieldMeta } from '../rest/shapes';
import { holdsDocument, type Draft } from './field-input';
import * as v from 'valibot';

const Identified = v.looseObject({ id: v.optional(v.string()), accountId: v.optional(v.string()) });

const idOf = (value: unknown): string => {
  const parsed = v.safeParse(Identified, value);
  return parsed.success
    ? (parsed.output.accountId ?? parsed.output.id ?? '')
    : typeof value === 'string'
      ? value
      : '';
};

/** The id that REST uses for a field of a screen. */
export const fieldIdOf = (field: FieldMeta): string => field.fieldId ?? field.key ?? '';

/** What an editor starts with for a stored value. */
export function draftOf(field: FieldMeta, stored: unknown): Draft {
  if (stored === null || stored === undefined) return field.schema.type === 'array' ? [] : '';
  if (field.schema.type === 'array') return Array.isArray(stored) ? stored.map(idOf) : [];
  if (holdsDocument(field)) {
    const document = v.safeParse(AdfShape, stored);
    return document.success ? textFromAdf(document.output) : '';
  }
  if (typeof stored === 'object') return idOf(stored);
  return typeof stored === 'string' || typeof stored === 'number' ? String(stored) : '';
}

/** A draft as REST wants it; null empties the field. */
export function wireValue(field: FieldMeta, draft: Draft): unknown {
  const { type, items } = field.schema;
  if (typeof draft !== 'string') return items === 'string' ? draft : draft.map((id) => ({ id }));
  if (draft === '') return null;
  if (holdsDocument(field)) return adfFromText(draft);
  if (type === 'user') return { accountId: draft };
  if (field.allowedValues) return { id: draft };
  if (type === 'number') return Number(draft);
  if (type === 'datetime') return new Date(draft).toISOString().replace('Z', '+0000');
  return draft;
}
