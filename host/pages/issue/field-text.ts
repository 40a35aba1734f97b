import * as v from 'valibot';

const Named = v.looseObject({
  displayName: v.optional(v.string()),
  value: v.optional(v.string()),
  name: v.optional(v.string()),
});

/** The value of any field in words; empty when it has none. */
export function fieldText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value))
    return value
      .map(fieldText)
      .filter((text) => text !== '')
      .join(', ');
  const named = v.safeParse(Named, value);
  const words = named.success
    ? (named.output.displayName ?? named.output.value ?? named.output.name)
    : undefined;
  return words ?? JSON.stringify(value);
}
