/** Issue property with the searchable mirror of a change. */
export const indexPropertyKey = 'query-change';

/** Stands where a date is not known yet: JQL cannot find what is missing. */
export const noDate = '1970-01-01T00:00:00Z';
/** Stands where a name or id is not known yet. */
export const none = 'none';
