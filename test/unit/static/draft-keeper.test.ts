import { jest } from '@jest/globals';
import type { DraftContent } from '#core/change/content';
import type { Reply } from '#core/panel/contract';
import type { DraftView } from '#core/panel/view';
import { DraftKeeper, saveDelayMs } from '../../../static/issue-panel/hooks/draft-keeper';

const empty: DraftContent = {
  connection: null,
  sql: '',
  rollback: '',
  reason: '',
  rowBudget: '',
  verification: '',
  automaticRollback: false,
  exportFormat: null,
};

/** A store that two pages can share, as the app's is. */
class Store {
  draft: DraftView = { version: 1, content: empty, savedAt: null, savedBy: null };
  saves = 0;
  down = false;
  readonly kept = new Map<string, string>();
  readonly stash = {
    getItem: (key: string) => this.kept.get(key) ?? null,
    setItem: (key: string, value: string) => void this.kept.set(key, value),
    removeItem: (key: string) => void this.kept.delete(key),
  };

  readonly save = async (baseVersion: number, content: DraftContent): Promise<Reply<DraftView>> => {
    this.saves += 1;
    await Promise.resolve();
    if (this.down) return { ok: false, error: { code: 'jira-unavailable', message: 'No answer.' } };
    if (baseVersion !== this.draft.version) {
      return { ok: false, error: { code: 'conflict', message: 'Moved.', details: this.draft } };
    }
    this.draft = { version: baseVersion + 1, content, savedAt: '2026-11-21T12:03:00Z', savedBy: 'acc-ana' };
    return { ok: true, value: this.draft };
  };

  open(stash = this.stash): DraftKeeper {
    return new DraftKeeper(this.draft, { save: this.save, stash, stashKey: 'draft' });
  }

  /** Somebody else's save. */
  moveTo(sql: string): void {
    this.draft = { ...this.draft, version: this.draft.version + 1, content: { ...this.draft.content, sql } };
  }
}

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

it('saves once, after the last key, and says so', async () => {
  const store = new Store();
  const keeper = store.open();
  keeper.edit({ sql: 'S' });
  await jest.advanceTimersByTimeAsync(saveDelayMs - 1);
  keeper.edit({ sql: 'SELECT 1' });
  expect(keeper.state().phase).toBe('unsaved');
  await jest.advanceTimersByTimeAsync(saveDelayMs);
  expect([store.saves, store.draft.content.sql, keeper.state().phase]).toEqual([1, 'SELECT 1', 'saved']);
});

it('saves what was typed during a save', async () => {
  const store = new Store();
  const keeper = store.open();
  keeper.edit({ sql: 'a' });
  const first = keeper.flush();
  keeper.edit({ sql: 'ab' });
  await first;
  expect(await keeper.flush()).toBe(true);
  expect([store.draft.content.sql, store.draft.version]).toEqual(['ab', 3]);
});

it('keeps the text in the tab when saving fails, and brings it back after a reload', async () => {
  const store = new Store();
  store.down = true;
  const keeper = store.open();
  keeper.edit({ sql: 'DELETE FROM a' });
  expect(await keeper.flush()).toBe(false);
  expect(keeper.state()).toMatchObject({ phase: 'failed', problem: 'No answer.' });
  store.down = false;
  const reopened = store.open();
  expect(reopened.state().content.sql).toBe('DELETE FROM a');
  await jest.advanceTimersByTimeAsync(saveDelayMs);
  expect([store.draft.content.sql, store.kept.size]).toEqual(['DELETE FROM a', 0]);
});

it('shows both versions on a conflict and loses neither', async () => {
  const store = new Store();
  const keeper = store.open();
  keeper.edit({ sql: 'mine' });
  store.moveTo('theirs');
  expect(await keeper.flush()).toBe(false);
  expect(keeper.state()).toMatchObject({ phase: 'conflict', content: { sql: 'mine' } });
  expect(keeper.state().theirs?.content.sql).toBe('theirs');
  expect(store.draft.content.sql).toBe('theirs');

  keeper.takeTheirs();
  expect(keeper.state()).toMatchObject({ phase: 'saved', content: { sql: 'theirs' } });
  keeper.bringBack();
  expect(await keeper.flush()).toBe(true);
  expect(store.draft.content.sql).toBe('mine');
});

it('keeps mine over theirs when told so, and can bring theirs back', async () => {
  const store = new Store();
  const keeper = store.open();
  keeper.edit({ sql: 'mine' });
  store.moveTo('theirs');
  await keeper.flush();
  await keeper.keepMine();
  expect(store.draft.content.sql).toBe('mine');
  keeper.bringBack();
  await keeper.flush();
  expect(store.draft.content.sql).toBe('theirs');
});

it('follows a fresh view silently only when nothing was typed', () => {
  const store = new Store();
  const keeper = store.open();
  store.moveTo('theirs');
  keeper.adopt(store.draft);
  expect(keeper.state()).toMatchObject({ phase: 'saved', content: { sql: 'theirs' } });
  keeper.edit({ sql: 'mine' });
  store.moveTo('theirs again');
  keeper.adopt(store.draft);
  expect(keeper.state()).toMatchObject({ phase: 'conflict', content: { sql: 'mine' } });
});

it('does not send text whose bytes would not be what the author sees', async () => {
  const store = new Store();
  const keeper = store.open();
  keeper.edit({ sql: 'SELECT \0' });
  expect(await keeper.flush()).toBe(false);
  expect([store.saves, keeper.state().phase]).toEqual([0, 'failed']);
  keeper.edit({ sql: 'SELECT 1' });
  expect(await keeper.flush()).toBe(true);
});
