import { maxPropertyChars } from '../limits';
import type { ReceiptClaims, ResultBody } from '../protocol/receipt';

/** Issue property with the outcome of the last execution. Everybody and every app that sees the issue reads it. */
export const resultPropertyKey = 'query-change.result';

/** Room left for the first page of rows when a connection's results are public, characters of JSON. */
const maxPublicRowsChars = 16_000;

export interface ResultProperty {
  readonly v: 1;
  readonly kind: string;
  readonly status: string;
  readonly reason: ReceiptClaims['reason'];
  readonly connection: string;
  readonly environment: string | null;
  readonly ledgerMode: string;
  readonly statements: readonly {
    command: string | null;
    rows: number | null;
    ms: number;
    error: { sqlstate: string; condition: string; position: number | null; message?: string } | null;
    columns?: readonly string[];
    page?: readonly (readonly (string | null)[])[];
  }[];
  /** False when statements or rows were left out for size. */
  readonly complete: boolean;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly transactionId: string | null;
  readonly resultSha256: string | null;
  /** The compact receipt, when it fits; its SHA-256 stands in the ledger either way. */
  readonly receipt: string | null;
}

/** What the property tells of a receipt. */
type ShownClaims = Pick<
  ReceiptClaims,
  | 'kind'
  | 'status'
  | 'reason'
  | 'connection'
  | 'environment'
  | 'ledgerMode'
  | 'statements'
  | 'startedAt'
  | 'finishedAt'
  | 'transactionId'
  | 'resultSha256'
>;

/**
 * Builds the property. Row values and server messages are in it only when `publicResult` is given (connections marked
 * `results: public`); otherwise outcome and SQLSTATE only.
 */
export function resultProperty(
  claims: ShownClaims,
  receipt: string | null,
  publicResult: ResultBody | null,
): ResultProperty {
  const property: ResultProperty = {
    v: 1,
    kind: claims.kind,
    status: claims.status,
    reason: claims.reason,
    connection: claims.connection,
    environment: claims.environment,
    ledgerMode: claims.ledgerMode,
    statements: claims.statements.map((statement) => {
      const shown = publicResult?.statements.find((candidate) => candidate.index === statement.index);
      return {
        command: statement.command,
        rows: statement.rows,
        ms: statement.ms,
        error: statement.error && {
          ...statement.error,
          ...(shown?.message ? { message: shown.message } : {}),
        },
        ...(shown && shown.columns.length > 0 ? publicPage(shown) : {}),
      };
    }),
    complete: true,
    startedAt: claims.startedAt,
    finishedAt: claims.finishedAt,
    transactionId: claims.transactionId,
    resultSha256: claims.resultSha256,
    receipt,
  };
  return fit(property);
}

function publicPage(shown: ResultBody['statements'][number]): {
  columns: string[];
  page: (string | null)[][];
} {
  const page: (string | null)[][] = [];
  let room = maxPublicRowsChars;
  for (const row of shown.rows) {
    room -= JSON.stringify(row).length;
    if (room < 0) break;
    page.push(row);
  }
  return { columns: shown.columns.map((column) => column.name), page };
}

/** Drops, in this order, pages, the receipt and trailing statements until Jira's hard limit holds. */
function fit(property: ResultProperty): ResultProperty {
  const fits = (candidate: ResultProperty): boolean => JSON.stringify(candidate).length <= maxPropertyChars;
  if (fits(property)) return property;
  const noPages: ResultProperty = {
    ...property,
    complete: false,
    statements: property.statements.map(({ page: _page, ...statement }) => statement),
  };
  if (fits(noPages)) return noPages;
  let slim: ResultProperty = { ...noPages, receipt: null };
  while (!fits(slim) && slim.statements.length > 0) {
    slim = { ...slim, statements: slim.statements.slice(0, Math.floor(slim.statements.length / 2)) };
  }
  return slim;
}
