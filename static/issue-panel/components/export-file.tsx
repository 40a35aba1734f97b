import Button from '@atlaskit/button/new';
import { useState } from 'react';
import type { OutcomeView } from '#core/panel/view';
import type { ExportLinkReply } from '#core/protocol/export';
import { formatNames } from '#core/results/format-names';
import { call, openAddress } from '../../shared/bridge';
import { Facts } from '../../shared/components/facts';
import { Time } from '../../shared/components/time';
import { count, size } from '../../shared/format';

/** The file that a change wrote, by its receipt, and the way to it. */
export function ExportFile({
  file,
  refusal,
}: {
  file: NonNullable<OutcomeView['export']>;
  refusal: string | null;
}) {
  const gone = Date.parse(file.expiresAt) <= Date.now();
  const why =
    refusal ?? (gone ? 'The executor has removed the file; run the change again in a new revision.' : null);
  return (
    <section className="qc-stack-tight" aria-label="Result file" data-testid="export-file">
      <Facts
        label="Result file facts"
        facts={[
          {
            name: 'File',
            value: `${formatNames[file.format]}, ${count(file.rows, 'row', 'rows')}, ${size(file.bytes)}`,
          },
          { name: 'SHA-256', value: <Copyable text={file.sha256} /> },
          { name: 'Masked', value: file.masked.length === 0 ? 'No column' : file.masked.join(', ') },
          { name: gone ? 'Was kept until' : 'Kept until', value: <Time at={file.expiresAt} /> },
        ]}
      />
      <DownloadLink why={why} />
    </section>
  );
}

function DownloadLink({ why }: { why: string | null }) {
  const [busy, setBusy] = useState(false);
  const [link, setLink] = useState<ExportLinkReply | null>(null);
  const [said, setSaid] = useState('');
  const get = async (): Promise<void> => {
    setBusy(true);
    const reply = await call('export-link', {});
    setBusy(false);
    setLink(reply.ok ? reply.value : null);
    setSaid(reply.ok ? '' : reply.error.message);
  };
  const open = async (): Promise<void> => {
    if (link === null) return;
    const opened = await openAddress(link.url);
    setSaid(
      opened
        ? 'The file opened in a new tab. For another copy get another link.'
        : 'The file was not opened.',
    );
    if (opened) setLink(null);
  };
  return (
    <div className="qc-stack-tight">
      <div className="qc-row">
        {link === null ? (
          <Button
            spacing="compact"
            isDisabled={why !== null}
            isLoading={busy}
            onClick={() => void get()}
            testId="export-link"
          >
            Get download link
          </Button>
        ) : (
          <>
            <Button spacing="compact" appearance="primary" onClick={() => void open()} testId="export-open">
              Download the file
            </Button>
            <CopyButton text={link.url} label="Copy link" />
          </>
        )}
        <span role="status" className="qc-small qc-subtle">
          {said}
        </span>
      </div>
      {why !== null && (
        <p className="qc-small qc-subtle" data-testid="why-export-link">
          Get download link: {why}
        </p>
      )}
      {link !== null && (
        <p className="qc-small qc-subtle" data-testid="export-link-note">
          This link works once, until <Time at={link.expiresAt} />. It is recorded that you asked for it.
        </p>
      )}
    </div>
  );
}

function Copyable({ text }: { text: string }) {
  return (
    <span className="qc-row">
      <code className="qc-code qc-digest">{text}</code>
      <CopyButton text={text} label="Copy SHA-256" />
    </span>
  );
}

function CopyButton({ text, label }: { text: string; label: string }) {
  const [said, setSaid] = useState('');
  const copy = async (): Promise<void> => {
    const done = await navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    );
    setSaid(done ? 'Copied' : 'The browser does not let this page copy.');
  };
  return (
    <>
      <Button spacing="compact" appearance="subtle" onClick={() => void copy()}>
        {label}
      </Button>
      <span role="status" className="qc-small qc-subtle">
        {said}
      </span>
    </>
  );
}
