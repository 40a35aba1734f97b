import Button from '@atlaskit/button/new';
import { useState } from 'react';
import type { OutcomeView } from '#core/panel/view';
import { call } from '../../shared/bridge';
import { saveFile } from '../../shared/components/save-file';

/** Downloads the signed order and receipt of an execution, for whoever wants to verify them without this page. */
export function Evidence({ outcome, issueKey }: { outcome: OutcomeView; issueKey: string }) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState('');
  const fetchAndSave = async (): Promise<void> => {
    setBusy(true);
    const reply = await call('evidence', { kind: outcome.kind });
    setBusy(false);
    setProblem(reply.ok ? '' : reply.error.message);
    if (!reply.ok) return;
    const text = `${JSON.stringify(reply.value, null, 2)}\n`;
    saveFile(`${issueKey}-${outcome.kind}-evidence.json`, 'application/json', text);
  };
  return (
    <div className="qc-row">
      <Button
        spacing="compact"
        isLoading={busy}
        onClick={() => void fetchAndSave()}
        testId={`evidence-${outcome.kind}`}
      >
        Download signed order and receipt
      </Button>
      <span role="status" className="qc-small qc-danger">
        {problem}
      </span>
    </div>
  );
}
