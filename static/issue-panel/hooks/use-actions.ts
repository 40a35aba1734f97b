import { useCallback, useState } from 'react';
import type { PanelValue, Reply } from '#core/panel/contract';
import type { ActionName, ActionView } from '#core/panel/view';
import { call } from '../../shared/bridge';
import type { Change } from '../../shared/use-change';
import type { DialogAnswer, PendingAction } from './pending-action';

/** The actions of the slot at the top. */
export interface Actions {
  readonly pending: PendingAction | null;
  readonly busy: ActionName | null;
  /** Why the last action was refused, in words. */
  readonly problem: string | null;
  /** Starts an action: opens its dialog, or does it. */
  readonly start: (action: ActionView) => void;
  readonly answer: (answer: DialogAnswer) => Promise<void>;
  readonly close: () => void;
}

/** Actions that are done without a dialog, by the screen that offers them. */
export type DirectActions = Partial<Record<ActionName, () => Promise<Reply<PanelValue<'view'>>>>>;

const neverAsks: ReadonlySet<ActionName> = new Set(['submit', 'dry-run']);

/**
 * Runs actions, one at a time, and waits for the app's word: nothing is shown as done before it is done. `direct` are
 * those that ask nothing back: a draft saves before it submits or is tried.
 */
export function useActions(change: Change, direct: DirectActions): Actions {
  const [pending, setPending] = useState<PendingAction | null>(null);
  const [busy, setBusy] = useState<ActionName | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const { view, show, refresh } = change;

  const perform = useCallback(
    async (name: ActionName, send: () => Promise<Reply<PanelValue<'view'>>>) => {
      setBusy(name);
      setProblem(null);
      const reply = await send();
      setBusy(null);
      if (reply.ok) {
        setPending(null);
        // Running begins behind the transition, maybe after this answer.
        show(reply.value, name === 'run' || name === 'roll-back');
        return;
      }
      setProblem(reply.error.message);
      // The screen was behind: what it shows now must be looked at again before acting.
      if (['stale-digest', 'illegal', 'conflict', 'not-allowed'].includes(reply.error.code)) {
        setPending(null);
        await refresh();
      }
    },
    [show, refresh],
  );

  const start = useCallback(
    (action: ActionView) => {
      if (busy !== null || !action.enabled) return;
      setProblem(null);
      const send = direct[action.name];
      if (send) void perform(action.name, send);
      else if (!neverAsks.has(action.name)) {
        setPending({ action, revision: view?.revision ?? null, running: view?.running ?? null });
      }
    },
    [busy, direct, perform, view?.revision, view?.running],
  );

  const answer = useCallback(
    async (given: DialogAnswer) => {
      if (pending) await perform(pending.action.name, () => sendAction(pending, given));
    },
    [pending, perform],
  );

  const close = useCallback(() => {
    setPending(null);
    setProblem(null);
  }, []);
  return { pending, busy, problem, start, answer, close };
}

function sendAction(
  pending: PendingAction,
  { text, outcome }: DialogAnswer,
): Promise<Reply<PanelValue<'view'>>> {
  const digest = pending.revision?.digest ?? '';
  switch (pending.action.name) {
    case 'approve':
      return call('approve', { digest, comment: text });
    case 'request-changes':
      return call('request-changes', { digest, reason: text });
    case 'reject':
      return call('reject', { digest, reason: text });
    case 'run':
      return call('run', { digest });
    case 'roll-back':
      return call('roll-back', { digest });
    case 'stop': {
      const { kind, try: number } = pending.running ?? { kind: 'apply', try: 0 };
      return call('stop', { kind, try: number, reason: text });
    }
    case 'rework':
      return call('rework', {});
    case 'cancel':
      return call('cancel', {});
    case 'resolve':
      return call('resolve', { outcome: outcome ?? 'failed', reason: text });
    case 'submit':
    case 'dry-run':
      return Promise.resolve({ ok: false, error: { code: 'illegal', message: 'This action asks nothing.' } });
    default:
      return pending.action.name satisfies never;
  }
}
