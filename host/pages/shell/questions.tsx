import { createContext, useContext, useMemo, useRef, useState, type ReactNode } from 'react';
import Button from '@atlaskit/button/new';
import ModalDialog, { ModalBody, ModalFooter, ModalHeader, ModalTitle } from '@atlaskit/modal-dialog';

/** Something that a person has to agree to. */
interface Question {
  readonly title: string;
  readonly body: ReactNode;
  /** What the button says that agrees. */
  readonly action: string;
  readonly appearance?: 'primary' | 'danger';
}

/** Asks a question; resolves with the answer. Closing the dialog is a no. */
type Ask = (question: Question) => Promise<boolean>;

const QuestionsContext = createContext<Ask | undefined>(undefined);

/** Shows questions, one at a time, for everything below it. */
export function QuestionsProvider({ children }: { readonly children: ReactNode }) {
  const [open, setOpen] = useState<{ question: Question; answer: (yes: boolean) => void }>();
  const last = useRef<Promise<boolean>>(Promise.resolve(false));

  const ask = useMemo<Ask>(
    () => async (question) => {
      const mine = last.current.then(
        () =>
          new Promise<boolean>((resolve) => {
            const answer = (yes: boolean): void => {
              setOpen(undefined);
              resolve(yes);
            };
            setOpen({ question, answer });
          }),
      );
      last.current = mine;
      return await mine;
    },
    [],
  );

  return (
    <QuestionsContext.Provider value={ask}>
      {children}
      {open === undefined ? null : (
        <ModalDialog width="small" label={open.question.title} onClose={() => open.answer(false)}>
          <ModalHeader hasCloseButton>
            <ModalTitle>{open.question.title}</ModalTitle>
          </ModalHeader>
          <ModalBody>{open.question.body}</ModalBody>
          <ModalFooter>
            <Button appearance="subtle" onClick={() => open.answer(false)}>
              Cancel
            </Button>
            <Button appearance={open.question.appearance ?? 'primary'} onClick={() => open.answer(true)}>
              {open.question.action}
            </Button>
          </ModalFooter>
        </ModalDialog>
      )}
    </QuestionsContext.Provider>
  );
}

/** How to ask. */
export function useAsk(): Ask {
  const ask = useContext(QuestionsContext);
  if (!ask) throw new Error('useAsk outside QuestionsProvider');
  return ask;
}
