import type { PlanStep } from '#core/results/plan-tree';

/** How PostgreSQL means to run a statement: each step below the one that it feeds, with its rows and its part of the cost. */
export function PlanTree({ steps, label }: { steps: readonly PlanStep[]; label: string }) {
  return (
    <div className="qc-scroll" role="region" aria-label={label} tabIndex={0}>
      <table className="qc-grid">
        <thead>
          <tr>
            <th scope="col">Step</th>
            <th scope="col" className="qc-number">
              Rows expected
            </th>
            <th scope="col">Part of the cost</th>
          </tr>
        </thead>
        <tbody>
          {steps.map((step, index) => (
            // Steps have no name of their own and never move.
            <tr key={`${index}-${step.type}`}>
              <td className="qc-wrap">
                <div style={{ paddingInlineStart: `${Math.min(step.depth, 12) * 16}px` }}>
                  {step.words} <span className="qc-small qc-subtle">{step.type}</span>
                  {step.heavyScan && (
                    <>
                      {' '}
                      <span className="qc-tag qc-tag-fix">Whole table</span>
                    </>
                  )}
                  {step.conditions.map((condition) => (
                    <p key={condition} className="qc-small qc-code qc-wrap">
                      {condition}
                    </p>
                  ))}
                </div>
              </td>
              <td className="qc-number">{step.rows.toLocaleString('en-GB')}</td>
              <td>
                <progress className="qc-share" max={1} value={step.share} aria-hidden="true" />{' '}
                {Math.round(step.share * 100)} %
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
