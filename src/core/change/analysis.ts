import * as v from 'valibot';
import { Sha256Hex } from '../protocol/claims';
import { lockModes } from '../sql/locks/modes';
import { riskLevels } from '../sql/risk/levels';

const Count = v.pipe(v.number(), v.integer(), v.minValue(0));
const Name = v.pipe(v.string(), v.minLength(1), v.maxLength(63));

/** Most tables that are kept of one change; a script that touches more says so. */
export const maxTouchedTables = 50;

/** A table that the change touches, with the strongest lock that it would take there. */
export const TouchedTable = v.strictObject({
  /** Null when the text does not say and the structure of the database was not known. */
  schema: v.nullable(Name),
  name: Name,
  mode: v.picklist(lockModes),
});
export type TouchedTable = v.InferOutput<typeof TouchedTable>;

/** What the review said of a change's SQL: verdicts and numbers. Its words are computed again from the SQL. */
export const Analysis = v.strictObject({
  /** Which analyser said so: version of the rules and digest of the site's configuration of them. */
  analyser: v.pipe(v.string(), v.maxLength(100)),
  risk: v.picklist(riskLevels),
  /** Findings of level error that nobody has set aside. */
  errors: Count,
  warnings: Count,
  /** Findings that the author has set aside with a reason. */
  waived: Count,
  /** Fingerprint of the SQL up to layout (`core/sql/fingerprint`); null when it cannot be read. */
  layout: v.nullable(Sha256Hex),
  tables: v.pipe(v.array(TouchedTable), v.maxLength(maxTouchedTables)),
  /** True when it touches more tables than are listed. */
  moreTables: v.boolean(),
});
export type Analysis = v.InferOutput<typeof Analysis>;
