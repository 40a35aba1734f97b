import { useState, type FormEvent, type ReactNode } from 'react';
import Button from '@atlaskit/button/new';
import ModalDialog, { ModalBody, ModalFooter, ModalHeader, ModalTitle } from '@atlaskit/modal-dialog';
import SectionMessage from '@atlaskit/section-message';
import { wordsOf } from '../rest/http';

/** A dialog with a form of its own; it stays open and says why when the action is refused. */
export function ActionDialog(props: {
  readonly title: string;
  readonly action: string;
  readonly isDisabled?: boolean;
  readonly onSubmit: () => Promise<void>;
  readonly onClose: () => void;
  readonly children: ReactNode;
}) {
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<unknown>();

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    try {
      await props.onSubmit();
      props.onClose();
    } catch (error) {
      setRefusal(error);
      setBusy(false);
    }
  };

  return (
    <ModalDialog onClose={props.onClose} shouldScrollInViewport={false} label={props.title}>
      <form className="dialog-form" onSubmit={(event) => void submit(event)} noValidate>
        <ModalHeader hasCloseButton>
          <ModalTitle>{props.title}</ModalTitle>
        </ModalHeader>
        <ModalBody>
          {refusal === undefined ? null : (
            <SectionMessage appearance="error" title="Jira refused this">
              <p role="alert">{wordsOf(refusal)}</p>
            </SectionMessage>
          )}
          {props.children}
        </ModalBody>
        <ModalFooter>
          <Button appearance="subtle" onClick={props.onClose}>
            Cancel
          </Button>
          <Button appearance="primary" type="submit" isLoading={busy} isDisabled={props.isDisabled === true}>
            {props.action}
          </Button>
        </ModalFooter>
      </form>
    </ModalDialog>
  );
}
