import SectionMessage from '@atlaskit/section-message';
import { useEffect, useId, useRef, useState, type ReactNode } from 'react';
import { StateMark } from '../components/state-mark';
import { useAdmin } from '../hooks/admin-context';
import { ComplianceSection } from './compliance-section';
import { ExecutorSection } from './executor-section';
import { FirstChangeSection } from './first-change-section';
import { JiraSection } from './jira-section';
import { PeopleSection } from './people-section';
import { nextSection, sections, sectionStates, type SectionId, type SectionState } from './section-states';

const titles: Readonly<Record<SectionId, string>> = {
  jira: 'Jira',
  executor: 'Executor',
  people: 'People',
  compliance: 'Compliance',
  'first-change': 'First change',
};

const bodies: Readonly<Record<SectionId, () => ReactNode>> = {
  jira: JiraSection,
  executor: ExecutorSection,
  people: PeopleSection,
  compliance: ComplianceSection,
  'first-change': FirstChangeSection,
};

/** The checklist from an empty site to a first approved run. One section is open at a time: the next thing to do. */
export function GettingStarted() {
  const { overview, board } = useAdmin();
  const states = sectionStates(overview, board.rows);
  const next = nextSection(states);
  const { open, setOpen, list } = useOpenSection(next);
  const done = sections.filter((id) => states[id].mark === 'done').length;
  return (
    <div className="qc-stack">
      <p className="qc-subtle" role="status">
        {done} of {sections.length} done.
        {next === null ? '' : ` Next: ${titles[next]}.`}
      </p>
      {overview.firstChange?.done === true && next === null && (
        <SectionMessage appearance="success" title="Query Change is ready.">
          <p>A change was reviewed, approved and run, from this page to the database and back.</p>
        </SectionMessage>
      )}
      <ol className="qa-sections" ref={list}>
        {sections.map((id, index) => {
          const Body = bodies[id];
          return (
            <Section
              key={id}
              id={id}
              title={`${index + 1}. ${titles[id]}`}
              state={states[id]}
              isOpen={open === id}
              onToggle={() => setOpen(open === id ? 'none' : id)}
            >
              <Body />
            </Section>
          );
        })}
      </ol>
    </div>
  );
}

/** The open section: what the administrator chose, until the next thing to do is another one. */
function useOpenSection(next: SectionId | null) {
  const [chosen, setChosen] = useState<{ after: SectionId | null; id: SectionId | 'none' } | null>(null);
  const list = useRef<HTMLOListElement>(null);
  const before = useRef(next);
  const open = chosen !== null && chosen.after === next ? chosen.id : next;
  useEffect(() => {
    if (before.current === next) return;
    before.current = next;
    // The button that was pressed is folded away with its section: the keyboard goes on at the next one.
    const focused = document.activeElement;
    const lost = focused === null || focused === document.body || focused.closest('[hidden]') !== null;
    const target = list.current?.querySelector<HTMLElement>(`[data-section="${next}"] > h3 > button`);
    if (lost) target?.focus();
  }, [next]);
  return { open, setOpen: (id: SectionId | 'none') => setChosen({ after: next, id }), list };
}

function Section(props: {
  readonly id: SectionId;
  readonly title: string;
  readonly state: SectionState;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
  readonly children: ReactNode;
}) {
  const { state, isOpen } = props;
  const id = useId();
  return (
    <li
      className="qa-section"
      data-section={props.id}
      data-mark={state.mark}
      data-testid={`section-${props.id}`}
    >
      <h3>
        <button type="button" aria-expanded={isOpen} aria-controls={id} onClick={props.onToggle}>
          <span aria-hidden="true" className="qa-chevron" data-open={isOpen} />
          <span className="qa-section-title">{props.title}</span>
          <span className="qa-section-summary">{state.summary}</span>
          <StateMark mark={state.mark} />
        </button>
      </h3>
      {/* Folded sections stay: what was typed in them is not lost. */}
      <div id={id} className="qa-section-body" hidden={!isOpen}>
        {props.children}
      </div>
    </li>
  );
}
