import * as v from 'valibot';
import { DraftContent, storageProblems } from '#core/change/content';
import type { PanelErrorCode, Reply } from '#core/panel/contract';
import { DraftView } from '#core/panel/view';

/** Pause after the last key before a save, milliseconds. */
export const saveDelayMs = 800;

/** What the author has typed, and how it relates to what is stored. */
export interface DraftState {
  /** The stored draft that `content` grew from. */
  readonly base: DraftView;
  readonly content: DraftContent;
  readonly phase: 'saved' | 'unsaved' | 'saving' | 'failed' | 'conflict';
  /** `failed`: why it is not saved, in words. */
  readonly problem: string | null;
  /** `conflict`: what somebody else stored meanwhile. */
  readonly theirs: DraftView | null;
  /** The version that the last conflict set aside; it can be brought back. */
  readonly setAside: { readonly whose: 'mine' | 'theirs'; readonly content: DraftContent } | null;
}

/** What the keeper needs from outside. */
export interface DraftPorts {
  readonly save: (baseVersion: number, content: DraftContent) => Promise<Reply<DraftView>>;
  /** Where text waits that could not be saved; undefined where the browser refuses. */
  readonly stash: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | undefined;
  readonly stashKey: string;
}

const Stash = v.object({ baseVersion: v.number(), content: DraftContent });

/** Saves a draft as it is typed, one save at a time, and never loses text: what cannot be stored is stashed. */
export class DraftKeeper {
  #state: DraftState;
  readonly #ports: DraftPorts;
  readonly #listeners = new Set<() => void>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #saving: Promise<void> | undefined;

  constructor(stored: DraftView, ports: DraftPorts) {
    this.#ports = ports;
    this.#state = {
      base: stored,
      content: stored.content,
      phase: 'saved',
      problem: null,
      theirs: null,
      setAside: null,
    };
    this.#restore(stored);
  }

  readonly state = (): DraftState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Takes what was typed and plans a save. */
  edit(change: Partial<DraftContent>): void {
    const content = { ...this.#state.content, ...change };
    if (this.#state.phase === 'conflict') this.#set({ content });
    else {
      this.#set({ content, phase: this.#saving ? 'saving' : 'unsaved', problem: null });
      this.#plan();
    }
  }

  /** Saves now. True when everything typed is stored. */
  async flush(): Promise<boolean> {
    clearTimeout(this.#timer);
    while (this.#saving) await this.#saving;
    if (this.#state.phase === 'conflict') return false;
    if (sameContent(this.#state.content, this.#state.base.content)) {
      this.#set({ phase: 'saved', problem: null });
      this.#clearStash();
      return true;
    }
    this.#saving = this.#save().finally(() => {
      this.#saving = undefined;
    });
    await this.#saving;
    return this.#state.phase === 'saved';
  }

  /** Takes note of what a fresh view says is stored. */
  adopt(stored: DraftView): void {
    const { base, content, phase } = this.#state;
    // While saving, a newer version is most likely our own; the save's answer tells.
    if (stored.version <= base.version || this.#saving || phase === 'conflict') return;
    if (phase === 'saved' || sameContent(content, stored.content)) {
      this.#set({ base: stored, content: stored.content, phase: 'saved', problem: null });
    } else this.#conflict(stored);
  }

  /** Ends a conflict: what was typed here replaces the stored draft. */
  async keepMine(): Promise<void> {
    const { theirs } = this.#state;
    if (theirs === null) return;
    this.#set({
      base: theirs,
      phase: 'unsaved',
      theirs: null,
      setAside: { whose: 'theirs', content: theirs.content },
    });
    await this.flush();
  }

  /** Ends a conflict: the stored draft replaces what was typed here, which stays in reach. */
  takeTheirs(): void {
    const { theirs, content } = this.#state;
    if (theirs === null) return;
    this.#clearStash();
    this.#set({
      base: theirs,
      content: theirs.content,
      phase: 'saved',
      theirs: null,
      setAside: { whose: 'mine', content },
    });
  }

  /** Brings back the version that the last conflict set aside. */
  bringBack(): void {
    const { setAside } = this.#state;
    if (setAside === null) return;
    this.#set({ setAside: null });
    this.edit(setAside.content);
  }

  /** Stops the timer and stashes what is not stored yet; for when the screen goes away. */
  close(): void {
    clearTimeout(this.#timer);
    this.keep();
  }

  /** Stashes what is not stored yet; for when the page may go away. */
  keep(): void {
    if (!sameContent(this.#state.content, this.#state.base.content)) this.#putStash();
  }

  async #save(): Promise<void> {
    const { base, content } = this.#state;
    const unstorable = storageProblems(content)[0];
    if (unstorable) {
      this.#fail(unstorable.message);
      return;
    }
    this.#set({ phase: 'saving', problem: null });
    const reply = await this.#ports.save(base.version, content);
    if (reply.ok) {
      const current = this.#state.content;
      if (sameContent(current, content)) {
        this.#clearStash();
        this.#set({ base: reply.value, phase: 'saved' });
      } else {
        this.#set({ base: reply.value, phase: 'unsaved' });
        this.#plan();
      }
    } else this.#refused(reply.error);
  }

  #refused(error: {
    readonly code: PanelErrorCode;
    readonly message: string;
    readonly details?: unknown;
  }): void {
    const stored = v.safeParse(DraftView, error.details);
    if (error.code !== 'conflict' || !stored.success) this.#fail(error.message);
    else if (sameContent(stored.output.content, this.#state.content)) {
      this.#clearStash();
      this.#set({ base: stored.output, phase: 'saved' });
    } else this.#conflict(stored.output);
  }

  #conflict(theirs: DraftView): void {
    clearTimeout(this.#timer);
    this.#putStash();
    this.#set({ phase: 'conflict', theirs });
  }

  #fail(problem: string): void {
    this.#putStash();
    this.#set({ phase: 'failed', problem });
  }

  #plan(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush(), saveDelayMs);
  }

  #restore(stored: DraftView): void {
    const stash = this.#readStash();
    if (stash === undefined || sameContent(stash.content, stored.content)) return;
    if (stash.baseVersion === stored.version) {
      this.#state = { ...this.#state, content: stash.content, phase: 'unsaved' };
      this.#plan();
    } else this.#state = { ...this.#state, content: stash.content, phase: 'conflict', theirs: stored };
  }

  #readStash(): v.InferOutput<typeof Stash> | undefined {
    try {
      const text = this.#ports.stash?.getItem(this.#ports.stashKey);
      return text ? v.parse(Stash, JSON.parse(text)) : undefined;
    } catch {
      return undefined;
    }
  }

  #putStash(): void {
    const { base, content } = this.#state;
    try {
      this.#ports.stash?.setItem(
        this.#ports.stashKey,
        JSON.stringify({ baseVersion: base.version, content }),
      );
    } catch {
      // Storage is full or forbidden: the text is still on the screen, and the state says that it is not saved.
    }
  }

  #clearStash(): void {
    try {
      this.#ports.stash?.removeItem(this.#ports.stashKey);
    } catch {
      // Nothing was stored then.
    }
  }

  #set(change: Partial<DraftState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}

/** True when two contents are the same in every field. */
function sameContent(one: DraftContent, other: DraftContent): boolean {
  return (
    one.sql === other.sql &&
    one.rollback === other.rollback &&
    one.reason === other.reason &&
    one.connection === other.connection &&
    one.rowBudget === other.rowBudget &&
    one.automaticRollback === other.automaticRollback &&
    one.exportFormat === other.exportFormat &&
    one.verification === other.verification
  );
}
