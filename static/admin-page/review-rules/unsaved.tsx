import Button from '@atlaskit/button/new';
import Checkbox from '@atlaskit/checkbox';
import SectionMessage from '@atlaskit/section-message';
import { useState } from 'react';
import { changeWords } from '#core/sql/review/config-changes';
import { count } from '../../shared/format';
import { Problem, Why } from '../components/messages';
import type { RulesDesk } from './use-rules';

/** Changes that are told one by one before they are saved. */
const maxTold = 20;

/** What was changed and is not saved yet; what it takes away in production has to be accepted, each by itself. */
export function Unsaved({ desk }: { readonly desk: RulesDesk }) {
  const { changes, taken, busy, problem } = desk;
  const [accepted, setAccepted] = useState<ReadonlySet<string>>(new Set());
  if (changes.length === 0) return <Problem text={problem} />;
  const open = taken.filter(({ key }) => !accepted.has(key));
  const accept = (key: string, yes: boolean): void =>
    setAccepted((now) => new Set(yes ? [...now, key] : [...now].filter((one) => one !== key)));
  return (
    <section className="qa-card qc-stack-tight" aria-label="Not saved" data-testid="unsaved">
      <h3 className="qc-label" role="status">
        Not saved: {count(changes.length, 'change', 'changes')}
      </h3>
      <ul>
        {changes.slice(0, maxTold).map((change) => (
          <li key={JSON.stringify([change.scope, change.rule, change.part, change.option])}>
            {changeWords(change)}
          </li>
        ))}
        {changes.length > maxTold && <li>and {changes.length - maxTold} more</li>}
      </ul>
      {taken.length > 0 && (
        <SectionMessage appearance="warning" title="This takes something away in production">
          <div className="qc-stack-tight">
            {taken.map(({ key, words }) => (
              <Checkbox
                key={key}
                label={words}
                isChecked={accepted.has(key)}
                isDisabled={busy}
                onChange={(event) => accept(key, event.currentTarget.checked)}
              />
            ))}
          </div>
        </SectionMessage>
      )}
      <Problem text={problem} />
      <div className="qc-row">
        <Button
          appearance="primary"
          isLoading={busy}
          isDisabled={open.length > 0}
          onClick={() => void desk.save(taken.map(({ key }) => key))}
        >
          Save the rules
        </Button>
        <Button appearance="subtle" isDisabled={busy} onClick={desk.discard}>
          Discard
        </Button>
        {problem !== null && (
          <Button appearance="subtle" isDisabled={busy} onClick={() => void desk.reload()}>
            Load the saved rules
          </Button>
        )}
      </div>
      <Why text={open.length > 0 ? 'Tick what you accept to lose in production, or change it back.' : null} />
    </section>
  );
}
