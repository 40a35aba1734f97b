import { formatDialect, postgresql } from 'sql-formatter';

/** The statement text laid out anew, or undefined when the formatter does not understand it (the text then stays). */
export function formatSql(text: string): string | undefined {
  try {
    return formatDialect(text, { dialect: postgresql, keywordCase: 'upper', tabWidth: 2 });
  } catch {
    return undefined;
  }
}
