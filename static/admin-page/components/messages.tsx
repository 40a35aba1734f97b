import SectionMessage from '@atlaskit/section-message';
import type { ReactNode } from 'react';

/** Why a call was refused or failed, where it happened. Nothing when there is no problem. */
export function Problem({ text, title }: { text: string | null; title?: string }) {
  return (
    <div role="alert">
      {text !== null && (
        <SectionMessage appearance="error" {...(title === undefined ? {} : { title })}>
          <p data-testid="problem">{text}</p>
        </SectionMessage>
      )}
    </div>
  );
}

/** What a person must do by hand, said by the app. */
export function Instruction({ title, children }: { title: string; children: ReactNode }) {
  return (
    <SectionMessage appearance="warning" title={title}>
      <p className="qa-prose">{children}</p>
    </SectionMessage>
  );
}

/** Why a button is disabled; said in text next to it. */
export function Why({ id, text }: { id?: string; text: string | null }) {
  return text === null ? null : (
    <p id={id} className="qc-small qc-subtle">
      {text}
    </p>
  );
}
