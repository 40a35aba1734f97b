import { createContext, useContext, useMemo, type ReactNode } from 'react';
import SectionMessage from '@atlaskit/section-message';
import Spinner from '@atlaskit/spinner';
import { readSession, switchUser, type Person, type Session } from '../host-api';
import { wordsOf } from '../rest/http';
import { useLoad } from '../use-load';
import { useFlags } from './flags';

interface CurrentSession extends Session {
  /** The person who acts. */
  readonly me: Person;
  /** Becomes another person; pages below start anew. */
  readonly become: (accountId: string) => Promise<void>;
}

const SessionContext = createContext<CurrentSession | undefined>(undefined);

/** Loads the session and gives it to everything below. */
export function SessionProvider({ children }: { readonly children: ReactNode }) {
  const { data, error, reload } = useLoad('session', readSession);
  const flags = useFlags();
  const me = data?.users.find((user) => user.accountId === data.accountId);
  const value = useMemo<CurrentSession | undefined>(() => {
    if (!data || !me) return undefined;
    const become = async (accountId: string): Promise<void> => {
      try {
        await switchUser(accountId);
        reload();
      } catch (refusal) {
        flags.refused('Could not switch the user', refusal);
      }
    };
    return { ...data, me, become };
  }, [data, me, reload, flags]);

  if (value) return <SessionContext.Provider value={value}>{children}</SessionContext.Provider>;
  return (
    <main className="boot">
      {error === undefined ? (
        <Spinner size="large" label="Loading" />
      ) : (
        <SectionMessage appearance="error" title="The local host does not answer">
          <p>{wordsOf(error)}</p>
        </SectionMessage>
      )}
    </main>
  );
}

/** The session. */
export function useSession(): CurrentSession {
  const session = useContext(SessionContext);
  if (!session) throw new Error('useSession outside SessionProvider');
  return session;
}
