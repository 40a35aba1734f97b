import type { ReactNode } from 'react';

/** A name and what it is, in a list of facts. */
export interface Fact {
  readonly name: string;
  readonly value: ReactNode;
  /** A sentence: it has a line of its own below the short ones. */
  readonly wide?: true;
}

/** A compact list of facts that wraps into columns. */
export function Facts({ facts, label }: { facts: readonly Fact[]; label: string }) {
  return (
    <dl className="qc-facts" aria-label={label}>
      {facts.map((fact) => (
        <div key={fact.name} {...(fact.wide ? { className: 'qc-fact-wide' } : {})}>
          <dt>{fact.name}</dt>
          <dd>{fact.value}</dd>
        </div>
      ))}
    </dl>
  );
}
