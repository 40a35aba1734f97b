import type { DryRunReportView } from '#core/panel/view';
import { bucketWords, type DryRunStatement } from '#core/protocol/dry-run';
import type { StatementOutcome } from '#core/protocol/receipt';
import { firstWords, lineOf, sliceBytes } from '#core/results/statement-text';
import { type LockMode, modeOfServer, whoWaits } from '#core/sql/locks/modes';
import { call } from '../../shared/bridge';
import { Facts, type Fact } from '../../shared/components/facts';
import { count, duration, size } from '../../shared/format';
import { useAnswer } from '../../shared/use-answer';
import { Disclosure } from './disclosure';
import { PlanTree } from './plan-tree';

type Report = NonNullable<DryRunReportView['report']>;

const question = () => call('dry-run-report', {});

/** What the latest dry run saw, statement by statement. Fetched when shown. */
export function DryRunReport() {
  const { value: view, problem } = useAnswer(question);
  if (problem !== null) return <p className="qc-danger">The report could not be read: {problem}</p>;
  if (view === null) return <p className="qc-subtle">Loading the report…</p>;
  const { report } = view;
  return (
    <div className="qc-stack-tight" data-testid="dry-run-report">
      <Failure view={view} />
      {report?.coarse && (
        <p data-testid="dry-run-coarse">
          This connection is protected and the change is not approved yet: row counts are ranges, and times,
          costs and the server&apos;s words are not shown.
        </p>
      )}
      {view.statements.length > 0 && <Statements view={view} />}
      <Plans view={view} />
      {report && <Facts label="Dry run facts" facts={facts(view, report)} />}
      {report && <LeftBehind report={report} />}
    </div>
  );
}

