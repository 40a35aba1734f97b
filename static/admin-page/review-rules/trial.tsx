import Button from '@atlaskit/button/new';
import { useState } from 'react';
import { maxTrialLength } from '#core/panel/review-rules';
import type { CustomRule } from '#core/sql/review/config';
import { adminCall } from '../bridge/admin-call';
import { Problem, Why } from '../components/messages';
import { TextAreaField } from '../components/text-area-field';
import { useAttempt } from '../hooks/use-attempt';

/** Tries a rule on a text before it is saved. */
export function Trial({ read }: { readonly read: () => CustomRule | string }) {
  const [sql, setSql] = useState('');
  const [said, setSaid] = useState<string | null>(null);
  const { busy, problem, attempt, complain } = useAttempt<'try'>();
  const isEmpty = sql.trim() === '';
  const run = async (): Promise<void> => {
    setSaid(null);
    const rule = read();
    if (typeof rule === 'string') {
      complain(rule);
      return;
    }
    const tried = await attempt('try', async () => adminCall('try-rule', { rule, sql }));
    if (tried === undefined) return;
    setSaid(tried.problem ?? trialWords(tried));
  };
  return (
    <div className="qc-stack-tight">
      <TextAreaField
        label="Try it on SQL"
        value={sql}
        onChange={(text) => {
          setSql(text);
          setSaid(null);
        }}
        maxLength={maxTrialLength}
        help="Nothing is run, and nothing is kept."
        isCode
      />
      <Problem text={problem} />
      <div className="qc-row">
        <Button spacing="compact" isDisabled={isEmpty} isLoading={busy !== null} onClick={() => void run()}>
          Try
        </Button>
        <span role="status" data-testid="trial">
          {said}
        </span>
      </div>
      <Why text={isEmpty ? 'Paste SQL to try the rule.' : null} />
    </div>
  );
}

function trialWords({ statements, matches }: { statements: number; matches: readonly number[] }): string {
  const [one] = matches;
  if (one === undefined)
    return statements === 1 ? 'Does not match the statement.' : `Matches none of ${statements} statements.`;
  const numbers = matches.map((index) => index + 1);
  if (numbers.length === 1) return `Matches statement ${one + 1}.`;
  return `Matches statements ${numbers.slice(0, -1).join(', ')} and ${numbers.at(-1)}.`;
}
