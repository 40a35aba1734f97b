import * as v from 'valibot';
import type { JiraRefusal } from '../../ports';
import type { Result } from '#core/result';
import { Nothing } from '../lists';
import { rest, type KeptIds, type SiteAdmin } from '../site-admin';
import { needed, type Site } from '../step';

/** One part of the removal. `look` changes nothing; what it answers is the preview and, by its `apply`, the doing. */
export interface Removal {
  look(site: Site): Promise<RemovalLook>;
}

export type RemovalLook =
  /** Nothing of it is there; `forget` names what we still keep of it. */
  | { readonly state: 'gone'; readonly forget?: Readonly<Record<string, null>> }
  | { readonly state: 'keep'; readonly what: readonly string[]; readonly why: string }
  | {
      readonly state: 'remove';
      readonly what: readonly string[];
      /** Not null: what stays all the same, and why. */
      readonly why: string | null;
      /** Throws `StepRefused` when Jira refuses. */
      apply(): Promise<void>;
    };

/** Something that goes, in words, and its going. */
export interface Farewell {
  readonly what: string;
  run(): Promise<void>;
}

/** A look made of what goes, one after another, and of what stays. */
export function farewells(
  going: readonly Farewell[],
  staying: readonly { readonly what: string; readonly why: string }[],
  after: () => Promise<void>,
): RemovalLook {
  const why = staying.map(({ what, why: reason }) => `${what} stays: ${reason}`).join(' ');
  if (going.length === 0) {
    return { state: 'keep', what: staying.map(({ what }) => what), why };
  }
  return {
    state: 'remove',
    what: going.map(({ what }) => what),
    why: why === '' ? null : why,
    async apply() {
      for (const one of going) await one.run();
      await after();
    },
  };
}

export const beforeUs = 'it was there before Query Change.';

/** Deletes a thing; that it is away already is as good. */
export async function remove(admin: SiteAdmin, path: string, instruction: string): Promise<void> {
  const reply: Result<unknown, JiraRefusal> = await admin.send('DELETE', path, undefined, Nothing);
  if (!reply.ok && reply.error.status === 404) return;
  needed(reply, instruction);
}

const Count = v.object({ count: v.number() });

/** Why our issue type and what serves it must stay: null, or how many issues use it. */
export async function issuesUseIt(admin: SiteAdmin, ids: KeptIds): Promise<string | null> {
  const typeId = ids['issueTypeId'];
  if (typeId === undefined) return null;
  const reply = await admin.ask(
    rest(['search', 'approximate-count']),
    { jql: `issuetype = ${typeId}` },
    Count,
  );
  // 400: Jira knows no such issue type any more, so no issue has it.
  if (!reply.ok && reply.error.status === 400) return null;
  const { count } = needed(reply, 'Check that you are a Jira administrator, then try again.');
  if (count === 0) return null;
  return count === 1 ? '1 issue uses it.' : `${count} issues use it.`;
}
