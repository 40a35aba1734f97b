import Button from '@atlaskit/button/new';
import { useState } from 'react';
import { sparseConfig } from '#core/sql/review/config';
import { readReviewConfig } from '#core/sql/review/read-config';
import { saveFile } from '../../shared/components/save-file';
import { TextAreaField } from '../components/text-area-field';
import { Problem, Why } from '../components/messages';
import type { RulesDesk } from './use-rules';

/** The whole configuration as a file: what `npm run review -- --config` takes, and what can be put back here. */
export function ConfigFile({ desk }: { readonly desk: RulesDesk }) {
  const [pasted, setPasted] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const download = async (format: 'yaml' | 'json'): Promise<void> => {
    const config = sparseConfig(desk.draft);
    if (format === 'json') {
      saveFile('query-change-review.json', 'application/json', `${JSON.stringify(config, null, 2)}\n`);
      return;
    }
    const { stringify } = await import('yaml');
    saveFile('query-change-review.yaml', 'application/yaml', stringify(config));
  };
  const take = async (text: string): Promise<void> => {
    const { parse } = await import('yaml');
    let raw: unknown;
    try {
      raw = parse(text);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      return;
    }
    const read = readReviewConfig(raw, desk.saved.rules);
    if (!read.ok) {
      setProblem(read.error.join('\n'));
      return;
    }
    desk.edit(() => read.value);
    setPasted(null);
    setProblem(null);
  };
  return (
    <section className="qc-stack-tight" aria-labelledby="qa-config-file" data-testid="config-file">
      <h3 className="qc-label" id="qa-config-file">
        The configuration as a file
      </h3>
      <p>
        <code className="qc-code">npm run review -- FILE --config query-change-review.yaml</code> reviews SQL
        files by the same rules.
      </p>
      <div className="qc-row">
        <Button spacing="compact" onClick={() => void download('yaml')}>
          Download YAML
        </Button>
        <Button spacing="compact" onClick={() => void download('json')}>
          Download JSON
        </Button>
        {pasted === null && (
          <Button spacing="compact" isDisabled={desk.busy} onClick={() => setPasted('')}>
            Paste a configuration
          </Button>
        )}
      </div>
      {pasted !== null && (
        <>
          <TextAreaField
            label="Configuration (YAML or JSON)"
            value={pasted}
            onChange={setPasted}
            help="It takes the place of everything above. You see what changes before it is saved."
            isCode
          />
          <Problem text={problem} title="This cannot be used" />
          <div className="qc-row">
            <Button spacing="compact" isDisabled={pasted.trim() === ''} onClick={() => void take(pasted)}>
              Use this text
            </Button>
            <Button
              spacing="compact"
              appearance="subtle"
              onClick={() => {
                setPasted(null);
                setProblem(null);
              }}
            >
              Cancel
            </Button>
          </div>
          <Why text={pasted.trim() === '' ? 'Paste the text of a file.' : null} />
        </>
      )}
    </section>
  );
}
