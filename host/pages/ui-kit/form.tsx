import type { FormEvent } from 'react';
import ErrorIcon from '@atlaskit/icon/core/status-error';
import SuccessIcon from '@atlaskit/icon/core/status-success';
import { draw, useTell, type Drawn } from './nodes';

/** A form; what it submits is the app's business. */
export function Form({ props, node }: Drawn<'Form'>) {
  const tell = useTell();
  function submit(event: FormEvent): void {
    event.preventDefault();
    void tell(props.onSubmit);
  }
  // UI Kit forms validate in the app, not in the browser.
  return (
    <form className="uk-form" noValidate onSubmit={submit}>
      {draw(node.children)}
    </form>
  );
}

/** What a form is about. */
export function FormHeader({ props, node }: Drawn<'FormHeader'>) {
  return (
    <header className="uk-form-header">
      {props.title === undefined ? null : <h2>{props.title}</h2>}
      {props.description === undefined ? null : <p>{props.description}</p>}
      {draw(node.children)}
    </header>
  );
}

/** Fields that belong together. */
export function FormSection({ props, node }: Drawn<'FormSection'>) {
  return (
    <section className="uk-form-section">
      {props.title === undefined ? null : <h3>{props.title}</h3>}
      {props.description === undefined ? null : <p>{props.description}</p>}
      {draw(node.children)}
    </section>
  );
}

/** Where the buttons of a form are. */
export function FormFooter({ props, node }: Drawn<'FormFooter'>) {
  return (
    <footer className="uk-form-footer" data-align={props.align ?? 'end'}>
      {draw(node.children)}
    </footer>
  );
}

/** The name of a field. */
export function Label({ props, node }: Drawn<'Label'>) {
  return (
    <label className="uk-label" id={props.id} htmlFor={props.labelFor}>
      {draw(node.children)}
    </label>
  );
}

export const RequiredAsterisk = (_: Drawn<'RequiredAsterisk'>) => (
  <span className="uk-required" aria-hidden="true" title="required">
    *
  </span>
);

export const HelperMessage = ({ node }: Drawn<'HelperMessage'>) => (
  <div className="uk-note">{draw(node.children)}</div>
);
export const ErrorMessage = ({ node }: Drawn<'ErrorMessage'>) => (
  <div className="uk-note" data-kind="error" role="alert">
    <ErrorIcon label="Error" size="small" />
    <span>{draw(node.children)}</span>
  </div>
);
export const ValidMessage = ({ node }: Drawn<'ValidMessage'>) => (
  <div className="uk-note" data-kind="valid" role="status">
    <SuccessIcon label="Valid" size="small" />
    <span>{draw(node.children)}</span>
  </div>
);
