import Button from '@atlaskit/button/new';
import SectionMessage from '@atlaskit/section-message';
import type { DraftContent } from '#core/change/content';
import type { DraftView } from '#core/panel/view';
import { Person } from '../../shared/names';
import { Time } from '../../shared/components/time';
import { MarkedText } from './hidden-notice';

/** Both versions of a draft that two pages changed, and the choice between them. Neither is lost by choosing. */
export function Conflict(props: {
  readonly mine: DraftContent;
  readonly theirs: DraftView;
  readonly onKeepMine: () => void;
  readonly onTakeTheirs: () => void;
}) {
  const { mine, theirs } = props;
  return (
    <section className="qc-stack" aria-label="Two versions of the draft" data-testid="conflict">
      <SectionMessage appearance="warning" title="The draft was changed somewhere else">
        <p>
          {theirs.savedBy === null ? 'Another page' : <Person id={theirs.savedBy} />} saved version{' '}
          {theirs.version}
          {theirs.savedAt !== null && (
            <>
              {' at '}
              <Time at={theirs.savedAt} />
            </>
          )}{' '}
          while you were typing. Choose which version goes on; you can bring the other one back afterwards.
        </p>
      </SectionMessage>
      <div className="qc-columns">
        <Version title="Yours, on this page" content={mine} other={theirs.content}>
          <Button appearance="primary" onClick={props.onKeepMine} testId="keep-mine">
            Keep mine
          </Button>
        </Version>
        <Version title="Theirs, stored" content={theirs.content} other={mine}>
          <Button onClick={props.onTakeTheirs} testId="take-theirs">
            Take theirs
          </Button>
        </Version>
      </div>
    </section>
  );
}

function Version(props: {
  readonly title: string;
  readonly content: DraftContent;
  readonly other: DraftContent;
  readonly children: React.ReactNode;
}) {
  const { content, other, title } = props;
  const rollback = content.rollback === null ? 'There is no rollback' : content.rollback;
  const changed = (field: keyof DraftContent): string =>
    content[field] === other[field] ? '' : ' (differs)';
  return (
    <section className="qc-version qc-stack-tight" aria-label={title}>
      <h3 className="qc-label">{title}</h3>
      <Part name={`SQL${changed('sql')}`} text={content.sql} code />
      <Part name={`Connection${changed('connection')}`} text={content.connection ?? ''} />
      <Part name={`Rollback${changed('rollback')}`} text={rollback} code />
      <Part name={`Verification${changed('verification')}`} text={content.verification} code />
      <Part name={`Row budget${changed('rowBudget')}`} text={content.rowBudget} />
      <Part name={`Reason${changed('reason')}`} text={content.reason} />
      <div>{props.children}</div>
    </section>
  );
}

function Part({ name, text, code = false }: { name: string; text: string; code?: boolean }) {
  return (
    <div>
      <div className="qc-small qc-subtle">{name}</div>
      {text === '' && <span className="qc-subtle">empty</span>}
      {text !== '' &&
        (code ? (
          <pre className="qc-sql-plain" tabIndex={0} role="region" aria-label={name}>
            <MarkedText text={text} />
          </pre>
        ) : (
          <p>{text}</p>
        ))}
    </div>
  );
}
