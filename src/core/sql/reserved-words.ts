/** Key words that PostgreSQL or the SQL standard reserves and that people like as names. */
export const reservedWords: ReadonlySet<string> = new Set(
  'all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create current_date current_role current_time current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign from grant group having in initially intersect into lateral leading limit localtime localtimestamp not null offset on only or order placing primary references returning select session_user some symmetric table then to trailing true union unique user using variadic when where window with'.split(
    ' ',
  ),
);

/** Key words that PostgreSQL takes for a name of a function or a type only. */
const halfReserved = new Set(
  'authorization binary collation concurrently cross freeze full ilike inner is isnull join left like natural notnull outer overlaps right similar tablesample verbose'.split(
    ' ',
  ),
);

/** A name as it has to be written to mean itself: in quotes unless it is plain. Names come from anybody. */
export function quoteName(name: string): string {
  const plain = /^[a-z_][a-z0-9_$]*$/.test(name) && !reservedWords.has(name) && !halfReserved.has(name);
  return plain ? name : `"${name.replaceAll('"', '""')}"`;
}
