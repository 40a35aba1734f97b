import Button from '@atlaskit/button/new';
import { useState } from 'react';
import type { RanBeforeView, SiblingView } from '#core/panel/ran-before';
import { call, goToIssue } from '../../shared/bridge';
import { count } from '../../shared/format';
import { Time } from '../../shared/components/time';
import { useAnswer } from '../../shared/use-answer';

const question = () => call('ran-before', {});

/**
 * What succeeded in lower environments before, for author and approvers, and the way there and up from here. `state`: asks
 * again when it changes.
 */
export function RanBefore({ state }: { state: string }) {
  const { value, problem } = useAnswer(question, state);
  if (problem !== null) return <p className="qc-danger">Earlier runs could not be looked for: {problem}</p>;
  if (value === null || (value.below.length === 0 && value.above.length === 0 && value.runs.length === 0))
    return null;
  return (
    <section className="qc-stack-tight" aria-labelledby="qc-ran-before" data-testid="ran-before">
      <h3 className="qc-label" id="qc-ran-before">
        {value.environments.length > 0 || value.runs.length > 0 ? 'Ran before' : 'Other environments'}
      </h3>
      {value.environments.length > 0 && <Verdict view={value} />}
      {value.runs.length > 0 && (
        <ul className="qc-findings" data-testid="ran-before-runs">
          {value.runs.map((run) => (
            <Run key={`${run.issueKey} ${run.at}`} run={run} />
          ))}
        </ul>
      )}
      <Siblings view={value} />
    </section>
  );
}

function Verdict({ view: { runs, required, missing, environments, maxAgeDays } }: { view: RanBeforeView }) {
  const good = runs.filter(({ match }) => match !== null);
  if (missing !== null) {
    return (
      <p data-testid="ran-before-missing">
        <span className="qc-tag qc-tag-fix">Required</span> {missing}
      </p>
    );
  }
  if (good.length === 0) {
    return (
      <p className="qc-subtle" data-testid="ran-before-none">
        {required
          ? `It must succeed in ${anyOf(environments)} first, within ${maxAgeDays} days; that is looked for when it is submitted.`
          : `No run of this change in ${anyOf(environments)} counts. This connection does not require one.`}
      </p>
    );
  }
  return null;
}

function Run({ run }: { run: RanBeforeView['runs'][number] }) {
  const { environment, connection, at, rows, issueKey, match, problem } = run;
  return (
    <li data-testid={`ran-${issueKey}`}>
      <span className={match === null ? 'qc-tag qc-tag-fix' : 'qc-tag'}>
        {match === null
          ? 'Does not count'
          : match === 'exact'
            ? 'Same SQL'
            : 'Same SQL up to layout and comments'}
      </span>
      <p>
        {environment}, {connection}, <Time at={at} />
        {rows !== null && `, ${count(rows, 'row', 'rows')}`}
        {', '}
        <a
          className="qc-link"
          href={`/browse/${issueKey}`}
          onClick={(event) => {
            // The frame stands on an address of its own: Jira has to go there.
            event.preventDefault();
            void goToIssue(issueKey);
          }}
        >
          {issueKey}
        </a>
        .{' '}
        {problem === null ? (
          <span className="qc-small qc-subtle">Its receipt was verified just now.</span>
        ) : (
          <span className="qc-small">It does not count: {problem}.</span>
        )}
      </p>
    </li>
  );
}

/** Buttons that copy the change to other environments and go there. */
function Siblings({ view }: { view: RanBeforeView }) {
  const [busy, setBusy] = useState<string | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  const go = async ({ connection }: SiblingView): Promise<void> => {
    setBusy(connection);
    setRefusal(null);
    const reply = await call('make-sibling', { connection });
    if (reply.ok) await goToIssue(reply.value.issueKey);
    else setRefusal(reply.error.message);
    setBusy(null);
  };
  const all = [
    ...view.below.map((one) => ({ one, label: named(`Run in ${one.environment} first`, one, view.below) })),
    ...view.above.map((one) => ({ one, label: named(`Promote to ${one.environment}`, one, view.above) })),
  ];
  if (all.length === 0) return null;
  return (
    <>
      <div className="qc-row">
        {all.map(({ one, label }) => (
          <Button
            key={one.connection}
            testId={`sibling-${one.connection}`}
            isLoading={busy === one.connection}
            isDisabled={busy !== null && busy !== one.connection}
            onClick={() => void go(one)}
          >
            {label}
          </Button>
        ))}
      </div>
      <p className="qc-small qc-subtle">
        Copies the SQL, rollback, verification and reason into an issue of yours, linked to this one, and
        opens it.
      </p>
      {refusal !== null && (
        <p role="alert" className="qc-danger" data-testid="sibling-problem">
          The issue was not made: {refusal}
        </p>
      )}
    </>
  );
}

/** With the connection's name where its environment has several. */
function named(label: string, one: SiblingView, all: readonly SiblingView[]): string {
  const several = all.filter(({ environment }) => environment === one.environment).length > 1;
  return several ? `${label}: ${one.name}` : label;
}

/** `dev, qa or staging`. */
const anyOf = (names: readonly string[]): string =>
  [names.slice(0, -1).join(', '), ...names.slice(-1)].filter((part) => part !== '').join(' or ');
