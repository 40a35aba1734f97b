import Button from '@atlaskit/button/new';
import { useId, useState } from 'react';

/** A text to take elsewhere, with a button that copies it. */
export function CopyBlock({ label, text, copy = 'Copy' }: { label: string; text: string; copy?: string }) {
  const [said, setSaid] = useState('');
  const id = useId();
  const onClick = (): void => {
    navigator.clipboard.writeText(text).then(
      () => setSaid('Copied.'),
      () => setSaid('The browser did not allow copying. Select the text and copy it.'),
    );
  };
  return (
    <div className="qc-stack-tight">
      <span className="qc-label" id={id}>
        {label}
      </span>
      <pre className="qa-block qc-code" aria-labelledby={id} role="region" tabIndex={0}>
        {text}
      </pre>
      <div className="qc-row">
        <Button spacing="compact" onClick={onClick}>
          {copy}
        </Button>
        <span role="status" className="qc-small qc-subtle">
          {said}
        </span>
      </div>
    </div>
  );
}
