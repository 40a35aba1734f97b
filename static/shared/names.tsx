import {
  createContext,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
  type ReactNode,
} from 'react';
import type { ChangeView } from '#core/panel/view';
import { fetchNames } from './bridge';

interface Names {
  readonly viewer: string;
  readonly known: ReadonlyMap<string, string>;
  readonly want: (ids: readonly string[]) => void;
}

const NamesContext = createContext<Names>({ viewer: '', known: new Map(), want: () => undefined });

/** Jira answers about at most this many people at once (documented for `/rest/api/3/user/bulk`: 200). */
const batch = 100;

/**
 * Looks up display names as the viewer, once per person, and serves them to {@link Person} below. `ids` are asked for at
 * once, others when something that names them is shown.
 */
export function PeopleProvider(props: {
  readonly viewer: string;
  readonly ids: readonly string[];
  readonly children: ReactNode;
}) {
  const { viewer } = props;
  const [known, setKnown] = useState<ReadonlyMap<string, string>>(new Map());
  const asked = useRef(new Set<string>());
  const want = useCallback((ids: readonly string[]) => {
    const fresh = [...new Set(ids)].filter((id) => isAccount(id) && !asked.current.has(id)).slice(0, batch);
    if (fresh.length === 0) return;
    for (const id of fresh) asked.current.add(id);
    fetchNames(fresh)
      .then((found) => setKnown((before) => new Map([...before, ...found])))
      .catch(() => {
        // Names are a courtesy; without them the page says "someone".
      });
  }, []);
  const people = props.ids.join(' ');
  useEffect(() => want(people.split(' ')), [people, want]);
  const value = useMemo(() => ({ viewer, known, want }), [viewer, known, want]);
  return <NamesContext.Provider value={value}>{props.children}</NamesContext.Provider>;
}

/** Serves the names of everybody whom a change mentions. */
export function NamesProvider({ view, children }: { view: ChangeView; children: ReactNode }) {
  return (
    <PeopleProvider viewer={view.viewer} ids={peopleOf(view)}>
      {children}
    </PeopleProvider>
  );
}

/** Every accountId that a view mentions. */
function peopleOf(view: ChangeView): string[] {
  return [
    view.revision?.author,
    ...(view.revision?.editors ?? []),
    ...(view.revision?.candidates ?? []),
    ...view.votes.map((vote) => vote.accountId),
    view.draft?.savedBy,
    view.running?.requestedBy,
    view.dryRun?.requestedBy,
    view.running?.stop?.by,
    view.resolution?.by,
  ].filter((id): id is string => typeof id === 'string');
}

function isAccount(id: string): boolean {
  return id !== '' && id !== 'app' && id !== 'executor';
}

/** A function from accountId (or `app`, `executor`) to the words for it; asks for names in `ids` that are unknown. */
export function usePersonName(ids: readonly string[] = []): (id: string) => string {
  const { viewer, known, want } = useContext(NamesContext);
  const key = ids.join(' ');
  useEffect(() => want(key.split(' ')), [key, want]);
  return (id) => {
    if (id === 'app') return 'Query Change';
    if (id === 'executor') return 'The executor';
    const name = known.get(id) ?? 'someone';
    return id === viewer ? `${known.get(id) ?? 'You'} (you)`.replace('You (you)', 'you') : name;
  };
}

/** The name of a person, `someone` when Jira does not tell. */
export function Person({ id }: { id: string }) {
  return <span>{usePersonName([id])(id)}</span>;
}
