import { useMemo } from 'react';
import type { FindingView, ReviewView } from '#core/panel/review';
import { lineOfByte } from '#core/results/statement-text';
import { ago, count } from '../../shared/format';
import { useNow } from '../hooks/use-now';
import type { Reviewed } from '../hooks/use-review';
import type { Structure } from '../hooks/use-structure';
import { Disclosure } from './disclosure';
import { OtherChanges } from './other-changes';

const tags = {
  error: { words: 'Error', look: 'qc-tag qc-tag-failed' },
  warning: { words: 'Warning', look: 'qc-tag qc-tag-fix' },
  info: { words: 'Remark', look: 'qc-tag' },
} as const;

/** Findings that are listed before the rest has to be asked for. */
const listed = 12;

/** What the rules say of the SQL: how many findings, then each with its line and what to write instead. */
export function Review(props: { reviewed: Reviewed | null; sql: string; structure: Structure | null }) {
  const { reviewed, sql, structure } = props;
  if (reviewed === null && sql.trim() === '') return null;
  return (
    <section className="qc-stack-tight" aria-labelledby="qc-review" data-testid="review">
      <h3 className="qc-label" id="qc-review">
        Review
      </h3>
      <p role="status" className="qc-small qc-subtle" data-testid="review-state">
        {stateOf(reviewed, sql)}
      </p>
      {reviewed?.review && (
        <>
          <Risk risk={reviewed.review.risk} />
          <Sizes of={reviewed.review.structure} structure={structure} />
          <Summaries review={reviewed.review} sql={reviewed.sql} />
          <Findings review={reviewed.review} sql={reviewed.sql} />
          <OtherChanges others={reviewed.review.others} />
        </>
      )}
    </section>
  );
}

/** What the rules say of the rollback, which runs with the same rights; nothing where they say nothing. */
export function RollbackReview({ reviewed }: { reviewed: Reviewed | null }) {
  if (!reviewed?.review || reviewed.review.findings.length === 0) return null;
  return (
    <section className="qc-stack-tight" aria-label="Review of the rollback" data-testid="rollback-review">
      <Findings review={reviewed.review} sql={reviewed.sql} />
    </section>
  );
}

const risks = {
  low: { words: 'Low risk', look: 'qc-tag qc-tag-done' },
  medium: { words: 'Medium risk', look: 'qc-tag qc-tag-fix' },
  high: { words: 'High risk', look: 'qc-tag qc-tag-failed' },
  critical: { words: 'Critical risk', look: 'qc-tag qc-tag-failed' },
} as const;
/** Reasons that stand beside the level; the others are asked for. */
const reasonsShown = 3;

function Risk({ risk: { level, reasons } }: { risk: ReviewView['risk'] }) {
  const { words, look } = risks[level];
  const rest = reasons.slice(reasonsShown);
  return (
    <div data-testid="risk">
      <div className="qc-risk">
        <span className={look}>{words}</span>
        <Reasons reasons={reasons.slice(0, reasonsShown)} />
      </div>
      {rest.length > 0 && (
        <Disclosure title={count(rest.length, 'more reason', 'more reasons')} testId="risk-more">
          <Reasons reasons={rest} />
        </Disclosure>
      )}
    </div>
  );
}

/** How old the sizes are that the review tells, or why it knows none. */
function Sizes({ of, structure }: { of: ReviewView['structure']; structure: Structure | null }) {
  const now = useNow();
  const problem = structure?.problem ?? null;
  if (of === null && problem === null) return null;
  return (
    <p className="qc-small qc-subtle" data-testid="structure-age">
      {of === null ? (
        `Sizes and what hangs on tables are not known: ${problem}.`
      ) : (
        <>
          Sizes as of <time dateTime={of.takenAt}>{ago(of.takenAt, now)}</time>
          {problem === null ? '.' : `; nothing newer is known: ${problem}.`}
        </>
      )}
    </p>
  );
}

function Reasons({ reasons }: { reasons: ReviewView['risk']['reasons'] }) {
  return (
    <ul className="qc-plain">
      {reasons.map(({ code, text, statement }) => (
        <li key={`${code}-${statement}-${text}`}>
          {statement === null ? '' : `Statement ${statement + 1}: `}
          {text}
        </li>
      ))}
    </ul>
  );
}

/** Statements that are told of before the rest has to be asked for. */
const summariesShown = 8;

