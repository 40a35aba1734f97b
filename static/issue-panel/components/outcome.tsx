import Heading from '@atlaskit/heading';
import SectionMessage from '@atlaskit/section-message';
import { lazy, Suspense } from 'react';
import type { OutcomeView } from '#core/panel/view';
import type { ReceiptStatus, ResultBody, StatementOutcome } from '#core/protocol/receipt';
import { lineOf } from '#core/results/statement-text';
import { Facts, type Fact } from '../../shared/components/facts';
import { Time } from '../../shared/components/time';
import { count, duration } from '../../shared/format';
import { useResult } from '../hooks/use-result';
import { Evidence } from './evidence';
import { ExportFile } from './export-file';
import { Statements } from './statements';

const ResultGrid = lazy(() => import('./result-grid').then((module) => ({ default: module.ResultGrid })));

const words: Record<ReceiptStatus, string> = {
  succeeded: 'Committed.',
  failed: 'It failed, so none of this was applied.',
  refused: 'The executor refused the order. Nothing was applied.',
  expired: 'The order expired before it could finish. Nothing was applied.',
  revoked: 'The order was revoked before it began. Nothing was applied.',
  unknown: 'The executor cannot know whether the change was applied. An operator must look and decide.',
  'outcome-lost':
    'The database lost this execution in a failover or restore. An operator must look and decide.',
};

const appearances = {
  succeeded: 'success',
  failed: 'error',
  refused: 'warning',
  expired: 'warning',
  revoked: 'information',
  unknown: 'warning',
  'outcome-lost': 'warning',
} as const;

/** One execution: what the receipt says, statement by statement, and its rows for those who may see them. */
export function Outcome({
  outcome,
  text,
  issueKey,
}: {
  outcome: OutcomeView;
  text: string;
  issueKey: string;
}) {
  const { result, problem } = useResult(outcome);
  const name = outcome.kind === 'apply' ? 'Execution' : 'Rollback';
  const failed = outcome.statements.find((statement) => statement.error !== null);
  // Of a failed statement more is said below.
  const said = failed
    ? []
    : [outcome.message, outcome.code === null ? null : `(${outcome.code})`].filter((part) => part !== null);
  return (
    <section className="qc-stack-tight" aria-label={name} data-testid={`outcome-${outcome.kind}`}>
      <Heading size="xsmall" as="h3">
        {outcome.try > 1 ? `${name}, attempt ${outcome.try}` : name}
      </Heading>
      <SectionMessage
        appearance={outcome.verification?.afterCommit === 'failed' ? 'warning' : appearances[outcome.status]}
      >
        <p>
          {outcome.export === null
            ? words[outcome.status]
            : 'The result was written to a file. Nothing was changed.'}
          {said.length > 0 && ` ${said.join(' ')}`}
        </p>
        {failed && <Failure statement={failed} text={text} message={messageOf(result, failed)} />}
      </SectionMessage>
      {outcome.export !== null && <ExportFile file={outcome.export} refusal={outcome.resultRefusal} />}
      {outcome.statements.length > 0 && <Statements statements={outcome.statements} text={text} />}
      {outcome.resultRefusal !== null && outcome.hasResult && (
        <p className="qc-subtle" data-testid="result-refusal">
          Rows and server messages are not shown: {outcome.resultRefusal}
        </p>
      )}
      {problem !== null && <p className="qc-danger">The result could not be read: {problem}</p>}
      <Suspense fallback={<p className="qc-subtle">Loading the result…</p>}>
        {result?.statements
          .filter((statement) => statement.columns.length > 0)
          .map((statement) => (
            <ResultGrid
              key={statement.index}
              result={statement}
              label={`Statement ${statement.index + 1}`}
              fileName={`${issueKey}-${outcome.kind}-statement-${statement.index + 1}.csv`}
            />
          ))}
      </Suspense>
      <Facts label={`${name} facts`} facts={facts(outcome)} />
      {outcome.receiptSha256 !== null && outcome.resultRefusal === null && (
        <Evidence outcome={outcome} issueKey={issueKey} />
      )}
    </section>
  );
}

function Failure(props: { statement: StatementOutcome; text: string; message: string | null }) {
  const { statement, text, message } = props;
  const { error } = statement;
  if (error === null) return null;
  const at = error.position === null ? null : lineOf(text, error.position);
  return (
    <div data-testid="statement-error">
      <p>
        Statement {statement.index + 1}: <strong>{error.condition.replaceAll('_', ' ')}</strong> (SQLSTATE{' '}
        {error.sqlstate}){at !== null && `, line ${at.line}, column ${at.column}`}
      </p>
      {message !== null && <pre className="qc-server-message qc-code">{message}</pre>}
    </div>
  );
}

function messageOf(result: ResultBody | null, failed: StatementOutcome): string | null {
  return result?.statements.find((statement) => statement.index === failed.index)?.message ?? null;
}

function verified({ verification }: OutcomeView): Fact | null {
  if (verification === null) return null;
  const held = `${count(verification.checked, 'check', 'checks')} held before COMMIT`;
  const after = { held: ', and all again after it', failed: ', not all after it' } as const;
  return {
    name: 'Verification',
    value: held + (verification.afterCommit ? after[verification.afterCommit] : ''),
  };
}

function kept({ beforeImage }: OutcomeView): Fact | null {
  if (beforeImage === null) return null;
  return {
    name: 'Kept to undo it',
    value: (
      <>
        {count(beforeImage.rows, 'row', 'rows')}, until <Time at={beforeImage.keptUntil} />
      </>
    ),
  };
}

function facts(outcome: OutcomeView): Fact[] {
  const { startedAt, finishedAt } = outcome;
  const took = startedAt && finishedAt ? Date.parse(finishedAt) - Date.parse(startedAt) : null;
  const list: (Fact | null)[] = [
    startedAt ? { name: 'Started', value: <Time at={startedAt} /> } : null,
    took === null ? null : { name: 'Took', value: duration(Math.max(0, took)) },
    verified(outcome),
    kept(outcome),
    outcome.executor === '' ? null : { name: 'Executor', value: outcome.executor },
    outcome.transactionId ? { name: 'Transaction', value: outcome.transactionId } : null,
    outcome.receiptSha256
      ? {
          name: 'Signed receipt, SHA-256',
          value: (
            <code className="qc-code" title={outcome.receiptSha256}>
              {outcome.receiptSha256.slice(0, 12)}…
            </code>
          ),
        }
      : null,
  ];
  return list.filter((fact) => fact !== null);
}
