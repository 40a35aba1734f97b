import Button from '@atlaskit/button/new';
import Spinner from '@atlaskit/spinner';
import { useState } from 'react';
import type { ConfigScope } from '#core/sql/review/config-changes';
import { Problem } from '../components/messages';
import { ConfigFile } from './config-file';
import { OwnRules } from './own-rules';
import { RuleList } from './rule-list';
import { ScopeChoice } from './scope-choice';
import { Unsaved } from './unsaved';
import { useRules } from './use-rules';

/** What the review looks for, how much each finding weighs, and where. */
export function ReviewRulesTab() {
  const { desk, problem, load } = useRules();
  const [scope, setScope] = useState<ConfigScope>({ kind: 'all' });
  if (desk === null)
    return (
      <div className="qc-stack">
        <Problem text={problem} />
        {problem === null ? (
          <div className="qc-row" role="status">
            <Spinner size="small" label="" /> Loading the rules…
          </div>
        ) : (
          <div className="qc-row">
            <Button onClick={() => void load()}>Try again</Button>
          </div>
        )}
      </div>
    );
  return (
    <div className="qc-stack">
      <p>
        Every change is reviewed by these rules while it is written, when it is submitted and when it is
        approved. The nearest setting wins: a connection before its environment, an environment before all.
      </p>
      <Unsaved desk={desk} />
      <ScopeChoice scope={scope} onChoose={setScope} />
      <RuleList desk={desk} scope={scope} />
      <OwnRules desk={desk} scope={scope} />
      <ConfigFile desk={desk} />
    </div>
  );
}
