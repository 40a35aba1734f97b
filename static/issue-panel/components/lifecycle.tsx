import Button from '@atlaskit/button/new';
import Heading from '@atlaskit/heading';
import SectionMessage from '@atlaskit/section-message';
import type { ReactNode } from 'react';
import type { ChangeStatus } from '#core/change/status';
import type { ActionName, ActionView, BlockerView } from '#core/panel/view';
import { StatusLozenge } from '../../shared/components/status-lozenge';

/** What the slot at the top shows; the backend decides all of it. */
export interface LifecycleProps {
  readonly status: ChangeStatus;
  readonly headline: string;
  readonly primary: ActionView | null;
  readonly secondary: readonly ActionView[];
  readonly blockers: readonly BlockerView[];
  readonly busy: ActionName | null;
  readonly problem: string | null;
  readonly onAction: (action: ActionView) => void;
  /** A blocker that can be gone to. */
  readonly jump?: { readonly message: string; readonly onJump: () => void };
  /** Beside the status, for example whether the draft is saved. */
  readonly aside?: ReactNode;
}

const dangerous: ReadonlySet<ActionName> = new Set(['roll-back', 'reject', 'stop']);

/** Status, what happens next, the one next action of this viewer and what is in the way. */
export function Lifecycle(props: LifecycleProps) {
  const { primary, secondary, blockers, problem } = props;
  const actions = primary ? [primary, ...secondary] : secondary;
  // A blocker that is already listed is not said twice.
  const said = new Set(blockers.map((blocker) => blocker.message));
  return (
    <section
      className="qc-lifecycle qc-stack-tight"
      aria-label="Status and next step"
      data-testid="lifecycle"
    >
      <div className="qc-row-between">
        <div className="qc-row">
          <StatusLozenge status={props.status} />
        </div>
        <div className="qc-small qc-subtle">{props.aside}</div>
      </div>
      <div role="status">
        <Heading size="small" as="h2" testId="headline">
          {props.headline}
        </Heading>
      </div>
      <Blockers blockers={blockers} {...(props.jump ? { jump: props.jump } : {})} />
      {problem !== null && (
        <div role="alert" data-testid="problem">
          <SectionMessage appearance="error">
            <p>{problem}</p>
          </SectionMessage>
        </div>
      )}
      {actions.length > 0 && (
        <div className="qc-row">
          {primary && <Action action={primary} isPrimary {...props} />}
          {secondary.map((action) => (
            <Action key={action.name} action={action} isPrimary={false} {...props} />
          ))}
        </div>
      )}
      {actions
        .filter((action) => !action.enabled)
        .map((action) => (
          <p
            key={action.name}
            id={`why-${action.name}`}
            className={said.has(action.why ?? '') ? 'qc-hidden' : 'qc-small qc-subtle'}
            data-testid={`why-${action.name}`}
          >
            {action.label}: {action.why ?? 'not possible now.'}
          </p>
        ))}
    </section>
  );
}

interface ActionProps {
  readonly action: ActionView;
  readonly isPrimary: boolean;
  readonly busy: ActionName | null;
  readonly onAction: (action: ActionView) => void;
}

function Action({ action, isPrimary, busy, onAction }: ActionProps) {
  const appearance = isPrimary ? 'primary' : dangerous.has(action.name) ? 'default' : 'subtle';
  return (
    <Button
      appearance={appearance}
      isDisabled={!action.enabled || (busy !== null && busy !== action.name)}
      isLoading={busy === action.name}
      onClick={() => onAction(action)}
      testId={`action-${action.name}`}
      {...(action.enabled ? {} : { 'aria-describedby': `why-${action.name}` })}
    >
      {action.label}
    </Button>
  );
}

function Blockers({ blockers, jump }: Pick<LifecycleProps, 'blockers' | 'jump'>) {
  if (blockers.length === 0) return null;
  return (
    <ul className="qc-blockers" data-testid="blockers">
      {blockers.map((blocker) => (
        <li key={blocker.message} data-kind={blocker.kind}>
          <span className={`qc-tag qc-tag-${blocker.kind}`}>
            {blocker.kind === 'fix' ? 'To do' : 'Waiting'}
          </span>
          <span>{blocker.message}</span>
          {jump?.message === blocker.message && (
            <Button spacing="compact" onClick={jump.onJump} testId="go-to-finding">
              Show it
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}
