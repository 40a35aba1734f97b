import { useEffect, useState } from 'react';
import type { RuleDocs } from '#core/sql/review/rule';
import { docsOf } from './rule-docs';

/** Why a rule is there, what to do instead, and one example of each. */
export default function RuleReasons({ id }: { readonly id: string }) {
  const [docs, setDocs] = useState<RuleDocs | null | undefined>(undefined);
  useEffect(() => {
    let shown = true;
    docsOf(id).then(
      (found) => shown && setDocs(found ?? null),
      () => shown && setDocs(null),
    );
    return () => {
      shown = false;
    };
  }, [id]);
  if (docs === undefined) return <p className="qc-subtle">Loading…</p>;
  if (docs === null) return <p className="qc-danger">The page of this rule could not be loaded.</p>;
  return (
    <dl className="qa-reasons">
      <dt className="qc-label">Why</dt>
      <dd>{docs.why}</dd>
      <dt className="qc-label">What to do</dt>
      <dd>{docs.fix}</dd>
      <dt className="qc-label">A finding</dt>
      <dd>
        <pre className="qa-block qc-code">{textOf(docs.bad)}</pre>
      </dd>
      <dt className="qc-label">No finding</dt>
      <dd>
        <pre className="qa-block qc-code">{textOf(docs.good)}</pre>
      </dd>
    </dl>
  );
}

function textOf([first]: RuleDocs['bad']): string {
  return typeof first === 'string' ? first : (first?.sql ?? '');
}
