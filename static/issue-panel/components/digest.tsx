import Button from '@atlaskit/button/new';
import { useState } from 'react';

/** Characters of the digest shown at first; enough to compare two by eye. */
const shortLength = 12;

/** The revision's SHA-256, short at first, whole on request, with a button that copies it. */
export function Digest({ digest, number }: { digest: string; number: number }) {
  const [whole, setWhole] = useState(false);
  const [copied, setCopied] = useState('');
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(digest);
      setCopied('Copied');
    } catch {
      setWhole(true);
      setCopied('The browser does not let this page copy; select the digest instead.');
    }
  };
  return (
    <div className="qc-row" data-testid="digest" data-digest={digest}>
      <span className="qc-subtle">Revision {number}, SHA-256</span>
      <code className="qc-code qc-digest">{whole ? digest : `${digest.slice(0, shortLength)}…`}</code>
      <Button spacing="compact" appearance="subtle" onClick={() => setWhole(!whole)} aria-expanded={whole}>
        {whole ? 'Show short digest' : 'Show whole digest'}
      </Button>
      <Button spacing="compact" appearance="subtle" onClick={() => void copy()}>
        Copy digest
      </Button>
      <span role="status" className="qc-small qc-subtle">
        {copied}
      </span>
    </div>
  );
}