function Statements({ view }: { view: DryRunReportView }) {
  const coarse = view.report?.coarse === true;
  return (
    <div className="qc-scroll" role="region" aria-label="Statements of the dry run" tabIndex={0}>
      <table className="qc-grid">
        <thead>
          <tr>
            <th scope="col">#</th>
            <th scope="col">Statement</th>
            <th scope="col" className="qc-number">
              Rows
            </th>
            <th scope="col" className="qc-number">
              Estimate
            </th>
            <th scope="col" className="qc-number">
              Time
            </th>
            <th scope="col">Locks, rewrites, triggers</th>
          </tr>
        </thead>
        <tbody>
          {view.statements.map((outcome) => {
            const seen = view.report?.statements.find(({ index }) => index === outcome.index);
            const ran = outcome.command !== null || outcome.error !== null;
            return (
              <tr key={outcome.index}>
                <td>{outcome.index + 1}</td>
                <td className="qc-code qc-wrap">
                  {firstWords(sliceBytes(view.sql, outcome.start, outcome.end))}
                </td>
                <td className="qc-number">{rowsOf(outcome, coarse)}</td>
                <td className="qc-number">{estimateOf(seen, coarse)}</td>
                <td className="qc-number">{ran && !coarse ? duration(rounded(outcome.ms)) : '–'}</td>
                <td className="qc-wrap">{seen ? <Effects seen={seen} /> : ran ? '–' : 'did not run'}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Plans({ view }: { view: DryRunReportView }) {
  return (
    <>
      {view.plans.map(({ index, steps }) => (
        <Disclosure key={index} title={`Plan of statement ${index + 1}`} testId={`plan-${index}`}>
          <PlanTree steps={steps} label={`Plan of statement ${index + 1}`} />
        </Disclosure>
      ))}
    </>
  );
}

function Effects({ seen }: { seen: DryRunStatement }) {
  return (
    <>
      {seen.rewritten.length > 0 && (
        <p>
          <span className="qc-tag qc-tag-fix">Written anew</span> {seen.rewritten.join(', ')}
        </p>
      )}
      {seen.locks.map(({ relation, mode }) => (
        <LockLine key={relation} relation={relation} mode={modeOfServer(mode)} />
      ))}
      {seen.triggers.length > 0 && <p>Has triggers: {seen.triggers.join(', ')}</p>}
      {seen.walBytes !== null && seen.walBytes > 0 && (
        <p className="qc-small qc-subtle">{size(seen.walBytes)} of log at most</p>
      )}
    </>
  );
}

function LockLine({ relation, mode }: { relation: string; mode: LockMode | null }) {
  if (mode === null) return null;
  return (
    <p>
      {relation}: {whoWaits(mode)} <span className="qc-small qc-subtle">({mode})</span>
    </p>
  );
}

function Failure({ view }: { view: DryRunReportView }) {
  const failed = view.statements.find(({ error }) => error !== null);
  if (!failed?.error) return null;
  const { error, index } = failed;
  const at = error.position === null ? null : lineOf(view.sql, error.position);
  const message = view.messages.find((one) => one.index === index)?.message ?? null;
  return (
    <div data-testid="dry-run-error">
      <p>
        Statement {index + 1}: <strong>{error.condition.replaceAll('_', ' ')}</strong> (SQLSTATE{' '}
        {error.sqlstate}){at !== null && `, line ${at.line}, column ${at.column}`}
      </p>
      {message !== null && <pre className="qc-server-message qc-code">{message}</pre>}
      {view.messageRefusal !== null && <p className="qc-subtle">{view.messageRefusal}</p>}
    </div>
  );
}

function facts(view: DryRunReportView, report: Report): Fact[] {
  const { rowBudget } = report;
  const took =
    view.startedAt !== null && view.finishedAt !== null
      ? duration(Math.max(0, Date.parse(view.finishedAt) - Date.parse(view.startedAt)))
      : null;
  const constraints = { held: 'hold', failed: 'fail', 'not-reached': 'not reached' } as const;
  const list: (Fact | null)[] = [
    took === null ? null : { name: 'Took', value: took },
    report.ranOn ? { name: 'Ran on the copy', value: report.ranOn.connection } : null,
    { name: 'Deferred constraints', value: constraints[report.constraints] },
    rowBudget === null
      ? null
      : {
          name: 'Row budget',
          value: `${rowBudget.affected === null ? 'not countable' : number(rowBudget.affected, report.coarse)} of ${rowBudget.allowed.toLocaleString('en-GB')}`,
        },
    verified(view),
  ];
  return list.filter((fact) => fact !== null);
}

function verified({ verification, reason }: DryRunReportView): Fact | null {
  if (verification === null) return null;
  const held = `${count(verification.checked, 'check', 'checks')} held`;
  return {
    name: 'Verification',
    value: reason?.code === 'verification-failed' ? `${held}, the next one did not` : held,
  };
}

function LeftBehind({ report }: { report: Report }) {
  const { sequences, deadRows } = report.leftBehind;
  const left = [
    ...(sequences.length > 0 ? [`Sequences are further than before: ${sequences.join(', ')}.`] : []),
    ...(deadRows !== null && deadRows > 0
      ? [`${count(deadRows, 'row version', 'row versions')} written and thrown away; VACUUM clears them.`]
      : []),
    ...(deadRows === null ? ['Row versions were written and thrown away; how many is not told.'] : []),
  ];
  return (
    <div data-testid="dry-run-left">
      <p className="qc-small">
        <strong>What rolling back did not undo</strong>
      </p>
      {left.length === 0 ? (
        <p className="qc-small qc-subtle">Nothing that was seen.</p>
      ) : (
        <ul className="qc-small">
          {left.map((one) => (
            <li key={one}>{one}</li>
          ))}
        </ul>
      )}
    </div>
  );
}

const number = (rows: number, coarse: boolean): string =>
  coarse ? bucketWords(rows) : rows.toLocaleString('en-GB');

function rowsOf({ rows }: StatementOutcome, coarse: boolean): string {
  return rows === null ? '–' : number(rows, coarse);
}

function estimateOf(seen: DryRunStatement | undefined, coarse: boolean): string {
  const estimate = seen?.estimate;
  if (!estimate) return '–';
  const cost = estimate.cost === null ? '' : `, cost ${Math.round(estimate.cost).toLocaleString('en-GB')}`;
  return `${number(estimate.rows, coarse)}${cost}`;
}

function rounded(ms: number): number {
  return ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms);
}
