import { escapeIdentifier } from 'pg';
import type { ConnectionConfig } from '../config';
import { beginExecutionSql, checkFenceSql, endExecutionSql } from '../postgres/ledger';
import { whoAndWhen } from '../postgres/who-and-when';

/** No execution has this place in the ledger. */
const nowhere = { installation: '', issueId: '', revision: 0, kind: 'apply' } as const;
const nobody = { jti: '', try: 0, attempt: 0, orderDigest: '', digest: '', issueKey: '', startBy: 0 };

/** Runs a function of the ledger that refuses to, and keeps that out of the server's log. */
const refused = (sql: string): string => `
  do $warm$ begin
    ${sql.replace('select', 'perform')};
  exception when sqlstate 'QC004' then null;
  end $warm$`;

/**
 * What a fresh session does once, so that its first execution finds its catalogues read, and the functions of the ledger
 * compiled and planned. Writes nothing, and leaves nothing behind: a transaction that is rolled back.
 */
export function warmingSql({ role, writable }: Pick<ConnectionConfig, 'role' | 'writable'>): string {
  const ledger = [
    refused(beginExecutionSql(nowhere, { ...nobody, rollbackWindowSeconds: 0 })),
    checkFenceSql('', 0),
    refused(
      endExecutionSql(
        nowhere,
        '',
        { statements: [], resultSha256: null, durability: 'on' },
        Math.ceil(Date.now() / 1_000) + 3_600,
      ),
    ),
  ];
  return [
    'begin',
    'set local role none',
    whoAndWhen(0),
    ...(writable ? ledger : []),
    `set local role ${escapeIdentifier(role)}`,
    'rollback',
  ].join(';\n');
}
