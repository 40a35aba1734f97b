/** A Jira expression that cannot be parsed or evaluated. Rules fail closed on it. */
export class ExpressionError extends Error {
  readonly kind: 'syntax' | 'type' | 'other';

  constructor(message: string, kind: 'syntax' | 'type' | 'other' = 'other') {
    super(message);
    this.name = 'ExpressionError';
    this.kind = kind;
  }
}

/** The name of a value's type as error texts show it. */
export const typeName = (value: unknown): string =>
  value === null || value === undefined
    ? 'null'
    : Array.isArray(value)
      ? 'List'
      : typeof value === 'object'
        ? 'Map'
        : typeof value;
