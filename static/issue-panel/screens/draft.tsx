import { lazy, Suspense, useCallback, useEffect, useMemo, useState } from 'react';
import { submissionProblems } from '#core/change/content';
import type { PanelValue, Reply } from '#core/panel/contract';
import { draftHeadline } from '#core/panel/lifecycle';
import type { ActionView, BlockerView, ChangeView, DraftView } from '#core/panel/view';
import { call } from '../../shared/bridge';
import type { Change } from '../../shared/use-change';
import { DraftFields } from '../components/draft-fields';
import { Lifecycle } from '../components/lifecycle';
import { SaveState } from '../components/save-state';
import { SetAside } from '../components/set-aside';
import type { DraftKeeper, DraftState } from '../hooks/draft-keeper';
import { type DirectActions, useActions } from '../hooks/use-actions';
import { useDraft } from '../hooks/use-draft';
import { type DraftReview, useDraftReview } from '../hooks/use-draft-review';
import { type Structure, useStructure } from '../hooks/use-structure';
import { usePrimaryKey } from '../hooks/use-primary-key';
import { Dialog } from './dialog';

const DryRun = lazy(() => import('../components/dry-run').then((module) => ({ default: module.DryRun })));
const RanBefore = lazy(() =>
  import('../components/ran-before').then((module) => ({ default: module.RanBefore })),
);
const Conflict = lazy(() =>
  import('../components/conflict').then((module) => ({ default: module.Conflict })),
);

/** The draft: write, save by itself, submit. */
export function DraftScreen({ change, view, draft }: { change: Change; view: ChangeView; draft: DraftView }) {
  const { keeper, state } = useDraft(view.issue.id, draft);
  const saved = useSavedConnection(state);
  const { mayEdit } = view;
  const direct = useMemo(() => (mayEdit ? savingFirst(keeper) : {}), [keeper, mayEdit]);
  const actions = useActions(change, direct);
  const structure = useStructure(state.content.connection);
  const review = useDraftReview(state.content, structure?.takenAt ?? null);
  const { refusal, goToFirst } = review;
  const slot = useMemo(() => draftSlot(view, state, refusal), [view, state, refusal]);
  const { primary } = slot;
  const onPrimary = useCallback(() => {
    if (primary) actions.start(primary);
  }, [actions, primary]);
  const onSave = useCallback(() => void keeper.flush(), [keeper]);
  usePrimaryKey(onPrimary, onSave);

  return (
    <div className="qc-stack">
      <Lifecycle
        status={view.status}
        {...slot}
        busy={actions.busy}
        problem={actions.pending ? null : actions.problem}
        onAction={actions.start}
        {...(refusal === null ? {} : { jump: { message: refusal, onJump: goToFirst } })}
        aside={
          view.mayEdit ? (
            <SaveState state={state} onRetry={onSave} />
          ) : (
            'You can read this draft, not change it'
          )
        }
      />
      {view.dryRun && (
        <Suspense fallback={null}>
          <DryRun dryRun={view.dryRun} changed={isAnother(state, draft)} />
        </Suspense>
      )}
      {saved !== null && (
        <Suspense fallback={null}>
          <RanBefore state={saved} />
        </Suspense>
      )}
      <DraftBody
        view={view}
        keeper={keeper}
        state={state}
        review={review}
        structure={structure}
        onSave={onSave}
        onPrimary={onPrimary}
      />
      <Dialog view={view} actions={actions} />
    </div>
  );
}

/** The connection as it was saved last: what ran below is asked of the app once for each, not at every save. */
function useSavedConnection({ phase, content: { connection } }: DraftState): string | null {
  const [saved, setSaved] = useState<string | null>(null);
  useEffect(() => {
    if (phase === 'saved') setSaved(connection);
  }, [phase, connection]);
  return saved;
}

/** True when the text on the screen is not the one that the view is of. */
function isAnother({ content }: DraftState, draft: DraftView): boolean {
  return JSON.stringify(content) !== JSON.stringify(draft.content);
}