/** What each statement does, and what others feel of it. */
function Summaries({ review: { statements }, sql }: { review: ReviewView; sql: string }) {
  const rest = statements.slice(summariesShown);
  return (
    <>
      <SummaryList statements={statements.slice(0, summariesShown)} sql={sql} from={0} />
      {rest.length > 0 && (
        <Disclosure title={count(rest.length, 'more statement', 'more statements')} testId="summaries-more">
          <SummaryList statements={rest} sql={sql} from={summariesShown} />
        </Disclosure>
      )}
    </>
  );
}

function SummaryList(props: { statements: ReviewView['statements']; sql: string; from: number }) {
  const { statements, sql, from } = props;
  if (statements.length === 0) return null;
  return (
    <ol className="qc-summaries" start={from + 1} data-testid="summaries">
      {statements.map(({ start, summary, effects }) => (
        <li key={start}>
          {summary} <span className="qc-small qc-subtle">Line {lineOfByte(sql, start)}</span>
          {effects.map((effect) => (
            <p key={effect} className="qc-small">
              {effect}
            </p>
          ))}
        </li>
      ))}
    </ol>
  );
}

function stateOf(reviewed: Reviewed | null, sql: string): string {
  if (reviewed === null || reviewed.sql !== sql) return 'Reading the SQL…';
  if (reviewed.review === null) return `The SQL could not be reviewed: ${reviewed.problem ?? ''}`;
  const { findings, statements } = reviewed.review;
  const counted = findings.filter(({ waived }) => waived === null);
  const of = (level: FindingView['level']): number => counted.filter((one) => one.level === level).length;
  const waived = findings.length - counted.length;
  const parts = [
    ...some(of('error'), 'error', 'errors'),
    ...some(of('warning'), 'warning', 'warnings'),
    ...some(of('info'), 'remark', 'remarks'),
    ...some(waived, 'finding set aside by the author', 'findings set aside by the author'),
  ];
  const read = count(statements.length, 'statement', 'statements');
  return parts.length === 0 ? `${read}, nothing to remark.` : `${read}: ${parts.join(', ')}.`;
}

const some = (number: number, one: string, many: string): string[] =>
  number === 0 ? [] : [count(number, one, many)];

function Findings({ review, sql }: { review: ReviewView; sql: string }) {
  const { weighty, remarks } = useMemo(() => {
    const order = { error: 0, warning: 1, info: 2 } as const;
    const sorted = review.findings.toSorted(
      (one, other) => order[one.level] - order[other.level] || one.start - other.start,
    );
    return {
      weighty: sorted.filter(({ level }) => level !== 'info'),
      remarks: sorted.filter(({ level }) => level === 'info'),
    };
  }, [review]);
  const rest = weighty.slice(listed);
  return (
    <>
      <List findings={weighty.slice(0, listed)} sql={sql} />
      {rest.length > 0 && (
        <Disclosure title={`${rest.length} more`} testId="review-more">
          <List findings={rest} sql={sql} />
        </Disclosure>
      )}
      {remarks.length > 0 && (
        <Disclosure title={count(remarks.length, 'remark', 'remarks')} testId="review-remarks">
          <List findings={remarks} sql={sql} />
        </Disclosure>
      )}
    </>
  );
}

function List({ findings, sql }: { findings: readonly FindingView[]; sql: string }) {
  if (findings.length === 0) return null;
  return (
    <ul className="qc-findings">
      {findings.map((finding) => (
        <Finding key={`${finding.rule}-${finding.start}-${finding.end}`} finding={finding} sql={sql} />
      ))}
    </ul>
  );
}

function Finding({ finding, sql }: { finding: FindingView; sql: string }) {
  const { level, rule, message, rewrite, waived } = finding;
  const tag = tags[level];
  return (
    <li data-testid={`finding-${rule}`}>
      <span className={tag.look}>{tag.words}</span>
      <div>
        <p>
          Line {lineOfByte(sql, finding.start)}: {message} <span className="qc-small qc-subtle">{rule}</span>
        </p>
        {rewrite !== null && <pre className="qc-code qc-rewrite">{rewrite}</pre>}
        {waived !== null && (
          <p className="qc-small">
            <strong>Set aside by the author:</strong> {waived}
          </p>
        )}
      </div>
    </li>
  );
}