/** What is sent of a draft is what is on the screen: saved first, then named by its version. */
function savingFirst(keeper: DraftKeeper): DirectActions {
  const saved = async (
    send: (version: number) => Promise<Reply<PanelValue<'view'>>>,
  ): Promise<Reply<PanelValue<'view'>>> => {
    if (await keeper.flush()) return send(keeper.state().base.version);
    const message = keeper.state().problem ?? 'Settle the two versions of the draft first.';
    return { ok: false, error: { code: 'incomplete', message } };
  };
  return {
    submit: () => saved((version) => call('submit', { version })),
    'dry-run': () => saved((version) => call('dry-run', { version, digest: null })),
  };
}

function DraftBody(props: {
  readonly view: ChangeView;
  readonly keeper: DraftKeeper;
  readonly state: DraftState;
  readonly review: DraftReview;
  readonly structure: Structure | null;
  readonly onSave: () => void;
  readonly onPrimary: () => void;
}) {
  const { view, keeper, state } = props;
  if (state.phase === 'conflict' && state.theirs) {
    return (
      <Suspense fallback={null}>
        <Conflict
          mine={state.content}
          theirs={state.theirs}
          onKeepMine={() => void keeper.keepMine()}
          onTakeTheirs={() => keeper.takeTheirs()}
        />
      </Suspense>
    );
  }
  return (
    <>
      <SetAside state={state} onBringBack={() => keeper.bringBack()} />
      <DraftFields
        content={state.content}
        connections={view.connections}
        mayEdit={view.mayEdit}
        review={props.review}
        structure={props.structure}
        savedVersion={state.phase === 'saved' ? state.base.version : null}
        onEdit={(edit) => keeper.edit(edit)}
        onSave={props.onSave}
        onPrimary={props.onPrimary}
      />
    </>
  );
}

interface Slot {
  readonly headline: string;
  readonly primary: ActionView | null;
  readonly secondary: readonly ActionView[];
  readonly blockers: readonly BlockerView[];
}

/**
 * The slot for the text on the screen. The backend's answer is about the stored draft; while the author types, the
 * same check (`submissionProblems`, shared by both) says what is missing, so that nothing on the screen is out of date.
 */
function draftSlot(view: ChangeView, state: DraftState, refusal: string | null): Slot {
  if (!view.mayEdit || view.primary?.name !== 'submit') return view;
  const problems = [
    ...submissionProblems(state.content).map((problem) => problem.message),
    ...connectionProblem(view, state),
  ];
  const waiting = view.blockers.filter((blocker) => blocker.kind === 'wait');
  const why =
    state.phase === 'conflict'
      ? 'Choose one of the two versions first.'
      : (problems[0] ?? waiting[0]?.message);
  const headline =
    state.phase === 'conflict'
      ? 'Two versions of this draft exist.'
      : draftHeadline(problems.length, refusal !== null);
  return {
    headline,
    primary: { ...view.primary, enabled: (why ?? refusal) === null, why: why ?? refusal },
    secondary: view.secondary.map((action) =>
      action.name === 'dry-run' ? dryRunOf(action, view, state, why) : action,
    ),
    blockers: [
      ...[...problems, ...(refusal === null ? [] : [refusal])].map((message) => ({
        kind: 'fix' as const,
        message,
      })),
      ...waiting,
    ],
  };
}

/** The dry run of the text on the screen, on the connection that is chosen there. */
function dryRunOf(
  action: ActionView,
  view: ChangeView,
  { content }: DraftState,
  missing: string | undefined,
): ActionView {
  const chosen = view.connections.find(({ key }) => key === content.connection);
  const why = missing ?? chosen?.dryRunRefusal ?? null;
  return { ...action, enabled: why === null, why };
}

function connectionProblem(view: ChangeView, state: DraftState): string[] {
  const { connection } = state.content;
  if (connection === null) return [];
  const chosen = view.connections.find(({ key }) => key === connection);
  if (!chosen) return [`The connection ${connection} is no longer offered; choose another.`];
  return chosen.problem === null ? [] : [chosen.problem];
}
